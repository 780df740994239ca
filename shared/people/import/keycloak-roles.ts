import { isObject, type Json } from './account-entry.ts';

/*
 * The roles of people in Keycloak. A person has some by name, others through groups, and each role can contain others: what tokens
 * had, and what APIs decide by, is all of them together.
 */

/**
 * Returns what adds to a user all roles that they have. `realm`: the members `roles`, `groups` and `defaultRole` of the realm, as far
 * as the file has them.
 */
export function allRolesIn(realm: ReadonlyMap<string, unknown>): (user: Json) => Json {
  const contained = composites(objectOf(realm.get('roles')));
  const ofGroups = new Map(rolesOfGroups(listIn(realm.get('groups'))));
  const { name: defaultRole } = objectOf(realm.get('defaultRole'));
  const isForEverybody = (name: string) => name === defaultRole || everybodys.test(name);
  return ({ realmRoles, clientRoles, applicationRoles, ...others }) => {
    const own = mapping({ realmRoles, clientRoles: clientRoles ?? applicationRoles });
    const byGroup = textsIn(others['groups']).flatMap((path) => ofGroups.get(path) ?? []);
    const roles = [...closure([...own, ...byGroup], contained)].map((role) => JSON.parse(role) as [string, string]);
    const byOwner = Map.groupBy(roles, ([owner]) => owner);
    const namesOf = (owner: string) => (byOwner.get(owner) ?? []).map(([, name]) => name).toSorted();
    const ofRealm = namesOf(theRealm).filter((name) => !isForEverybody(name));
    const clients = [...byOwner.keys()].filter((owner) => owner !== theRealm && !ownPages.includes(owner));
    return {
      ...others,
      ...(ofRealm.length > 0 && { realmRoles: ofRealm }),
      ...(clients.length > 0 && {
        clientRoles: Object.fromEntries(clients.map((client) => [client, namesOf(client)])),
      }),
    };
  };
}

/** The roles, and all that they contain. */
function closure(roles: readonly string[], contained: ReadonlyMap<string, readonly string[]>): Set<string> {
  const all = new Set<string>();
  const waiting = [...roles];
  for (let role = waiting.pop(); role !== undefined; role = waiting.pop()) {
    if (!all.has(role)) waiting.push(...(contained.get(role) ?? []));
    all.add(role);
  }
  return all;
}

/** No client has this id. */
const theRealm = '';

/** Everybody has these, and they say nothing outside of Keycloak. */
const everybodys = /^(?:offline_access|uma_authorization|default-roles-.*)$/;

/** Clients whose roles are for the pages that Keycloak has for people. */
const ownPages = ['account', 'broker'];

const objectOf = (value: unknown): Json => (isObject(value) ? value : {});
const listIn = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : []);
const textsIn = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];

const keyOf = (owner: string, name: string): string => JSON.stringify([owner, name]);

/** The roles of a user or a group: names for the realm, and for each client. */
const mapping = ({ realmRoles, clientRoles }: Json): string[] => [
  ...textsIn(realmRoles).map((name) => keyOf(theRealm, name)),
  ...Object.entries(objectOf(clientRoles)).flatMap(([client, names]) =>
    textsIn(names).map((name) => keyOf(client, name)),
  ),
];

/** The roles that each role contains. */
function composites({ realm, client, application }: Json): Map<string, string[]> {
  const owners: [string, unknown][] = [[theRealm, realm], ...Object.entries(objectOf(client ?? application))];
  return new Map(
    owners.flatMap(([owner, roles]) =>
      listIn(roles).map(({ name, composites: inner }): [string, string[]] => {
        const { realm: ofRealm, client: ofClients, application: ofApplications } = objectOf(inner);
        return [keyOf(owner, String(name)), mapping({ realmRoles: ofRealm, clientRoles: ofClients ?? ofApplications })];
      }),
    ),
  );
}

/** The roles of groups by their paths. A group has those of the group that it is in. */
const rolesOfGroups = (groups: readonly Json[], ofOuter: readonly string[] = []): [string, readonly string[]][] =>
  groups.flatMap((group) => {
    const roles = [...ofOuter, ...mapping(group)];
    return [[String(group['path']), roles], ...rolesOfGroups(listIn(group['subGroups']), roles)];
  });
