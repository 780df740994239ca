import { ok, type Result, refuse } from '../../result.ts';
import type { Mistake } from '../registration.ts';
import { jsonEntries } from './entries.ts';
import type { ForeignClient, ForeignFormat, ReadingOptions } from './foreign-client.ts';
import { keepGrantTypesOf } from './grant-types.ts';
import { isObject, type JsonObject } from './json.ts';
import { unreadOf } from './left-behind.ts';
import { type Members, membersOf, shown } from './members.ts';
import { secretOf } from './secret.ts';

/**
 * Okta: reads OpenID Connect apps as `GET /api/v1/apps` lists them. Its own `pkce_required` says who had to use PKCE, and S256 is
 * all that Okta accepts. The list has no secrets unless somebody put them in.
 */
export const okta: ForeignFormat = {
  entries: (text) => jsonEntries(text, 'apps'),
  translate: (value, options) =>
    isObject(value)
      ? (refuseOther(value) ?? ok(translate(value, options)))
      : refuse({ member: 'entry', problem: 'is not an object' }),
};

function refuseOther({ signOnMode = 'OPENID_CONNECT' }: JsonObject): Result<never, Mistake> | undefined {
  if (signOnMode === 'OPENID_CONNECT') return undefined;
  const problem = `is ${shown([String(signOnMode)])}: only OPENID_CONNECT has a client`;
  return refuse({ member: 'signOnMode', problem });
}

const inside = (entry: unknown, name: string): JsonObject => {
  const value = isObject(entry) ? entry[name] : undefined;
  return isObject(value) ? value : {};
};

function translate(entry: JsonObject, options: ReadingOptions): ForeignClient {
  const app = membersOf(entry);
  const credentials = membersOf(inside(inside(entry, 'credentials'), 'oauthClient'));
  const settings = membersOf(inside(inside(entry, 'settings'), 'oauthClient'));
  const method = credentials.text('token_endpoint_auth_method') ?? options.authMethod ?? 'client_secret_basic';
  const isPublic = method === 'none';
  const grants = keepGrantTypesOf(settings, settings.list('grant_types') ?? ['authorization_code'], 'grant_types');
  const secret =
    method === 'private_key_jwt'
      ? {
          metadata: {
            token_endpoint_auth_method: method,
            jwks: settings.any('jwks'),
            jwks_uri: settings.text('jwks_uri'),
          },
          notes: [],
        }
      : secretOf(credentials, ['client_secret'], method, isPublic);
  const isRequired = credentials.flag('pkce_required') ?? isPublic;
  const refreshing = membersOf(
    inside(settings.any('refresh_token') === undefined ? {} : { it: settings.any('refresh_token') }, 'it'),
  );
  const isKept = refreshing.text('rotation_type') === 'STATIC';
  return {
    metadata: {
      client_id: credentials.text('client_id') ?? app.text('id'),
      client_name: app.text('label'),
      policy_uri: settings.text('policy_uri'),
      tos_uri: settings.text('tos_uri'),
      redirect_uris: settings.list('redirect_uris') ?? [],
      post_logout_redirect_uris: settings.list('post_logout_redirect_uris'),
      ...secret.metadata,
      dpop_bound_access_tokens: settings.flag('dpop_bound_access_tokens'),
      request_object_signing_alg: settings.text('request_object_signing_alg'),
      grant_types: grants.grantTypes,
      first_party: settings.text('consent_method') === 'TRUSTED' ? true : undefined,
      ...(grants.grantTypes.includes('refresh_token') && {
        refresh_token_grace: refreshing.seconds('leeway') || undefined,
        rotate_refresh_tokens: isKept && !isPublic ? false : undefined,
      }),
    },
    pkce: { policy: !grants.grantTypes.includes('authorization_code') ? 'inherit' : isRequired ? 'S256' : 'none' },
    names,
    disabled: app.text('status') === 'INACTIVE',
    mistakes: [...app.mistakes, ...credentials.mistakes, ...settings.mistakes],
    notes: [...grants.notes, ...secret.notes, ...demandsLeft(app, credentials, settings)],
  };
}

/** What Okta asks of people and networks, and tells a client, by other settings. */
function demandsLeft(app: Members, credentials: Members, settings: Members): string[] {
  const login = membersOf(inside({ it: settings.any('idp_initiated_login') }, 'it'));
  const network = membersOf(inside({ it: settings.any('network') }, 'it'));
  const template = membersOf(inside({ it: credentials.any('userNameTemplate') }, 'it'));
  const left = [
    ...((settings.text('wildcard_redirect') ?? 'DISABLED') === 'DISABLED' ? [] : ['wildcard_redirect']),
    ...((login.text('mode') ?? 'DISABLED') === 'DISABLED' ? [] : ['idp_initiated_login']),
    ...((network.text('connection') ?? 'ANYWHERE') === 'ANYWHERE' ? [] : ['network']),
    ...(template.text('template') === undefined || template.text('type') === 'BUILT_IN' ? [] : ['userNameTemplate']),
    ...unreadOf(app, ofRecord),
    ...unreadOf(settings, /^(?:client_uri|logo_uri|response_types|jwks|jwks_uri|application_type|issuer_mode)$/),
  ];
  return left.length > 0 ? [`comes without ${shown(left)}`] : [];
}

/** Members about the record, its place on the dashboard, and what is read elsewhere. */
const ofRecord =
  /^(?:id|orn|name|created|lastUpdated|accessibility|visibility|features|signOnMode|credentials|settings|licensing|status|universalLogout|_links|_embedded)$/;

const names = {
  client_name: 'label', client_id: 'credentials.oauthClient.client_id', client_secret: 'credentials.oauthClient.client_secret',
  request_object_signing_alg: 'settings.oauthClient.request_object_signing_alg',
  redirect_uris: 'settings.oauthClient.redirect_uris', pkce_policy: 'credentials.oauthClient.pkce_required',
  token_endpoint_auth_method: 'credentials.oauthClient.token_endpoint_auth_method',
}; // biome-ignore format: a table
