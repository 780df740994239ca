import type { APIGatewayRequestAuthorizerEvent, APIGatewayTokenAuthorizerEvent } from 'aws-lambda';
import { exportJWK, SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { compose } from '../../functions/check-token/compose.ts';
import { type CheckTokenSettings, readSettings } from '../../functions/check-token/settings.ts';
import { openRuntime } from '../../functions/runtime.ts';
import { parseAuditLine } from '../../shared/audit/audit-entry.ts';
import { startDatabaseProxy } from '../support/database-proxy.ts';
import { newProof, newProofPair, type ProofClaims } from '../support/dpop.ts';
import { clientCredentials, machine, mobile, obtainTokens, registerApi, revoke } from '../support/lifecycle.ts';
import { detailsText, paying, registerType } from '../support/payment-type.ts';
import { signedInPerson } from '../support/person.ts';
import { claimsOf, headerOf, obtainCode, postToken, redeem } from '../support/protocol.ts';
import { ada, startTestServer, tables } from '../support/server.ts';
import { stranger } from './stranger.ts';

const database = await startDatabaseProxy();
const shop = { ...mobile, client_id: 'shop', authorization_details_types: ['payment'] };
const server = await startTestServer({ clients: [mobile, machine, shop], dynamodb: database.endpoint });
const orders = 'https://api.example/orders';
const catalog = 'https://api.example/catalog';
await registerApi({ resource: orders, scope: ['api:read', 'api:write'] });
await registerType();
await registerApi({ resource: catalog, scope: ['api:read'] });
const person = await signedInPerson(server);
const pair = await newProofPair();
const other = await newProofPair('PS256');

const environment = {
  PIXY_ISSUER: server.issuer,
  PIXY_GRANTS_TABLE: tables.grants,
  PIXY_CLIENTS_TABLE: tables.clients,
  PIXY_PEOPLE_TABLE: tables.people,
  PIXY_KEYS_TABLE: tables.keys,
};

const methodArn = 'arn:aws:execute-api:eu-west-1:111122223333:abc123/prod/GET/orders/42';

/** The function in front of an API, asked the way API Gateway asks. */
function authorizer(settings: Partial<CheckTokenSettings> = {}) {
  const lines: string[] = [];
  const runtime = openRuntime(environment, { now: server.clock.now, writeLine: (line) => lines.push(line) });
  const handler = compose(runtime, { audience: [orders], scope: [], ...settings });
  const ask = (authorizationToken: string | undefined) => {
    const event = { type: 'TOKEN', authorizationToken, methodArn } as APIGatewayTokenAuthorizerEvent;
    return handler(event, { awsRequestId: 'a-request' });
  };
  /** The same by an authorizer that sees the request, with every header as often as it was sent. */
  const request = (multiValueHeaders: Record<string, string[]>, changes: object = {}) => {
    const event = {
      type: 'REQUEST',
      methodArn,
      httpMethod: 'GET',
      path: '/orders/42',
      multiValueHeaders,
      requestContext: { path: '/prod/orders/42' },
      ...changes,
    };
    return handler(event as unknown as APIGatewayRequestAuthorizerEvent, { awsRequestId: 'a-request' });
  };
  return {
    ask,
    request,
    bearing: (token: string | undefined) => ask(`Bearer ${token}`),
    entries: () =>
      lines.map((line) => {
        const entry = parseAuditLine(line);
        if (!entry.ok) throw new Error(`not an audit line: ${line}`);
        return entry.value;
      }),
  };
}

const tokensFor = (resource: string | undefined = orders, scope = 'openid api:read') =>
  obtainTokens(server, person, mobile, { resource, scope });

const allowed = {
  Version: '2012-10-17',
  Statement: [
    {
      Action: 'execute-api:Invoke',
      Effect: 'Allow',
      Resource: 'arn:aws:execute-api:eu-west-1:111122223333:abc123/prod/*',
    },
  ],
};

describe('with 401, which API Gateway makes of the error "Unauthorized", it refuses', () => {
  test.each<[string, string | undefined]>([
    ['a request without a token', undefined],
    ['an empty header', ''],
    ['another scheme', 'Basic bWFjaGluZTpzZWNyZXQ='],
    ['something that is no token', 'Bearer nonsense'],
    ['two tokens', 'Bearer one two'],
    ['a token longer than any of ours', `Bearer ${'a'.repeat(100_000)}`],
  ])('%s', async (_, header) => {
    await expect(authorizer().ask(header)).rejects.toThrow(/^Unauthorized$/);
  });

  test('a token for another API, and one for the server itself', async () => {
    for (const resource of [catalog, undefined]) {
      const { access_token } = await obtainTokens(server, person, mobile, { resource, scope: 'api:read' });
      const { bearing, entries } = authorizer();
      await expect(bearing(access_token)).rejects.toThrow(/^Unauthorized$/);
      expect(entries()).toMatchObject([
        { endpoint: 'check-token', reason: 'access_token_for_another_api', client: mobile.client_id },
      ]);
    }
  });

  test('an ID token', async () => {
    const { id_token } = await tokensFor();
    await expect(authorizer({ audience: [mobile.client_id] }).bearing(id_token)).rejects.toThrow(/^Unauthorized$/);
  });

  test('a refresh token', async () => {
    const { refresh_token } = await tokensFor(orders, 'openid api:read offline_access');
    await expect(authorizer().bearing(refresh_token)).rejects.toThrow(/^Unauthorized$/);
  });

  test('a token that somebody else signed, with the key id of ours', async () => {
    const { access_token } = await tokensFor();
    const forged = await new SignJWT(claimsOf(access_token))
      .setProtectedHeader({ ...headerOf(access_token), alg: 'RS256', jwk: await exportJWK(stranger.publicKey) })
      .sign(stranger.privateKey);
    await expect(authorizer().bearing(forged)).rejects.toThrow(/^Unauthorized$/);
  });

  test('a token whose time is over', async () => {
    const { access_token } = await tokensFor();
    const { bearing } = authorizer();
    expect(await bearing(access_token)).toMatchObject({ policyDocument: allowed });
    server.clock.advance(3_600);
    await expect(bearing(access_token)).rejects.toThrow(/^Unauthorized$/);
  });

  test('a token from the moment its grant is revoked', async () => {
    const { access_token } = await tokensFor();
    const { bearing, entries } = authorizer();
    expect(await bearing(access_token)).toMatchObject({ policyDocument: allowed });
    await revoke(server, mobile, { token: access_token });
    await expect(bearing(access_token)).rejects.toThrow(/^Unauthorized$/);
    expect(entries()).toMatchObject([{ verdict: 'refused', reason: 'access_token_invalid', client: mobile.client_id }]);
  });

  test('a token from the moment its code is replayed', async () => {
    const { access_token, code, verifier } = await tokensFor();
    const { bearing } = authorizer();
    await bearing(access_token);
    await redeem(server, mobile, { code, code_verifier: verifier });
    await expect(bearing(access_token)).rejects.toThrow(/^Unauthorized$/);
  });
});

describe('with 403, which API Gateway makes of a policy that denies, it refuses', () => {
  const denied = { policyDocument: { Statement: [{ Effect: 'Deny' }] } };

  test('a token that lacks one of the scope values', async () => {
    const { access_token } = await tokensFor();
    const { bearing, entries } = authorizer({ scope: ['api:read', 'api:write'] });
    expect(await bearing(access_token)).toMatchObject(denied);
    expect(entries()).toMatchObject([{ verdict: 'refused', reason: 'scope_insufficient', client: mobile.client_id }]);
  });

  test('a scope value that only begins like the needed one', async () => {
    const { access_token } = await tokensFor();
    expect(await authorizer({ scope: ['api'] }).bearing(access_token)).toMatchObject(denied);
  });
});

describe('it lets through', () => {
  test('a token for this API with the scope it wants, and says whose it is', async () => {
    const { access_token } = await tokensFor();
    const { bearing, entries } = authorizer({ audience: [catalog, orders], scope: ['api:read'] });
    expect(await bearing(access_token)).toEqual({
      principalId: ada.claims.sub,
      policyDocument: allowed,
      context: { sub: ada.claims.sub, client_id: mobile.client_id, scope: 'openid api:read' },
    });
    expect(entries()).toEqual([]);
  });

  test('RA5: a token with authorization details, and hands them on as a text', async () => {
    const { access_token } = await obtainTokens(server, person, shop, {
      resource: orders,
      authorization_details: detailsText(paying()),
    });
    const { context } = await authorizer().bearing(access_token);
    expect(JSON.parse(String(context?.['authorization_details']))).toEqual([paying()]);
  });

  test('a token of a client for itself, behind which there is no grant', async () => {
    const { json } = await clientCredentials(server, machine, { resource: orders });
    const { principalId, context } = await authorizer({ scope: ['api:write'] }).bearing(json.access_token);
    expect({ principalId, ...context }).toMatchObject({ principalId: 'machine', client_id: 'machine' });
  });

  test('any way of writing "Bearer" (RFC 9110 §11.1)', async () => {
    const { access_token } = await tokensFor();
    expect(await authorizer().ask(`bEARER  ${access_token}`)).toMatchObject({ policyDocument: allowed });
  });

  test('with one read of the database, once the keys and the client are known', async () => {
    const { access_token } = await tokensFor();
    const { bearing } = authorizer();
    expect(await database.callsDuring(() => bearing(access_token))).toEqual([
      `Query ${tables.keys}`,
      `BatchGetItem ${tables.grants} ${tables.people}`,
      `GetItem ${tables.clients}`,
    ]);
    expect(await database.callsDuring(() => bearing(access_token))).toEqual([
      `BatchGetItem ${tables.grants} ${tables.people}`,
    ]);
  });
});

describe('DP4: a token that is bound to a key', () => {
  const origin = 'https://api.example';
  const url = `${origin}/prod/orders/42`;
  const boundToken = async () => {
    const { code, verifier } = await obtainCode(person, mobile, { resource: orders, scope: 'openid api:read' });
    const fields = { grant_type: 'authorization_code', client_id: mobile.client_id, code, code_verifier: verifier };
    const dpop = await newProof(pair, server.clock, { url: `${server.issuer}/token` });
    const form = { ...fields, redirect_uri: mobile.redirect_uris[0] };
    return (await postToken(server, form, { dpop })).json.access_token ?? '';
  };
  const proofFor = (accessToken: string, key = pair, claims: ProofClaims = {}) =>
    newProof(key, server.clock, { method: 'GET', url, accessToken }, { claims });

  test('is let through with a proof for the request, whatever the case of its headers', async () => {
    const token = await boundToken();
    for (const [authorization, dpop] of [
      ['Authorization', 'DPoP'],
      ['authorization', 'dpop'],
    ] as const) {
      const headers = { [authorization]: [`DPoP ${token}`], [dpop]: [await proofFor(token)] };
      const answer = await authorizer({ origin }).request(headers);
      expect(answer).toMatchObject({ policyDocument: allowed, context: { sub: ada.claims.sub } });
    }
  });

  test('asks the database once, as any other', async () => {
    const token = await boundToken();
    const headers = { Authorization: [`DPoP ${token}`], DPoP: [await proofFor(token)] };
    const { request } = authorizer({ origin });
    await request(headers);
    expect(await database.callsDuring(() => request(headers))).toHaveLength(1);
  });

  test.each<[string, string, (token: string) => Promise<Record<string, string[]>>]>([
    ['without a proof', 'dpop_proof_missing', async (token) => ({ Authorization: [`DPoP ${token}`] })],
    [
      'as a bearer token',
      'access_token_bound',
      async (token) => ({ Authorization: [`Bearer ${token}`], DPoP: [await proofFor(token)] }),
    ],
    [
      'with two proofs',
      'dpop_proof_invalid',
      async (token) => ({ Authorization: [`DPoP ${token}`], DPoP: [await proofFor(token), await proofFor(token)] }),
    ],
    [
      'with the proof of another key',
      'access_token_of_another_key',
      async (token) => ({ Authorization: [`DPoP ${token}`], DPoP: [await proofFor(token, other)] }),
    ],
    [
      'with a proof for another token',
      'dpop_proof_invalid',
      async (token) => ({ Authorization: [`DPoP ${token}`], DPoP: [await proofFor('another')] }),
    ],
    [
      'DP9: with a proof for the path without the stage',
      'dpop_proof_invalid',
      async (token) => ({
        Authorization: [`DPoP ${token}`],
        DPoP: [await proofFor(token, pair, { htu: `${origin}/orders/42` })],
      }),
    ],
    [
      'DP9: with a proof for the host that the request names',
      'dpop_proof_invalid',
      async (token) => ({
        Host: ['evil.example'],
        Authorization: [`DPoP ${token}`],
        DPoP: [await proofFor(token, pair, { htu: 'https://evil.example/prod/orders/42' })],
      }),
    ],
  ])('is refused %s', async (_, reason, headers) => {
    const { request, entries } = authorizer({ origin });
    await expect(request(await headers(await boundToken()))).rejects.toThrow(/^Unauthorized$/);
    expect(entries()).toMatchObject([{ endpoint: 'check-token', reason, client: mobile.client_id }]);
  });

  test('is refused by an authorizer that sees no proof, or does not know where the API is', async () => {
    const token = await boundToken();
    for (const header of [`DPoP ${token}`, `Bearer ${token}`]) {
      await expect(authorizer({ origin }).ask(header)).rejects.toThrow(/^Unauthorized$/);
    }
    const headers = { Authorization: [`DPoP ${token}`], DPoP: [await proofFor(token)] };
    await expect(authorizer().request(headers)).rejects.toThrow(/^Unauthorized$/);
  });

  test('is all that an API takes which requires it', async () => {
    const { access_token } = await tokensFor();
    const { request, entries } = authorizer({ origin, dpop: 'required' });
    await expect(request({ Authorization: [`Bearer ${access_token}`] })).rejects.toThrow(/^Unauthorized$/);
    expect(entries()).toMatchObject([{ reason: 'access_token_not_bound' }]);
    const token = await boundToken();
    const headers = { Authorization: [`DPoP ${token}`], DPoP: [await proofFor(token)] };
    expect(await request(headers)).toMatchObject({ policyDocument: allowed });
  });

  test('while others may be sent as ever', async () => {
    const { access_token } = await tokensFor();
    const { request } = authorizer({ origin });
    expect(await request({ Authorization: [`Bearer ${access_token}`] })).toMatchObject({ policyDocument: allowed });
    await expect(request({ Authorization: [`DPoP ${access_token}`] })).rejects.toThrow(/^Unauthorized$/);
    await expect(request({})).rejects.toThrow(/^Unauthorized$/);
  });
});

describe('when it cannot know', () => {
  test('it fails, which becomes 500, and neither lets through nor says that the token is bad (H9)', async () => {
    const { access_token } = await tokensFor();
    const { bearing, entries } = authorizer();
    await bearing(access_token);
    const failure = { status: 400, type: 'ResourceNotFoundException' };
    await expect(database.during(failure, () => bearing(access_token))).rejects.toThrow(/^store_unavailable$/);
    expect(entries()).toMatchObject([{ verdict: 'failed', reason: 'store_unavailable' }]);
  });

  test('no token is in its errors or its audit lines', async () => {
    const { access_token = '' } = await tokensFor(catalog);
    const { bearing, entries } = authorizer();
    const error = await bearing(access_token).catch((thrown: Error) => thrown);
    expect(`${(error as Error).stack}${JSON.stringify(entries())}`).not.toContain(access_token.slice(0, 20));
    expect((error as Error).stack).toBe('Unauthorized');
  });

  test('it does not start without an audience', () => {
    expect(() => readSettings({})).toThrow('PIXY_CHECK_AUDIENCE');
    expect(() => readSettings({ PIXY_CHECK_AUDIENCE: ' ' })).toThrow('PIXY_CHECK_AUDIENCE names no audience');
    expect(readSettings({ PIXY_CHECK_AUDIENCE: 'a b', PIXY_CHECK_SCOPE: 'c' })).toEqual({
      audience: ['a', 'b'],
      scope: ['c'],
    });
  });
});
