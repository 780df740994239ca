import type { Registered, ScopeStore } from '../../shared/apis/api-store.ts';
import { parseRegisteredScope, type RegisteredScope, scopeDocument } from '../../shared/apis/registered-scope.ts';
import type { Author } from '../../shared/clients/change.ts';
import type { Conflict } from '../../shared/clients/client-store.ts';
import { differences } from '../../shared/clients/roll-back.ts';
import { pathSegment } from '../../shared/http/path-segment.ts';
import { ok, type Result, refuse } from '../../shared/result.ts';
import { Failure } from '../failure.ts';
import { type Document, type ManagementApi, type Reply, understood } from './management-api.ts';

/** The registered scope values of a server, by its management API. */
export function remoteScopeStore(api: ManagementApi): ScopeStore {
  const pathOf = (value: string) => `/scopes/${pathSegment(value)}`;

  async function find(value: string): Promise<Registered<RegisteredScope> | undefined> {
    const reply = await api.call('GET', pathOf(value));
    return reply.is === 'done' ? registered(reply.document, api.issuer) : undefined;
  }

  async function written(value: string, reply: Reply): Promise<Result<number, Conflict>> {
    if (reply.is === 'done') return ok(Number(reply.document['version']));
    return refuse({ reason: 'changed_meanwhile', version: (await find(value))?.version ?? 0 });
  }

  return {
    find,
    async list() {
      const { scopes } = await api.get('/scopes');
      return understood(api.issuer, () => (scopes as Document[]).map((document) => registered(document, api.issuer)));
    },
    async put(scope: RegisteredScope, { why }: Author, expected?: number) {
      const current = await find(scope.value);
      if (current === undefined) {
        return written(scope.value, await api.call('POST', '/scopes', { body: scopeDocument(scope), why }));
      }
      const body = Object.fromEntries(
        differences(scopeDocument(current.value), scopeDocument(scope)).map(({ member, after = null }) => [
          member,
          after,
        ]),
      );
      const ifMatch = expected ?? current.version;
      return written(scope.value, await api.call('PATCH', pathOf(scope.value), { body, ifMatch, why }));
    },
    async remove(value: string, { why }: Author, expected?: number) {
      const ifMatch = expected ?? (await find(value))?.version ?? 0;
      return written(value, await api.call('DELETE', pathOf(value), { ifMatch, why }));
    },
  };
}

function registered({ version, ...document }: Document, issuer: string): Registered<RegisteredScope> {
  const parsed = parseRegisteredScope(document);
  if (!parsed.ok) throw new Failure(`${issuer} gave an answer that this pixy does not know: update it.`);
  return { value: parsed.value, version: Number(version), changed: undefined };
}
