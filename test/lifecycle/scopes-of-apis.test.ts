import { beforeEach, describe, expect, test } from 'vitest';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { clientStore } from '../../shared/clients/client-store.ts';
import { startDatabaseProxy } from '../support/database-proxy.ts';
import {
  clientCredentials,
  type FullClient,
  introspect,
  machine,
  mobile,
  obtainTokens,
  portal,
  refresh,
  refreshed,
  registerApi,
  userinfo,
} from '../support/lifecycle.ts';
import { signedInPerson } from '../support/person.ts';
import { authorizeTarget, claimsOf, obtainCode, parametersOf, redeem } from '../support/protocol.ts';
import { startTestServer, tables } from '../support/server.ts';

/* K8: a client is registered for an API as a whole, instead of for each of its scope values. */

const orders = 'https://api.example/orders';
const stock = 'https://api.example/stock';
const odd = 'https://api.example/odd';

const shop: FullClient = { ...mobile, client_id: 'shop', scope: 'openid', all_scopes_of: [orders, odd, 'urn:gone'] };
const robot: FullClient = { ...machine, client_id: 'robot', scope: 'pixy:read', all_scopes_of: [orders, odd] };
const third: FullClient = {
  ...portal,
  client_id: 'third',
  scope: 'openid',
  all_scopes_of: [orders],
  first_party: false,
};
const asker: FullClient = { ...machine, client_id: 'asker', may_introspect: true };

const database = await startDatabaseProxy();
const server = await startTestServer({ clients: [shop, robot, third, asker, mobile], dynamodb: database.endpoint });
await registerApi({ resource: orders, scope: ['orders:read', 'orders:write'], introspectedBy: ['asker'] });
await registerApi({ resource: stock, scope: ['stock:read'] });
// As an API may have been registered before these values were refused.
await registerApi({ resource: odd, scope: ['offline_access', 'email', 'pixy:write', 'odd:read'] });
const clients = clientStore(openDatabase(), tables.clients, () => 0);
const person = await signedInPerson(server);
const everything = 'openid email offline_access orders:read orders:write stock:read odd:read pixy:write';

const granted = async (client: FullClient, scope: string | undefined = everything) =>
  (await obtainTokens(server, person, client, { scope })).scope;
const lastLine = () => JSON.parse(server.auditLines.at(-1) ?? '{}') as Record<string, unknown>;

beforeEach(() => server.clock.advance(31));

describe('K8: a client that is registered for an API as a whole', () => {
  test('gets no scope value of another API, none of OpenID Connect and none of the management API', async () => {
    expect(await granted(shop)).toBe('openid orders:read orders:write odd:read');
  });

  test('gets no more for itself, and manages nothing', async () => {
    const { json } = await clientCredentials(server, robot, { scope: everything });
    expect(json.scope).toBe('orders:read orders:write odd:read');
    expect((await clientCredentials(server, robot, { scope: 'pixy:write' })).json).toMatchObject({
      error: 'invalid_scope',
    });
  });

  test('is refused what the API has not', async () => {
    const { error } = parametersOf(await person.authorize(authorizeTarget(shop, { scope: 'stock:read' })));
    expect(error).toBe('invalid_scope');
  });

  test('gets the values that the API has got since, and loses at a refresh those that it has lost', async () => {
    const first = await obtainTokens(server, person, shop, { scope: everything, resource: orders });
    await registerApi({ resource: orders, scope: ['orders:read', 'orders:cancel'], introspectedBy: ['asker'] });
    server.clock.advance(31);
    const next = await refreshed(server, shop, first.refresh_token);
    expect(next.scope).toBe('openid orders:read');
    expect(lastLine()).toMatchObject({ endpoint: 'token', verdict: 'allowed', dropped: 'scope' });
    expect(await granted(shop, 'orders:cancel orders:write')).toBe('orders:cancel');
    const wider = await refresh(server, shop, next.refresh_token, { scope: 'orders:cancel' });
    expect(wider.json).toMatchObject({ error: 'invalid_scope' });
    await registerApi({ resource: orders, scope: ['orders:read', 'orders:write'], introspectedBy: ['asker'] });
  });

  test('loses the values between code and token, and at a refresh, when it is no longer registered for the API', async () => {
    const { code, verifier } = await obtainCode(person, shop, { scope: everything });
    const before = await clients.find('shop');
    if (!before) throw new Error('the client is not there');
    await clients.put('shop', { ...before, allScopesOf: undefined }, { by: 'test', why: '' });
    server.clock.advance(31);
    const { json } = await redeem(server, shop, { code, code_verifier: verifier });
    expect(json.scope).toBe('openid');
    expect(lastLine()).toMatchObject({ dropped: 'scope' });
    await clients.put('shop', before, { by: 'test', why: '' });
  });

  test('asks for consent by each value, and once more for a value that is new', async () => {
    const ask = (scope: string) => person.follow(authorizeTarget(third, { scope }));
    const page = await ask('openid orders:read');
    expect(page.body).toContain('orders:read');
    await person.follow((await person.submit(page, { decision: 'allow' })).headers.location ?? '');
    expect((await ask('openid orders:read')).status).toBe(302);
    expect((await ask('openid orders:write')).body).toContain('orders:write');
  });

  test('has tokens that say so, to the API, to /introspect and to /userinfo', async () => {
    const { access_token } = await obtainTokens(server, person, shop, { scope: everything, resource: orders });
    expect(claimsOf(access_token)['scope']).toBe('openid orders:read orders:write');
    const { json } = await introspect(server, asker, { token: access_token });
    expect(json).toMatchObject({ active: true, scope: 'openid orders:read orders:write' });
    expect((await userinfo(server, access_token)).status).toBe(200);
  });
});

describe('K8: a scope value that is dropped', () => {
  test('is in the audit line of the request, and of a client that asks for itself', async () => {
    await person.follow(authorizeTarget(shop, { scope: 'openid stock:read' }));
    expect(lastLine()).toMatchObject({ endpoint: 'authorize', verdict: 'allowed', dropped: 'scope' });
    await clientCredentials(server, robot, { scope: 'orders:read stock:read' });
    expect(lastLine()).toMatchObject({ endpoint: 'token', verdict: 'allowed', dropped: 'scope' });
  });

  test('S10: as is a claim by name that the client is not registered for', async () => {
    const claims = JSON.stringify({ userinfo: { hr_note: null } });
    await person.follow(authorizeTarget(shop, { scope: 'openid', claims }));
    expect(lastLine()).toMatchObject({ verdict: 'allowed', dropped: 'claim' });
    await person.follow(authorizeTarget(shop, { scope: 'openid stock:read', claims }));
    expect(lastLine()).toMatchObject({ verdict: 'allowed', dropped: 'both' });
  });

  test('is not in the line of a request that gets everything', async () => {
    await person.follow(authorizeTarget(shop, { scope: 'openid  orders:read orders:read' }));
    expect(lastLine()).not.toHaveProperty('dropped');
    await person.follow(authorizeTarget(shop, { scope: undefined }));
    expect(lastLine()).not.toHaveProperty('dropped');
  });
});

test('a client without an API as a whole costs /authorize no list of APIs, and one with it none in 30 seconds', async () => {
  await person.follow(authorizeTarget(shop));
  server.clock.advance(31);
  const calls = await database.callsDuring(() => person.follow(authorizeTarget(mobile)));
  expect(calls).not.toContain(`Query ${tables.clients}`);
  await person.follow(authorizeTarget(shop));
  const warm = await database.callsDuring(() => person.follow(authorizeTarget(shop)));
  expect(warm).toEqual(['BatchGetItem pixy-people', 'PutItem pixy-grants']);
});
