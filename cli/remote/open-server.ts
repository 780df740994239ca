import { scopeOfDocument } from '../../shared/apis/explain-scope.ts';
import { Failure } from '../failure.ts';
import type { Io } from '../io.ts';
import type { Opened } from '../place.ts';
import { remoteClientStore } from './client-store.ts';
import { openManagementApi } from './management-api.ts';
import { remoteScopeStore } from './scope-store.ts';

/** Opens a server by its management API. What that cannot do fails with a sentence. */
export function openServer(io: Io, issuer: string): Opened & { close(): Promise<void> } {
  const api = openManagementApi(io, issuer);
  const secrets = new Map<string, string>();
  const withDatabase = (): never => {
    throw new Failure(
      'The management API cannot do this: use --stage or --table, with AWS credentials, or --local for a local run.',
    );
  };
  return {
    place: { kind: 'server', issuer },
    clients: remoteClientStore(api, (clientId, secret) => secrets.set(clientId, secret)),
    scopes: remoteScopeStore(api),
    explainScopeThere: async (clientId, scope) => {
      const query = new URLSearchParams({ client_id: clientId, ...(scope !== undefined && { scope }) });
      return scopeOfDocument((await api.get(`/policy/explain?${query.toString()}`))['scope']);
    },
    madeSecret: (clientId) => secrets.get(clientId),
    get database() {
      return withDatabase();
    },
    get batches() {
      return withDatabase();
    },
    isAlone: false,
    table: withDatabase,
    scan: withDatabase,
    close: async () => {},
  };
}
