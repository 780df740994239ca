import { parseCsv } from '../csv.ts';
import { ok, type Result, refuse } from '../result.ts';
import { type AccountDescription, parseAccountDescription, signInNames } from './account.ts';
import { fromBase64, toPhcBase64 } from './password-import/base64.ts';
import { firebaseKeystream } from './password-import/scrypt.ts';
import { admitPasswordHash } from './password-import.ts';

/*
 * Parses accounts from another server, as JSON, as CSV or as exported by Firebase. Judges each entry on its own and writes
 * nothing. Refusals name the member but never its value, which may be a secret.
 */

export type ImportedAccount = { entry: string; account: AccountDescription & { passwordHash?: string } };
type RefusedAccount = { entry: string; member: string; problem: string };
export type ParsedAccounts = { accounts: ImportedAccount[]; refused: RefusedAccount[] };

export const accountFormats = ['json', 'csv', 'firebase'] as const;
export type AccountFormat = (typeof accountFormats)[number];

/** The password hash parameters of a Firebase project, as shown in its console. */
export type FirebaseParameters = { signerKey: Buffer; saltSeparator: Buffer; rounds: number; memCost: number };

type Json = Record<string, unknown>;
type Mistake = { member: string; problem: string };
type Hash = { hash: string } | Mistake;

/**
 * Parses the accounts in a text. Refuses text of another format, with a sentence; lists the entries that cannot be imported in
 * `refused`.
 */
export function parseAccounts(
  format: AccountFormat,
  text: string,
  firebase?: FirebaseParameters,
): Result<ParsedAccounts, string> {
  const entries = format === 'csv' ? csvEntries(text) : jsonEntries(text, format);
  if (!entries.ok) return entries;
  const parsed: ParsedAccounts = { accounts: [], refused: [] };
  const names = new Set<string>();
  for (const { entry, json } of entries.value) {
    const read = readEntry(format === 'firebase' ? firebaseEntry(json, firebase) : json);
    if ('problem' in read) {
      parsed.refused.push({ entry: labelOf(entry, json), ...read });
      continue;
    }
    const twice = signInNames(read).find((name) => names.has(name));
    if (twice !== undefined) {
      const isUsername = signInNames({ username: read.username }).includes(twice);
      const member = isUsername ? 'username' : 'email';
      parsed.refused.push({ entry: labelOf(entry, json), member, problem: 'is there twice' });
      continue;
    }
    for (const name of signInNames(read)) names.add(name);
    parsed.accounts.push({ entry: labelOf(entry, json), account: read });
  }
  return ok(parsed);
}

function labelOf(entry: string, json: unknown): string {
  const { username, email } = (json ?? {}) as Json;
  const name = [username, email].find((text) => typeof text === 'string' && text !== '');
  return typeof name === 'string' ? `${entry} (${name.slice(0, 60)})` : entry;
}

/** Reads an entry in our own form: an account description, optionally with `password_hash`. */
function readEntry(json: unknown): (AccountDescription & { passwordHash?: string }) | Mistake {
  if (!isObject(json)) return { member: 'entry', problem: 'is not an object' };
  const { password_hash: given, ...described } = json;
  const parsed = parseAccountDescription(described);
  if ('problem' in parsed) return parsed;
  if (given === undefined || given === null) return parsed.account;
  if (parsed.account.password !== undefined)
    return { member: 'password_hash', problem: 'is given, and so is password' };
  const hash = typeof given === 'string' ? { hash: given } : isObject(given) ? fromParameters(given) : undefined;
  if (hash === undefined) return { member: 'password_hash', problem: 'is neither a text nor an object' };
  if ('problem' in hash) return hash;
  const admitted = admitPasswordHash(hash.hash);
  if (!admitted.ok) return { member: 'password_hash', problem: admitted.refusal };
  return { ...parsed.account, passwordHash: admitted.value };
}

/** Reads a hash from its parts, such as `{ "algorithm": "scrypt", "hash", "salt", "N", "r", "p" }`. */
function fromParameters(parts: Json): Hash {
  const { algorithm, encoding = 'base64' } = parts;
  const bytes = (name: string) => decode(parts[name], encoding);
  const [hash, salt] = [bytes('hash'), bytes('salt')];
  if (encoding !== 'base64' && encoding !== 'hex') {
    return { member: 'password_hash.encoding', problem: 'is not base64 or hex' };
  }
  if (!hash) return { member: 'password_hash.hash', problem: `is missing or not ${encoding}` };
  if (!salt) return { member: 'password_hash.salt', problem: `is missing or not ${encoding}` };
  if (algorithm === 'scrypt') {
    const { N, r = 8, p = 1 } = parts;
    const ln = typeof N === 'number' ? Math.log2(N) : Number.NaN;
    if (!Number.isInteger(ln)) return { member: 'password_hash.N', problem: 'is missing or not a power of two' };
    return { hash: `$scrypt$ln=${ln},r=${String(r)},p=${String(p)}$${toPhcBase64(salt)}$${toPhcBase64(hash)}` };
  }
  const [, digest] = typeof algorithm === 'string' ? (/^pbkdf2_(sha1|sha256|sha512)$/.exec(algorithm) ?? []) : [];
  if (digest !== undefined) {
    const { iterations } = parts;
    if (!Number.isSafeInteger(iterations)) {
      return { member: 'password_hash.iterations', problem: 'is missing or not a whole number' };
    }
    return { hash: `$pbkdf2-${digest}$i=${String(iterations)}$${toPhcBase64(salt)}$${toPhcBase64(hash)}` };
  }
  return {
    member: 'password_hash.algorithm',
    problem: 'is not one of scrypt, pbkdf2_sha1, pbkdf2_sha256, pbkdf2_sha512',
  };
}

function decode(text: unknown, encoding: unknown): Buffer | undefined {
  if (typeof text !== 'string') return undefined;
  if (encoding === 'hex') return /^(?:[0-9a-f]{2})+$/i.test(text) ? Buffer.from(text, 'hex') : undefined;
  return fromBase64(text);
}

/** Translates a user of `firebase auth:export --format=JSON`. */
function firebaseEntry(json: unknown, parameters: FirebaseParameters | undefined): unknown {
  if (!isObject(json)) return json;
  const { localId, email, emailVerified, displayName, photoUrl, phoneNumber, disabled, passwordHash, salt } = json;
  const claims = {
    sub: localId,
    name: displayName,
    picture: photoUrl,
    phone_number: phoneNumber,
    ...(email !== undefined && { email, email_verified: emailVerified === true }),
  };
  return {
    username: email === undefined ? localId : undefined,
    email,
    disabled: disabled === true ? true : undefined,
    claims: Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined)),
    password_hash: passwordHash === undefined ? undefined : firebaseHash(passwordHash, salt, parameters),
  };
}

function firebaseHash(hash: unknown, salt: unknown, parameters: FirebaseParameters | undefined): unknown {
  const [hashed, salted] = [decode(hash, 'base64'), decode(salt, 'base64')];
  const kept = hashed && parameters && firebaseKeystream(hashed, parameters.signerKey);
  if (!kept || !salted || !parameters) return '$firebase-scrypt$'; // refused for its form
  const whole = Buffer.concat([salted, parameters.saltSeparator]);
  const { memCost, rounds } = parameters;
  return `$firebase-scrypt$ln=${memCost},r=${rounds},p=1$${toPhcBase64(whole)}$${toPhcBase64(kept)}`;
}

/** Parses `{ "base64_signer_key", "base64_salt_separator", "rounds", "mem_cost" }`. Refuses with a sentence about the member. */
export function parseFirebaseParameters(text: string): Result<FirebaseParameters, string> {
  const json = parseJson(text);
  if (!isObject(json)) return refuse('is not a JSON object');
  const signerKey = decode(json['base64_signer_key'], 'base64');
  const saltSeparator = decode(json['base64_salt_separator'], 'base64');
  const { rounds, mem_cost: memCost } = json;
  if (!signerKey) return refuse('base64_signer_key is missing or not base64');
  if (!saltSeparator) return refuse('base64_salt_separator is missing or not base64');
  if (typeof rounds !== 'number') return refuse('rounds is missing or not a number');
  if (typeof memCost !== 'number') return refuse('mem_cost is missing or not a number');
  return ok({ signerKey, saltSeparator, rounds, memCost });
}

type Entry = { entry: string; json: unknown };

function jsonEntries(text: string, format: AccountFormat): Result<Entry[], string> {
  const json = parseJson(text);
  const list = format === 'firebase' && isObject(json) ? json['users'] : json;
  if (!Array.isArray(list))
    return refuse(format === 'firebase' ? 'is not JSON with a list users' : 'is not a JSON array');
  return ok(list.map((each: unknown, index) => ({ entry: `entry ${index + 1}`, json: each })));
}

/** Hides the JSON error, because it quotes the surrounding text, which may be a hash. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const ownColumns = new Set(['username', 'email', 'password', 'password_hash', 'disabled']);

/**
 * Reads columns named after members of an account, and all other columns as claims. An empty cell means an absent member. A claim is a
 * list in a column called `name[]`, with a | between its values, and wherever its cell is a JSON array of texts.
 */
function csvEntries(text: string): Result<Entry[], string> {
  const rows = parseCsv(text);
  if (!rows.ok) return rows;
  const columns = [...(rows.value[0]?.cells.keys() ?? [])].map((column) => column.replace(ofList, ''));
  const twice = columns.find((column, index) => columns.indexOf(column) !== index);
  if (twice !== undefined) return refuse(`has the column ${twice} twice`);
  return ok(
    rows.value.map(({ line, cells }) => {
      const filled = [...cells].filter(([, cell]) => cell !== '');
      const own = filled.filter(([name]) => ownColumns.has(name)).map(([name, cell]) => [name, cellOf(name, cell)]);
      const claims = filled.filter(([name]) => !ownColumns.has(name)).map(([name, cell]) => claimOf(name, cell));
      return { entry: `line ${line}`, json: { ...Object.fromEntries(own), claims: Object.fromEntries(claims) } };
    }),
  );
}

const truths: Readonly<Record<string, boolean>> = { true: true, false: false };

const cellOf = (name: string, cell: string): unknown =>
  name === 'disabled' || name.endsWith('_verified') ? (truths[cell.toLowerCase()] ?? cell) : cell;

const ofList = /\[\]$/;

function claimOf(column: string, cell: string): [name: string, value: unknown] {
  const name = column.replace(ofList, '');
  const list = listOf(cell);
  if (list !== undefined) return [name, list];
  if (!ofList.test(column)) return [name, cellOf(name, cell)];
  return [
    name,
    cell
      .split('|')
      .map((text) => text.trim())
      .filter((text) => text !== ''),
  ];
}

/** The texts of a JSON array; undefined for any other cell. */
function listOf(cell: string): string[] | undefined {
  const json = cell.startsWith('[') ? parseJson(cell) : undefined;
  return Array.isArray(json) && json.every((text) => typeof text === 'string') ? json : undefined;
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
