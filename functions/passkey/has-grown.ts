import type { PasskeyStore } from '../../shared/people/passkey-store.ts';

/**
 * Judges the counter of a passkey as the store does (WebAuthn §7.2), and notes nothing. For regions other than the first: a write could
 * bring back a passkey that is being removed there.
 */
export const hasGrown: PasskeyStore['use'] = async (passkey, { counter }) =>
  counter === 0 ? passkey.counter === 0 : passkey.counter < counter;
