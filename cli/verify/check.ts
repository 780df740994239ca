import type { Probe } from './probe.ts';
import type { Verdict } from './verdict.ts';

/** What a check cannot do without: only the issuer, also a client, or a client that somebody signs in to. */
export type Need = 'issuer' | 'client' | 'sign-in';

/** What a check is about. */
export type CheckDescription = {
  /** For `--only`. */
  id: string;
  /** The section it is based on. */
  section: string;
  needs: Need;
  /** What a violation is. A rule that good servers may break is worth a warning. */
  level: 'failed' | 'warning';
  /** What is sent or inspected. */
  sends: string;
  /** What passes. */
  accepts: string;
  /** What to do when it does not pass. One sentence. */
  fix: string;
};

/** A requirement that a server must not violate. */
export type Check = Omit<CheckDescription, 'needs' | 'level'> & {
  /** @default 'sign-in' */
  needs?: Need;
  /** @default 'failed' */
  level?: CheckDescription['level'];
  run: (probe: Probe) => Promise<Verdict> | Verdict;
};

export const needOf = ({ needs = 'sign-in' }: Pick<Check, 'needs'>): Need => needs;

export const describeCheck = ({
  id,
  section,
  level = 'failed',
  sends,
  accepts,
  fix,
  ...check
}: Check): CheckDescription => ({
  id,
  section,
  needs: needOf(check),
  level,
  sends,
  accepts,
  fix,
});
