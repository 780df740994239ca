import type { Grant } from '../../shared/grants/grant.ts';
import type { Account } from '../../shared/people/account.ts';
import type { StandingStore } from '../../shared/people/standing-store.ts';
import type { Standing } from '../../shared/people/still-valid.ts';

/** The account of a grant: whether it stands by the grant, and its claims where they were read. */
export type FoundAccount = { standing: Standing | undefined; claims: Account['claims'] };

export type FindAccount = (sub: string) => Promise<FoundAccount>;

/** How to read an account: with its claims where a token will have them. It is one read either way. */
export const accountFinder =
  (accounts: Pick<StandingStore, 'findStanding' | 'findWithClaims'>, withClaims: boolean): FindAccount =>
  async (sub) =>
    withClaims
      ? ((await accounts.findWithClaims(sub)) ?? { standing: undefined, claims: {} })
      : { standing: await accounts.findStanding(sub), claims: {} };

/** The claims for tokens that are made before the write, when it is not known yet whether the account still stands by the grant. */
export async function claimsBefore(
  { sub }: Grant,
  accounts: Pick<StandingStore, 'findWithClaims'>,
  withClaims: boolean,
): Promise<Account['claims']> {
  return (withClaims ? await accounts.findWithClaims(sub) : undefined)?.claims ?? {};
}

/**
 * Runs the write that spends a code or rotates a refresh token, and beside it reads the account of the subject that it names. One of
 * the form before names nobody: then the account is read after the write, for the grant says whose it is.
 */
export async function withAccountBeside<Written>(
  write: Promise<Written>,
  sub: string | undefined,
  find: FindAccount,
): Promise<[Written, (grant: Grant) => Promise<FoundAccount>]> {
  const [written, found] = await Promise.all([write, sub === undefined ? undefined : find(sub)]);
  return [written, async (grant) => (found !== undefined && grant.sub === sub ? found : find(grant.sub))];
}
