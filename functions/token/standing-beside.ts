import type { Grant } from '../../shared/grants/grant.ts';
import { judgeStanding } from '../../shared/grants/judge-standing.ts';
import type { StandingStore } from '../../shared/people/standing-store.ts';
import type { NoLongerValid } from '../../shared/people/still-valid.ts';

/** Why the person of a grant does not stand by it any more; undefined when they do. */
export type JudgeStanding = (grant: Grant) => Promise<NoLongerValid | undefined>;

/**
 * Runs the write that spends a code or rotates a refresh token, and beside it reads the account of the subject that it names. One of
 * the form before names nobody: then the account is read after the write, for the grant says whose it is.
 */
export async function withStandingBeside<Written>(
  write: Promise<Written>,
  sub: string | undefined,
  accounts: Pick<StandingStore, 'findStanding'>,
): Promise<[Written, JudgeStanding]> {
  const [written, standing] = await Promise.all([write, sub === undefined ? undefined : accounts.findStanding(sub)]);
  return [
    written,
    async (grant) => judgeStanding(grant, grant.sub === sub ? standing : await accounts.findStanding(grant.sub)),
  ];
}
