import type { HttpRequest } from '../../shared/http/request.ts';
import { admitClear, type Parameters, parseParameters, single } from '../../shared/oauth/parameters.ts';
import type { Account, LinkPurpose, MailedLink } from '../../shared/people/account.ts';
import {
  findLinkIn,
  judgeLink,
  type LinkPlace,
  type LinkState,
  readLinkToken,
} from '../../shared/people/invitation.ts';
import { mailedLifetimes } from '../../shared/people/mailed-link.ts';
import { ok, type Result, refuse } from '../../shared/result.ts';
import type { InvitationDeps } from './invitation-deps.ts';

/** A link that can be used, whose it is, and what it does for them. */
export type Link = {
  account: Account;
  /** Of its token. */
  hash: string;
  place: LinkPlace;
  purpose: LinkPurpose;
  /** Whether it removes every other way to sign in. */
  everything: boolean;
  /** It removes the passkeys and links that were made after this (epoch seconds): they may be of whoever a notice is about. */
  recentSince?: number | undefined;
  /** An address that the account gets back. */
  restores?: string | undefined;
  /** The authorization request that the person came from when they asked for the link, and goes on afterwards. */
  interrupted: Parameters;
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
  const found = read && findLinkIn(account, read.hash);
  const state = judgeLink(account, found?.link, now(), found?.place);
  if (state !== 'valid') return refuse({ state, purpose: found?.purpose ?? 'invitation' });
  if (!query.ok || !read || !account || !found) return refuse({ state: 'unknown', purpose: 'invitation' });
  const { place, purpose, link } = found;
  const app = await totps.look(account);
  const hasApp = app !== undefined;
  const since = sinceWhen(place, link);
  // With an authenticator app of a stranger, the link is worth nothing unless it removes the app.
  const everything = link.everything || (since !== undefined && app?.createdAt !== undefined && app.createdAt > since);
  const needsCode = hasApp && !everything;
  const interrupted = withoutToken(query.value);
  const restores = isOfNotice(place) ? account[place]?.email : undefined;
  return ok({
    account,
    restores,
    // What the account was made with is no stranger's.
    recentSince: since && Math.max(since, account.createdAt ?? 0),
    interrupted,
    hash: read.hash,
    place,
    purpose: hasApp ? 'reset' : purpose,
    everything,
    needsCode,
  });
}

const isOfNotice = (place: LinkPlace): place is 'alarmLink' | 'restoringLink' =>
  place === 'alarmLink' || place === 'restoringLink';

/**
 * Since when ways to sign in may be of whoever a notice is about (epoch seconds): no longer before the notice than the link beside it
 * counts. Undefined for other links.
 */
const sinceWhen = (place: LinkPlace, { requestedAt }: Partial<Pick<MailedLink, 'requestedAt'>>): number | undefined =>
  isOfNotice(place) && requestedAt !== undefined ? requestedAt - mailedLifetimes[place] : undefined;

/** What else a link has is nothing to go on with: mail programs add parameters of their own. */
function withoutToken(query: Parameters): Parameters {
  const isRequest = query.values.has('client_id') || query.values.has('user_code');
  const values = new Map([...query.values].filter(([name]) => isRequest && name !== 'token'));
  return { ...query, values };
}
