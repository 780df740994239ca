import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localTableNames } from '../infra/local/create-tables.ts';
import { startServer } from '../infra/local/server.ts';
import { auditLine, type Decision } from '../shared/audit/decision.ts';
import { openDatabase } from '../shared/aws/dynamodb.ts';
import { newClient } from '../shared/clients/change-client.ts';
import { clientStore } from '../shared/clients/client-store.ts';
import { accountStore } from '../shared/people/account-store.ts';
import { sessionStore } from '../shared/people/session-store.ts';
import { daysOfFolder } from '../shared/reports/audit-days.ts';
import { type Day, dayOf, daysUntil, startOf } from '../shared/reports/days.ts';
import { localRollUps } from '../shared/reports/local-roll-ups.ts';
import { rollUpStore } from '../shared/reports/roll-up-store.ts';

/*
 * `npm run bench:console`: how fast the console answers with a month of 200 clients and 1,000,000 audit lines, and how long it takes to
 * count them, which happens once.
 */

const lines = 1_000_000;
const clientCount = 200;
const days = 30;
const rounds = 9;

const now = Math.floor(Date.now() / 1_000);

const kinds: readonly Partial<Decision>[] = [
  { endpoint: 'authorize', verdict: 'allowed', method: 'S256', policy: 'S256', mode: 'enforce' },
  { endpoint: 'token', verdict: 'allowed', method: 'S256', grant: 'authorization_code' },
  { endpoint: 'authorize', verdict: 'continued', method: 'S256' },
  { endpoint: 'token', verdict: 'allowed', method: 'S256', grant: 'refresh_token' },
  { endpoint: 'authorize', verdict: 'allowed', method: 'plain', policy: 'any', mode: 'enforce' },
  { endpoint: 'userinfo', verdict: 'allowed' },
  { endpoint: 'authorize', verdict: 'refused', method: 'none', reason: 'code_challenge_required', policy: 'S256' },
  { endpoint: 'token', verdict: 'refused', grant: 'authorization_code', reason: 'code_spent' },
  { endpoint: 'authorize', verdict: 'allowed', method: 'none', wouldRefuse: 'code_challenge_required', mode: 'report' },
  { endpoint: 'introspect', verdict: 'allowed' },
];

async function writeDay(folder: string, day: Day): Promise<void> {
  const file = createWriteStream(join(folder, `${day}.jsonl`));
  const count = Math.ceil(lines / days);
  for (let at = 0; at < count; at += 1) {
    const decision = { ...kinds[at % kinds.length], client: `client-${(at * 7) % clientCount}` } as Decision;
    const time = Math.min(now, startOf(day) + Math.floor((at * 86_400) / count));
    if (!file.write(`${auditLine(time, `request-${at}`, decision)}\n`)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'finish');
}

type Took<Value> = { milliseconds: number; cpu: number; value: Value };

/** `cpu`: milliseconds of this process, which is the server, its database and the browser in one. */
async function took<Value>(work: () => Promise<Value>): Promise<Took<Value>> {
  const [start, before] = [performance.now(), process.cpuUsage()];
  const value = await work();
  const { user, system } = process.cpuUsage(before);
  return { milliseconds: performance.now() - start, cpu: (user + system) / 1_000, value };
}

const say = (what: string, { milliseconds, cpu }: Omit<Took<unknown>, 'value'>, more = ''): void =>
  console.log(
    `${what.padEnd(54)} ${milliseconds.toFixed(0).padStart(6)} ms, ${cpu.toFixed(0).padStart(6)} ms of a processor  ${more}`,
  );

/** A browser that is signed in, without pages in between. */
async function newVisitor(issuer: string): Promise<(path: string) => Promise<string>> {
  const database = openDatabase();
  const account = await accountStore(database, localTableNames.people).put({
    username: 'operator',
    claims: { sub: 'operator', groups: ['operators'] },
  });
  const session = await sessionStore(database, localTableNames.people).start({
    sub: account.sub,
    epoch: account.epoch,
    amr: ['pwd'],
    now,
    lifetime: 28_800,
  });
  const cookies = new Map([['pixy_session', session]]);
  return async (path) => {
    let url = `${issuer}${path}`;
    for (;;) {
      const cookie = Array.from(cookies, (pair) => pair.join('=')).join('; ');
      const response = await fetch(url, { headers: { cookie }, redirect: 'manual' });
      for (const line of response.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        cookies.set(name, value);
      }
      const location = response.headers.get('location');
      if (location === null) {
        const body = await response.text();
        if (response.status !== 200) throw new Error(`${path}: ${response.status}`);
        return body;
      }
      url = new URL(location, issuer).href;
    }
  };
}

async function addClients(): Promise<void> {
  const store = clientStore(openDatabase(), localTableNames.clients, () => now);
  for (let at = 0; at < clientCount; at += 1) {
    const made = await newClient(
      { client_id: `client-${at}`, redirect_uris: ['https://app.example/cb'], token_endpoint_auth_method: 'none' },
      now,
    );
    if (made.ok) await store.put(`client-${at}`, made.value.client, { by: 'bench', why: '' });
  }
}

const data = await mkdtemp(join(tmpdir(), 'pixy-bench-console-'));
try {
  const folder = join(data, 'audit');
  await mkdir(folder);
  const month = daysUntil(dayOf(now), days);
  for (const day of month) await writeDay(folder, day);
  const rollUps = localRollUps(daysOfFolder(folder), () => now, join(folder, 'roll-up'));
  const counting = await took(() => rollUps.read(month));
  say(`counting ${lines.toLocaleString('en')} lines, once`, counting);

  const operators = JSON.stringify({ claim: 'groups', read: ['operators'], write: ['operators'] });
  const server = await startServer({ port: 0, data, environment: { PIXY_CONSOLE: 'on', PIXY_OPERATORS: operators } });
  try {
    await addClients();
    const visit = await newVisitor(server.issuer);
    say('the first page, with the sign-in', await took(() => visit('/console')));
    const pages = [
      '/console',
      '/console/adoption',
      '/console/policy?default=S256&floor=S256&mode=enforce',
      '/console/clients',
      '/console/clients/client-7',
      '/console/waivers',
      '/console/refusals?days=28',
      '/console/changes',
      '/console/audit?verdict=refused',
    ];
    for (const page of pages) {
      const visits: Took<string>[] = [];
      for (let round = 0; round < rounds; round += 1) visits.push(await took(() => visit(page)));
      const inOrder = visits.toSorted((one, other) => one.milliseconds - other.milliseconds);
      const median = inOrder[Math.floor(rounds / 2)];
      if (median) say(page, median, `${(median.value.length / 1_000).toFixed(0)} kB`);
    }
    const stored = rollUpStore(openDatabase(), localTableNames.clients);
    for (const day of counting.value) await stored.put({ ...day, countedAt: now + 86_400 * 2 });
    say('a month from items, the first time', await took(() => stored.read(month)), 'in the embedded database');
    say('a month from items, again', await took(() => stored.read(month)));
  } finally {
    await server.close();
  }
} finally {
  await rm(data, { recursive: true });
}
