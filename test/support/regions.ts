import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll } from 'vitest';
import type { Send } from '../../functions/homes/send.ts';
import { lambdaContext } from '../../infra/local/gateway/lambda-context.ts';
import { type LocalServer, startServer } from '../../infra/local/server.ts';
import { clientDefaults, type Database, openDatabase } from '../../shared/aws/dynamodb.ts';
import { hashPassword } from '../../shared/password.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { sessionStore } from '../../shared/people/session-store.ts';
import { type Clock, stoppedClock } from './clock.ts';
import { newPerson, type Person } from './person.ts';
import { startReplicas } from './replicas.ts';
import { ada, type TestAccount, type TestServerOptions, tables } from './server.ts';

/** A region of a server: what a client or a person reaches, its database, its clock and its audit lines. */
export type Region = {
  letter: 'a' | 'b';
  issuer: string;
  port: number;
  database: Database;
  clock: Clock;
  auditLines: string[];
  /** Has a function take an event, as Lambda's Invoke does. */
  invoke: (functionName: string, event: object) => Promise<unknown>;
};

/** What becomes of an event that one region sends to the other. `lost`: it is taken, and the answer is not heard. `silent`: neither. */
export type Way = 'open' | 'cut' | 'lost' | 'silent';

const homes = JSON.stringify({
  a: { region: 'eu-central-1', functionPrefix: 'pixy-a-', first: true },
  b: { region: 'eu-west-1', functionPrefix: 'pixy-b-' },
});

/** The settings of the region with a letter. */
export const homesOf = (letter: string) => ({ PIXY_HOME: letter, PIXY_HOMES: homes });

/**
 * One server in two regions of this process, each with its own database, and copies of what global tables hold between them; closed after
 * the last test of the file. Region `a` is the first.
 */
export async function startRegions({
  clients = [],
  accounts = [ada],
  environment,
}: Pick<TestServerOptions, 'clients' | 'accounts' | 'environment'> = {}) {
  const replicas = await startReplicas(['a', 'b'], [tables.clients, tables.people, tables.keys]);
  const servers = new Map<string, LocalServer>();
  const ways = new Map<string, Way>();
  /** Events from one region to the other: by whom, to which function. */
  const sent: string[] = [];
  const wrappingKey = Buffer.alloc(32, 7).toString('base64url');
  const folder = await mkdtemp(join(tmpdir(), 'pixy-regions-'));

  const invoke = async (letter: string, functionName: string, event: object): Promise<unknown> => {
    const handler = servers.get(letter)?.functions.get(functionName);
    if (handler === undefined) throw new Error(`there is no function ${functionName} in ${letter}`);
    const answered = await handler(JSON.parse(JSON.stringify(event)), lambdaContext(Date.now() + 10_000));
    return JSON.parse(JSON.stringify(answered));
  };

  const sendFrom =
    (from: string): Send =>
    async ({ functionPrefix }, functionName, event) => {
      const to = functionPrefix === 'pixy-a-' ? 'a' : 'b';
      sent.push(`${from} → ${to} ${functionName}`);
      const way = ways.get(to) ?? 'open';
      if (way === 'cut') throw new Error('connect ETIMEDOUT');
      if (way === 'silent') return new Promise(() => undefined);
      const answer = await invoke(to, functionName, event);
      if (way === 'lost') throw new Error('socket hang up');
      return answer;
    };

  async function startRegion(letter: 'a' | 'b', issuer?: string): Promise<Region> {
    const isFirst = letter === 'a';
    const clock = stoppedClock();
    const auditLines: string[] = [];
    const endpoint = replicas.endpointOf(letter);
    const database = openDatabase(
      new DynamoDBClient({
        ...clientDefaults,
        endpoint,
        region: 'eu-central-1',
        credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      }),
    );
    const clientsFile = join(folder, `clients-${letter}.json`);
    const accountsFile = join(folder, `accounts-${letter}.json`);
    const withoutPasswords = accounts.map((account) => ({ ...account, password: undefined }));
    const trusted = clients.map((client) => ({ first_party: true, ...client }));
    await writeFile(clientsFile, JSON.stringify(isFirst ? trusted : []));
    await writeFile(accountsFile, JSON.stringify(isFirst ? withoutPasswords : []));
    const server = await startServer({
      port: 0,
      issuer,
      data: 'memory',
      clientsFile,
      accountsFile,
      dynamodb: endpoint,
      database,
      environment: { PIXY_WRAPPING_KEY: wrappingKey, ...homesOf(letter), ...environment },
      now: clock.now,
      writeLine: (line) => auditLines.push(line),
      send: sendFrom(letter),
    });
    servers.set(letter, server);
    if (isFirst) await givePasswords(database, accounts);
    return {
      letter,
      issuer: server.issuer,
      port: Number(new URL(server.address).port),
      database,
      clock,
      auditLines,
      invoke: (...call) => invoke(letter, ...call),
    };
  }

  try {
    const a = await startRegion('a');
    const b = await startRegion('b', a.issuer);
    await replicas.deliver();
    replicas.setDelay('none');
    // The last one first: each leaves the environment as it found it.
    afterAll(async () => {
      for (const server of [...servers.values()].toReversed()) await server.close();
    });
    const advance = (seconds: number) => {
      for (const { clock } of [a, b]) clock.advance(seconds);
    };
    return { a, b, replicas, sent, sendFrom, ways, advance };
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function givePasswords(database: Database, accounts: readonly TestAccount[]): Promise<void> {
  const store = accountStore(database, tables.people);
  for (const { username, email, password } of accounts) {
    if (password === undefined) continue;
    const account = await store.findByUsername(username ?? email ?? '');
    await store.setPassword(account?.sub ?? '', await hashPassword(password));
  }
}

/** A person who signed in in a region. Their browser can go on in the other one. */
export async function signedInAt({ database, clock, letter, port }: Region, username = ada.username): Promise<Person> {
  const account = await accountStore(database, tables.people).findByUsername(username);
  if (account === undefined) throw new Error(`there is no account ${username}`);
  const { sub, epoch } = account;
  const start = { sub, epoch, amr: ['pwd'], now: clock.now(), lifetime: 28_800, home: letter };
  const person = newPerson({ port });
  person.cookies.set('pixy_session', await sessionStore(database, tables.people).start(start));
  return person;
}

/** The code that somebody gets who is signed in already. Fails at any page. */
export async function codeWithoutSignIn(person: Person, target: string): Promise<string> {
  const { status, headers } = await person.follow(target);
  const code = new URL(headers.location ?? 'about:blank').searchParams.get('code');
  if (status !== 302 || code === null) throw new Error(`expected a code, got ${status}`);
  return code;
}

/** The same browser at another region. */
export function movedTo({ port }: Region, { cookies }: Person): Person {
  const person = newPerson({ port });
  for (const [name, value] of cookies) person.cookies.set(name, value);
  return person;
}
