import { pollInterval } from './device-request.ts';

/** What a poll that comes too soon adds to the interval, in seconds (RFC 8628 §3.5). */
const penalty = 5;

export type PollPace = ReturnType<typeof pollPace>;

/**
 * Tells which polls come too soon, from what this instance remembers alone: a poll writes nothing, and one that comes too soon reads
 * nothing. `remembered` is the most device codes that are kept; the oldest is dropped first.
 */
export function pollPace(remembered = 10_000) {
  const polls = new Map<string, { at: number; interval: number }>();

  return {
    /** Whether the next poll for a device code that is known came before its time. Makes the client wait longer if so. */
    isTooSoon(id: string, now: number): boolean {
      const before = polls.get(id);
      // A second for requests that travel at different speeds.
      if (before === undefined || now - before.at >= before.interval - 1) return false;
      polls.set(id, { at: now, interval: before.interval + penalty });
      return true;
    },

    /** Remembers a poll of a request that waits. Only those that were found: nobody fills the memory with made-up codes. */
    remember(id: string, now: number): void {
      const interval = polls.get(id)?.interval ?? pollInterval;
      polls.delete(id);
      const oldest = polls.size >= remembered ? polls.keys().next().value : undefined;
      if (oldest !== undefined) polls.delete(oldest);
      polls.set(id, { at: now, interval });
    },
  };
}
