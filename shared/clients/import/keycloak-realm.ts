import { isObject, type JsonObject } from './json.ts';
import { shown } from './members.ts';

/*
 * What a realm of Keycloak says about its clients, besides what each says about itself: the scopes of those that name none, and client
 * policies, which can hold a client to PKCE although its own settings do not.
 */

export type RealmSays = {
  /** The client scopes of a client that names none. */
  usualScopes: readonly string[];
  /** Client scopes with mappers, which make claims. */
  describedScopes: readonly string[];
  /** Whom a client policy of the realm holds to PKCE with S256. `some`: only those that fit its conditions. */
  heldBy: 'all' | 'some' | 'none';
  /** The roles of the accounts that clients act as, by client. */
  serviceRoles: Readonly<Record<string, readonly string[]>>;
  notes: readonly string[];
};

/** The member of an entry that has what its realm says. */
export const ofRealm = 'pixy:realm';

/** What a new realm has. */
const usual: RealmSays = {
  usualScopes: ['profile', 'email', 'address', 'phone', 'offline_access'],
  describedScopes: [],
  heldBy: 'none',
  serviceRoles: {},
  notes: [],
};

/** Reads what the realm of an entry says; of a client that comes alone, what a new realm does. */
export const realmOf = (entry: JsonObject): RealmSays => ({ ...usual, ...(entry[ofRealm] as RealmSays | undefined) });

export function readRealm(realm: JsonObject): RealmSays {
  const scopes = [realm['defaultDefaultClientScopes'], realm['defaultOptionalClientScopes']].filter(Array.isArray);
  const described = listIn(realm, 'clientScopes').filter((scope) => listIn(scope, 'protocolMappers').length > 0);
  const policies = listIn(objectIn(realm, 'clientPolicies'), 'policies').filter(({ enabled }) => enabled === true);
  const holding = policies.filter((policy) => holdsToPkce(policy, realm));
  const names = policies.map(({ name }) => String(name));
  const heldBy = holding.some(isForAll) ? 'all' : holding.length > 0 ? 'some' : 'none';
  return {
    usualScopes: scopes.length > 0 ? scopes.flat().map(String) : usual.usualScopes,
    describedScopes: described.map(({ name }) => String(name)),
    heldBy,
    serviceRoles: Object.fromEntries(listIn(realm, 'users').flatMap(rolesOfService)),
    notes: [
      ...(names.length > 0 ? [`comes without the client policies ${shown(names)} of the realm`] : []),
      ...(heldBy === 'some' ? ['may have had to use PKCE by a client policy of the realm'] : []),
    ],
  };
}

/** Roles that every account has say nothing. */
function rolesOfService(user: JsonObject): [string, string[]][] {
  const client = user['serviceAccountClientId'];
  if (typeof client !== 'string') return [];
  const ofRealm = Array.isArray(user['realmRoles']) ? user['realmRoles'].map(String) : [];
  const ofClients = Object.entries(objectIn(user, 'clientRoles')).flatMap(([owner, roles]) =>
    Array.isArray(roles) && owner !== 'account' ? roles.map((role) => `${owner}/${String(role)}`) : [],
  );
  const own = ofRealm.filter((role) => !/^(?:default-roles-.*|offline_access|uma_authorization)$/.test(role));
  return [[client, [...own, ...ofClients]]];
}

const objectIn = (json: JsonObject, name: string): JsonObject => (isObject(json[name]) ? json[name] : {});
const listIn = (json: JsonObject, name: string): JsonObject[] =>
  Array.isArray(json[name]) ? json[name].filter(isObject) : [];

/** Profiles that every server has, and that no export describes. */
const builtIn = /^(?:fapi-1-baseline|fapi-2-[a-z-]+|oauth-2-1-for-(?:confidential|public)-client)$/;

function holdsToPkce(policy: JsonObject, realm: JsonObject): boolean {
  const names = Array.isArray(policy['profiles']) ? policy['profiles'].map(String) : [];
  const own = listIn(objectIn(realm, 'clientProfiles'), 'profiles').filter(({ name }) => names.includes(String(name)));
  return names.some((name) => builtIn.test(name)) || own.some(hasPkceEnforcer);
}

const hasPkceEnforcer = (profile: JsonObject): boolean =>
  listIn(profile, 'executors').some(({ executor }) => executor === 'pkce-enforcer');

/** A policy without conditions is for nobody. */
function isForAll(policy: JsonObject): boolean {
  const conditions = listIn(policy, 'conditions');
  const isAny = ({ condition, configuration }: JsonObject) =>
    condition === 'any-client' && String(objectIn({ configuration }, 'configuration')['is-negative-logic']) !== 'true';
  return conditions.length > 0 && conditions.every(isAny);
}
