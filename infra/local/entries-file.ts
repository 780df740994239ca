import { readFile } from 'node:fs/promises';
import { leaveOutRedirectUris } from '../../shared/clients/leave-out-redirect-uris.ts';
import type { RegisteredClient } from '../../shared/clients/registered-client.ts';
import { parseRegistration } from '../../shared/clients/registration.ts';
import { type AccountDescription, parseAccountDescription, signInNames } from '../../shared/people/account.ts';
import { isCommonPassword } from '../../shared/people/common-password.ts';
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
    const parsed = await parseRegistration(kept.metadata);
    if (!parsed.ok) throw new UnusableFile(`${file}: ${label}: ${parsed.refusal.member} ${parsed.refusal.problem}`);
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
    const parsed = parseAccountDescription(entry);
    const label = labelOf(index, entry, 'username', 'email');
    if ('problem' in parsed) throw new UnusableFile(`${file}: ${label}: ${parsed.member} ${parsed.problem}`);
    if (isCommonPassword(parsed.account.password ?? '')) {
      throw new UnusableFile(`${file}: ${label}: password is one of the most common ones`);
    }
    const twice = signInNames(parsed.account).find((name) => names.has(name));
    if (twice !== undefined) {
      const member = signInNames({ username: parsed.account.username }).includes(twice) ? 'username' : 'email';
      throw new UnusableFile(`${file}: ${label}: ${member} is there twice`);
    }
    for (const name of signInNames(parsed.account)) names.add(name);
    accounts.push(parsed.account);
  }
  return accounts;
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
  let json: unknown;
  try {
    json = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    // A JSON error quotes the surrounding text, which may be a password, so only the place is reported.
    if (error instanceof SyntaxError) throw new UnusableFile(`${file}: is not JSON${placeOf(error)}`);
    throw new UnusableFile(`${file}: cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`);
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
