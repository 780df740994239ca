import { isWaived, type Waiver } from '../pkce/policy.ts';
import type { RegisteredClient } from './registered-client.ts';

const day = 86_400;

/** The longest time a waiver may run. */
export const longestWaiver = 365 * day;

/** Waivers that end within this time are named by every list and report. */
const noticePeriod = 14 * day;

export type ClientWaiver = { client: RegisteredClient; waiver: Waiver; daysLeft: number; state: WaiverState };

/** An expired waiver enforces: the floors hold again. */
type WaiverState = 'active' | 'ending soon' | 'expired';

/** Every client that has a waiver, the one that ends first in front. `now` is in epoch seconds. */
export const waiversOf = (clients: Iterable<RegisteredClient>, now: number): ClientWaiver[] =>
  [...clients]
    .flatMap((client) => (client.pkce.waiver ? [describe(client, client.pkce.waiver, now)] : []))
    .sort((one, other) => one.waiver.until - other.waiver.until);

/** The waivers that hold now and end within 14 days. */
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
