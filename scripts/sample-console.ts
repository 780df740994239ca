import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { localTableNames } from '../infra/local/create-tables.ts';
import { auditLine, type Decision } from '../shared/audit/decision.ts';
import { openDatabase } from '../shared/aws/dynamodb.ts';
import { newClient } from '../shared/clients/change-client.ts';
import { clientStore } from '../shared/clients/client-store.ts';
import { type Day, daysUntil, startOf } from '../shared/reports/days.ts';

/** Noon of 22 November 2026, UTC, in epoch seconds. */
export const sampleNow = Date.UTC(2026, 10, 22, 12) / 1_000;

const web = { redirect_uris: ['https://app.example/callback'], token_endpoint_auth_method: 'client_secret_basic' };
const secret = 'a-secret-of-the-screenshots-0123456789';

/** Clients of a made-up company, one for each thing that an operator looks for. */
export const sampleClients: readonly object[] = [
  { ...web, client_id: 'shop-web', client_name: 'Shop', client_secret: secret, scope: 'openid profile email' },
  {
    client_id: 'shop-ios',
    client_name: 'Shop for iOS',
    redirect_uris: ['https://shop.example/ios'],
    token_endpoint_auth_method: 'none',
  },
  { ...web, client_id: 'partner-portal', client_name: 'Partners', client_secret: secret, pkce_policy: 'any' },
  {
    ...web,
    client_id: 'warehouse-scanner',
    client_name: 'Warehouse scanners',
    client_secret: secret,
    pkce_policy: 'none',
    pkce_mode: 'report',
  },
  { ...web, client_id: 'support-desk', client_name: 'Support <desk>', client_secret: secret },
  { ...web, client_id: 'old-intranet', client_secret: secret, pkce_policy: 'none', pkce_accept_lowercase_method: true },
  {
    ...web,
    client_id: 'payroll',
    client_name: 'Payroll',
    client_secret: secret,
    pkce_policy: 'none',
    pkce_waiver: { owner: 'ada', reason: 'the vendor ships PKCE in December', until: '2026-12-01' },
  },
  { ...web, client_id: 'retired-app', client_secret: secret, disabled: true },
];

type Use = { method: NonNullable<Decision['method']>; from: number; to: number };

/** Requests per day and client: from so many twelve weeks ago to so many today. */
const uses: Readonly<Record<string, readonly Use[]>> = {
  'shop-web': [{ method: 'S256', from: 60, to: 90 }],
  'shop-ios': [{ method: 'S256', from: 30, to: 52 }],
  'partner-portal': [
    { method: 'plain', from: 24, to: 4 },
    { method: 'S256', from: 2, to: 26 },
  ],
  'warehouse-scanner': [
    { method: 'none', from: 18, to: 14 },
    { method: 'S256', from: 0, to: 3 },
  ],
  'support-desk': [{ method: 'S256', from: 11, to: 12 }],
  'old-intranet': [
    { method: 's256', from: 9, to: 8 },
    { method: 'none', from: 6, to: 0 },
  ],
  payroll: [{ method: 'none', from: 3, to: 3 }],
};

const span = 84;

/** The decisions of one day, `share` of the way from twelve weeks ago until today. */
function* decisionsOf(day: Day, share: number): Generator<string> {
  let second = startOf(day) + 6 * 3_600;
  let number = 0;
  const line = (decision: Decision) => {
    second += 7;
    number += 1;
    return auditLine(second, `${day}-${String(number).padStart(5, '0')}`, decision);
  };
  for (const [client, own] of Object.entries(uses)) {
    for (const { method, from, to } of own) {
      const count = Math.round(from + (to - from) * share);
      for (let one = 0; one < count; one += 1) {
        const reported = method === 'none' && client === 'warehouse-scanner';
        yield line({
          endpoint: 'authorize',
          verdict: 'allowed',
          client,
          method,
          ...(reported && { wouldRefuse: 'code_challenge_required', mode: 'report' }),
        });
        yield line({ endpoint: 'token', verdict: 'allowed', client, method, grant: 'authorization_code' });
      }
    }
  }
  const weekday = new Date(startOf(day) * 1_000).getUTCDay();
  for (let one = 0; one < 1 + (weekday % 3); one += 1) {
    yield line({
      endpoint: 'authorize',
      verdict: 'refused',
      client: 'support-desk',
      method: 'none',
      reason: 'code_challenge_required',
    });
    yield line({
      endpoint: 'token',
      verdict: 'refused',
      client: 'shop-web',
      grant: 'authorization_code',
      reason: 'code_spent',
    });
  }
  if (weekday === 2) {
    yield line({
      endpoint: 'authorize',
      verdict: 'refused',
      client: 'partner-portal',
      reason: 'redirect_uri_not_registered',
    });
    yield line({
      endpoint: 'token',
      verdict: 'refused',
      client: 'shop-ios',
      grant: 'refresh_token',
      reason: 'refresh_token_replayed',
      refresh: 'replay',
    });
  }
  yield line({ endpoint: 'sign-in', verdict: 'refused', reason: 'credentials_wrong' });
}

/** Writes twelve weeks of audit lines into the data folder of a local run, the last of them of the day of {@link sampleNow}. */
export async function writeSampleLines(data: string): Promise<void> {
  const folder = join(data, 'audit');
  await mkdir(folder, { recursive: true });
  const days = daysUntil(new Date(sampleNow * 1_000).toISOString().slice(0, 10), span);
  for (const [at, day] of days.entries()) {
    const lines = [...decisionsOf(day, at / (span - 1))];
    await writeFile(join(folder, `${day}.jsonl`), `${lines.join('\n')}\n`);
  }
}

/** Adds the clients to the tables of the server that runs in this process, with a change by an operator for the log. */
export async function addSampleClients(): Promise<void> {
  const clients = clientStore(openDatabase(), localTableNames.clients, () => sampleNow - 86_400);
  for (const document of sampleClients) {
    const made = await newClient(document, sampleNow);
    if (!made.ok) throw new Error(JSON.stringify(made.refusal));
    await clients.put(made.value.client.clientId, made.value.client, { by: 'deploy', why: 'first clients' });
  }
  const grace = { by: 'grace (7f0c2f4e-grace) with pixy-console', why: 'the vendor asked for a month' };
  const scanner = await clients.find('warehouse-scanner');
  if (scanner) await clients.put('warehouse-scanner', { ...scanner, clientName: 'Warehouse' }, grace);
}
