/** Twenty wrong secrets in ten minutes: more than a deployment with a stale secret tries by hand, and useless against 256 bits. */
export const secretLimit = { failures: 20, window: 600 } as const;
