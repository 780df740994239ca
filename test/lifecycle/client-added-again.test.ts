import { describe, expect, test } from 'vitest';
import { compose } from '../../functions/check-token/compose.ts';
import { openRuntime } from '../../functions/runtime.ts';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { clientStore } from '../../shared/clients/client-store.ts';
import { clientKey } from '../../shared/clients/records.ts';
import type { RegisteredClient } from '../../shared/clients/registered-client.ts';
import { rollBackClient, rolledBack } from '../../shared/clients/roll-back.ts';
import { grantId } from '../../shared/grants/issue-code.ts';
import { consentKey } from '../../shared/people/consent.ts';
import { askForCodes, decideAt, deviceGrant, enterUserCode, poll } from '../support/device.ts';
import {
  type FullClient,
  introspect,
  machine,
  mobile,
  obtainTokens,
  portal,
  refresh,
  userinfo,
  warehouse,
} from '../support/lifecycle.ts';
import { signedInPerson } from '../support/person.ts';
import { pkcePair } from '../support/pkce.ts';
import { authorizeTarget, basic, obtainCode, postToken, redeem } from '../support/protocol.ts';
import { pushFor } from '../support/pushed.ts';
import { ada, startTestServer, tables } from '../support/server.ts';

/*
 * A client that is removed, and another one that is added under its id: what people granted to the first is nothing to the second. The
 * clock stands still, so all of it happens within one second, but for the 30 s that the functions remember a client.
 */

const shop: FullClient = {
  ...mobile,
  client_id: 'shop',
  redirect_uris: ['https://shop.example/callback'],
  grant_types: ['authorization_code', 'refresh_token', deviceGrant],
  first_party: false,
};
const bank: FullClient = { ...portal, client_id: 'bank' };
const store: FullClient = { ...machine, client_id: 'store' };
const server = await startTestServer({ clients: [shop, bank, store, warehouse] });
const database = openDatabase();
const clients = clientStore(database, tables.clients, server.clock.now);
const person = await signedInPerson(server);
const author = { by: 'grace', why: 'a test' };

const forget = () => server.clock.advance(31);
const stored = async (clientId: string) => (await clients.find(clientId)) as RegisteredClient;

/** Removes a client, and adds one with the same settings. */
async function addAgain({ client_id: clientId }: FullClient): Promise<void> {
  const { since: _, ...settings } = await stored(clientId);
  await clients.put(clientId, undefined, author);
  await clients.put(clientId, settings, author);
}

const runtime = openRuntime(
  {
    PIXY_ISSUER: server.issuer,
    PIXY_GRANTS_TABLE: tables.grants,
    PIXY_CLIENTS_TABLE: tables.clients,
    PIXY_PEOPLE_TABLE: tables.people,
    PIXY_KEYS_TABLE: tables.keys,
  },
  { now: server.clock.now, writeLine: () => undefined },
);
const authorizer = compose(runtime, { audience: [server.issuer], scope: [] });

/** Whether the REST authorizer lets a request with this token through. */
async function isLetThrough(token = ''): Promise<boolean> {
  const event = { type: 'TOKEN', authorizationToken: `Bearer ${token}`, methodArn: 'api/prod/GET/' } as const;
  try {
    return (await authorizer(event, { awsRequestId: 'a-request' })).policyDocument.Statement[0]?.Effect === 'Allow';
  } catch (error) {
    if (error instanceof Error && error.message === 'Unauthorized') return false;
    throw error;
  }
}

/** Rolls the last change of a client back, which removed it. */
async function takeBackRemoval({ client_id: clientId }: FullClient): Promise<void> {
  const [removal] = await clients.changes(1, clientId);
  if (removal === undefined) throw new Error('the removal is not in the log');
  const plan = rollBackClient(removal, undefined, server.clock.now());
  const next = plan.ok ? await rolledBack(plan.value, undefined, server.clock.now()) : undefined;
  if (!next?.ok) throw new Error('the removal cannot be rolled back');
  await clients.put(clientId, next.value?.client, author, undefined, removal.id);
}

const asksForConsent = async (client: FullClient): Promise<boolean> =>
  (await person.follow(authorizeTarget(client))).body.includes('name="decision"');

/** Makes a grant, a consent or a record one of the version before. */
const withoutMark = (TableName: string, Key: object, name: string) =>
  database.update({
    TableName,
    Key,
    UpdateExpression: 'REMOVE #name',
    ExpressionAttributeNames: { '#name': name },
    ConditionExpression: 'attribute_exists(#name)',
  });

describe('a client that is added under the id of a removed one', () => {
  test('gets nothing for a refresh token', async () => {
    const { refresh_token } = await obtainTokens(server, person, bank);
    await addAgain(bank);
    forget();
    const refused = await refresh(server, bank, refresh_token);
    expect(refused).toMatchObject({ status: 400, json: { error: 'invalid_grant', reason: 'client_added_again' } });
  });

  test('gets nothing for a code', async () => {
    const { code, verifier } = await obtainCode(person, bank);
    await addAgain(bank);
    forget();
    const refused = await redeem(server, bank, { code, code_verifier: verifier });
    expect(refused).toMatchObject({ status: 400, json: { error: 'invalid_grant', reason: 'client_added_again' } });
  });

  test('gets nothing for what a function granted that remembers the removed one', async () => {
    await obtainTokens(server, person, bank);
    await addAgain(bank);
    const { refresh_token } = await obtainTokens(server, person, bank);
    forget();
    expect((await refresh(server, bank, refresh_token)).json.reason).toBe('client_added_again');
  });

  test('is not told at userinfo or introspection, nor is anybody else, that a token is good, and it opens no API', async () => {
    const { access_token } = await obtainTokens(server, person, bank);
    expect((await userinfo(server, access_token)).status).toBe(200);
    expect(await isLetThrough(access_token)).toBe(true);
    expect((await introspect(server, warehouse, { token: access_token })).json['active']).toBe(true);
    await addAgain(bank);
    forget();
    expect((await userinfo(server, access_token)).status).toBe(401);
    expect((await introspect(server, warehouse, { token: access_token })).json).toEqual({ active: false });
    expect(await isLetThrough(access_token)).toBe(false);
  });

  test('has no token that the removed one got for itself, and its own at once', async () => {
    const ownToken = async () =>
      (await postToken(server, { grant_type: 'client_credentials' }, { authorization: basic(store) })).json;
    const isActive = async (token = '') => (await introspect(server, warehouse, { token })).json['active'];
    const { access_token } = await ownToken();
    expect(await isActive(access_token)).toBe(true);
    server.clock.advance(1);
    await addAgain(store);
    forget();
    expect(await isActive(access_token)).toBe(false);
    expect(await isActive((await ownToken()).access_token)).toBe(true);
    expect(await isLetThrough(access_token)).toBe(false);
    expect(await isLetThrough((await ownToken()).access_token)).toBe(true);
  });

  test('has the person asked, and they are not shown the app before', async () => {
    await obtainTokens(server, person, shop);
    expect(await asksForConsent(shop)).toBe(false);
    expect((await person.open('/account')).body).toContain('shop');
    await addAgain(shop);
    forget();
    expect(await asksForConsent(shop)).toBe(true);
    expect((await person.open('/account')).body).not.toContain('shop');
    await obtainTokens(server, person, shop);
    expect(await asksForConsent(shop)).toBe(false);
    expect((await person.open('/account')).body).toContain('shop');
  });

  test('gets nothing that only the removed one was allowed', async () => {
    await obtainTokens(server, person, shop, { scope: 'openid email phone' });
    await addAgain(shop);
    forget();
    await obtainTokens(server, person, shop, { scope: 'openid email' });
    const page = await person.follow(authorizeTarget(shop, { scope: 'openid email phone' }));
    expect(page.body).toContain('name="decision"');
  });

  test('gets nothing for a device code, whether somebody has allowed it or not', async () => {
    const { verifier, challenge } = pkcePair();
    const asked = { code_challenge: challenge, code_challenge_method: 'S256' };
    const [waiting, allowed] = [await askForCodes(server, shop, asked), await askForCodes(server, shop, asked)];
    await decideAt(await enterUserCode(person, allowed.json.user_code), person, allowed.json.user_code, 'allow');
    await addAgain(shop);
    forget();
    expect((await enterUserCode(person, waiting.json.user_code)).body).not.toContain('name="decision"');
    for (const { json } of [waiting, allowed]) {
      expect((await poll(server, shop, json.device_code, { code_verifier: verifier })).json.reason).toBe(
        'client_added_again',
      );
    }
  });

  test('cannot go on with a pushed request', async () => {
    const { target } = await pushFor(server, bank);
    await person.follow('/account');
    await addAgain(bank);
    forget();
    const page = await person.follow(target);
    expect(page).toMatchObject({ status: 400 });
    expect(page.body).toContain('request_uri_of_another_client');
  });

  test('has all of its own at once', async () => {
    await addAgain(bank);
    forget();
    const { refresh_token, access_token } = await obtainTokens(server, person, bank);
    expect((await refresh(server, bank, refresh_token)).status).toBe(200);
    expect((await userinfo(server, access_token)).status).toBe(200);
    expect((await introspect(server, warehouse, { token: access_token })).json['active']).toBe(true);
    expect(await isLetThrough(access_token)).toBe(true);
    const { code, verifier } = await obtainCode(person, bank);
    expect((await redeem(server, bank, { code, code_verifier: verifier })).status).toBe(200);
  });
});

test('a removed client’s tokens are worth nothing at userinfo, introspection and the REST authorizer', async () => {
  const { access_token } = await obtainTokens(server, person, bank);
  expect(await isLetThrough(access_token)).toBe(true);
  const settings = await stored('bank');
  await clients.put('bank', undefined, author);
  expect(await isLetThrough(access_token)).toBe(true);
  forget();
  expect((await userinfo(server, access_token)).status).toBe(401);
  expect((await introspect(server, warehouse, { token: access_token })).json).toEqual({ active: false });
  expect(await isLetThrough(access_token)).toBe(false);
  await clients.put('bank', settings, author);
  forget();
});

test('neither is what a removed client got for itself, and a rollback brings it back', async () => {
  const form = { grant_type: 'client_credentials' };
  const token = (await postToken(server, form, { authorization: basic(store) })).json.access_token;
  expect(await isLetThrough(token)).toBe(true);
  await clients.put('store', undefined, author);
  forget();
  expect((await introspect(server, warehouse, { token })).json).toEqual({ active: false });
  expect(await isLetThrough(token)).toBe(false);
  await takeBackRemoval(store);
  forget();
  expect((await introspect(server, warehouse, { token })).json['active']).toBe(true);
  expect(await isLetThrough(token)).toBe(true);
});

describe('a client that is only changed', () => {
  const changes: [string, (client: RegisteredClient) => RegisteredClient][] = [
    ['changed', (client) => ({ ...client, clientName: 'Another name' })],
    ['disabled and enabled', (client) => client],
  ];
  test.each(changes)('keeps what it has: %s', async (what, change) => {
    const { refresh_token } = await obtainTokens(server, person, shop);
    const before = await stored('shop');
    if (what.startsWith('disabled')) await clients.put('shop', { ...before, disabled: true }, author);
    await clients.put('shop', change(before), author);
    forget();
    expect((await refresh(server, shop, refresh_token)).status).toBe(200);
    expect(await asksForConsent(shop)).toBe(false);
  });
});

test('a rollback of the removal brings back what people granted', async () => {
  const { refresh_token } = await obtainTokens(server, person, shop);
  const { since } = await stored('shop');
  await clients.put('shop', undefined, author);
  await takeBackRemoval(shop);
  expect((await stored('shop')).since).toBe(since);
  forget();
  expect((await refresh(server, shop, refresh_token)).status).toBe(200);
  expect(await asksForConsent(shop)).toBe(false);
});

describe('what the version before has written', () => {
  test('a client without a mark has what it had', async () => {
    const { refresh_token, code } = await obtainTokens(server, person, bank);
    await withoutMark(tables.clients, clientKey('bank'), 'since');
    await withoutMark(tables.grants, { id: grantId(code) }, 'clientSince');
    forget();
    expect((await refresh(server, bank, refresh_token)).status).toBe(200);
    // Until it is removed, and another one added.
    await addAgain(bank);
    forget();
    expect((await refresh(server, bank, refresh_token)).json.reason).toBe('client_added_again');
  });

  test('a token of a client without a mark is worth nothing once that is removed', async () => {
    const { access_token, code } = await obtainTokens(server, person, bank);
    await withoutMark(tables.clients, clientKey('bank'), 'since');
    await withoutMark(tables.grants, { id: grantId(code) }, 'clientSince');
    forget();
    expect((await userinfo(server, access_token)).status).toBe(200);
    expect(await isLetThrough(access_token)).toBe(true);
    const settings = await stored('bank');
    await clients.put('bank', undefined, author);
    forget();
    expect((await userinfo(server, access_token)).status).toBe(401);
    expect((await introspect(server, warehouse, { token: access_token })).json).toEqual({ active: false });
    expect(await isLetThrough(access_token)).toBe(false);
    await clients.put('bank', settings, author);
    forget();
  });

  test('a grant or consent without a mark counts for a client that was added before, by a second', async () => {
    await addAgain(shop);
    forget();
    const { refresh_token, code } = await obtainTokens(server, person, shop);
    await withoutMark(tables.grants, { id: grantId(code) }, 'clientSince');
    await withoutMark(tables.people, consentKey(ada.claims.sub, 'shop'), 'clientSince');
    expect((await refresh(server, shop, refresh_token)).status).toBe(200);
    expect(await asksForConsent(shop)).toBe(false);
  });
});
