import type { Author, Change } from '../../shared/clients/change.ts';
import { changeOfDocument, policyOfDocument } from '../../shared/clients/change-document.ts';
import { clientDocument, clientOfDocument } from '../../shared/clients/client-document.ts';
import type { ClientStore, Conflict, Page } from '../../shared/clients/client-store.ts';
import type { Versioned } from '../../shared/clients/records.ts';
import type { RegisteredClient } from '../../shared/clients/registered-client.ts';
import { differences } from '../../shared/clients/roll-back.ts';
import { pathSegment } from '../../shared/http/path-segment.ts';
import type { GlobalPolicy } from '../../shared/pkce/policy.ts';
import { ok, type Result, refuse } from '../../shared/result.ts';
import { Failure } from '../failure.ts';
import { type Document, type ManagementApi, type Reply, understood } from './management-api.ts';

/**
 * Clients, the global policy and the change log of a server, by its management API. The server makes the secrets: one that a command
 * made is left out, and the server's is told to `tellSecret`.
 */
export function remoteClientStore(
  api: ManagementApi,
  tellSecret: (clientId: string, secret: string) => void,
): ClientStore {
  const pathOf = (clientId: string) => `/clients/${pathSegment(clientId)}`;

  async function findVersion(clientId: string): Promise<Versioned<RegisteredClient | undefined> | undefined> {
    const found = await api.call('GET', pathOf(clientId));
    if (found.is !== 'done') return undefined;
    const [lastChange] = (await changesPage(1, { client: clientId })).items;
    const client = understood(api.issuer, () => versionedClient(found.document));
    return { ...client, lastChange: lastChange ?? unknownChange };
  }

  async function policyVersion(): Promise<Versioned<GlobalPolicy>> {
    const { version, changed, ...policy } = await api.get('/policy');
    return understood(api.issuer, () => ({
      value: policyOfDocument(policy),
      version: Number(version),
      lastChange: changed === undefined ? unknownChange : changeOfDocument(changed as Document),
    }));
  }

  async function changesPage(
    limit: number,
    { after, client }: { after?: string; client?: string },
  ): Promise<Page<Change>> {
    const query = new URLSearchParams({ limit: String(Math.min(limit, longestPage)) });
    if (after !== undefined) query.set('cursor', after);
    if (client !== undefined) query.set('client', client);
    const { changes, next_cursor: next } = await api.get(`/policy/log?${query.toString()}`);
    const items = understood(api.issuer, () => (changes as Document[]).map(changeOfDocument));
    return { items, ...(typeof next === 'string' && { next }) };
  }

  async function changes(limit: number, client?: string): Promise<Change[]> {
    const all: Change[] = [];
    let after: string | undefined;
    do {
      const page = await changesPage(longestPage, { ...(after && { after }), ...(client && { client }) });
      all.push(...page.items);
      after = page.next;
    } while (after !== undefined && all.length < limit);
    return all.slice(0, limit);
  }

  /** The new version, and the server's secret if it made one. */
  function written(clientId: string, reply: Reply): Result<number, Conflict> {
    if (reply.is !== 'done') return refuse({ reason: 'changed_meanwhile', version: 0 });
    const { version, client_secret: secret } = reply.document;
    if (typeof secret === 'string') tellSecret(clientId, secret);
    return ok(Number(version));
  }

  async function change(
    current: Versioned<RegisteredClient>,
    next: RegisteredClient,
    { why }: Author,
    ifMatch: number,
  ): Promise<Reply> {
    const path = pathOf(next.clientId);
    const { patch, hasNewSecrets } = patchOf(current.value, next);
    if (Object.keys(patch).length > 0 && hasNewSecrets) {
      throw new Failure('By the management API, change the settings of a client first, and its secrets after that.');
    }
    if (!hasNewSecrets) return api.call('PATCH', path, { body: patch, ifMatch, why });
    const before = current.value.secretHashes.length;
    if (next.secretHashes.length < before) return api.call('DELETE', `${path}/secrets`, { ifMatch, why });
    const body = { drop_old: next.secretHashes.length === before };
    return api.call('POST', `${path}/secrets`, { body, ifMatch, why });
  }

  return {
    findVersion,
    policyVersion,
    find: async (clientId) => (await findVersion(clientId))?.value,
    policy: async () => (await policyVersion()).value,

    async put(clientId, client, author, expected, takesBack) {
      const current = await findVersion(clientId);
      const version = current?.version ?? 0;
      // A client that was removed has a version, which the API does not tell.
      const isExpected = expected === undefined || current === undefined || expected === version;
      if (!isExpected) return refuse({ reason: 'changed_meanwhile', version });
      if (client === undefined) {
        return written(clientId, await api.call('DELETE', pathOf(clientId), { ifMatch: version, why: author.why }));
      }
      const { value } = current ?? {};
      if (current === undefined || value === undefined) {
        if (takesBack !== undefined) {
          // Only the server can tell that it is the client that was there.
          const path = `/policy/log/${pathSegment(takesBack)}/rollback`;
          return written(clientId, await api.call('POST', path, { why: author.why }));
        }
        return written(clientId, await api.call('POST', '/clients', { body: newDocument(client), why: author.why }));
      }
      return written(clientId, await change({ ...current, value }, client, author, version));
    },

    async putPolicy(policy, { why }, expected) {
      const ifMatch = expected ?? (await policyVersion()).version;
      const reply = await api.call('PUT', '/policy', { body: policy, ifMatch, why });
      return reply.is === 'done'
        ? ok(Number(reply.document['version']))
        : refuse({ reason: 'changed_meanwhile', version: (await policyVersion()).version });
    },

    async list(limit = longestPage, after) {
      const query = new URLSearchParams({ limit: String(limit), ...(after !== undefined && { cursor: after }) });
      const { clients, next_cursor: next } = await api.get(`/clients?${query.toString()}`);
      const items = understood(api.issuer, () => (clients as Document[]).map(versionedClient));
      return { items, ...(typeof next === 'string' && { next }) };
    },

    changes,
    changesPage,
    findChange: async (id) => (await changes(Number.MAX_SAFE_INTEGER)).find((each) => each.id === id),
  };
}

const longestPage = 100;

/** Lists tell nothing of the last change, and no command that lists asks. */
const unknownChange: Change = { id: '', at: 0, by: '', why: '' };

const versionedClient = (document: Document): Versioned<RegisteredClient> => ({
  value: clientOfDocument(document),
  version: Number(document['version']),
  lastChange: unknownChange,
});

function newDocument(client: RegisteredClient): Document {
  const { client_secrets: _, ...document } = clientDocument(client);
  return document;
}

/** What differs, with null for what is no longer there. Secrets count as others when one is not as it was. */
function patchOf(before: RegisteredClient, after: RegisteredClient): { patch: Document; hasNewSecrets: boolean } {
  const changed = differences(newDocument(before), newDocument(after));
  // Whoever starts or stops to authenticate with a secret gets or loses it by that.
  const isByMethod = changed.some(({ member }) => member === 'token_endpoint_auth_method');
  return {
    patch: Object.fromEntries(changed.map(({ member, after: value = null }) => [member, value])),
    hasNewSecrets: !isByMethod && before.secretHashes.join() !== after.secretHashes.join(),
  };
}
