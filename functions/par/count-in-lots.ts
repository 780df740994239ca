import { countedAddress } from '../../shared/counted-address.ts';
import type { Attempt } from '../../shared/people/throttle-store.ts';

type Count = (sourceIp: string, now: number, amount: number) => Promise<Pick<Attempt, 'retryAfter'>>;

/** So many requests from one address pass before a function counts them, all in one write: most addresses never get there. */
export const lot = 20;

/** Addresses that a function remembers at most. */
const remembered = 1_000;

/**
 * Counts requests by the address that they come from (`now` in epoch seconds), with a write for every 20 of them. While a function
 * lives it also remembers who is over the limit. Many functions let through at most 19 each beyond it.
 */
export function countInLots(count: Count): (sourceIp: string, now: number) => Promise<Pick<Attempt, 'retryAfter'>> {
  const pending = new Map<string, number>();
  const refusedUntil = new Map<string, number>();

  return async (sourceIp, now) => {
    const address = countedAddress(sourceIp);
    const until = refusedUntil.get(address) ?? 0;
    if (until > now) return { retryAfter: until - now };
    const waiting = (pending.get(address) ?? 0) + 1;
    pending.delete(address);
    if (waiting < lot) {
      remember(pending, address, waiting);
      return {};
    }
    const { retryAfter } = await count(sourceIp, now, lot);
    if (retryAfter === undefined) return {};
    remember(refusedUntil, address, now + retryAfter);
    return { retryAfter };
  };
}

function remember(map: Map<string, number>, address: string, value: number): void {
  const oldest = map.size >= remembered ? map.keys().next().value : undefined;
  if (oldest !== undefined) map.delete(oldest);
  map.set(address, value);
}
