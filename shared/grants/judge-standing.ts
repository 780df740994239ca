import type { RegisteredClient } from '../clients/registered-client.ts';
import { isMadeFor } from '../clients/since.ts';
import type { Refusal } from '../oauth/refusal.ts';
import { judgeEpoch, mayAct, type NoLongerValid, type Standing } from '../people/still-valid.ts';
import { type Grant, toldSubject } from './grant.ts';

/**
 * Why a grant is worth nothing, with every code and token of it; undefined while its person stands by it. With a session end the
 * grants that it gave, where that is on, but for those that were given for longer (OpenID Connect Back-Channel Logout §2.7).
 */
export const judgeStanding = (grant: Grant, standing: Standing | undefined): NoLongerValid | undefined =>
  judgeEpoch(
    standing,
    { epoch: grant.epoch, clientEpoch: grant.clientEpoch, sid: outlivesSession(grant) ? undefined : grant.sid },
    grant.clientId,
  );

export const outlivesSession = ({ scope }: Pick<Grant, 'scope'>): boolean => scope.includes('offline_access');

/** Whether access tokens of a grant are in force for the subject that they name, and for the clients that act by them. */
export const isInForce = (
  grant: Grant | undefined,
  standing: Standing | undefined,
  sub: string,
  actors: readonly string[] = [],
): grant is Grant =>
  grant?.state === 'redeemed' &&
  toldSubject(grant) === sub &&
  standing !== undefined &&
  judgeStanding(grant, standing) === undefined &&
  actors.every((clientId) => mayAct(standing, clientId, grant.issuedAt));

/** What decides whose something is that a client got: a grant, or a request that may become one. */
type MadeForClient = Pick<Grant, 'clientSince' | 'issuedAt'>;

/** Whether a grant is of the client that has its id now, and not of one that had it before. Undefined: none has it. */
export const isOfClient = (
  { clientSince, issuedAt }: MadeForClient,
  client: Pick<RegisteredClient, 'since'> | undefined,
): boolean => isMadeFor({ clientSince, at: issuedAt }, client);

/** Refuses what a client got that was removed since, to the one that was added under its id. */
export const refuseEarlierClient = (
  made: MadeForClient,
  client: Pick<RegisteredClient, 'since'>,
): Refusal | undefined => (isOfClient(made, client) ? undefined : { reason: 'client_added_again' });
