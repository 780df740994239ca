import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, describe, expect, test } from 'vitest';
import { compose as composeRotateKeys } from '../../functions/rotate-keys/compose.ts';
import { openRuntime } from '../../functions/runtime.ts';
import { localTableNames } from '../../infra/local/create-tables.ts';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { tokenExchange } from '../../shared/oauth/server-metadata.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { accountKey } from '../../shared/people/standing-store.ts';
import { startDatabaseProxy } from '../support/database-proxy.ts';
import { askForCodes, decideFor, deviceGrant, poll } from '../support/device.ts';
import { encodeFields, formType, send } from '../support/http.ts';
import {
  type FullClient,
  introspect,
  machine,
  mobile,
  obtainTokens,
  portal,
  refreshed,
  userinfo,
  warehouse,
} from '../support/lifecycle.ts';
import { formTokenOf, type Person, signedInPerson } from '../support/person.ts';
import { pkcePair } from '../support/pkce.ts';
import {
  authorizeTarget,
  basic,
  claimsOf,
  obtainCode,
  obtainCodeThat,
  parametersOf,
  postToken,
  redeem,
} from '../support/protocol.ts';
import { ada, startTestServer, tables } from '../support/server.ts';

/* Pairwise subjects (OpenID Connect Core §8): what a client knows a person by, nobody outside its sector knows. */

const logoutTokens: string[] = [];
const listener = createServer(async (request, response) => {
  logoutTokens.push(new URLSearchParams(await text(request)).get('logout_token') ?? '');
  response.end();
});
await once(listener.listen(0, '127.0.0.1'), 'listening');
afterAll(() => {
  listener.close();
  listener.closeAllConnections();
});

type Told = FullClient & { backchannel_logout_uri?: string | undefined };

const pairwise = (client_id: string, host: string, more: Partial<Told> = {}): Told => ({
  ...mobile,
  client_id,
  redirect_uris: [`https://${host}/callback`],
  subject_type: 'pairwise',
  ...more,
});
const shop = pairwise('shop', 'shop.example');
const till = pairwise('till', 'shop.example', { redirect_uris: ['https://shop.example/till'] });
const clinic = pairwise('clinic', 'clinic.example', {
  post_logout_redirect_uris: ['https://clinic.example/bye'],
  backchannel_logout_uri: `http://127.0.0.1:${(listener.address() as AddressInfo).port}/bye`,
});
const pharmacy = pairwise('pharmacy', 'pharmacy.example', { backchannel_logout_uri: clinic.backchannel_logout_uri });
const ward = pairwise('ward', 'clinic.example', {
  redirect_uris: ['https://clinic.example/ward'],
  backchannel_logout_uri: clinic.backchannel_logout_uri,
});
const open: Told = { ...mobile, client_id: 'open', backchannel_logout_uri: clinic.backchannel_logout_uri };
const television = pairwise('television', 'tv.example', { grant_types: ['refresh_token', deviceGrant] });
const hybrid = pairwise('hybrid', 'hybrid.example', { response_types: ['code', 'code id_token'] });
const agent: FullClient = {
  ...machine,
  client_id: 'agent',
  grant_types: [tokenExchange],
  scope: 'openid profile email api:read',
};
const hopper = { username: 'hopper', password: 'a password of hopper', claims: { sub: 'hopper-0001' } };
const grace = { username: 'grace', password: 'a password of grace', claims: { sub: 'grace-0001' } };

const PIXY_WRAPPING_KEY = randomBytes(32).toString('base64url');
const database = await startDatabaseProxy();
const server = await startTestServer({
  clients: [mobile, portal, shop, till, clinic, pharmacy, ward, open, television, hybrid, agent, warehouse],
  accounts: [ada, grace, hopper],
  dynamodb: database.endpoint,
  environment: {
    PIXY_WRAPPING_KEY,
    PIXY_PAIRWISE_SUBJECTS: 'on',
    PIXY_TOKEN_EXCHANGE: 'on',
    PIXY_DEVICE_AUTHORIZATION: 'on',
  },
});
const person = await signedInPerson(server);
const tokensOf = (client: FullClient, who: Person = person) =>
  obtainTokens(server, who, client, { scope: 'openid email api:read' });
const subOf = async (client: FullClient, who?: Person) => claimsOf((await tokensOf(client, who)).id_token)['sub'];

describe('OC11: a client with pairwise subjects', () => {
  test('sees one subject everywhere, which is not the one of the account', async () => {
    const { id_token, access_token = '', refresh_token } = await tokensOf(shop);
    const { sub } = claimsOf(id_token);
    expect(sub).toMatch(/^[\w-]{43}$/);
    expect(claimsOf(access_token)['sub']).toBe(sub);
    expect((await userinfo(server, access_token)).json['sub']).toBe(sub);
    expect((await introspect(server, warehouse, { token: access_token })).json).toMatchObject({ active: true, sub });
    const next = await refreshed(server, shop, refresh_token);
    expect([claimsOf(next.id_token)['sub'], claimsOf(next.access_token)['sub']]).toEqual([sub, sub]);
    expect(JSON.stringify([claimsOf(id_token), claimsOf(access_token)])).not.toContain(ada.claims.sub);
  });

  test('shares it with the clients of its sector, and with nobody else', async () => {
    const [one, same, other, open] = [await subOf(shop), await subOf(till), await subOf(clinic), await subOf(mobile)];
    expect(same).toBe(one);
    expect(other).not.toBe(one);
    expect(open).toBe(ada.claims.sub);
    expect(await subOf(shop, await signedInPerson(server, grace))).not.toBe(one);
  });

  test('keeps it when keys are rotated', async () => {
    const before = await subOf(shop);
    const { grants, clients, people, keys } = localTableNames;
    const environment = {
      PIXY_ISSUER: server.issuer,
      PIXY_GRANTS_TABLE: grants,
      PIXY_CLIENTS_TABLE: clients,
      PIXY_PEOPLE_TABLE: people,
      PIXY_KEYS_TABLE: keys,
      PIXY_WRAPPING_KEY,
      PIXY_PAIRWISE_SUBJECTS: 'on',
    };
    const now = () => server.clock.now() + 200 * 86_400;
    const report = await composeRotateKeys(openRuntime(environment, { now }))();
    expect(report.published).toHaveLength(1);
    expect(await subOf(shop)).toBe(before);
  });

  test('gets it with the code of the hybrid flow', async () => {
    const target = authorizeTarget(hybrid, { response_type: 'code id_token', nonce: 'n' });
    const { hash } = await person.authorize(target);
    const { id_token } = Object.fromEntries(new URLSearchParams(hash.slice(1)));
    const { sub } = claimsOf(id_token);
    expect(sub).toMatch(/^[\w-]{43}$/);
    expect(sub).toBe(await subOf(hybrid));
  });

  test('gets it on a device', async () => {
    const { verifier, challenge } = pkcePair();
    const proof = { code_challenge: challenge, code_challenge_method: 'S256' };
    const { json: codes } = await askForCodes(server, television, { scope: 'openid', ...proof });
    await decideFor(person, codes.user_code);
    server.clock.advance(6);
    const { json } = await poll(server, television, codes.device_code, { code_verifier: verifier });
    expect(claimsOf(json.id_token)['sub']).toMatch(/^[\w-]{43}$/);
  });

  test('passes it on to a client that acts for the person', async () => {
    server.clock.advance(1);
    const { access_token: subject_token } = await tokensOf(shop, await signedInPerson(server));
    const type = 'urn:ietf:params:oauth:token-type:access_token';
    const form = { grant_type: tokenExchange, subject_token, subject_token_type: type };
    const { status, json } = await postToken(server, form, { authorization: basic(agent) });
    expect(status).toBe(200);
    expect(claimsOf(json.access_token)['sub']).toBe(await subOf(shop));
  });

  test('keeps what another server called the person', async () => {
    await openDatabase().update({
      TableName: tables.people,
      Key: accountKey(grace.claims.sub),
      UpdateExpression: 'SET pairwiseSubjects = :given',
      ExpressionAttributeValues: { ':given': { 'shop.example': 'as-before' } },
    });
    const who = await signedInPerson(server, grace);
    expect([await subOf(shop, who), await subOf(till, who)]).toEqual(['as-before', 'as-before']);
    expect(await subOf(clinic, who)).toMatch(/^[\w-]{43}$/);
    const { access_token } = await tokensOf(shop, who);
    expect((await userinfo(server, access_token)).json).toMatchObject({ sub: 'as-before' });
  });

  test('has worthless tokens as soon as the account is disabled', async () => {
    const who = await signedInPerson(server, hopper);
    const { access_token } = await tokensOf(shop, who);
    const accounts = accountStore(openDatabase(), tables.people);
    await accounts.disable(hopper.claims.sub, server.clock.now());
    expect((await userinfo(server, access_token)).status).toBe(401);
    expect((await introspect(server, warehouse, { token: access_token ?? '' })).json).toEqual({ active: false });
  });
});

describe('OC11: a hint with a pairwise subject', () => {
  const answerTo = async (fields: Record<string, string | undefined>) => {
    const page = await person.follow(authorizeTarget(shop, { prompt: 'none', ...fields }));
    return parametersOf(new URL(page.headers.location ?? ''));
  };

  test('is about the person who is signed in', async () => {
    const { id_token } = await tokensOf(shop);
    expect(await answerTo({ id_token_hint: id_token })).toHaveProperty('code');
    const claims = (sub: unknown) => JSON.stringify({ id_token: { sub: { value: sub } } });
    expect(await answerTo({ claims: claims(claimsOf(id_token)['sub']) })).toHaveProperty('code');
  });

  test.each([
    ['the subject of the account', ada.claims.sub],
    ['that of another sector', undefined],
  ])('tells nothing about %s', async (_, given) => {
    const sub = given ?? (await subOf(clinic));
    expect(await answerTo({ claims: JSON.stringify({ id_token: { sub: { value: sub } } }) })).toMatchObject({
      error: 'login_required',
    });
  });

  test('tells nothing when it is an ID token of another client', async () => {
    const { id_token } = await tokensOf(mobile);
    expect(await answerTo({ id_token_hint: id_token })).toMatchObject({ error: 'login_required' });
  });

  test('signs out without a question, and the client hears of it by the subject that it knows', async () => {
    const who = await signedInPerson(server);
    const { id_token } = await tokensOf(clinic, who);
    const fields = { id_token_hint: id_token, post_logout_redirect_uri: 'https://clinic.example/bye' };
    const page = await who.open(`/sign-out?${encodeFields(fields)}`);
    expect(page.headers.location).toBe('https://clinic.example/bye');
    expect(claimsOf(logoutTokens.at(-1))).toMatchObject({ aud: 'clinic', sub: claimsOf(id_token)['sub'] });
  });

  test('of somebody else leads to a question', async () => {
    const other = await signedInPerson(server, grace);
    const page = await other.open(`/sign-out?${encodeFields({ id_token_hint: (await tokensOf(clinic)).id_token })}`);
    expect(formTokenOf(page)).not.toBe('');
  });
});

test('OC11: a sign-in asks the database no more often than any other', async () => {
  const signIn = async (client: FullClient) => {
    const asked = await database.callsDuring(() => obtainCode(person, client, { scope: 'openid' }));
    const { code, verifier } = await obtainCodeThat(false, person, client, { scope: 'openid' });
    const redeemed = await database.callsDuring(() => redeem(server, client, { code, code_verifier: verifier }));
    return [...asked, ...redeemed].toSorted();
  };
  await tokensOf(shop);
  await tokensOf(mobile);
  expect(await signIn(shop)).toHaveLength(4);
  expect(await signIn(shop)).toEqual(await signIn(mobile));
});

test('the metadata has pairwise while it is on', async () => {
  const { body } = await send(server.port, '/.well-known/openid-configuration');
  expect(JSON.parse(body).subject_types_supported).toEqual(['public', 'pairwise']);
});

test('a session that ends by the page tells each client its own subject', async () => {
  const who = await signedInPerson(server);
  const { id_token } = await tokensOf(clinic, who);
  const page = await who.open('/sign-out');
  logoutTokens.length = 0;
  await who.open('/sign-out', {
    method: 'POST',
    headers: formType,
    body: encodeFields({ form_token: formTokenOf(page) }),
  });
  expect(logoutTokens.map((token) => claimsOf(token)['sub'])).toEqual([claimsOf(id_token)['sub']]);
});

test('OC19: the name of a session is another one in each sector, so nobody compares whom they have by it', async () => {
  const who = await signedInPerson(server);
  const sidFor = async (client: FullClient) => claimsOf((await tokensOf(client, who)).id_token)['sid'];
  const sids = [await sidFor(clinic), await sidFor(pharmacy), await sidFor(open)];
  expect(new Set(sids).size).toBe(3);
  expect(await sidFor(ward)).toBe(sids[0]);

  // Nor by what the client without pairwise subjects knows: the session is a secret to all of them.
  const page = await who.open('/account');
  const listed = [...page.body.matchAll(/name="id" value="([\w-]{43})"/g)].map(([, id]) => id);
  expect(listed.filter((id) => sids.includes(id))).toEqual([]);

  logoutTokens.length = 0;
  const question = await who.open('/sign-out');
  await who.submit(question, { form_token: formTokenOf(question) });
  const told = new Map(logoutTokens.map((token) => [claimsOf(token)['aud'], claimsOf(token)['sid']]));
  expect(['clinic', 'pharmacy', 'open'].map((aud) => told.get(aud))).toEqual(sids);
});
