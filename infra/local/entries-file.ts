import { readFile } from 'node:fs/promises';
import { parseApi, type RegisteredApi } from '../../shared/apis/registered-api.ts';
import { parseRegisteredScope, type RegisteredScope } from '../../shared/apis/registered-scope.ts';
import { leaveOutRedirectUris } from '../../shared/clients/leave-out-redirect-uris.ts';
import type { RegisteredClient } from '../../shared/clients/registered-client.ts';
import { checkRegistration } from '../../shared/clients/registration.ts';
import { reservedMistakes } from '../../shared/clients/reserved-ids.ts';
import { decodeText } from '../../shared/http/decode-text.ts';
import { inWords, type Mistake } from '../../shared/mistake.ts';
import { type AccountDescription, signInNames } from '../../shared/people/account.ts';
import { checkGivenAccount } from '../../shared/people/given-account.ts';
import type { Result } from '../../shared/result.ts';
import { parseProviders } from '../../shared/upstream/provider.ts';

/** A file that cannot be used. The message names the file, the entry and the member, for the file's author. */
export class UnusableFile extends Error {
  override name = 'UnusableFile';
}

/** The clients of a file, and sentences about what was left out of them. */
export type ClientsFile = { clients: RegisteredClient[]; notes: string[] };

/** Reads clients with RFC 7591 member names. Throws {@link UnusableFile}. */
export async function readClientsFile(file: string): Promise<ClientsFile> {
  const clients: RegisteredClient[] = [];
  const notes: string[] = [];
  for (const [index, entry] of (await readEntries(file)).entries()) {
    const label = labelOf(index, entry, 'client_id');
    const kept = isObject(entry) ? leaveOutRedirectUris(entry) : { metadata: entry, notes: [] };
    const parsed = await checkRegistration(kept.metadata);
    if (!parsed.ok) throw new UnusableFile(`${file}: ${label}: ${inWords(parsed.refusal)}`);
    const reserved = reservedMistakes({ client_id: parsed.value.clientId });
    if (reserved.length > 0) throw new UnusableFile(`${file}: ${label}: ${inWords(reserved)}`);
    if (clients.some(({ clientId }) => clientId === parsed.value.clientId)) {
      throw new UnusableFile(`${file}: ${label}: client_id is there twice`);
    }
    clients.push(parsed.value);
    notes.push(...kept.notes.map((note) => `${file}: ${label}: ${note}`));
  }
  return { clients, notes };
}

/**
 * Reads accounts as `{ "username", "email", "password", "disabled", "claims" }`, with a username or an email. Throws {@link
 * UnusableFile}.
 */
export async function readAccountsFile(file: string): Promise<AccountDescription[]> {
  const accounts: AccountDescription[] = [];
  const names = new Set<string>();
  for (const [index, entry] of (await readEntries(file)).entries()) {
    const parsed = checkGivenAccount(entry);
    const label = labelOf(index, entry, 'username', 'email');
    if (!parsed.ok) throw new UnusableFile(`${file}: ${label}: ${inWords(parsed.refusal)}`);
    const { value: account } = parsed;
    const twice = signInNames(account).find((name) => names.has(name));
    if (twice !== undefined) {
      const member = signInNames({ username: account.username }).includes(twice) ? 'username' : 'email';
      throw new UnusableFile(`${file}: ${label}: ${member} is there twice`);
    }
    for (const name of signInNames(account)) names.add(name);
    accounts.push(account);
  }
  return accounts;
}

/** Reads APIs with the member names of the `pixy apis` commands. Throws {@link UnusableFile}. */
export const readApisFile = (file: string): Promise<RegisteredApi[]> =>
  readEach(file, 'resource', parseApi, ({ resource }) => resource);

/** Reads scope values and the claims that they bring. Throws {@link UnusableFile}. */
export const readScopesFile = (file: string): Promise<RegisteredScope[]> =>
  readEach(file, 'scope', parseRegisteredScope, ({ value }) => value);

async function readEach<Value>(
  file: string,
  member: string,
  parse: (entry: unknown) => Result<Value, readonly Mistake[]>,
  nameOf: (value: Value) => string,
): Promise<Value[]> {
  const values: Value[] = [];
  for (const [index, entry] of (await readEntries(file)).entries()) {
    const label = labelOf(index, entry, member);
    const parsed = parse(entry);
    if (!parsed.ok) {
      const [mistake] = parsed.refusal;
      throw new UnusableFile(`${file}: ${label}: ${mistake?.member} ${mistake?.problem}`);
    }
    const isTwice = values.some((value) => nameOf(value) === nameOf(parsed.value));
    if (isTwice) throw new UnusableFile(`${file}: ${label}: ${member} is there twice`);
    values.push(parsed.value);
  }
  return values;
}

/**
 * Reads upstream providers with the member names of docs/upstream.md. Returns them as the environment variable. Throws {@link
 * UnusableFile}.
 */
export async function readUpstreamsFile(file: string): Promise<string> {
  const entries = await readEntries(file);
  const parsed = parseProviders(entries);
  if (!parsed.ok) throw new UnusableFile(`${file}: ${parsed.refusal.member} ${parsed.refusal.problem}`);
  return JSON.stringify(entries);
}

const isObject = (entry: unknown): entry is Readonly<Record<string, unknown>> =>
  typeof entry === 'object' && entry !== null && !Array.isArray(entry);

async function readEntries(file: string): Promise<unknown[]> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new UnusableFile(`${file}: cannot be read (${error.code ?? 'unknown error'})`);
  });
  const text = decodeText(bytes);
  if (!text.ok) throw new UnusableFile(`${file}: ${text.refusal}`);
  let json: unknown;
  try {
    json = JSON.parse(text.value);
  } catch (error) {
    // A JSON error quotes the surrounding text, which may be a password, so only the place is reported.
    throw new UnusableFile(`${file}: is not JSON${placeOf(error as SyntaxError)}`);
  }
  if (!Array.isArray(json)) throw new UnusableFile(`${file}: is not a JSON array`);
  return json;
}

function placeOf(error: SyntaxError): string {
  const place = /\(line \d+ column \d+\)/.exec(error.message);
  return place ? ` ${place[0]}` : '';
}

function labelOf(index: number, entry: unknown, ...members: string[]): string {
  const name = members.map((member) => (entry as Record<string, unknown> | null)?.[member]).find((text) => text);
  return `entry ${index + 1}${typeof name === 'string' ? ` (${name.slice(0, 60)})` : ''}`;
}
