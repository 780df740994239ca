import type { OldRefreshToken } from '../audit/decision.ts';
import type { Refusal } from '../oauth/refusal.ts';
import { ok, type Result, refuse } from '../result.ts';
import type { Grant, RefreshState } from './grant.ts';
import { type RefreshToken, refreshHash, successor } from './refresh-token.ts';
import { isWithin, type Within } from './within.ts';

/** Why a replaced refresh token still works. */
type OldTokenUse = Exclude<OldRefreshToken, 'replay'>;

/** A token that works: its grant, the current token, and why it still works if it was replaced. */
export type Judged = { grant: Grant; state: RefreshState; current: RefreshToken; use?: OldTokenUse };

/** Two uses within this many seconds are logged as a race. This affects only the log. */
const sameMoment = 10;

/**
 * Judges a refresh token (RFC 6749 §6, RFC 9700 §4.14.2). The current token works. A replaced one works until its successor is used,
 * and for `grace` seconds after that; later it is a replay. A token that is bound to a key is nothing without it (RFC 9449 §5), so
 * whoever lacks the key cannot make a replay of it either. `jkt`: the thumbprint of the key that was proved. Pure.
 */
export function judgeRefresh(
  token: RefreshToken,
  grant: Grant | undefined,
  clientId: string,
  grace: number,
  now: number,
  within: Within,
  jkt?: string,
): Result<Judged, Refusal> {
  if (!grant?.refresh) return refuse({ reason: 'refresh_token_unknown' });
  if (grant.clientId !== clientId) return refuse({ reason: 'refresh_token_of_another_client' });
  if (!isOfKey(grant.refresh, jkt)) return refuse({ reason: 'refresh_token_of_another_key' });
  if (grant.state !== 'redeemed') return refuse({ reason: 'grant_revoked' });
  const { idleUntil, endsAt } = grant.refresh;
  if (now >= endsAt) return refuse({ reason: 'refresh_token_expired' });
  if (now >= idleUntil) return refuse({ reason: whyUnused(token, grant.refresh) });
  const found = findCurrent(token, grant.refresh, grace, now);
  if (found === undefined) return refuse({ reason: 'refresh_token_replayed' });
  if (!isWithin({ scope: within.scope ?? [] }, grant)) return refuse({ reason: 'scope_wider_than_granted' });
  if (!isWithin({ someScope: within.someScope }, grant)) return refuse({ reason: 'scope_not_registered' });
  if (!isWithin({ details: within.details }, grant)) return refuse({ reason: 'authorization_details_not_granted' });
  return isWithin(within, grant)
    ? ok({ grant, state: grant.refresh, ...found })
    : refuse({ reason: 'resource_not_granted' });
}

const isOfKey = ({ jkt }: RefreshState, proved: string | undefined): boolean => jkt === undefined || jkt === proved;

/** A program that keeps its first token gets tokens for it until the idle lifetime ends, and has to be told what it did wrong. */
const whyUnused = ({ generation }: RefreshToken, current: RefreshState) =>
  generation < current.generation ? 'replaced_refresh_token_expired' : 'refresh_token_expired';

/** Derives the current token from a token that still works. Returns undefined for a replay. */
function findCurrent(
  token: RefreshToken,
  state: RefreshState,
  grace: number,
  now: number,
): Pick<Judged, 'current' | 'use'> | undefined {
  const behind = state.generation - token.generation;
  const use = behind === 0 ? undefined : judgeOldToken(behind, state, grace, now);
  if (use === 'replay') return undefined;
  let current = token;
  while (current.generation < state.generation) current = successor(current);
  return refreshHash(current) === state.hash ? { current, ...(use && { use }) } : undefined;
}

/**
 * Judges a token that was replaced `behind` rotations ago by when its successor was first used. If that time is no longer stored, it
 * counts as long ago.
 */
function judgeOldToken(
  behind: number,
  { rotations, usedAt }: RefreshState,
  grace: number,
  now: number,
): OldRefreshToken {
  const [replacedAt = 0] = rotations;
  if (behind === 1 && usedAt === undefined) return now <= replacedAt + sameMoment ? 'race' : 'lost_reply';
  const successorUsedAt = behind === 1 ? usedAt : rotations[behind - 2];
  return now <= (successorUsedAt ?? 0) + grace ? 'race' : 'replay';
}
