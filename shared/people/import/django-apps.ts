import type { Mistake } from '../../mistake.ts';
import { ok, type Result } from '../../result.ts';
import { type AccountEntry, type EntryReader, isObject, type Json } from './account-entry.ts';
import { byFirstCharacter, jsonEntries, jsonLineEntries } from './entry-readers.ts';
import { stays } from './other-systems.ts';
import { toBase32 } from './totp-key.ts';

/*
 * Authenticator apps of Django, which `manage.py dumpdata` writes long after their people: those of django-otp, which
 * django-two-factor-auth uses as well, and those of allauth. They are read first, and few have one.
 */

/** The apps of people, by what the file may call each of them. */
export type DjangoApps = ReadonlyMap<string, readonly Json[]>;

/** The items of a dump, which is a list or has one on each line. */
export const djangoItems = (): EntryReader =>
  byFirstCharacter((first) => (first === '{' ? jsonLineEntries() : jsonEntries()));

export const fieldsOf = (value: unknown): Json => {
  const fields = isObject(value) ? (value['fields'] ?? value) : {};
  return isObject(fields) ? fields : {};
};

export const modelOf = (value: unknown): string =>
  isObject(value) && typeof value['model'] === 'string' ? value['model'] : '';

/** Whether an entry is an app that can move in with its person. */
export function isDjangoApp(value: unknown): value is Json {
  const { type } = fieldsOf(value);
  return modelOf(value) === 'otp_totp.totpdevice' || (modelOf(value) === 'mfa.authenticator' && type === 'totp');
}

/** Reads the apps of a dump piece by piece. What is wrong with the file shows when its people are read. */
export function djangoAppsReader(): { push(text: string): void; end(): DjangoApps } {
  const items = djangoItems();
  const apps = new Map<string, Json[]>();
  const take = (read: Result<AccountEntry[], string>): void => {
    for (const { value } of read.ok ? read.value : []) {
      if (!isDjangoApp(value)) continue;
      const user = userKey(fieldsOf(value)['user']);
      apps.set(user, [...(apps.get(user) ?? []), value]);
    }
  };
  return {
    push: (text) => take(items.push(text)),
    end: () => {
      take(items.end());
      return apps;
    },
  };
}

/** A person is named by their key, or by a natural one: `["ada"]`. */
const userKey = (user: unknown): string => (Array.isArray(user) ? nameKey(user[0]) : `key ${String(user)}`);
const nameKey = (name: unknown): string => `name ${String(name)}`;

/** All that a file may call a person. */
function keysOfPerson(person: unknown): string[] {
  const { username, email } = fieldsOf(person);
  const { pk } = isObject(person) ? person : {};
  return [...(pk === undefined ? [] : [userKey(pk)]), ...[username, email].filter(Boolean).map(nameKey)];
}

/** The members of an account about the app of its person, and what keeps it from moving in. One that was never confirmed is none. */
export function djangoTotp(apps: readonly Json[]): { members: Json; mistakes: readonly Mistake[] } {
  const [app, ...more] = apps.filter((each) => fieldsOf(each)['confirmed'] !== false);
  if (app === undefined) return { members: {}, mistakes: [] };
  const model = modelOf(app);
  if (more.length > 0)
    return { members: {}, mistakes: [stays(model, 'several authenticator apps, of which an account has one')] };
  const { key, step, digits, t0 = 0, data } = fieldsOf(app);
  if (model === 'mfa.authenticator') return { members: ofAllauth(data), mistakes: [] };
  if (t0 !== 0)
    return { members: {}, mistakes: [stays(model, 'an authenticator app that counts from another time (t0)')] };
  const isHex = typeof key === 'string' && /^(?:[0-9a-f]{2})+$/i.test(key);
  const secret = isHex ? toBase32(Buffer.from(key, 'hex')) : '?'; // refused for its form
  return { members: { totp_secret: secret, totp_digits: digits, totp_period: step }, mistakes: [] };
}

/** allauth keeps base32 in JSON. Digits and period are in its settings, and here where somebody has written them beside the secret. */
function ofAllauth(data: unknown): Json {
  try {
    const json: unknown = typeof data === 'string' ? JSON.parse(data) : data;
    const { secret, digits, period } = isObject(json) ? json : {};
    return { totp_secret: secret ?? '?', totp_digits: digits, totp_period: period };
  } catch {
    return { totp_secret: '?' }; // refused for its form
  }
}

/** Reads the people of a dump with their apps. Those of nobody in the file come last. */
export function withApps(entries: EntryReader, apps: DjangoApps): EntryReader {
  const left = new Map(apps);
  const join = (read: Result<AccountEntry[], string>): Result<AccountEntry[], string> => {
    if (!read.ok) return read;
    const people = read.value.filter(({ value }) => !isDjangoApp(value));
    return ok(
      people.map(({ value, ...entry }) => {
        const own = keysOfPerson(value).flatMap((key) => left.get(key) ?? []);
        for (const key of keysOfPerson(value)) left.delete(key);
        return { ...entry, value: isObject(value) ? { ...value, ...byModel(own) } : value };
      }),
    );
  };
  return {
    push: (text) => join(entries.push(text)),
    end: () => {
      const people = join(entries.end());
      if (!people.ok) return people;
      const lonely = [...left.values()]
        .flat()
        .map((value) => ({ label: `${modelOf(value)} ${String(value['pk'])}`, value }));
      return ok([...people.value, ...lonely]);
    },
  };
}

/** Apps are members of their person by the name of their model, which `--skip-members` takes. */
const models = ['otp_totp.totpdevice', 'mfa.authenticator'] as const;

const byModel = (apps: readonly Json[]): Json =>
  Object.fromEntries(
    models.flatMap((model) => {
      const own = apps.filter((app) => modelOf(app) === model);
      return own.length > 0 ? [[model, own]] : [];
    }),
  );

/** The apps of a person. */
export const appsOf = (person: Json): Json[] =>
  models.flatMap((model) => (Array.isArray(person[model]) ? person[model].filter(isObject) : []));
