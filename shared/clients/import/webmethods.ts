import type { PkcePolicy } from '../../pkce/policy.ts';
import { ok, type Result, refuse } from '../../result.ts';
import type { Mistake } from '../registration.ts';
import { jsonEntries } from './entries.ts';
import type { ForeignClient, ForeignFormat, ReadingOptions } from './foreign-client.ts';
import { keepGrantTypesOf } from './grant-types.ts';
import { isObject, type JsonObject } from './json.ts';
import { hasOtherOrigin, unreadOf } from './left-behind.ts';
import { type Members, membersOf, plain, shown } from './members.ts';

/**
 * webMethods API Gateway: reads the response of `GET /rest/apigateway/strategies`, or a list of applications labelled as on its
 * screen:
 *
 *     [{ "Name": "Shop", "Client ID": "…", "Client Secret": "…", "Application Type": "Confidential",
 *        "Redirect URIs": ["https://…"], "Scopes": ["orders"], "Grant Types": ["authorization_code"],
 *        "Enforce PKCE": "Use Global Setting" }]
 *
 * Ignores case, spaces, hyphens and underscores in names and values.
 */
export const webmethods: ForeignFormat = {
  entries: (text) => jsonEntries(text, 'strategies', 'applications'),
  translate: (value, options) =>
    isObject(value) ? translate(value, options) : refuse({ member: 'entry', problem: 'is not an object' }),
};

function translate(entry: JsonObject, options: ReadingOptions): Result<ForeignClient, Mistake> {
  const strategy = membersOf(entry);
  const members = membersOf(...partsOf(entry));
  const other = refuseOtherStrategy(strategy);
  if (other) return other;
  const client = readClient(members, options);
  return ok({ ...client, mistakes: [...strategy.mistakes, ...members.mistakes] });
}

function readClient(members: Members, options: ReadingOptions): ForeignClient {
  const isPublic = readType(members);
  const { policy, isHeld } = readPolicy(members);
  const grants = keepGrantTypesOf(members, readGrantTypes(members), 'allowedGrantTypes', 'grantTypes');
  const secret = readSecret(members, isPublic, options);
  return {
    metadata: {
      client_id: members.text('clientId'),
      client_name: members.text('name', 'clientName', 'applicationName'),
      client_secret: secret.secret,
      redirect_uris: members.list('redirectUris', 'redirectUri'),
      token_endpoint_auth_method: secret.method,
      ignore_public_client_secret: secret.isIgnored,
      grant_types: grants.grantTypes,
      scope: members.list('clScopes', 'scopes', 'scope')?.join(' '),
    },
    pkce: { policy },
    isHeld,
    names: {
      client_id: members.nameOf('clientId'),
      client_name: members.nameOf('name', 'clientName', 'applicationName'),
      client_secret: members.nameOf('clientSecret'),
      redirect_uris: members.nameOf('redirectUris', 'redirectUri'),
      grant_types: members.nameOf('allowedGrantTypes', 'grantTypes', 'grantType'),
      scope: members.nameOf('clScopes', 'scopes', 'scope'),
      pkce_policy: members.nameOf(...settingNames),
    },
    disabled: members.flag('enabled') === false || members.flag('isSuspended') === true,
    notes: [...grants.notes, ...secret.notes, ...(isPublic ? [] : noteForConfidential(policy)), ...leftBehind(members)],
  };
}

const noteForConfidential = (policy: PkcePolicy | 'inherit'): string[] =>
  policy === 'none'
    ? []
    : ['is confidential and held to its PKCE setting all the same; webMethods holds only public applications to it'];

type Secret = { method: string; secret?: string | undefined; isIgnored?: true; notes: string[] };

/** The product's documentation sends id and secret in the Authorization header. */
function readSecret(members: Members, isPublic: boolean, options: ReadingOptions): Secret {
  const { authMethod } = options;
  const member = members.nameOf('clientSecret');
  const secret = members.text('clientSecret');
  if (isPublic) return secret === undefined ? { method: 'none', notes: [] } : ofPublic(secret, member, options);
  const read = { method: authMethod ?? 'client_secret_basic', secret, notes: [] };
  return authMethod === 'none'
    ? members.refuse(member, 'is required, and --auth-method none would drop it', read)
    : read;
}

/** Public applications have a secret there, too, and the product's examples send it. The verifier proves them, not the secret. */
function ofPublic(secret: string, member: string, { authMethod }: ReadingOptions): Secret {
  if (authMethod === undefined) {
    const note = `may go on sending its ${member}, which is ignored (ignore_public_client_secret): it is public`;
    return { method: 'none', isIgnored: true, notes: [note] };
  }
  if (authMethod === 'none') {
    return { method: 'none', notes: [`comes without its ${member}: it is public and sends none`] };
  }
  const note = `authenticates with its ${member} from now on, as --auth-method says: it was public`;
  return { method: authMethod, secret, notes: [note] };
}

/** In a strategy, registered values take precedence over requested ones. An application has its credentials. */
function partsOf(entry: JsonObject): JsonObject[] {
  const { clientRegistration, dcrConfig, accessTokens } = entry;
  const credentials = isObject(accessTokens) ? accessTokens['oauth_credentials'] : undefined;
  return [clientRegistration, dcrConfig, credentials, entry].filter(isObject);
}

/** Refuses strategies that validate another server's tokens, since they have no client of this server. */
function refuseOtherStrategy(strategy: Members): Result<never, Mistake> | undefined {
  const alias = strategy.text('authServerAlias');
  if (alias === undefined) return undefined;
  if (plain(alias) !== 'local') {
    return refuse({ member: 'authServerAlias', problem: 'is not local: the client is registered with another server' });
  }
  const type = strategy.text('type') ?? 'OAUTH2';
  if (plain(type) === 'oauth2') return undefined;
  return refuse({ member: 'type', problem: `is ${shown([type])}, and only OAUTH2 strategies have a client` });
}

/** Reads the client type. The screen calls it `applicationType`; in the REST API that name says whether it is a web application. */
function readType(members: Members): boolean {
  const types = ['clientType', 'type', 'applicationType'].map((name) => plain(members.text(name) ?? ''));
  const type = types.find((name) => name === 'public' || name === 'confidential');
  return type === undefined
    ? members.refuse('clientType', 'is missing: write Public or Confidential', true)
    : type === 'public';
}

const settings: ReadonlyMap<string, PkcePolicy | 'inherit'> = new Map([
  ['enforced', 'any'],
  ['notenforced', 'none'],
  ['useglobalsetting', 'inherit'],
]);

const settingNames = ['pkceType', 'enforcePkce', 'pkceSettings', 'pkceSetting', 'pkce'];

/**
 * An application without the setting follows the global one. The screen appends the effective value in parentheses; one that was
 * not enforced let the client in without PKCE.
 */
function readPolicy(members: Members): { policy: PkcePolicy | 'inherit'; isHeld: boolean } {
  const setting = members.text(...settingNames) ?? 'Use Global Setting';
  const policy = settings.get(plain(setting.replace(/\(.*\)/, '')));
  if (policy !== undefined) return { policy, isHeld: plain(setting) !== 'useglobalsettingnotenforced' };
  const problem = 'is not one of Enforced, Not Enforced, Use Global Setting';
  return members.refuse(members.nameOf(...settingNames), problem, { policy: 'inherit', isHeld: true });
}

/** Reads a list, or one flag per grant type. The number of refreshes tells whether there is a refresh grant. */
function readGrantTypes(members: Members): string[] {
  const flags = {
    authorization_code: members.flag('authCodeAllowed'),
    client_credentials: members.flag('clientCredentialsAllowed'),
    implicit: members.flag('implicitAllowed'),
    password: members.flag('resourceOwnerAllowed'),
  };
  const flagged = Object.entries(flags).flatMap(([name, allowed]) => (allowed ? [name] : []));
  const listed = members.list('allowedGrantTypes', 'grantTypes', 'grantType') ?? flagged;
  const grantTypes =
    listed.length > 0 ? listed.map((name) => name.toLowerCase().replace(/[\s-]+/g, '_')) : ['authorization_code'];
  const refreshes = Number(members.any('refreshCount', 'tokenRefreshLimit') ?? 0) !== 0;
  return refreshes ? [...grantTypes, 'refresh_token'] : grantTypes;
}

/** Lifetimes that are not an hour, and what an application has there besides: identifiers such as ranges of addresses, APIs, audiences. */
function leftBehind(members: Members): string[] {
  const lifetime = members.any('expirationInterval', 'tokenLifetime') ?? usualLifetime;
  const origins = members.list('jsOrigins') ?? [];
  const left = [
    ...(lifetime === usualLifetime || lifetime === Number(usualLifetime)
      ? []
      : [members.nameOf('expirationInterval', 'tokenLifetime')]),
    ...(hasOtherOrigin(origins, members.list('redirectUris', 'redirectUri') ?? []) ? ['jsOrigins'] : []),
    ...unreadOf(members, ofRecord),
  ];
  return left.length > 0 ? [`comes without ${shown(left)}`] : [];
}

/** An hour, in seconds; -1 is for ever. */
const usualLifetime = '3600';

/** Members about the record, also as the screen spells them, and what is read elsewhere. */
const ofRecord =
  /^(?:id|description|owner|version|creation ?date|last ?modified|site ?urls|contact ?emails|icon\w*|auth ?server ?alias|dcrConfig|clientRegistration|accessTokens|app ?type|application ?type|client ?type|type|ecId|auth ?code ?expiration ?interval|status|state)$/i;
