import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { clientStore } from '../../shared/clients/client-store.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { startDatabaseProxy } from '../support/database-proxy.ts';
import {
  authorizePage,
  type FullClient,
  fragmentOf,
  mobile,
  obtainTokens,
  portal,
  refreshed,
  userinfo,
} from '../support/lifecycle.ts';
import { signedInPerson } from '../support/person.ts';
import { claimsOf, obtainCodeThat, redeem } from '../support/protocol.ts';
import { startTestServer, tables } from '../support/server.ts';

/* K2: clients that read the ID token alone (kubelogin, next-auth, express-openid-connect). */

const scope = 'openid profile email';
const told = { name: 'Ada Lovelace', email: 'ada@example.com', email_verified: true };
const ada = {
  username: 'ada',
  email: 'ada@example.com',
  claims: { sub: 'ada-0001', name: told.name, email_verified: true, shoe_size: 38 },
};
const grace = { email: 'grace@example.com', claims: { sub: 'grace-0001', name: 'Grace Hopper' } };
const linus = { username: 'linus', claims: { sub: 'linus-0001', preferred_username: 'Linus T.' } };

const reader: FullClient = {
  ...portal,
  client_id: 'reader',
  response_types: ['code', 'code id_token'],
  scope,
  id_token_claims: true,
};
const usual: FullClient = { ...portal, client_id: 'usual', scope };

const database = await startDatabaseProxy();
const server = await startTestServer({
  clients: [reader, usual, mobile],
  accounts: [ada, grace, linus],
  dynamodb: database.endpoint,
});
const accounts = accountStore(openDatabase(), tables.people);
const clients = clientStore(openDatabase(), tables.clients, () => 0);
const person = await signedInPerson(server, { username: 'ada', password: '' });

const idTokenOf = async (client: FullClient, changes = {}) =>
  claimsOf((await obtainTokens(server, person, client, { scope, ...changes })).id_token);

describe('K2: the claims of the scope are not in an ID token', () => {
  test('without the switch', async () => {
    const claims = await idTokenOf(usual);
    for (const name of [...Object.keys(told), 'preferred_username']) expect(claims).not.toHaveProperty(name);
  });

  test('if they are of a scope value that was not granted, or that a refresh leaves out', async () => {
    expect(await idTokenOf(reader, { scope: 'openid profile' })).not.toHaveProperty('email');
    const { refresh_token } = await obtainTokens(server, person, reader, { scope });
    const { id_token } = await refreshed(server, reader, refresh_token, { scope: 'openid email' });
    expect(claimsOf(id_token)).not.toHaveProperty('name');
    expect(claimsOf(id_token)).toMatchObject({ email: told.email });
  });

  test('if no scope value brings them', async () => {
    expect(await idTokenOf(reader)).not.toHaveProperty('shoe_size');
  });

  test('that travels through the browser', async () => {
    const request = { response_type: 'code id_token', nonce: 'n', scope };
    const { headers } = await authorizePage(person, reader, request);
    const claims = claimsOf(fragmentOf(new URL(headers.location ?? ''))['id_token']);
    expect(claims['sub']).toBe('ada-0001');
    for (const name of [...Object.keys(told), 'at_hash']) expect(claims).not.toHaveProperty(name);
  });

  test('once the client has lost the switch or the scope value', async () => {
    const { refresh_token } = await obtainTokens(server, person, reader, { scope });
    const before = await clients.find('reader');
    if (!before) throw new Error('the client is not there');
    const author = { by: 'test', why: '' };
    await clients.put('reader', { ...before, scope: ['openid', 'email'] }, author);
    server.clock.advance(31);
    const narrower = await refreshed(server, reader, refresh_token);
    expect(claimsOf(narrower.id_token)).not.toHaveProperty('name');
    await clients.put('reader', { ...before, idTokenClaims: undefined }, author);
    server.clock.advance(31);
    const without = await refreshed(server, reader, narrower.refresh_token);
    expect(claimsOf(without.id_token)).not.toHaveProperty('email');
    await clients.put('reader', before, author);
    server.clock.advance(31);
  });
});

describe('OC22, K2: with the switch', () => {
  test('an ID token has the claims of the scope, as userinfo has', async () => {
    const { access_token, id_token } = await obtainTokens(server, person, reader, { scope });
    const { json } = await userinfo(server, access_token);
    expect(json).toEqual({ sub: 'ada-0001', preferred_username: 'ada', ...told });
    expect(claimsOf(id_token)).toMatchObject(json);
  });

  test('a refresh has them as they are now', async () => {
    const { refresh_token } = await obtainTokens(server, person, reader, { scope });
    await accounts.put({ ...ada, claims: { ...ada.claims, name: 'Countess Lovelace' } });
    const { id_token } = await refreshed(server, reader, refresh_token);
    await accounts.put(ada);
    expect(claimsOf(id_token)).toMatchObject({ ...told, name: 'Countess Lovelace' });
  });

  test('a sign-in and a refresh ask the database for no more than without it', async () => {
    await obtainTokens(server, person, reader, { scope });
    const callsOf = async (client: FullClient) => {
      const { code, verifier } = await obtainCodeThat(false, person, client, { scope });
      let refreshToken: string | undefined;
      const exchange = await database.callsDuring(async () => {
        refreshToken = (await redeem(server, client, { code, code_verifier: verifier })).json.refresh_token;
      });
      const refresh = await database.callsDuring(() => refreshed(server, client, refreshToken));
      return { exchange: exchange.toSorted(), refresh: refresh.toSorted() };
    };
    const beside = ['GetItem pixy-people', 'UpdateItem pixy-grants'];
    await callsOf(usual);
    expect(await callsOf(reader)).toEqual({ exchange: beside, refresh: beside });
  });
});

describe('K2, OC9: preferred_username', () => {
  const userinfoOf = async (username: string, asked = scope) => {
    const somebody = await signedInPerson(server, { username, password: '' });
    const { access_token } = await obtainTokens(server, somebody, usual, { scope: asked });
    return (await userinfo(server, access_token)).json;
  };

  test('comes with the scope profile alone', async () => {
    expect(await userinfoOf('ada', 'openid email')).not.toHaveProperty('preferred_username');
  });

  test('is never an address that somebody signs in with', async () => {
    expect(await userinfoOf('grace@example.com')).not.toHaveProperty('preferred_username');
  });

  test('is the claim of the account if it has one', async () => {
    expect(await userinfoOf('linus')).toMatchObject({ preferred_username: 'Linus T.' });
  });

  test('is the username otherwise, also in an ID token that was asked to have it', async () => {
    expect(await userinfoOf('ada')).toMatchObject({ preferred_username: 'ada' });
    const claims = JSON.stringify({ id_token: { preferred_username: null } });
    expect(await idTokenOf(usual, { scope: 'openid', claims })).toMatchObject({ preferred_username: 'ada' });
  });
});
