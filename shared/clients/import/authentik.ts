import { ok, type Result, refuse } from '../../result.ts';
import { jsonEntries } from './entries.ts';
import type { Entry, ForeignClient, ForeignFormat, ReadingOptions } from './foreign-client.ts';
import { keepGrantTypesOf } from './grant-types.ts';
import { isObject, type JsonObject } from './json.ts';
import { asksForSomething, type Members, membersOf, shown } from './members.ts';
import { secretOf } from './secret.ts';

/**
 * authentik: reads OAuth2 providers as `GET /api/v3/providers/oauth2/` lists them, or those of a blueprint, which may be the whole
 * export. It requires PKCE of nobody, so every client inherits.
 */
export const authentik: ForeignFormat = {
  entries: (text) => {
    const entries = jsonEntries(text, 'results', 'entries');
    return entries.ok ? providersIn(entries.value) : entries;
  },
  translate: (value, options) =>
    isObject(value) ? ok(translate(value, options)) : refuse({ member: 'entry', problem: 'is not an object' }),
};

const providerModel = 'authentik_providers_oauth2.oauth2provider';
const mappingModel = 'authentik_providers_oauth2.scopemapping';

const inside = (value: unknown, name: string): JsonObject => {
  const member = isObject(value) ? value[name] : undefined;
  return isObject(member) ? member : {};
};

/** A blueprint has whatever a server has. Its entries have the members of a provider in two objects. */
function providersIn(entries: readonly Entry[]): Result<Entry[], string> {
  const isOf = (model: string) => (entry: Entry) => isObject(entry.value) && entry.value['model'] === model;
  if (!entries.some(({ value }) => isObject(value) && 'model' in value)) return ok([...entries]);
  const wanted = entries
    .filter(isOf(providerModel))
    .filter(({ value }) => inside({ value }, 'value')['state'] !== 'absent');
  if (wanted.length === 0) return refuse(`has no entry of the model ${providerModel}`);
  const scopes = entries.filter(isOf(mappingModel)).flatMap(({ value }) => namesOfMapping(value));
  return ok(
    wanted.map(({ label, value }) => {
      const { name } = inside(value, 'identifiers');
      return { label, value: { name, ...inside(value, 'attrs'), [ofBlueprint]: Object.fromEntries(scopes) } };
    }),
  );
}

/** The member of an entry that has the scope values of the mappings in its file, by all that a provider may call one. */
const ofBlueprint = 'pixy:scopes';

function namesOfMapping(entry: unknown): [string, string][] {
  const identifiers = inside(entry, 'identifiers');
  const described = { ...identifiers, ...inside(entry, 'attrs') };
  const { scope_name: scope } = described;
  if (typeof scope !== 'string') return [];
  const names = [inside({ entry }, 'entry')['id'], identifiers['pk'], described['managed'], described['name']];
  return names.filter((name) => typeof name === 'string').map((name) => [name, scope]);
}

function translate(entry: JsonObject, options: ReadingOptions): ForeignClient {
  const members = membersOf(entry);
  const isPublic = members.text('client_type') === 'public';
  const listed = members.list('grant_types');
  const usual = ['authorization_code', 'refresh_token'];
  const grants = keepGrantTypesOf(members, listed?.length ? listed : usual, 'grant_types');
  const method = isPublic ? 'none' : (options.authMethod ?? 'client_secret_basic');
  const secret = secretOf(members, ['client_secret'], method, isPublic);
  const uris = redirectUris(members);
  const scope = scopeOf(entry);
  const logout = members.text('logout_uri');
  const isByFront = members.text('logout_method') === 'frontchannel';
  return {
    metadata: {
      client_id: members.text('client_id'),
      client_name: members.text('name'),
      redirect_uris: uris.authorization,
      post_logout_redirect_uris: uris.logout,
      [isByFront ? 'frontchannel_logout_uri' : 'backchannel_logout_uri']: logout,
      ...secret.metadata,
      grant_types: grants.grantTypes,
      scope,
      first_party: isWithoutConsent(entry) ? true : undefined,
      id_token_claims: (members.flag('include_claims_in_id_token') ?? true) ? true : undefined,
      ...(grants.grantTypes.includes('refresh_token') && {
        refresh_token_idle_lifetime: secondsIn(members.text('refresh_token_validity')),
      }),
    },
    pkce: { policy: 'inherit' },
    names: {
      client_name: 'name',
      backchannel_logout_uri: 'logout_uri',
      refresh_token_idle_lifetime: 'refresh_token_validity',
    },
    mistakes: members.mistakes,
    notes: [
      ...grants.notes,
      ...secret.notes,
      ...(listed?.length ? [] : ['gets authorization_code and refresh_token: the file does not say what else it used']),
      ...(scope === undefined
        ? ['may ask for openid, profile, email and the like: the file has no scopes, so add those of APIs']
        : []),
      ...demandsLeft(members, entry),
    ],
  };
}

/** Older versions have a text with a line for each, newer ones an object, which may be a pattern. */
function redirectUris(members: Members): { authorization: string[]; logout: string[] | undefined } {
  const given = members.any('redirect_uris') ?? [];
  const list = typeof given === 'string' ? given.split(/\s+/).filter((uri) => uri !== '') : given;
  if (!Array.isArray(list))
    return members.refuse('redirect_uris', 'is not a list', { authorization: [], logout: undefined });
  const uris = list.map((item: unknown) => (isObject(item) ? item : { url: item }));
  uris.forEach((item, index) => {
    if (item['matching_mode'] !== 'regex') return;
    members.refuse(
      `redirect_uris.${index}`,
      'is a pattern (matching_mode): register every redirect URI in full',
      undefined,
    );
  });
  const isOfLogout = (item: JsonObject) => item['redirect_uri_type'] === 'logout';
  const urls = (items: JsonObject[]) => items.map(({ url }) => String(url));
  const logout = urls(uris.filter(isOfLogout));
  return {
    authorization: urls(uris.filter((item) => !isOfLogout(item))),
    logout: logout.length > 0 ? logout : undefined,
  };
}

/** Mappings are named by a key, or found by the name of their scope. Undefined unless each of them is known. */
function scopeOf(entry: JsonObject): string | undefined {
  const mappings = entry['property_mappings'];
  if (!Array.isArray(mappings)) return undefined;
  const scopes = mappings.map((mapping) => scopeIn(mapping, inside(entry, ofBlueprint)));
  if (!scopes.every((scope) => scope !== undefined)) return undefined;
  return [...new Set(scopes)].join(' ');
}

function scopeIn(mapping: unknown, known: JsonObject): string | undefined {
  const keys = isObject(mapping) ? [mapping['!KeyOf'], ...conditionsOf(mapping['!Find'])] : [mapping];
  for (const key of keys) {
    if (typeof key !== 'string') continue;
    const scope = known[key] ?? /scope-([a-z_]+)$/.exec(key)?.[1] ?? /OpenID '([a-z_]+)'$/.exec(key)?.[1];
    if (typeof scope === 'string') return scope;
  }
  return undefined;
}

/** `!Find [model, [scope_name, email]]` names the scope itself. */
function conditionsOf(found: unknown): unknown[] {
  const [, ...conditions] = Array.isArray(found) ? found : [];
  return conditions
    .filter(Array.isArray)
    .map(([name, value]) => (name === 'scope_name' ? `scope-${String(value)}` : value));
}

/** The flow of a provider that asks for consent is another one. A key of the flow says nothing. */
const isWithoutConsent = ({ authorization_flow: flow }: JsonObject): boolean =>
  isObject(flow) && conditionsOf(flow['!Find']).some((slug) => /(?:^|-)implicit-consent$/.test(String(slug)));

/** Seconds of `days=30` or `hours=1;minutes=30`. */
function secondsIn(validity = ''): number | undefined {
  const units: Readonly<Record<string, number>> = {
    weeks: 604_800,
    days: 86_400,
    hours: 3_600,
    minutes: 60,
    seconds: 1,
  };
  const parts = validity.split(';').filter((part) => part.trim() !== '');
  const seconds = parts.map((part) => {
    const [, unit = '', count] = /^\s*([a-z]+)=(\d{1,9})\s*$/.exec(part) ?? [];
    return Number(count) * (units[unit] ?? Number.NaN);
  });
  const sum = seconds.reduce((total, part) => total + part, 0);
  return Number.isSafeInteger(sum) && sum > 0 ? sum : undefined;
}

/** What the server asks of people or does to tokens by other settings. */
function demandsLeft(members: Members, entry: JsonObject): string[] {
  const names = [
    'authentication_flow',
    'encryption_key',
    'jwks_sources',
    'jwt_federation_sources',
    'jwt_federation_providers',
  ];
  const left = names.filter((name) => asksForSomething(members.any(name)));
  const subject = members.text('sub_mode') ?? 'hashed_user_id';
  return [
    `knew people by their ${shown([subject])} (sub_mode): import them with that as sub`,
    ...(entry['signing_key'] === null ? ['got ID tokens signed with its secret, and gets them signed with a key'] : []),
    ...(left.length > 0 ? [`comes without ${shown(left)}`] : []),
  ];
}
