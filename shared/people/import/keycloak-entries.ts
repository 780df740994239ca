import { ok, type Result, refuse } from '../../result.ts';
import { type AccountEntry, type EntryReader, isObject } from './account-entry.ts';
import { byFirstCharacter, jsonEntries } from './entry-readers.ts';

/**
 * Reads the users of a realm export, or a list of users. Leaves out those that clients act as. Refuses an export of several realms,
 * and the part of one that has no users.
 */
export function keycloakEntries(): EntryReader {
  const entries = byFirstCharacter((first) => (first === '[' ? jsonEntries() : jsonEntries('users')));
  const people = (read: Result<AccountEntry[], string>): Result<AccountEntry[], string> => {
    if (!read.ok) return read;
    const isRealm = ({ value }: AccountEntry) => isObject(value) && 'realm' in value;
    if (read.value.some(isRealm)) return refuse('has several realms: write one of them, with kc.sh export --realm');
    return ok(read.value.filter(({ value }) => !(isObject(value) && value['serviceAccountClientId'])));
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
