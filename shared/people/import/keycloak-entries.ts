import { ok, type Result, refuse } from '../../result.ts';
import { type AccountEntry, type EntryReader, isObject } from './account-entry.ts';
import { byFirstCharacter, jsonEntries, jsonEntriesBeside } from './entry-readers.ts';
import { allRolesIn } from './keycloak-roles.ts';

/**
 * Reads the users of a realm export, or a list of users, each with all roles that the file knows of. Leaves out those that clients
 * act as. Refuses an export of several realms, and the part of one that has no users.
 */
export function keycloakEntries(): EntryReader {
  const realm = jsonEntriesBeside('users', ['roles', 'groups', 'defaultRole']);
  const entries = byFirstCharacter((first) => (first === '[' ? jsonEntries() : realm.entries));
  let withRoles: ReturnType<typeof allRolesIn> | undefined;
  const people = (read: Result<AccountEntry[], string>): Result<AccountEntry[], string> => {
    if (!read.ok) return read;
    const isRealm = ({ value }: AccountEntry) => isObject(value) && 'realm' in value;
    if (read.value.some(isRealm)) return refuse('has several realms: write one of them, with kc.sh export --realm');
    const users = read.value.filter(({ value }) => !(isObject(value) && value['serviceAccountClientId']));
    if (users.length > 0) withRoles ??= allRolesIn(realm.beside());
    const complete = (value: unknown) => (isObject(value) && withRoles ? withRoles(value) : value);
    return ok(users.map(({ value, ...entry }) => ({ ...entry, value: complete(value) })));
  };
  return {
    push: (text) => people(entries.push(text)),
    end: () => {
      const read = people(entries.end());
      const isWithout = !read.ok && read.refusal === 'is not JSON with a list users';
      return isWithout ? refuse(`${read.refusal}: an export in several files has it in those called -users-`) : read;
    },
  };
}
