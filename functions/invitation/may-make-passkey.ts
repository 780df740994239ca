import type { Link } from './find-link.ts';

/**
 * Whether a passkey may be made with a link. Not by somebody who lost their password and may have a second factor: a passkey is
 * both factors, and a link alone never gets past the second. Without passwords nothing else is left.
 */
export const mayMakePasskey = ({ purpose }: Link, { hasPasswords }: { hasPasswords: boolean }): boolean =>
  purpose === 'invitation' || !hasPasswords;
