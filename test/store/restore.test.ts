import { randomBytes } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { afterAll, describe, expect, test } from 'vitest';
import { createTables, localTableNames } from '../../infra/local/create-tables.ts';
import { startServer } from '../../infra/local/server.ts';
import { batches } from '../../shared/aws/batches.ts';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import type { TableName } from '../../shared/aws/tables.ts';
import { clientStore } from '../../shared/clients/client-store.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { newLink } from '../../shared/people/invitation.ts';
import { pixy } from '../cli/pixy.ts';
import { send } from '../support/http.ts';
import { mobile, obtainTokens, portal, refresh } from '../support/lifecycle.ts';
import { newPerson, signedInPerson } from '../support/person.ts';
import { obtainCode, redeem } from '../support/protocol.ts';
import { startTestServer } from '../support/server.ts';

/*
 * The restores of docs/operations.md: the tables of a moment under other names, with an empty Grants table, with the one of before, and
 * with the one of that moment, which holds as unspent what was spent since.
 */

const PIXY_WRAPPING_KEY = randomBytes(32).toString('base64url');
const issuer = 'https://sign-in.example.com';
const server = await startTestServer({ clients: [mobile, portal], issuer, environment: { PIXY_WRAPPING_KEY } });
const database = new DynamoDBClient({});
const restored = { clients: 'restored-clients', people: 'restored-people', keys: 'restored-keys' };
const grantsTables = { empty: 'empty-grants', restored: 'restored-grants', kept: localTableNames.grants };

const person = await signedInPerson(server);
const before = await obtainTokens(server, person, mobile);
const unspent = await obtainCode(person, mobile);
const accounts = (table: string) => accountStore(openDatabase(), table);
const { sub } = (await accounts(localTableNames.people).findByUsername('ada')) ?? expect.unreachable();
const { invitation } = newLink(sub, 'reset', server.clock.now());
await accounts(localTableNames.people).invite(sub, invitation);

/** As DynamoDB restores: to new tables, what was in the old ones at this moment. */
await createTables(database, { ...restored, grants: grantsTables.restored });
await createTables(database, { ...restored, grants: grantsTables.empty });
for (const [table, name] of Object.entries({ ...restored, grants: grantsTables.restored })) {
  const from = localTableNames[table as TableName];
  await batches(database).put(name, (await batches(database).getAll(from, 10_000)) ?? expect.unreachable());
}

// What is lost with the restore: a token and a code that are spent, an app that is signed out, and another sign-in afterwards.
const refreshed = await refresh(server, mobile, before.refresh_token);
await redeem(server, mobile, { code: unspent.code, code_verifier: unspent.verifier });
await pixy(['accounts', 'revoke-sessions', 'ada', ...namesOf(localTableNames)]);
const afterwards = await obtainTokens(server, await signedInPerson(server), mobile);
// The mishap.
await clientStore(openDatabase(), localTableNames.clients, server.clock.now).put('portal', undefined, {
  by: 'ada',
  why: 'a mistake',
});

function namesOf(tables: Record<string, string>): string[] {
  return Object.entries(tables).flatMap(([table, name]) => ['--table', `${table}=${name}`]);
}

/** A deployment on the restored tables. */
async function deploy(grants: keyof typeof grantsTables) {
  const started = await startServer({
    port: 0,
    issuer,
    data: 'memory',
    dynamodb: server.dynamodb,
    now: server.clock.now,
    writeLine: () => {},
    environment: {
      PIXY_WRAPPING_KEY,
      PIXY_GRANTS_TABLE: grantsTables[grants],
      PIXY_CLIENTS_TABLE: restored.clients,
      PIXY_PEOPLE_TABLE: restored.people,
      PIXY_KEYS_TABLE: restored.keys,
    },
  });
  afterAll(() => started.close());
  return { port: Number(new URL(started.address).port) };
}

const deployed = await deploy('empty');

/** The browser of before, at the deployment with the restored tables. */
function sameBrowser(at = deployed) {
  const browser = newPerson(at);
  for (const [name, value] of person.cookies) browser.cookies.set(name, value);
  return browser;
}

describe('D1: a deployment that adopts restored tables', () => {
  test('has the client that was removed by mistake, and people are still signed in', async () => {
    const tokens = await obtainTokens(deployed, sameBrowser(), portal);
    const keys = createLocalJWKSet(JSON.parse((await send(deployed.port, '/jwks')).body));
    const currentDate = new Date(server.clock.now() * 1_000);
    const { payload } = await jwtVerify(tokens.access_token ?? '', keys, { issuer, currentDate });
    expect(payload.sub).toBe(sub);
  });

  test('verifies what was signed before', async () => {
    const keys = createLocalJWKSet(JSON.parse((await send(deployed.port, '/jwks')).body));
    const currentDate = new Date(server.clock.now() * 1_000);
    expect((await jwtVerify(before.access_token ?? '', keys, { issuer, currentDate })).payload.sub).toBe(sub);
  });

  test('refuses refresh tokens of before, because the grants are gone, and people get new ones', async () => {
    expect((await refresh(deployed, mobile, before.refresh_token)).json).toMatchObject({ error: 'invalid_grant' });
    const again = await obtainTokens(deployed, sameBrowser(), mobile);
    expect((await refresh(deployed, mobile, again.refresh_token)).status).toBe(200);
  });
});

describe('single use, after a restore', () => {
  const everybody = (...flags: string[]) =>
    pixy(['accounts', 'revoke-sessions', '--everybody', ...flags, ...namesOf({ ...restored, grants: 'none' })]);
  const end = async () => expect((await everybody('--yes', '--json')).json()).toEqual({ accounts: 1 });

  test('of a restored Grants table is lost until everybody’s sessions are revoked: what was spent since is unspent', async () => {
    const all = await deploy('restored');
    const again = await refresh(all, mobile, before.refresh_token);
    expect(again.status).toBe(200);
    expect((await sameBrowser(all).open('/account')).status).toBe(200);

    expect((await everybody()).errors).toContain('Add --yes if that is meant.');
    expect((await refresh(all, mobile, again.json.refresh_token)).status).toBe(200);
    await end();
    for (const token of [before.refresh_token, again.json.refresh_token, refreshed.json.refresh_token]) {
      expect((await refresh(all, mobile, token)).json).toMatchObject({ error: 'invalid_grant' });
    }
    const { code, verifier } = unspent;
    const redeemed = await redeem(all, mobile, { code, code_verifier: verifier });
    expect(redeemed.json).toMatchObject({ error: 'invalid_grant', reason: 'taken_back' });
    expect((await sameBrowser(all).open('/account')).status).toBe(303);
    expect((await accounts(restored.people).findBySubject(sub))?.invitation).toBeUndefined();

    const signedIn = newPerson(all);
    const tokens = await obtainTokens(all, signedIn, mobile);
    expect((await refresh(all, mobile, tokens.refresh_token)).status).toBe(200);
  });

  test('of the Grants table of before holds too: nothing comes to life when the restored account counts as far as it had', async () => {
    const kept = await deploy('kept');
    expect((await refresh(kept, mobile, afterwards.refresh_token)).json).toMatchObject({ error: 'invalid_grant' });
    const account = await accounts(restored.people).findBySubject(sub);
    await accounts(restored.people).takeBackAll(sub, account?.epoch ?? 0);
    expect((await refresh(kept, mobile, afterwards.refresh_token)).json).toMatchObject({ error: 'invalid_grant' });
  });

  test('an account and everybody cannot both be meant, and one of them has to be', async () => {
    expect((await everybody('ada', '--yes')).exitCode).toBe(2);
    expect((await pixy(['accounts', 'revoke-sessions', ...namesOf(restored)])).exitCode).toBe(2);
  });
});
