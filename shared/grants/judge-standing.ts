import type { RegisteredClient } from '../clients/registered-client.ts';
import { isDocumentId } from '../clients/reserved-ids.ts';
import { isMadeFor, isOwnToken } from '../clients/since.ts';
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
type MadeForClient = Pick<Grant, 'clientId' | 'clientSince' | 'issuedAt'>;

type Marked = Pick<RegisteredClient, 'since'>;

/** Whether a grant is of the client that has its id now, and not of one that had it before. Undefined: no registered client has it. */
export const isOfClient = ({ clientId, clientSince, issuedAt }: MadeForClient, client: Marked | undefined): boolean =>
  (client !== undefined || isDocumentId(clientId)) && isMadeFor({ clientSince, at: issuedAt }, client);

/**
 * The same for a token of a grant, of `iat` (epoch seconds), as `find` finds the registered clients. One that was exchanged stands on the
 * grant of another client, and ends with that and with each of its `actors`.
 */
export async function isOfClients(
  grant: MadeForClient,
  { iat, actors }: { iat: number; actors: readonly string[] },
  find: (clientId: string) => Promise<Marked | undefined>,
): Promise<boolean> {
  if (!isOfClient(grant, await find(grant.clientId))) return false;
  for (const actor of actors) if (!isOwnToken(iat, await find(actor))) return false;
  return true;
}

/** Refuses what a client got that was removed since, to the one that was added under its id. */
export const refuseEarlierClient = (
  made: MadeForClient,
  client: Pick<RegisteredClient, 'since'>,
): Refusal | undefined => (isOfClient(made, client) ? undefined : { reason: 'client_added_again' });
