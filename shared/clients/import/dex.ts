import { ok, refuse } from '../../result.ts';
import { jsonEntries } from './entries.ts';
import type { ForeignClient, ForeignFormat, ReadingOptions } from './foreign-client.ts';
import { isObject, type JsonObject } from './json.ts';
import { asksForSomething, membersOf } from './members.ts';
import { secretOf } from './secret.ts';

/**
 * Dex: reads the `staticClients` of its configuration as JSON, or its clients in Kubernetes (`kubectl get oauth2clients -o json`).
 * Dex has no PKCE setting, so every client inherits. All clients may have refresh tokens.
 */
export const dex: ForeignFormat = {
  entries: (text) => jsonEntries(text, 'staticClients', 'items'),
  translate: (value, options) =>
    isObject(value) ? ok(translate(value, options)) : refuse({ member: 'entry', problem: 'is not an object' }),
};

function translate(entry: JsonObject, options: ReadingOptions): ForeignClient {
  const members = membersOf(entry);
  const isPublic = members.flag('public') === true;
  for (const name of ['secretEnv', 'idEnv']) {
    const problem = 'names a variable of the environment: write the value instead';
    if (members.text(name) !== undefined) members.refuse(name, problem, undefined);
  }
  const secret = secretOf(members, ['secret'], options.authMethod ?? 'client_secret_basic', isPublic);
  const peers = members.any('trustedPeers');
  return {
    metadata: {
      client_id: members.text('id'),
      client_name: members.text('name'),
      redirect_uris: members.list('redirectURIs') ?? [],
      ...secret.metadata,
      grant_types: ['authorization_code', 'refresh_token'],
      scope: 'openid profile email offline_access',
    },
    pkce: { policy: 'inherit' },
    names: { client_id: 'id', client_name: 'name', client_secret: 'secret', redirect_uris: 'redirectURIs' },
    mistakes: members.mistakes,
    notes: [...secret.notes, ...(asksForSomething(peers) ? ['comes without trustedPeers'] : [])],
  };
}
