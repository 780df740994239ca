import type { ClientStore } from '../../shared/clients/client-store.ts';
import type { RegisteredClient } from '../../shared/clients/registered-client.ts';
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
    if (typeof sub !== 'string' || !(clientIds.has(sub) || (await present.clients.find(sub)))) continue;
    throw new UnusableFile(`account ${signInNames(account)[0]}: claims.sub is the client_id of a client`);
  }
  for (const clientId of clientIds) {
    if (!(await present.accounts.isSubject(clientId))) continue;
    throw new UnusableFile(`client ${clientId}: client_id is the sub of an account`);
  }
}
