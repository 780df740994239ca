import { ok, type Result } from '../../result.ts';
import { type AccountEntry, type EntryReader, isObject, type Json, type MemberOptions } from './account-entry.ts';
import {
  addressModel,
  appsOf,
  type DjangoApps,
  djangoItems,
  djangoLinks,
  djangoTotp,
  fieldsOf,
  isDjangoApp,
  joinedModels,
  modelOf,
  noApps,
  withApps,
} from './django-apps.ts';
import { without } from './left-behind.ts';
import { accountOf, type TranslatedAccount } from './other-systems.ts';

/**
 * Reads `manage.py dumpdata`: the users, of whatever model a project has for them, with their authenticator apps, and whatever else
 * is a second factor of theirs.
 */
export function djangoEntries({ djangoApps = noApps }: { djangoApps?: DjangoApps | undefined }): EntryReader {
  const entries = djangoItems();
  const groups = new Map<unknown, unknown>();
  const aboutPeople = (read: Result<AccountEntry[], string>): Result<AccountEntry[], string> => {
    if (!read.ok) return read;
    for (const { value } of read.value) {
      if (modelOf(value) === 'auth.group' && isObject(value)) groups.set(value['pk'], fieldsOf(value)['name']);
    }
    const people = read.value.filter(({ value }) => isUser(fieldsOf(value)) || isFactor(value));
    return ok(people.map(({ value, ...entry }) => ({ ...entry, value: withGroupNames(value, groups) })));
  };
  const people = { push: (text: string) => aboutPeople(entries.push(text)), end: () => aboutPeople(entries.end()) };
  return withApps(people, djangoApps);
}

/** Groups stand before people in a dump. A natural key is a list with the name. */
function withGroupNames(value: unknown, names: ReadonlyMap<unknown, unknown>): unknown {
  const { groups } = fieldsOf(value);
  if (!isObject(value) || !Array.isArray(groups)) return value;
  const named = groups.map((group: unknown) => (Array.isArray(group) ? group[0] : (names.get(group) ?? group)));
  return isObject(value['fields'])
    ? { ...value, fields: { ...value['fields'], groups: named } }
    : { ...value, groups: named };
}

const isUser = (fields: Json): boolean => 'password' in fields && ('is_active' in fields || 'last_login' in fields);

/** Models of django-otp, django-two-factor-auth, django-mfa2, allauth and their like; no `shop.spotprice` and no `shop.hotproduct`. */
const factor =
  /(?:^|[._]|user)(?:[th]?otp(?=[._s]|$|device|secret|key|token|code)|mfa|two_?factor|u2f|webauthn|fido|passkey)/;

const isFactor = (value: unknown): boolean => factor.test(modelOf(value));

/** A user of `django.contrib.auth`. Subjects are the keys of the table, as Django OAuth Toolkit tells them to its clients. */
export function djangoAccount(json: Json, { providers }: MemberOptions = {}): TranslatedAccount {
  if (!isUser(fieldsOf(json))) {
    const why = isDjangoApp(json) ? 'of nobody in the file' : 'which cannot move in';
    const problem = `is ${modelOf(json)}, a second factor, ${why}: leave it out with dumpdata --exclude`;
    // Stands in for an account, so that nothing is missing as well.
    const username = `${modelOf(json)}-${String(json['pk'])}`;
    return { account: { username }, mistakes: [{ member: 'model', problem }] };
  }
  const { username, email, password, is_active: isActive, first_name: given, last_name: family } = fieldsOf(json);
  const key = json['pk'] ?? json['id'];
  const app = djangoTotp(appsOf(json));
  const linked = djangoLinks(json, providers);
  const verified = Array.isArray(json[addressModel]) ? json[addressModel] : [];
  const isVerified = typeof email === 'string' && verified.includes(email.toLowerCase());
  return {
    account: accountOf(
      {
        username,
        email,
        disabled: isActive === false ? true : undefined,
        password_hash: hashOf(password),
        ...app.members,
        links: linked.links,
      },
      {
        sub: typeof key === 'number' ? String(key) : key,
        given_name: given,
        family_name: family,
        ...(email ? { email, email_verified: isVerified } : {}),
      },
    ),
    left: {
      ...(isObject(json['fields'])
        ? { fields: without(fieldsOf(json), djangoRead) }
        : without(json, [...djangoRead, ...joinedModels])),
      [addressModel]: verified.length > (isVerified ? 1 : 0),
    },
    mistakes: [...app.mistakes, ...linked.mistakes, ...(isRounded(key) ? [{ member: 'pk', problem: rounded }] : [])],
  };
}

const djangoRead = [
  'username', 'email', 'password', 'is_active', 'first_name', 'last_name', 'last_login', 'pk', 'id', 'model',
]; // biome-ignore format: a list of names

export const djangoNotes = {
  [addressModel]: 'an account has one address',
  'fields.date_joined': 'the account begins with its import',
} as const;

/** A key of 64 bits would be that of somebody else here, and their authenticator app as well. */
const isRounded = (key: unknown): boolean => typeof key === 'number' && !Number.isSafeInteger(key);
const rounded = 'is a number that JSON readers round: make it and every user that names it a text';

/** An exclamation mark stands for a password that nobody has. */
const hashOf = (password: unknown): unknown =>
  typeof password === 'string' && password.startsWith('!') ? undefined : password;
