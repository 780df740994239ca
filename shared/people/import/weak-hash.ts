import type { Mistake } from '../../mistake.ts';
import type { Json } from './account-entry.ts';

/** What becomes of people whose hash stays behind. */
export const newPassword = 'people choose a new password, by mail or from a link of pixy accounts invite';

/**
 * A hash that is guessed too quickly to be kept, or of a scheme that is not known: it refuses the entry, until the operator leaves
 * the hashes of its scheme behind. Others of the same file move in.
 */
export function refuseWeak(
  member: string,
  scheme: string,
  skipMembers: readonly string[],
): { mistakes: readonly Mistake[]; left: Json } {
  const name = scheme.slice(0, 60);
  const isSkipped = skipMembers.some((skipped) => skipped.toLowerCase() === name.toLowerCase());
  const problem = `is ${name}, which is not verified here: leave it behind with --skip-members ${name}, and ${newPassword}`;
  return isSkipped
    ? { mistakes: [], left: { [member]: { [name]: true } } }
    : { mistakes: [{ member, problem }], left: {} };
}
