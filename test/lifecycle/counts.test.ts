import { describe, expect, test } from 'vitest';
import { tokenExchange } from '../../shared/oauth/server-metadata.ts';
import { spa } from '../support/clients.ts';
import { startDatabaseProxy } from '../support/database-proxy.ts';
import { send } from '../support/http.ts';
import {
  clientCredentials,
  introspect,
  machine,
  mobile,
  obtainTokens,
  refresh,
  refreshed,
  revoke,
  userinfo,
  warehouse,
} from '../support/lifecycle.ts';
import { signedInPerson } from '../support/person.ts';
import { authorizeTarget, basic, obtainCode, postToken, redeem } from '../support/protocol.ts';
import { startTestServer } from '../support/server.ts';

const database = await startDatabaseProxy();
const agent = { ...machine, client_id: 'agent', grant_types: [tokenExchange], scope: 'openid' };
const server = await startTestServer({
  clients: [spa, mobile, machine, warehouse, agent],
  dynamodb: database.endpoint,
  environment: { PIXY_TOKEN_EXCHANGE: 'on' },
});
const person = await signedInPerson(server);

const exchange = (subject_token: string | undefined) =>
  postToken(
    server,
    { grant_type: tokenExchange, subject_token, subject_token_type: 'urn:ietf:params:oauth:token-type:access_token' },
    { authorization: basic(agent) },
  );

/** Every endpoint has been asked once, so that what it remembers for a while is there. */
const warm = await refreshed(server, mobile, (await obtainTokens(server, person, mobile)).refresh_token);
await userinfo(server, warm.access_token);
await introspect(server, warehouse, { token: warm.access_token });
await revoke(server, mobile, { token: 'x' });
await clientCredentials(server, machine);
await exchange(warm.access_token);
for (const target of ['/jwks', '/.well-known/openid-configuration', '/.well-known/oauth-authorization-server']) {
  await send(server.port, target);
}

/** A grant and the account behind it, at the same time. */
const writeAndRead = ['GetItem pixy-people', 'UpdateItem pixy-grants'];

const newTokens = () => obtainTokens(server, person, mobile);

describe('what a warm endpoint asks of the database', () => {
  test('a refresh: one write, and one read beside it', async () => {
    const { refresh_token } = await newTokens();
    const calls = await database.callsDuring(() => refreshed(server, mobile, refresh_token));
    expect(calls.toSorted()).toEqual(writeAndRead);
  });

  test('every refresh after that as well', async () => {
    let { refresh_token } = await newTokens();
    const calls = await database.callsDuring(async () => {
      for (let count = 0; count < 5; count += 1) {
        const next = await refreshed(server, mobile, refresh_token);
        refresh_token = next.refresh_token ?? '';
      }
    });
    expect(calls.toSorted()).toEqual(
      Array.from({ length: 5 }, () => writeAndRead)
        .flat()
        .toSorted(),
    );
  });

  test('a refresh for less: the same', async () => {
    const { refresh_token } = await newTokens();
    const calls = await database.callsDuring(() => refreshed(server, mobile, refresh_token, { scope: 'openid' }));
    expect(calls.toSorted()).toEqual(writeAndRead);
  });

  test('a refresh with a text that is no refresh token: nothing', async () => {
    const calls = await database.callsDuring(() => refresh(server, mobile, 'A'.repeat(112)));
    expect(calls).toEqual([]);
  });

  test('userinfo: one read', async () => {
    const { access_token } = await newTokens();
    const calls = await database.callsDuring(() => userinfo(server, access_token));
    expect(calls).toEqual(['BatchGetItem pixy-grants pixy-people']);
  });

  test('userinfo with a token that is not ours: nothing', async () => {
    expect(await database.callsDuring(() => userinfo(server, 'x.y.z'))).toEqual([]);
  });

  test('introspection: one read', async () => {
    const { access_token } = await newTokens();
    const calls = await database.callsDuring(() => introspect(server, warehouse, { token: access_token }));
    expect(calls).toEqual(['BatchGetItem pixy-grants pixy-people']);
  });

  test('revocation: one read, and one write', async () => {
    const { refresh_token } = await newTokens();
    const calls = await database.callsDuring(() => revoke(server, mobile, { token: refresh_token }));
    expect(calls).toEqual(['GetItem pixy-grants', 'UpdateItem pixy-grants']);
  });

  test('revocation of what is no token: nothing', async () => {
    expect(await database.callsDuring(() => revoke(server, mobile, { token: 'garbage' }))).toEqual([]);
  });

  test('a token for a client itself: nothing', async () => {
    expect(await database.callsDuring(() => clientCredentials(server, machine))).toEqual([]);
  });

  test('a token for somebody who acts for a person: grant and account are read, and one write notes it', async () => {
    const { access_token } = await newTokens();
    const calls = await database.callsDuring(() => exchange(access_token));
    expect(calls.toSorted()).toEqual(['GetItem pixy-grants', 'GetItem pixy-people', 'UpdateItem pixy-grants']);
  });

  test('an authorization request of somebody with a session: one read, and one write', async () => {
    const calls = await database.callsDuring(() => person.authorize(authorizeTarget(mobile)));
    expect(calls).toEqual(['BatchGetItem pixy-people', 'PutItem pixy-grants']);
  });

  test('the redemption of a code: one write, and one read beside it', async () => {
    const { code, verifier } = await obtainCode(person, mobile);
    const calls = await database.callsDuring(() => redeem(server, mobile, { code, code_verifier: verifier }));
    expect(calls.toSorted()).toEqual(writeAndRead);
  });

  test.each(['/jwks', '/.well-known/openid-configuration', '/.well-known/oauth-authorization-server', '/errors'])(
    'MD6, H15: %s: nothing',
    async (target) => {
      expect(await database.callsDuring(() => send(server.port, target))).toEqual([]);
    },
  );
});
