import type { PkcePolicy } from '../../pkce/policy.ts';
import { ok, refuse } from '../../result.ts';
import { jsonEntries } from './entries.ts';
import type { Entry, ForeignClient, ForeignFormat, ReadingOptions } from './foreign-client.ts';
import { keepGrantTypesOf } from './grant-types.ts';
import { isObject, type JsonObject, parseJson } from './json.ts';
import { hasOtherOrigin, unreadOf } from './left-behind.ts';
import { asksForSomething, type Members, membersOf, shown } from './members.ts';
import { secretOf } from './secret.ts';

/** FusionAuth: reads applications as `GET /api/application` returns them, or the requests of a kickstart file that make them. */
export const fusionauth: ForeignFormat = {
  entries: (text) => {
    const entries = jsonEntries(text, 'applications', 'requests');
    if (!entries.ok || !entries.value.some(isRequest)) return entries;
    const json = parseJson(text);
    const made = applicationsMade(entries.value, inside(json.ok ? json.value : {}, 'variables'));
    return made.length > 0 ? ok(made) : refuse('makes no application');
  },
  translate: (value, options) =>
    isObject(value)
      ? ok(translate(value['application'] ?? value, options))
      : refuse({ member: 'entry', problem: isElsewhere(value) ? inAnotherFile : 'is not an object' }),
};

/** A kickstart file may name another one, which has the request. */
const isElsewhere = (value: unknown): boolean => typeof value === 'string' && /^[@&$]\{[^}]+\}$/.test(value);
const inAnotherFile =
  'is in a file of its own: put it here if it makes an application, or leave it out with --skip-refused';

const inside = (entry: unknown, name: string): JsonObject => {
  const value = isObject(entry) ? entry[name] : undefined;
  return isObject(value) ? value : {};
};

const isRequest = ({ value }: Entry): boolean => isObject(value) && 'method' in value && 'url' in value;

/** The applications that a kickstart file makes. Their id is in the path of the request, and variables are replaced by their values. */
function applicationsMade(requests: readonly Entry[], variables: JsonObject): Entry[] {
  return requests.flatMap((entry) => {
    const { label, value } = entry;
    if (isElsewhere(value)) return [entry];
    const request = isObject(value) ? value : {};
    const [path, id] = /^\/?api\/application\/([^/?]+)$/.exec(String(request['url'])) ?? [];
    if (path === undefined || request['method'] !== 'POST') return [];
    const application = { id, ...inside(request['body'], 'application') };
    return [{ label, value: filledIn(application, variables) }];
  });
}

/** Replaces `#{name}` wherever it is. One without a value, such as `#{UUID()}`, stays, and is refused where it matters. */
function filledIn(value: unknown, variables: JsonObject): unknown {
  if (typeof value === 'string') {
    return value.replace(/#\{(\w+)\}/g, (marked, name: string) => {
      const filling = variables[name];
      return typeof filling === 'string' ? filling : marked;
    });
  }
  if (Array.isArray(value)) return value.map((item) => filledIn(item, variables));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, filledIn(member, variables)]));
}

function translate(value: unknown, options: ReadingOptions): ForeignClient {
  const app = membersOf(isObject(value) ? value : {});
  const oauth = membersOf(inside(value, 'oauthConfiguration'));
  const needsSecret = needsAuthentication(oauth);
  const listed = oauth.list('enabledGrants') ?? [];
  const refreshes = oauth.flag('generateRefreshTokens') ?? true;
  const grants = keepGrantTypesOf(oauth, refreshes ? listed : listed.filter(isNoRefresh), 'enabledGrants');
  const secret = secretOf(oauth, ['clientSecret'], options.authMethod ?? 'client_secret_basic', !needsSecret);
  const refreshing = refreshMembers(membersOf(inside(value, 'jwtConfiguration')), !needsSecret);
  const logoutUri = oauth.text('logoutURL');
  const id = oauth.text('clientId') ?? app.text('id');
  if (id?.includes('#{'))
    oauth.refuse('id', 'is the name of a variable, which was not replaced by its value', undefined);
  return {
    metadata: {
      client_id: id,
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
    notes: [...grants.notes, ...secret.notes, ...demandsLeft(app, oauth)],
  };
}

const isNoRefresh = (name: string): boolean => name !== 'refresh_token';

/** What FusionAuth asks of the people who sign in to an application, or tells it about them, by other settings. */
function demandsLeft(app: Members, oauth: Members): string[] {
  const factor = membersOf(inside({ it: app.any('multiFactorConfiguration') }, 'it'));
  const isFactorAsked = (factor.text('loginPolicy') ?? 'Disabled') !== 'Disabled';
  const left = [
    ...(oauth.flag('requireRegistration') === true ? ['oauthConfiguration.requireRegistration'] : []),
    ...(isFactorAsked ? ['multiFactorConfiguration.loginPolicy'] : []),
    ...['lambdaConfiguration', 'accessControlConfiguration'].filter((name) => asksForSomething(app.any(name))),
    ...[
      'samlv2Configuration',
      'registrationConfiguration',
      'passwordlessConfiguration',
      'externalIdentifierConfiguration',
    ].filter((name) => membersOf(inside({ it: app.any(name) }, 'it')).flag('enabled') === true),
    ...(Array.isArray(app.any('roles')) && asksForSomething(app.any('roles')) ? ['roles'] : []),
    ...(hasOtherOrigin(oauth.list('authorizedOriginURLs') ?? [], oauth.list('authorizedRedirectURLs') ?? [])
      ? ['oauthConfiguration.authorizedOriginURLs']
      : []),
    ...unreadOf(oauth, ofPages).map((name) => `oauthConfiguration.${name}`),
  ];
  return left.length > 0 ? [`comes without ${shown(left)}`] : [];
}

/** Settings of its pages, and those that say nothing more than what is read. */
const ofPages =
  /^(?:debug|deviceVerificationURL|logoutBehavior|consentMode|scopeHandlingPolicy|unknownScopePolicy|authorizedURLValidationPolicy|providedScopePolicy|generateRefreshTokens|requireClientAuthentication|clientAuthenticationPolicy|requireRegistration)$/;

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
