import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { Secret, TOTP } from 'otpauth';
import { afterAll, describe, expect, test } from 'vitest';
import { createTables, localTableNames } from '../../infra/local/create-tables.ts';
import { startEmbeddedDynamoDB } from '../../infra/local/embedded-dynamodb.ts';
import { startServer } from '../../infra/local/server.ts';
import { apiStore } from '../../shared/apis/api-store.ts';
import { batches } from '../../shared/aws/batches.ts';
import { type Item, openDatabase } from '../../shared/aws/dynamodb.ts';
import type { TableName } from '../../shared/aws/tables.ts';
import { clientStore } from '../../shared/clients/client-store.ts';
import { passkeyStore } from '../../shared/people/passkey-store.ts';
import { linkStore } from '../../shared/upstream/link-store.ts';
import { send } from '../support/http.ts';
import { mobile, obtainTokens, portal, refresh, userinfo } from '../support/lifecycle.ts';
import { newPerson } from '../support/person.ts';
import { authorizeTarget, redeem } from '../support/protocol.ts';
import './store.ts';

/*
 * An upgrade: this version on tables that version 850adc9 wrote, an item of every kind that it had (made by its own code, with a stopped
 * clock; its secrets are of nobody). What it gave out before still counts.
 */

type Written = {
  issuer: string;
  now: number;
  wrappingKey: string;
  refreshToken: string;
  accessToken: string;
  code: { code: string; verifier: string };
  spent: { code: string; verifier: string };
  cookies: Record<string, string>;
  totp: string;
  tables: Record<TableName, Item[]>;
};

/** Binary attributes are written in base64, and sets as lists. */
function reviver(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if ('base64' in value) return Buffer.from(value.base64 as string, 'base64');
  return 'set' in value ? new Set(value.set as string[]) : value;
}
const written = JSON.parse(readFileSync(join(import.meta.dirname, 'data-of-850adc9.json'), 'utf8'), reviver) as Written;

const embedded = await startEmbeddedDynamoDB();
const client = new DynamoDBClient({ endpoint: embedded.endpoint });
await createTables(client, localTableNames);
for (const [table, items] of Object.entries(written.tables)) {
  await batches(client).put(localTableNames[table as TableName], items);
}
let time = written.now + 1;
const now = () => time;
const auditLines: string[] = [];
const started = await startServer({
  port: 0,
  issuer: written.issuer,
  data: 'memory',
  dynamodb: embedded.endpoint,
  now,
  writeLine: (line) => auditLines.push(line),
  environment: { PIXY_WRAPPING_KEY: written.wrappingKey },
});
afterAll(async () => {
  await started.close();
  client.destroy();
  await embedded.close();
});
const server = { port: Number(new URL(started.address).port) };
const database = openDatabase(client);

/** The browser that was signed in before. */
function ann() {
  const person = newPerson(server);
  for (const [name, value] of Object.entries(written.cookies)) person.cookies.set(name, value);
  return person;
}

describe('what version 850adc9 stored', () => {
  test('is an item of every kind that it had', () => {
    const kindsOf = (table: TableName) =>
      new Set(
        written.tables[table].map(({ pk, id, sk }) =>
          String(pk ?? id).replace(/#.*/, `#${sk === 'pending' ? ' pending' : ''}`),
        ),
      );
    expect(kindsOf('people')).toEqual(
      new Set(
        'account# username# sessions# consents# passkeys# challenge# totp# upstream-flow# upstream# links# throttle#'
          .split(' ')
          .concat(['totp# pending', 'pending# pending']),
      ),
    );
    expect(kindsOf('clients')).toEqual(new Set(['client#', 'global', 'directory', 'changes', 'apis']));
    expect(kindsOf('keys')).toEqual(new Set(['signing', 'refresh']));
    expect(written.tables.grants.length).toBe(7);
  });

  test('still counts: a code, a refresh token, an access token and its key', async () => {
    const keys = createLocalJWKSet(JSON.parse((await send(server.port, '/jwks')).body));
    const options = { issuer: written.issuer, currentDate: new Date(now() * 1_000) };
    expect((await jwtVerify(written.accessToken, keys, options)).payload.sub).toBe('sub-of-ann');
    expect((await userinfo(server, written.accessToken)).json).toMatchObject({ sub: 'sub-of-ann' });
    const redeemed = await redeem(server, mobile, { code: written.code.code, code_verifier: written.code.verifier });
    expect(redeemed.status).toBe(200);
    const refreshed = await refresh(server, mobile, written.refreshToken);
    expect(refreshed.status).toBe(200);
    expect((await refresh(server, mobile, refreshed.json.refresh_token)).status).toBe(200);
  });

  test('still refuses what was spent', async () => {
    const { code, verifier } = written.spent;
    expect((await redeem(server, portal, { code, code_verifier: verifier })).json).toMatchObject({
      error: 'invalid_grant',
      reason: 'code_spent',
    });
  });

  test('keeps people signed in, with what they allowed and what they have', async () => {
    const person = ann();
    expect((await obtainTokens(server, person, mobile)).access_token).toBeDefined();
    const third = { ...portal, client_id: 'third' };
    const answer = await person.open(authorizeTarget(third, { scope: 'openid' }));
    expect(answer.status).toBe(302);
    const page = await person.open('/account');
    expect(page.body).toContain('A phone');
    expect((await passkeyStore(database, localTableNames.people).list('sub-of-ann')).map(({ name }) => name)).toEqual([
      'A phone',
    ]);
  });

  test('signs somebody in with their password and their authenticator app', async () => {
    // The code of the set-up is used up, and so is its time step.
    time += 60;
    const person = newPerson(server);
    const answer = await person.submit(await person.open('/sign-in'), {
      username: 'ben',
      password: 'the long password of everybody',
    });
    const page = await person.follow(answer.headers.location ?? '');
    const code = new TOTP({ secret: Secret.fromBase32(written.totp) }).generate({ timestamp: now() * 1_000 });
    expect((await person.submit(page, { code })).status).toBe(200);
  });

  test('tells links, APIs, the policy and who changed what', async () => {
    const clients = clientStore(database, localTableNames.clients, now);
    expect(await clients.policy()).toMatchObject({ default: 'S256', floor: 'none', mode: 'report' });
    expect((await clients.changes(10)).map(({ why }) => why)).toContain('a fixture');
    const [api] = await apiStore(database, localTableNames.clients, now).list();
    expect(api?.value).toMatchObject({
      resource: 'https://api.example.com/orders',
      scope: ['orders:read', 'orders:write'],
    });
    const link = written.tables.people.find(({ pk }) => String(pk).startsWith('links#'));
    const sub = String(link?.['pk']).slice('links#'.length);
    expect(await linkStore(database, localTableNames.people).list(sub)).toMatchObject([
      { provider: 'example', label: 'grace@upstream.example' },
    ]);
  });

  test('makes no request fail', () => {
    expect(auditLines.filter((line) => line.includes('"failed"'))).toEqual([]);
  });
});
