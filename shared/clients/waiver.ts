import { isWaived, type Waiver } from '../pkce/policy.ts';
import type { RegisteredClient } from './registered-client.ts';

const day = 86_400;

/** The longest a waiver may run, in seconds. */
export const longestWaiver = 365 * day;

/** Every list and report names waivers that end within this many seconds. */
const noticePeriod = 14 * day;

export type ClientWaiver = { client: RegisteredClient; waiver: Waiver; daysLeft: number; state: WaiverState };

/** An expired waiver no longer holds: the floors are enforced again. */
type WaiverState = 'active' | 'ending soon' | 'expired';

/** Lists the clients that have a waiver, soonest end first. `now` is in epoch seconds. */
export const waiversOf = (clients: Iterable<RegisteredClient>, now: number): ClientWaiver[] =>
  [...clients]
    .flatMap((client) => (client.pkce.waiver ? [describe(client, client.pkce.waiver, now)] : []))
    .sort((one, other) => one.waiver.until - other.waiver.until);

/** Lists the waivers that hold now and end within 14 days. */
export const endingSoon = (clients: Iterable<RegisteredClient>, now: number): ClientWaiver[] =>
  waiversOf(clients, now).filter(({ state }) => state === 'ending soon');

function describe(client: RegisteredClient, waiver: Waiver, now: number): ClientWaiver {
  const left = waiver.until - now;
  const holds = isWaived({ ...client.pkce, isPublic: true }, now);
  return {
    client,
    waiver,
    daysLeft: Math.max(0, Math.ceil(left / day)),
    state: holds ? (left <= noticePeriod ? 'ending soon' : 'active') : 'expired',
  };
}
