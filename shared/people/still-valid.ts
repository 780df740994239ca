import type { Refusal } from '../oauth/refusal.ts';
import type { Account } from './account.ts';

/*
 * One counter ends everything. An account carries an epoch, and so does whatever is made in its name: sessions, sign-ins that wait
 * for a code, grants. A reset, a change of password, disabling and ending all other sessions raise the epoch in the same write, and
 * from that write on nothing of an earlier epoch is worth anything. Deleting it afterwards only tidies up.
 *
 * Passkeys, links and authenticator apps carry the epoch they were made under, too, and survive most of these writes. Only a link
 * that removes everything ends those of an earlier epoch: its write says from which epoch on they count. A link beside a notice ends those
 * of an earlier epoch that were made lately: its write says from which epoch on they count, and since when that is.
 */

/** What of an account decides whether something that was made in its name is still good, and for whom the person is who. */
export type Standing = Pick<Account, 'disabledAt' | 'epoch' | 'clientEpochs' | 'endedSessions' | 'pairwiseSubjects'>;

/** The attributes of {@link Standing} in the item of an account. */
export const standingAttributes = ['disabledAt', 'epoch', 'clientEpochs', 'endedSessions', 'pairwiseSubjects'] as const;

/** What something was made under: the account's epoch, the one of its client, and the session it ends with, if it does. */
export type MadeUnder = { epoch: number; clientEpoch?: number | undefined; sid?: string | undefined };

export type NoLongerValid = Extract<Refusal, { reason: 'account_gone' | 'account_disabled' | 'taken_back' }>;

/**
 * Why what was made under these epochs is worth nothing; undefined while it is good. `standing` is undefined when there is no
 * account; `clientId` is for what a client got.
 */
export function judgeEpoch(
  standing: Standing | undefined,
  { epoch, clientEpoch = 0, sid }: MadeUnder,
  clientId?: string,
): NoLongerValid | undefined {
  if (standing === undefined) return { reason: 'account_gone' };
  if (standing.disabledAt !== undefined) return { reason: 'account_disabled' };
  const isOfNow =
    epoch === standing.epoch && (clientId === undefined || clientEpoch === clientEpochOf(standing, clientId));
  const hasEnded = sid !== undefined && standing.endedSessions.some((ended) => parseEnded(ended).sid === sid);
  return isOfNow && !hasEnded ? undefined : { reason: 'taken_back' };
}

/** What of an account decides which ways to sign in are its own. */
export type WaysThatCount = Pick<Account, 'waysFrom' | 'recentFrom' | 'recentSince'>;

/** The attributes of {@link WaysThatCount} in the item of an account. */
export const wayAttributes = ['waysFrom', 'recentFrom', 'recentSince'] as const;

/**
 * Whether a way to sign in is one of the account: not if everything was removed after it was made, or whatever was made lately, whether it
 * is deleted yet or not. `createdAt` is in epoch seconds.
 */
export const standsBy = (
  { waysFrom, recentFrom = 0, recentSince = 0 }: WaysThatCount,
  { epoch, createdAt }: { epoch: number; createdAt?: number },
): boolean => epoch >= waysFrom && !(createdAt !== undefined && createdAt > recentSince && epoch < recentFrom);

/** A client may be called `constructor`: no object has a member with this sign before it. */
export const clientEpochKey = (clientId: string): string => `#${clientId}`;

export const clientEpochOf = ({ clientEpochs }: Pick<Standing, 'clientEpochs'>, clientId: string): number =>
  clientEpochs[clientEpochKey(clientId)] ?? 0;

/** How an account remembers that a session ended with its grants, at `now` (epoch seconds). A session id has no space in it. */
export const endedSession = (sid: string, now: number): string => `${sid} ${now}`;

export function parseEnded(ended: string): { sid: string; at: number } {
  const [sid = '', at] = ended.split(' ');
  return { sid, at: Number(at) };
}

/** Beside its epoch: since when a client may not act for the person. It is the time of the write, in epoch seconds. */
export const actingEndKey = (clientId: string): string => `@${clientId}`;

/**
 * Whether a client may act for a person by a grant that was made at `issuedAt`: by one from after the person ended that. A grant of the
 * same second counts as one from before.
 */
export const mayAct = ({ clientEpochs }: Pick<Standing, 'clientEpochs'>, clientId: string, issuedAt: number): boolean =>
  issuedAt > (clientEpochs[actingEndKey(clientId)] ?? 0);
