import type { ApiStore } from '../../shared/apis/api-store.ts';
import type { RegisteredApi } from '../../shared/apis/registered-api.ts';
import type { ClientStore } from '../../shared/clients/client-store.ts';
import type { RegisteredClient } from '../../shared/clients/registered-client.ts';
import { isReserved } from '../../shared/clients/reserved-ids.ts';
import { type AccountDescription, signInNames } from '../../shared/people/account.ts';
import type { AccountStore } from '../../shared/people/account-store.ts';
import { UnusableFile } from './entries-file.ts';

/**
 * A client is the subject of its own tokens and must not be mistaken for a person (RFC 9068 §5, RFC 9700 §4.15.1). Throws {@link
 * UnusableFile} when a client and an account, in the files or already present, would share a subject.
 */
export async function refuseSharedSubjects(
  loaded: { clients: readonly RegisteredClient[]; accounts: readonly AccountDescription[] },
  present: { clients: Pick<ClientStore, 'find'>; accounts: Pick<AccountStore, 'isSubject'> },
): Promise<void> {
  const clientIds = new Set(loaded.clients.map(({ clientId }) => clientId));
  for (const account of loaded.accounts) {
    const { sub } = account.claims;
    if (typeof sub !== 'string') continue;
    if (!(isReserved(sub) || clientIds.has(sub) || (await present.clients.find(sub)))) continue;
    throw new UnusableFile(`account ${signInNames(account)[0]}: claims.sub is the client_id of a client`);
  }
  for (const clientId of clientIds) {
    if (!(await present.accounts.isSubject(clientId))) continue;
    throw new UnusableFile(`client ${clientId}: client_id is the sub of an account`);
  }
}

/**
 * An API whose access tokens have the type JWT must not be called like a client, whose ID tokens have that audience and type too
 * (RFC 8725 §3.11). Throws {@link UnusableFile} when one in the files is, or would be beside what is already present.
 */
export async function refuseClientsCalledLikeApis(
  loaded: { clients: readonly RegisteredClient[]; apis: readonly RegisteredApi[] },
  present: { clients: Pick<ClientStore, 'find'>; apis: Pick<ApiStore, 'find'> },
): Promise<void> {
  const apis = new Map(loaded.apis.map((api) => [api.resource, api]));
  for (const { clientId } of loaded.clients) {
    const api = apis.get(clientId) ?? (await present.apis.find(clientId))?.value;
    if (api?.accessTokenTyp !== 'JWT') continue;
    throw new UnusableFile(`client ${clientId}: client_id is the resource of an API with access_token_typ JWT`);
  }
  for (const { resource, accessTokenTyp } of loaded.apis) {
    if (accessTokenTyp !== 'JWT' || !(await present.clients.find(resource))) continue;
    throw new UnusableFile(`API ${resource}: access_token_typ is JWT, and a client has the resource as its id`);
  }
}
