import type { APIGatewayTokenAuthorizerEvent } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import { compose } from '../../functions/check-token/compose.ts';
import { openRuntime } from '../../functions/runtime.ts';
import type { RegisteredApi } from '../../shared/apis/registered-api.ts';
import { targetOf } from '../../shared/apis/token-target.ts';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { clientStore } from '../../shared/clients/client-store.ts';
import {
  clientCredentials,
  type FullClient,
  introspect,
  machine,
  mobile,
  obtainTokens,
  refreshed,
  registerApi,
  userinfo,
} from '../support/lifecycle.ts';
import { newPerson, signedInPerson } from '../support/person.ts';
import { claimsOf, headerOf } from '../support/protocol.ts';
import { ada, startTestServer, tables } from '../support/server.ts';

/* K4: an API whose verifier refuses at+jwt gets access tokens of the type JWT, as which no ID token may pass (RFC 8725 §3.11, §3.12). */

const spring = 'https://spring.example';
const strict = 'https://strict.example';
const standard = 'https://default.example';
/** Everything that an access token has and an ID token has not. */
const asAccessToken = { client_id: 'spring-app', jti: 'x', scope: 'openid', grant_id: 'x' };

const app: FullClient = {
  ...mobile,
  client_id: 'spring-app',
  scope: 'openid api:read',
};
/** Named like an API, so that its ID tokens have the audience of access tokens. */
const confused: FullClient = {
  ...mobile,
  client_id: spring,
  scope: 'openid',
  post_logout_redirect_uris: ['https://app.example/bye'],
};
const reader: FullClient = { ...machine, client_id: 'reader', may_introspect: true };

const server = await startTestServer({
  clients: [app, confused, machine, reader],
  accounts: [{ ...ada, claims: { ...ada.claims, ...asAccessToken } }],
  environment: { PIXY_AUDIENCE: standard },
});
await registerApi({ resource: spring, scope: ['api:read'], accessTokenTyp: 'JWT', introspectedBy: ['reader'] });
await registerApi({ resource: strict, scope: ['strict:read'] });
await registerApi({ resource: standard, scope: [], accessTokenTyp: 'JWT', accessTokenLifetime: 300 });
const person = await signedInPerson(server);

const tokensFor = (resource: string | undefined, client = app) =>
  obtainTokens(server, person, client, { scope: client.scope, resource });
const typOf = (token: string | undefined) => headerOf(token)['typ'];

/** The authorizer in front of an API. */
function authorize(audience: string, token: string | undefined) {
  const runtime = openRuntime(
    {
      PIXY_ISSUER: server.issuer,
      PIXY_GRANTS_TABLE: tables.grants,
      PIXY_CLIENTS_TABLE: tables.clients,
      PIXY_PEOPLE_TABLE: tables.people,
      PIXY_KEYS_TABLE: tables.keys,
    },
    { now: server.clock.now, writeLine: () => {} },
  );
  const event = { type: 'TOKEN', authorizationToken: `Bearer ${token}`, methodArn: 'arn/prod/GET/x' };
  return compose(runtime, { audience: [audience], scope: [] })(event as APIGatewayTokenAuthorizerEvent, {
    awsRequestId: 'a-request',
  });
}

describe('AT4, K4: an ID token is no access token', () => {
  test('at /userinfo, at /introspect and at the authorizer, although its audience is that of an API', async () => {
    const { id_token } = await tokensFor(undefined, confused);
    expect(claimsOf(id_token)['aud']).toBe(spring);
    expect((await userinfo(server, id_token)).json).toMatchObject({ reason: 'access_token_invalid' });
    expect((await introspect(server, reader, { token: id_token })).json).toEqual({ active: false });
    await expect(authorize(spring, id_token)).rejects.toThrow('Unauthorized');
  });

  test('nor with claims of the person that say everything an access token says', async () => {
    const clients = clientStore(openDatabase(), tables.clients, () => 0);
    const registered = await clients.find(spring);
    if (!registered) throw new Error('the client is not there');
    // Registered before these names were refused.
    await clients.put(spring, { ...registered, claims: Object.keys(asAccessToken) }, { by: 'test', why: '' });
    server.clock.advance(31);
    const claims = JSON.stringify({
      id_token: Object.fromEntries(Object.keys(asAccessToken).map((name) => [name, null])),
    });
    const { id_token } = await obtainTokens(server, person, confused, { claims });
    for (const name of Object.keys(asAccessToken)) expect(claimsOf(id_token)).not.toHaveProperty(name);
    await expect(authorize(spring, id_token)).rejects.toThrow('Unauthorized');
  });
});

describe('K4: an access token of the type JWT', () => {
  test('is for the API that says so, at a refresh and for a client itself as well', async () => {
    const { access_token, refresh_token } = await tokensFor(spring);
    expect(typOf(access_token)).toBe('JWT');
    expect(typOf((await refreshed(server, app, refresh_token)).access_token)).toBe('JWT');
    expect(typOf((await clientCredentials(server, machine, { resource: spring })).json.access_token)).toBe('JWT');
    expect(typOf((await tokensFor(strict)).access_token)).toBe('at+jwt');
  });

  test('is for the default audience if the API that is registered for it says so, with its lifetime', async () => {
    const { access_token, expires_in } = await tokensFor(undefined);
    expect(typOf(access_token)).toBe('JWT');
    expect(expires_in).toBe(300);
    expect(typOf((await clientCredentials(server, machine)).json.access_token)).toBe('JWT');
  });

  test('is not for two APIs of which one expects at+jwt', () => {
    const known: RegisteredApi[] = [
      { resource: spring, scope: [], accessTokenTyp: 'JWT' },
      { resource: strict, scope: [] },
    ];
    const defaults = { issuer: server.issuer, audience: standard, accessTokenLifetime: 3_600, apis: known, scopes: [] };
    expect(targetOf(known, [], defaults)).toMatchObject({ value: { typ: 'at+jwt' } });
    expect(targetOf(known.slice(0, 1), [], defaults)).toMatchObject({ value: { typ: 'JWT' } });
  });

  test('is accepted by /userinfo, /introspect and the authorizer', async () => {
    const { access_token } = await tokensFor(spring);
    expect((await userinfo(server, access_token)).json).toMatchObject({ sub: ada.claims.sub });
    expect((await introspect(server, reader, { token: access_token })).json).toMatchObject({ active: true });
    expect(await authorize(spring, access_token)).toMatchObject({ principalId: ada.claims.sub });
  });

  test('OC13: is no hint of who signs out', async () => {
    const { access_token, id_token } = await obtainTokens(server, person, app, { scope: 'api:read', resource: spring });
    expect(id_token).toBeUndefined();
    const query = new URLSearchParams({
      id_token_hint: access_token ?? '',
      post_logout_redirect_uri: 'https://app.example/bye',
    });
    const page = await newPerson(server).open(`/sign-out?${query.toString()}`);
    expect(page.headers.location).toBeUndefined();
  });
});
