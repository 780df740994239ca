import type { Probe } from './probe.ts';
import type { Verdict } from './verdict.ts';

/** What a check is about. */
export type CheckDescription = {
  /** For `--only`. */
  id: string;
  /** The section it is based on. */
  section: string;
  /** What is sent or inspected. */
  sends: string;
  /** What passes. */
  accepts: string;
};

/** A requirement that a server must not violate. */
export type Check = CheckDescription & { run: (probe: Probe) => Promise<Verdict> | Verdict };

export const describeCheck = ({ id, section, sends, accepts }: CheckDescription): CheckDescription => ({
  id,
  section,
  sends,
  accepts,
});
