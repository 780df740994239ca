import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { localTableNames } from '../../infra/local/create-tables.ts';
import { type ServerOptions, startServer } from '../../infra/local/server.ts';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { hashPassword } from '../../shared/password.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import type { TestClient } from './clients.ts';
import { type Clock, stoppedClock } from './clock.ts';

export const ada = { username: 'ada', password: 'correct horse battery staple', claims: { sub: 'ada-0001' } };

export type TestAccount = { username?: string; email?: string; password?: string; [member: string]: unknown };

export type TestServerOptions = Pick<
  ServerOptions,
  'issuer' | 'dynamodb' | 'database' | 'environment' | 'limits' | 'pathAliases' | 'apisFile'
> & {
  clients?: readonly TestClient[];
  /** @default Ada */
  accounts?: readonly TestAccount[];
  /** @default a stopped clock; `system` for libraries that look at the clock of the machine */
  clock?: 'system';
};

export type TestServer = {
  issuer: string;
  port: number;
  clock: Clock;
  /** The endpoint of its database. */
  dynamodb: string;
  /** The audit lines so far, as they were written. */
  auditLines: string[];
};

/** What the tables of a server are called. */
export const tables = localTableNames;

/**
 * The server with these clients and accounts, in this process, on a free port of the loopback interface; closed after the last
 * test of the file. One per file: the address of the database is in the environment of the process.
 */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const { clients = [], accounts = [ada], clock: system, ...given } = options;
  const withoutPasswords = accounts.map((account) => ({ ...account, password: undefined }));
  const clock = stoppedClock();
  const auditLines: string[] = [];
  const folder = await mkdtemp(join(tmpdir(), 'pixy-test-'));
  try {
    const clientsFile = join(folder, 'clients.json');
    const accountsFile = join(folder, 'accounts.json');
    // Trusted unless a test says otherwise: consent has tests of its own.
    await writeFile(clientsFile, JSON.stringify(clients.map((client) => ({ first_party: true, ...client }))));
    await writeFile(accountsFile, JSON.stringify(withoutPasswords));
    const started = await startServer({
      ...given,
      port: 0,
      data: 'memory',
      clientsFile,
      accountsFile,
      ...(system === undefined && { now: clock.now }),
      writeLine: (line) => auditLines.push(line),
    });
    afterAll(() => started.close());
    const { issuer, address } = started;
    const dynamodb = process.env['AWS_ENDPOINT_URL_DYNAMODB'] ?? '';
    await givePasswords(accounts);
    return { issuer, port: Number(new URL(address).port), clock, dynamodb, auditLines };
  } finally {
    await rm(folder, { recursive: true });
  }
}

const hashes = new Map<string, Promise<string>>();

/** Each password is hashed once for all servers of this process: hashing takes its time on purpose. */
async function givePasswords(accounts: readonly TestAccount[]): Promise<void> {
  const store = accountStore(openDatabase(), tables.people);
  for (const { username, email, password } of accounts) {
    if (password === undefined) continue;
    const hash = hashes.get(password) ?? hashPassword(password);
    hashes.set(password, hash);
    const account = await store.findByUsername(username ?? email ?? '');
    await store.setPassword(account?.sub ?? '', await hash);
  }
}
