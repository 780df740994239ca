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
  /** Twenty requests for a mail from one address in an hour: an office behind one address, and no flood. */
  mailAddress: { attempts: 20, window: 3_600 },
  /** Five requests for a mail with one name in an hour, known or not, and ten mails of one kind to one account: no mail bomb. */
  mailName: { attempts: 5, window: 3_600 },
  mailAccount: { attempts: 10, window: 3_600 },
  /** Five codes to sign in with to one account in an hour, however many names it has: 25 guesses at one in a million. */
  mailCode: { attempts: 5, window: 3_600 },
  /** Five guesses in ten minutes at what follows the first proof: one code in a million is valid at any time. */
  proof: { attempts: 5, window: 600 },
  /** Three hundred requests that public clients push from one address in ten minutes, or one every two seconds. */
  pushedRequest: { attempts: 300, window: 600 },
  /** A hundred devices behind one address in ten minutes: each request is an item in the table. */
  deviceRequest: { attempts: 100, window: 600 },
  /**
   * Ten wrong user codes from one address or by one person in ten minutes. A code lives in two windows at most: twenty guesses at one
   * of 20^9 are a chance of 2^-34 (RFC 8628 §5.1 asks for 2^-32).
   */
  userCode: { attempts: 10, window: 600 },
} as const satisfies Record<string, Limit>;
