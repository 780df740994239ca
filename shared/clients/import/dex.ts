import { deviceCodeGrant } from '../../oauth/server-metadata.ts';
import { ok, refuse } from '../../result.ts';
import { jsonEntries } from './entries.ts';
import type { ForeignClient, ForeignFormat, ReadingOptions } from './foreign-client.ts';
import { isObject, type JsonObject } from './json.ts';
import { membersOf, shown } from './members.ts';
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
  const logout = { uris: members.list('postLogoutRedirectURIs'), uri: members.text('backchannelLogoutURI') };
  const uris = members.list('redirectURIs') ?? [];
  const own = uris.filter((uri) => !isOfDevices(uri));
  const isForDevices = own.length < uris.length;
  const described = { client_id: members.text('id'), client_name: members.text('name') };
  const left = members.unread().filter((name) => !withoutEffect.includes(name));
  return {
    metadata: {
      ...described,
      redirect_uris: own,
      post_logout_redirect_uris: logout.uris,
      backchannel_logout_uri: logout.uri,
      ...secret.metadata,
      grant_types: [
        ...(isForDevices && own.length === 0 ? [] : ['authorization_code']),
        ...(isForDevices ? [deviceCodeGrant] : []),
        'refresh_token',
      ],
      scope: 'openid profile email offline_access',
    },
    pkce: { policy: 'inherit' },
    names,
    mistakes: members.mistakes,
    notes: [...secret.notes, ...(left.length > 0 ? [`comes without ${shown(left)}`] : [])],
  };
}

const names = {
  client_id: 'id', client_name: 'name', client_secret: 'secret', redirect_uris: 'redirectURIs',
  post_logout_redirect_uris: 'postLogoutRedirectURIs', backchannel_logout_uri: 'backchannelLogoutURI',
}; // biome-ignore format: a table

/** Members about the record, and how Kubernetes keeps it. */
const withoutEffect = ['logoURL', 'kind', 'apiVersion', 'metadata'];

/** Dex's own address, which a client has when its people sign in on another device. The path of the issuer may stand before it. */
const isOfDevices = (uri: string): boolean => uri.startsWith('/') && uri.endsWith('/device/callback');
