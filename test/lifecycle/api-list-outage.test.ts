import { describe, expect, test } from 'vitest';
import { startDatabaseProxy } from '../support/database-proxy.ts';
import { deregisterApi, mobile, obtainTokens, refresh, refreshed, registerApi } from '../support/lifecycle.ts';
import { signedInPerson } from '../support/person.ts';
import { claimsOf, obtainCode, redeem } from '../support/protocol.ts';
import { startTestServer, tables } from '../support/server.ts';

/* The list of APIs is remembered for 30 seconds. When it cannot be read again, nothing is spent for it. */

const database = await startDatabaseProxy();
const server = await startTestServer({ clients: [mobile], dynamodb: database.endpoint });
const catalog = 'https://api.example/catalog';
await registerApi({ resource: catalog, scope: ['api:read'] });
const person = await signedInPerson(server);

const query = `Query ${tables.clients}`;
const withoutList = <Value>(work: () => Promise<Value>) =>
  database.during({ status: 400, type: 'AccessDeniedException', only: query }, work);
const afterAMinute = () => server.clock.advance(31);

describe.each([
  ['that names the API', { resource: catalog }],
  ['that names none', {}],
])('a token request %s, for a grant with an API, when the list cannot be read', (_, named) => {
  test('gets 503, and the code again later', async () => {
    const { code, verifier } = await obtainCode(person, mobile, { resource: catalog });
    const exchange = () => redeem(server, mobile, { code, code_verifier: verifier, ...named });
    afterAMinute();
    expect((await withoutList(exchange)).status).toBe(503);
    const { status, json } = await exchange();
    expect(status).toBe(200);
    expect(claimsOf(json.access_token)['aud']).toContain(catalog);
  });

  test('gets 503, and the refresh token works long after', async () => {
    const { refresh_token } = await obtainTokens(server, person, mobile, { resource: catalog });
    afterAMinute();
    expect((await withoutList(() => refresh(server, mobile, refresh_token, named))).status).toBe(503);
    server.clock.advance(600);
    expect(claimsOf((await refreshed(server, mobile, refresh_token, named)).access_token)['aud']).toContain(catalog);
  });
});

test('a sign-in without an API asks for the list once in 30 seconds, and never after the write', async () => {
  const { refresh_token } = await obtainTokens(server, person, mobile);
  afterAMinute();
  const calls = await database.callsDuring(async () => {
    const next = await refreshed(server, mobile, refresh_token);
    await refreshed(server, mobile, next.refresh_token);
  });
  expect(calls.filter((call) => call === query)).toHaveLength(1);
  expect(calls.indexOf(query)).toBeLessThan(calls.indexOf(`UpdateItem ${tables.grants}`));
});

test('an API that was deregistered gets no tokens', async () => {
  const { code, verifier } = await obtainCode(person, mobile, { resource: catalog });
  await deregisterApi(catalog);
  afterAMinute();
  const { json } = await redeem(server, mobile, { code, code_verifier: verifier });
  expect(json).toMatchObject({ error: 'invalid_target', reason: 'resource_unknown' });
});
