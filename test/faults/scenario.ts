import type { Answer } from '../support/http.ts';

/** One request that somebody is ready to make. */
export type Attempt = {
  /** Makes the request; doing it again sends the same again. */
  send: () => Promise<Answer>;
  /** Whether this is the answer of success. */
  isSuccess: (answer: Answer) => boolean;
  /** Whether what the answer says has happened, asked without a fault. */
  holds?: (answer: Answer) => Promise<boolean>;
};

/** Seconds between what is prepared and the request: what the functions remember is over by then. */
export const wait = 61;

/** What an endpoint does in its ordinary successful request. */
export type Scenario = {
  name: string;
  /** The route of infra/routes.ts, or the function behind none. */
  route: string;
  prepare: () => Promise<Attempt>;
  /** Success comes once: the same request again is refused. */
  isSingle?: boolean;
  /** Calls that success can do without, and why. */
  spares?: Readonly<Record<string, string>>;
  /**
   * Calls after whose failure the same request need not succeed, so that the person or the client starts again: `done` when it
   * was done all the same, `failed` in any case.
   */
  startsAgain?: Readonly<Record<string, 'done' | 'failed'>>;
  /** Calls that are made once, so that a lost reply is an outage, and why. */
  triesOnce?: Readonly<Record<string, string>>;
  /** What a failure looks like where it is no HTTP answer with 503. */
  isOutage?: (answer: Answer) => boolean;
  /** It has no audit log: Lambda logs that it failed. */
  writesNoLine?: true;
};
