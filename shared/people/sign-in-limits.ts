/** At most `attempts` failures within `window` seconds. */
export type Limit = { attempts: number; window: number };

export const signInLimits = {
  /** Ten guesses at one account in ten minutes: no decent password falls to that. */
  account: { attempts: 10, window: 600 },
  /** Fifty failures from one address in ten minutes: enough for an office behind one address, too few for spraying. */
  address: { attempts: 50, window: 600 },
  /** Twenty new accounts from one address in an hour, including checks whether a username is taken. */
  registration: { attempts: 20, window: 3_600 },
  /** Twenty clients that register themselves from one address in an hour, identical ones included. */
  clientRegistration: { attempts: 20, window: 3_600 },
  /** Five guesses in ten minutes at what follows the first proof: one code in a million is valid at any time. */
  proof: { attempts: 5, window: 600 },
} as const satisfies Record<string, Limit>;
