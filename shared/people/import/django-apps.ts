import type { Mistake } from '../../mistake.ts';
import { ok, type Result } from '../../result.ts';
import { type AccountEntry, type EntryReader, isObject, type Json, type MemberOptions } from './account-entry.ts';
import { byFirstCharacter, jsonEntries, jsonLineEntries } from './entry-readers.ts';
import { translateLinks } from './given-links.ts';
import { stays } from './other-systems.ts';
import { toBase32 } from './totp-key.ts';

/*
 * What `manage.py dumpdata` writes about people of Django long after them: authenticator apps of django-otp, which
 * django-two-factor-auth uses as well, and of allauth; links to providers of allauth and of social-auth; and the addresses that
 * allauth has verified. They are read first.
 */

/** The apps and links of people, by what the file may call each of them, and their verified addresses in lower case. */
export type DjangoApps = {
  items: ReadonlyMap<string, readonly Json[]>;
  addresses: ReadonlyMap<string, readonly string[]>;
};

export const noApps: DjangoApps = { items: new Map(), addresses: new Map() };

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

const isLink = (value: unknown): value is Json => (linkModels as readonly string[]).includes(modelOf(value));

/** Reads the apps, links and addresses of a dump piece by piece. What is wrong with the file shows when its people are read. */
export function djangoAppsReader(): { push(text: string): void; end(): DjangoApps } {
  const items = djangoItems();
  const found = new Map<string, Json[]>();
  const addresses = new Map<string, string[]>();
  const take = (read: Result<AccountEntry[], string>): void => {
    for (const { value } of read.ok ? read.value : []) {
      const { user: key, email, verified } = fieldsOf(value);
      const user = userKey(key);
      if (isDjangoApp(value) || isLink(value)) found.set(user, [...(found.get(user) ?? []), value]);
      if (modelOf(value) === 'account.emailaddress' && verified === true && typeof email === 'string')
        addresses.set(user, [...(addresses.get(user) ?? []), email.toLowerCase()]);
    }
  };
  return {
    push: (text) => take(items.push(text)),
    end: () => {
      take(items.end());
      return { items: found, addresses };
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
export function withApps(entries: EntryReader, { items, addresses }: DjangoApps): EntryReader {
  const left = new Map(items);
  const join = (read: Result<AccountEntry[], string>): Result<AccountEntry[], string> => {
    if (!read.ok) return read;
    const people = read.value.filter(({ value }) => !isDjangoApp(value) && !isLink(value));
    return ok(
      people.map(({ value, ...entry }) => {
        const keys = keysOfPerson(value);
        const own = keys.flatMap((key) => left.get(key) ?? []);
        const verified = keys.flatMap((key) => addresses.get(key) ?? []);
        for (const key of keys) left.delete(key);
        const known = { ...byModel(own), ...(verified.length > 0 && { [addressModel]: verified }) };
        return { ...entry, value: isObject(value) ? { ...value, ...known } : value };
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
        .filter(isDjangoApp)
        .map((value) => ({ label: `${modelOf(value)} ${String(value['pk'])}`, value }));
      return ok([...people.value, ...lonely]);
    },
  };
}

/** Apps and links are members of their person by the name of their model, which `--skip-members` takes. */
const models = ['otp_totp.totpdevice', 'mfa.authenticator'] as const;
const linkModels = ['socialaccount.socialaccount', 'social_django.usersocialauth'] as const;

/** The member of a person that has the addresses that were verified. */
export const addressModel = 'account.emailaddress';

/** All members that are not in the entry of the person itself. */
export const joinedModels: readonly string[] = [...models, ...linkModels, addressModel];

const byModel = (apps: readonly Json[]): Json =>
  Object.fromEntries(
    [...models, ...linkModels].flatMap((model) => {
      const own = apps.filter((app) => modelOf(app) === model);
      return own.length > 0 ? [[model, own]] : [];
    }),
  );

/** The apps of a person. */
export const appsOf = (person: Json): Json[] =>
  models.flatMap((model) => (Array.isArray(person[model]) ? person[model].filter(isObject) : []));

/** The links of a person to providers. Before version 6, social-auth-core knew people by a name or an address, which is no subject. */
export function djangoLinks(
  person: Json,
  providers: MemberOptions['providers'],
): { links: readonly Json[] | undefined; mistakes: readonly Mistake[] } {
  const { username, email } = fieldsOf(person);
  const read = linkModels.map((model) => {
    const items = Array.isArray(person[model]) ? person[model].filter(isObject).map(fieldsOf) : [];
    const names = [username, email].map((name) => String(name).toLowerCase());
    const isName = ({ uid }: Json) => String(uid).includes('@') || names.includes(String(uid).toLowerCase());
    const isByName = model === 'social_django.usersocialauth' && items.some(isName);
    const found = items.map(({ provider, uid }) => ({ names: [String(provider)], subject: uid }));
    const linked = translateLinks(found, model, providers);
    return {
      links: linked.links ?? [],
      mistakes: isByName ? [stays(model, 'a name or an address instead of a subject')] : linked.mistakes,
    };
  });
  const links = read.flatMap((each) => each.links);
  return { links: links.length > 0 ? links : undefined, mistakes: read.flatMap(({ mistakes }) => mistakes) };
}
