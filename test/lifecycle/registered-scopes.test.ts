import { beforeEach, describe, expect, test } from 'vitest';
import { scopeStore } from '../../shared/apis/api-store.ts';
import type { RegisteredApi } from '../../shared/apis/registered-api.ts';
import type { RegisteredScope } from '../../shared/apis/registered-scope.ts';
import { targetOf } from '../../shared/apis/token-target.ts';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { startDatabaseProxy } from '../support/database-proxy.ts';
import { send } from '../support/http.ts';
import {
  clientCredentials,
  type FullClient,
  machine,
  mobile,
  obtainTokens,
  portal,
  refreshed,
  registerApi,
  userinfo,
} from '../support/lifecycle.ts';
import { signedInPerson } from '../support/person.ts';
import { authorizeTarget, claimsOf } from '../support/protocol.ts';
import { startTestServer, tables } from '../support/server.ts';

/* Operators register scope values of their own with the claims that they bring. */

const groups = ['platform-admins', 'wiki users'];
const ada = {
  username: 'ada',
  password: '',
  claims: {
    sub: 'ada-0001',
    email: 'ada@example.com',
    groups,
    roles: ['auditor'],
    department: { id: 7 },
    hr_note: 'late',
  },
};
const big = {
  username: 'big',
  claims: { sub: 'big-0001', groups: Array.from({ length: 500 }, (_, n) => `group ${n}`), roles: ['x'] },
};

const orders = 'https://api.example/orders';
const plainApi = 'https://api.example/plain';
const scope = 'openid groups department orders:read';

/** As kubelogin, oauth2-proxy and Grafana are registered: they read the ID token alone. */
const kubelogin: FullClient = { ...mobile, client_id: 'kubelogin', scope, id_token_claims: true };
const usual: FullClient = { ...portal, client_id: 'usual', scope };
const other: FullClient = { ...portal, client_id: 'other', scope: 'openid orders:read' };
const third: FullClient = { ...portal, client_id: 'third', scope, first_party: false };
const robot: FullClient = { ...machine, client_id: 'robot', scope: 'groups orders:read' };

const database = await startDatabaseProxy();
const server = await startTestServer({
  clients: [kubelogin, usual, other, third, robot, mobile],
  accounts: [ada, big],
  dynamodb: database.endpoint,
});
const scopes = scopeStore(openDatabase(), tables.clients, () => 0);
const author = { by: 'test', why: '' };
const register = (registered: RegisteredScope) => scopes.put(registered, author);
await register({
  value: 'groups',
  claims: ['groups', 'roles'],
  description: 'See <your> groups',
  descriptions: { de: 'Ihre Gruppen sehen' },
});
await register({ value: 'department', claims: ['department'] });
await registerApi({ resource: orders, scope: ['orders:read'], accessTokenClaims: true });
await registerApi({ resource: plainApi, scope: ['orders:read'] });
const person = await signedInPerson(server, ada);

const tokensOf = (client: FullClient, changes = {}) => obtainTokens(server, person, client, { scope, ...changes });
const lastLine = () => JSON.parse(server.auditLines.at(-1) ?? '{}') as Record<string, unknown>;
const told = { groups, roles: ['auditor'], department: { id: 7 } };

beforeEach(() => server.clock.advance(31));

describe('OC23: the claims of a registered scope value', () => {
  test('are not for a client that is not registered for the value, by scope or by name', async () => {
    const claims = JSON.stringify({ userinfo: { groups: null }, id_token: { groups: null } });
    const { access_token, id_token } = await tokensOf(other, { claims });
    expect((await userinfo(server, access_token)).json).toEqual({ sub: 'ada-0001' });
    expect(claimsOf(id_token)).not.toHaveProperty('groups');
  });

  test('are not there without the value, and a claim that no value brings never is', async () => {
    const { access_token } = await tokensOf(usual, { scope: 'openid groups' });
    const { json } = await userinfo(server, access_token);
    expect(json).toEqual({ sub: 'ada-0001', groups, roles: ['auditor'] });
  });

  test('are not in tokens unless the client or the API says so', async () => {
    const { access_token, id_token } = await tokensOf(usual, { resource: plainApi });
    for (const token of [access_token, id_token]) expect(claimsOf(token)).not.toHaveProperty('groups');
    const { access_token: ofNoApi } = await tokensOf(kubelogin);
    expect(claimsOf(ofNoApi)).not.toHaveProperty('groups');
  });

  test('end when the value is removed', async () => {
    const { access_token, refresh_token } = await tokensOf(kubelogin);
    await scopes.remove('department', author);
    server.clock.advance(31);
    expect((await userinfo(server, access_token)).json).not.toHaveProperty('department');
    expect(claimsOf((await refreshed(server, kubelogin, refresh_token)).id_token)).not.toHaveProperty('department');
    await register({ value: 'department', claims: ['department'] });
  });

  test('are never those of a client that asks for itself, nor is the value in its token', async () => {
    const { json } = await clientCredentials(server, robot, { resource: orders });
    expect(json.scope).toBe('orders:read');
    expect((await clientCredentials(server, robot, { scope: 'groups' })).json.error).toBe('invalid_scope');
  });

  test('come from userinfo with the types that they have', async () => {
    const { access_token } = await tokensOf(usual);
    expect((await userinfo(server, access_token)).json).toEqual({ sub: 'ada-0001', ...told });
  });

  test('K2: are in the ID token of a client that reads nothing else, at a refresh as well', async () => {
    const { id_token, refresh_token } = await tokensOf(kubelogin);
    expect(claimsOf(id_token)).toMatchObject(told);
    expect(claimsOf((await refreshed(server, kubelogin, refresh_token)).id_token)).toMatchObject(told);
  });

  test('are in the access token for an API that says so, with the scope value', async () => {
    const { access_token, id_token } = await tokensOf(usual, { resource: orders });
    expect(claimsOf(access_token)).toMatchObject({ ...told, scope });
    expect(claimsOf(id_token)).not.toHaveProperty('groups');
  });

  test('are not in an access token for two APIs of which one does not say so', () => {
    const apis: RegisteredApi[] = [
      { resource: orders, scope: [], accessTokenClaims: true },
      { resource: plainApi, scope: [] },
    ];
    const defaults = { issuer: 'i', audience: 'a', accessTokenLifetime: 60, apis, scopes: [] };
    expect(targetOf(apis.slice(0, 1), [], defaults)).toMatchObject({ value: { hasClaims: true } });
    expect(targetOf(apis, [], defaults)).toMatchObject({ value: { hasClaims: false } });
  });

  test('S10: may be asked for by name by a client that is registered for the value', async () => {
    const claims = JSON.stringify({ id_token: { roles: null }, userinfo: { groups: null, hr_note: null } });
    const { access_token, id_token } = await tokensOf(usual, { scope: 'openid', claims });
    expect(claimsOf(id_token)).toMatchObject({ roles: ['auditor'] });
    expect((await userinfo(server, access_token)).json).toEqual({ sub: 'ada-0001', groups });
    const line = server.auditLines.map((text) => JSON.parse(text)).findLast(({ endpoint }) => endpoint === 'authorize');
    expect(line).toMatchObject({ verdict: 'allowed', dropped: 'claim' });
  });

  test('are left out of a token that they would make too large, which the log says; userinfo has them', async () => {
    const somebody = await signedInPerson(server, { username: 'big', password: '' });
    const { access_token, id_token } = await obtainTokens(server, somebody, kubelogin, { scope });
    expect(claimsOf(id_token)).toMatchObject({ roles: ['x'] });
    expect(claimsOf(id_token)).not.toHaveProperty('groups');
    expect(lastLine()).toMatchObject({ endpoint: 'token', verdict: 'allowed', dropped: 'claim' });
    expect((await userinfo(server, access_token)).json['groups']).toHaveLength(500);
  });
});

describe('the words for a registered scope value', () => {
  const pageOf = async (language: string) =>
    (
      await person.open((await person.open(authorizeTarget(third, { scope }))).headers.location ?? '', {
        headers: { 'accept-language': language },
      })
    ).body;

  test('are on the consent page, in the language of the person and never as markup', async () => {
    expect(await pageOf('de')).toContain('Ihre Gruppen sehen');
    const inEnglish = await pageOf('en');
    expect(inEnglish).toContain('See &lt;your&gt; groups');
    expect(inEnglish).toContain('<code>department</code>');
  });

  test('are on the account page', async () => {
    const page = await person.follow(authorizeTarget(third, { scope }));
    await person.submit(page, { decision: 'allow' });
    expect((await person.open('/account')).body).toContain('See &lt;your&gt; groups');
  });
});

test('MD3: registered scope values and their claims are announced', async () => {
  const { body } = await send(server.port, '/.well-known/openid-configuration');
  const metadata = JSON.parse(body) as { scopes_supported: string[]; claims_supported: string[] };
  expect(metadata.scopes_supported).toEqual(expect.arrayContaining(['openid', 'groups', 'department', 'orders:read']));
  expect(metadata.claims_supported).toEqual(expect.arrayContaining(['sub', 'email', 'groups', 'roles', 'department']));
  expect(new Set(metadata.claims_supported).size).toBe(metadata.claims_supported.length);
});

describe('what registered scope values ask of the database', () => {
  const query = `Query ${tables.clients}`;

  test('a sign-in and userinfo with them: nothing more, once they are remembered', async () => {
    await userinfo(server, (await tokensOf(kubelogin, { resource: orders })).access_token);
    const calls = await database.callsDuring(async () => {
      await userinfo(server, (await tokensOf(kubelogin, { resource: orders })).access_token);
    });
    // One of sixteen redemptions looks at the limit of grants (test/flows/round-trips.test.ts).
    const always = calls.filter((call) => call !== `Query ${tables.grants}`);
    expect(always.toSorted()).toEqual([
      'BatchGetItem pixy-grants pixy-people',
      'BatchGetItem pixy-people',
      'GetItem pixy-people',
      'PutItem pixy-grants',
      'UpdateItem pixy-grants',
    ]);
  });

  test('/authorize and userinfo without them: never the list', async () => {
    const { access_token } = await tokensOf(mobile, { scope: 'openid email' });
    server.clock.advance(31);
    const calls = await database.callsDuring(async () => {
      await person.authorize(authorizeTarget(mobile, { scope: 'openid email' }));
      await userinfo(server, access_token);
    });
    expect(calls).not.toContain(query);
  });
});
