/** How long a region is known to be silent, in milliseconds, before it is waited for in full again. */
const memory = 30_000;

/** Milliseconds to wait for a silent one: enough for a function there that starts anew. */
const shortWait = 2_000;

/** Milliseconds by which a function that is at work may be late. */
const mostOverdue = 1_000;

/**
 * Remembers which regions gave no answer in time. While one is lost, every request for it would hold a function for seconds, and a region
 * that is left would run out of functions for its own. `now`: milliseconds of any clock that only goes on.
 */
export function openPatience(now: () => number) {
  const silentUntil = new Map<string, number>();
  return {
    /** How long to wait for an answer of a region where `usual` is how long it may take. */
    waitFor: (region: string, usual: number): number =>
      now() < (silentUntil.get(region) ?? 0) ? Math.min(usual, shortWait) : usual,

    /** It answered, be it with an error. */
    answered: (region: string): void => {
      silentUntil.delete(region);
    },

    /**
     * It did not, in that time. One that is known to be silent is given its full time again when that is forgotten. `overdue`: by how much
     * the wait was longer than meant. A function that has answered without it is frozen until its next request, and finds its time over.
     */
    stayedSilent: (region: string, overdue = 0): void => {
      if (overdue <= mostOverdue && now() >= (silentUntil.get(region) ?? 0)) silentUntil.set(region, now() + memory);
    },
  };
}
