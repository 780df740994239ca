import type { PkcePolicy } from '../../pkce/policy.ts';
import { ok, refuse } from '../../result.ts';
import { jsonEntries } from './entries.ts';
import type { ForeignClient, ForeignFormat, ReadingOptions } from './foreign-client.ts';
import { keepGrantTypesOf } from './grant-types.ts';
import { isObject, type JsonObject } from './json.ts';
import { type Members, membersOf } from './members.ts';
import { secretOf } from './secret.ts';

/** FusionAuth: reads applications as `GET /api/application` returns them. */
export const fusionauth: ForeignFormat = {
  entries: (text) => jsonEntries(text, 'applications'),
  translate: (value, options) =>
    isObject(value)
      ? ok(translate(value['application'] ?? value, options))
      : refuse({ member: 'entry', problem: 'is not an object' }),
};

const inside = (entry: unknown, name: string): JsonObject => {
  const value = isObject(entry) ? entry[name] : undefined;
  return isObject(value) ? value : {};
};

function translate(value: unknown, options: ReadingOptions): ForeignClient {
  const app = membersOf(isObject(value) ? value : {});
  const oauth = membersOf(inside(value, 'oauthConfiguration'));
  const needsSecret = needsAuthentication(oauth);
  const grants = keepGrantTypesOf(oauth, oauth.list('enabledGrants') ?? [], 'enabledGrants');
  const secret = secretOf(oauth, ['clientSecret'], options.authMethod ?? 'client_secret_basic', !needsSecret);
  const refreshing = refreshMembers(membersOf(inside(value, 'jwtConfiguration')), !needsSecret);
  const logoutUri = oauth.text('logoutURL');
  return {
    metadata: {
      client_id: oauth.text('clientId') ?? app.text('id'),
      client_name: app.text('name'),
      redirect_uris: oauth.list('authorizedRedirectURLs') ?? [],
      post_logout_redirect_uris: logoutUri === undefined ? undefined : [logoutUri],
      ...secret.metadata,
      grant_types: grants.grantTypes,
      first_party: oauth.text('relationship') === 'FirstParty' ? true : undefined,
      ...(grants.grantTypes.includes('refresh_token') && refreshing),
    },
    pkce: { policy: grants.grantTypes.includes('authorization_code') ? policyOf(oauth, needsSecret) : 'inherit' },
    names,
    disabled: app.text('state') === 'Inactive' || app.flag('active') === false,
    mistakes: [...app.mistakes, ...oauth.mistakes],
    notes: [...grants.notes, ...secret.notes],
  };
}

const names = {
  client_id: 'oauthConfiguration.clientId', client_name: 'name', client_secret: 'oauthConfiguration.clientSecret',
  redirect_uris: 'oauthConfiguration.authorizedRedirectURLs', grant_types: 'oauthConfiguration.enabledGrants',
  post_logout_redirect_uris: 'oauthConfiguration.logoutURL', pkce_policy: 'oauthConfiguration.proofKeyForCodeExchangePolicy',
  refresh_token_lifetime: 'jwtConfiguration.refreshTokenTimeToLiveInMinutes',
}; // biome-ignore format: a table

/** Older versions have a flag instead of the policy. */
function needsAuthentication(oauth: Members): boolean {
  const policy = oauth.text('clientAuthenticationPolicy');
  return policy === undefined ? (oauth.flag('requireClientAuthentication') ?? true) : policy === 'Required';
}

/** FusionAuth accepts S256 only. */
function policyOf(oauth: Members, needsSecret: boolean): PkcePolicy {
  const policy = oauth.text('proofKeyForCodeExchangePolicy') ?? 'NotRequired';
  if (policy === 'Required') return 'S256';
  if (policy === 'NotRequired') return 'none';
  if (policy === 'NotRequiredWhenUsingClientAuthentication') return needsSecret ? 'none' : 'S256';
  const problem = 'is not one of Required, NotRequired, NotRequiredWhenUsingClientAuthentication';
  return oauth.refuse('oauthConfiguration.proofKeyForCodeExchangePolicy', problem, 'S256');
}

function refreshMembers(jwt: Members, isPublic: boolean): JsonObject {
  const minutes = jwt.seconds('refreshTokenTimeToLiveInMinutes');
  const isSliding = jwt.text('refreshTokenExpirationPolicy')?.startsWith('SlidingWindow') ?? false;
  const seconds = minutes ? minutes * 60 : undefined;
  const isKept = jwt.text('refreshTokenUsagePolicy') === 'Reusable';
  return {
    ...(isSliding ? { refresh_token_idle_lifetime: seconds } : { refresh_token_lifetime: seconds }),
    rotate_refresh_tokens: isKept && !isPublic ? false : undefined,
  };
}
