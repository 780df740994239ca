import type { HttpRequest } from '../../shared/http/request.ts';
import { admitClear, parseParameters, single } from '../../shared/oauth/parameters.ts';
import type { Account, LinkPurpose } from '../../shared/people/account.ts';
import { judgeLink, type LinkState, readLinkToken } from '../../shared/people/invitation.ts';
import { ok, type Result, refuse } from '../../shared/result.ts';
import type { InvitationDeps } from './invitation-deps.ts';

/** A link that can be used, whose it is, and what it does for them. */
export type Link = {
  account: Account;
  /** Of its token. */
  hash: string;
  purpose: LinkPurpose;
  /** Whether it removes every other way to sign in. */
  everything: boolean;
  /** Whether a code of the authenticator app is asked for after a password was set. */
  needsCode: boolean;
};

/** A link that cannot be used, and why. */
export type BrokenLink = { state: Exclude<LinkState, 'valid'>; purpose: LinkPurpose };

/**
 * The link that the query names. Its account is read consistently: whoever gave out a link a moment ago expects it to work.
 * Where an authenticator app is set up, an invitation is worth no more than a reset: a link alone never gets past a second factor.
 */
export async function findLink(
  request: HttpRequest,
  { accounts, totps, now }: InvitationDeps,
): Promise<Result<Link, BrokenLink>> {
  const query = admitClear(parseParameters(request.rawQuery));
  const read = query.ok ? readLinkToken(single(query.value, 'token') ?? '') : undefined;
  const account = read && (await accounts.findBySubject(read.sub));
  const state = read ? judgeLink(account, read.hash, now()) : 'unknown';
  const purpose = account?.invitation?.purpose ?? 'invitation';
  if (state !== 'valid') return refuse({ state, purpose: state === 'unknown' ? 'invitation' : purpose });
  if (!read || !account) return refuse({ state: 'unknown', purpose });
  const hasApp = (await totps.look(account)) !== undefined;
  const everything = account.invitation?.everything ?? false;
  const needsCode = hasApp && !everything;
  return ok({ account, hash: read.hash, purpose: hasApp ? 'reset' : purpose, everything, needsCode });
}
