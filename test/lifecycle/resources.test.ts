import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { keyStore } from '../../shared/keys/key-store.ts';
import { signingKeys } from '../../shared/keys/loaded-keys.ts';
import { localWrapper } from '../../shared/keys/local-wrapper.ts';
import { memoryCustody } from '../../shared/keys/memory-custody.ts';
import { mintAccessToken } from '../../shared/tokens/mint.ts';
import { encodeFields, type Fields, formType, send } from '../support/http.ts';
import {
  clientCredentials,
  credentialsOf,
  deregisterApi,
  type FullClient,
  introspect,
  machine,
  mobile,
  obtainTokens,
  refresh,
  refreshed,
  registerApi,
  type Tokens,
  userinfo,
} from '../support/lifecycle.ts';
import { newPerson, signedInPerson } from '../support/person.ts';
import { pkcePair } from '../support/pkce.ts';
import { authorizeTarget, claimsOf, obtainCode, parametersOf, redeem } from '../support/protocol.ts';
import { startTestServer, tables } from '../support/server.ts';

const scope = 'openid email catalog:read catalog:write orders:read shared:read bare:read';
const shop: FullClient = { ...mobile, client_id: 'shop', scope };
const robot: FullClient = { ...machine, client_id: 'robot', scope: 'catalog:read orders:read shared:read' };

const asker: FullClient = { ...machine, client_id: 'asker', may_introspect: true };

const catalog = 'https://api.example/catalog';
const orders = 'https://api.example/orders';
const stock = 'https://stock.example/api?tenant=1';
const doomed = 'urn:example:doomed';
/** APIs at the root of their host, registered without and with its slash. */
const bare = 'https://bare.example';
const slashed = 'https://slashed.example/';

/** Registered for one API as a whole, whose scope another API and no API know as well. */
const worker: FullClient = { ...machine, client_id: 'worker', scope: 'shared:read', all_scopes_of: [orders] };
const roamer: FullClient = { ...worker, client_id: 'roamer', all_scopes_of: [orders, bare] };

const PIXY_WRAPPING_KEY = randomBytes(32).toString('base64url');
const server = await startTestServer({
  clients: [shop, robot, worker, roamer, asker],
  environment: { PIXY_AUDIENCE: 'https://default.example', PIXY_WRAPPING_KEY },
});
await registerApi({ resource: catalog, scope: ['catalog:read', 'catalog:write'], accessTokenLifetime: 600 });
await registerApi({ resource: orders, scope: ['orders:read'], accessTokenLifetime: 7_200 });
await registerApi({ resource: stock, scope: [] });
await registerApi({ resource: bare, scope: ['bare:read'] });
await registerApi({ resource: slashed, scope: [] });
await registerApi({ resource: doomed, scope: ['catalog:read'] });
const person = await signedInPerson(server);

/** The address of an authorization request with any number of resources. */
function authorizeFor(resources: readonly string[], changes: Fields = {}): string {
  const named = resources.map((resource) => `&resource=${encodeURIComponent(resource)}`).join('');
  return `${authorizeTarget(shop, { scope, ...changes })}${named}`;
}

async function codeFor(resources: readonly string[], changes: Fields = {}) {
  const { verifier, challenge } = pkcePair();
  const redirected = await person.authorize(authorizeFor(resources, { code_challenge: challenge, ...changes }));
  return { code: parametersOf(redirected).code, code_verifier: verifier };
}

/** A token request with any number of resources. */
async function exchange(fields: Fields, resources: readonly string[]): Promise<{ status: number; json: Tokens }> {
  const [redirect_uri] = shop.redirect_uris;
  const form = { ...credentialsOf(shop).fields, redirect_uri, grant_type: 'authorization_code', ...fields };
  const named = resources.map((resource) => `&resource=${encodeURIComponent(resource)}`).join('');
  const body = `${encodeFields(form)}${named}`;
  const answer = await send(server.port, '/token', { method: 'POST', headers: formType, body });
  return { status: answer.status, json: JSON.parse(answer.body) };
}

async function tokensFor(resources: readonly string[], changes: Fields = {}): Promise<Tokens> {
  const { status, json } = await exchange(await codeFor(resources, changes), []);
  if (status !== 200) throw new Error(`expected tokens, got ${json.error}`);
  return json;
}

const audience = ({ access_token }: Tokens) => claimsOf(access_token)['aud'];
/** With `openid`, a token is for /userinfo as well. */
const andIssuer = (...named: string[]) => [...named, server.issuer];
const scopeIn = ({ access_token }: Tokens) => claimsOf(access_token)['scope'];
const invalidTarget = { status: 400, json: { error: 'invalid_target' } };

const malformed = [
  ' ',
  'catalog',
  '/catalog',
  '//api.example/catalog',
  'api.example',
  'https:',
  '__proto__',
  'x y:z',
  `${catalog}#fragment`,
  `${catalog}#`,
  `https://${'x'.repeat(1_000)}.example`,
];
const unknown = [
  'https://api.example/other',
  `${catalog}/`,
  'HTTPS://api.example/catalog',
  'https://api.example:443/catalog',
  'https://API.example/catalog',
  `${catalog}?`,
  'https://api.example/cat%61log',
  'https://BARE.example',
  'https://bare.example:443',
  'https://bare.example//',
  'https://bare.example?',
  'urn:example:unheard-of',
];

describe('RI1: a resource that is no absolute URI without a fragment', () => {
  test.each(malformed)('is invalid_target at /authorize: %.60s', async (resource) => {
    const answer = parametersOf(await person.authorize(authorizeFor([resource])));
    expect(answer).toMatchObject({ error: 'invalid_target', state: 'a-state', iss: server.issuer });
    expect(answer).not.toHaveProperty('code');
  });

  test.each(malformed)('is invalid_target at /token, and the code stays: %.60s', async (resource) => {
    const proof = await codeFor([catalog]);
    expect(await exchange(proof, [resource])).toMatchObject(invalidTarget);
    expect((await exchange(proof, [catalog])).status).toBe(200);
  });

  test('RI5: that is empty is none at all', async () => {
    expect(audience(await tokensFor(['']))).toEqual(andIssuer('https://default.example'));
  });
});

describe('RI2: a resource that is not registered', () => {
  test.each(unknown)('is invalid_target at /authorize: %s', async (resource) => {
    expect(parametersOf(await person.authorize(authorizeFor([resource]))).error).toBe('invalid_target');
  });

  test.each(unknown)('is invalid_target at /token, and the code stays: %s', async (resource) => {
    const proof = await codeFor([catalog]);
    expect(await exchange(proof, [resource])).toMatchObject(invalidTarget);
    expect((await exchange(proof, [])).status).toBe(200);
  });

  test('beside a registered one is invalid_target', async () => {
    expect(parametersOf(await person.authorize(authorizeFor([catalog, 'urn:example:x']))).error).toBe('invalid_target');
  });

  test('is told without a sign-in', async () => {
    expect(parametersOf(await newPerson(server).authorize(authorizeFor(['urn:example:x']))).error).toBe(
      'invalid_target',
    );
  });
});

describe('K7: a resource at the root of its host', () => {
  const spellings = [bare, `${bare}/`, slashed, slashed.slice(0, -1)];
  const registered = (spelling: string) => (spelling.startsWith(bare) ? bare : slashed);

  test.each(spellings)('may be spelled %s, and the audience is as registered', async (resource) => {
    const { json } = await exchange(await codeFor([resource]), []);
    expect(audience(json)).toEqual(andIssuer(registered(resource)));
    for (const other of spellings.filter((one) => registered(one) === registered(resource))) {
      const { status, json: tokens } = await exchange(await codeFor([resource]), [other]);
      expect(status).toBe(200);
      expect(audience(tokens)).toEqual(andIssuer(registered(resource)));
      const next = await refreshed(server, shop, tokens.refresh_token, { resource: other });
      expect(audience(next)).toEqual(andIssuer(registered(resource)));
    }
  });

  test('is one audience when it is named in both spellings', async () => {
    const proof = await codeFor([bare, `${bare}/`], { scope: 'bare:read' });
    expect(audience((await exchange(proof, [`${bare}/`, bare])).json)).toBe(bare);
  });

  test('may be spelled either way by a client that acts for itself', async () => {
    const { json } = await clientCredentials(server, robot, { resource: `${bare}/`, scope: 'catalog:read' });
    expect(claimsOf(json.access_token)['aud']).toBe(bare);
  });

  test('is granted only where it was asked for', async () => {
    const proof = await codeFor([catalog]);
    expect(await exchange(proof, [`${bare}/`])).toMatchObject(invalidTarget);
    expect((await exchange(proof, [])).status).toBe(200);
  });
});

describe('RI3: a token request for part of what was authorized', () => {
  test('is for that part', async () => {
    const { status, json } = await exchange(await codeFor([catalog, orders]), [orders]);
    expect(status).toBe(200);
    expect(audience(json)).toEqual(andIssuer(orders));
  });

  test('leaves the rest for a later refresh', async () => {
    const { json } = await exchange(await codeFor([catalog, orders]), [orders]);
    const next = await refreshed(server, shop, json.refresh_token, { resource: catalog });
    expect(audience(next)).toEqual(andIssuer(catalog));
  });

  test('that is wider is invalid_target, and the code stays', async () => {
    const proof = await codeFor([catalog]);
    expect(await exchange(proof, [orders])).toMatchObject(invalidTarget);
    expect(await exchange(proof, [catalog, orders])).toMatchObject(invalidTarget);
    expect((await exchange(proof, [catalog])).status).toBe(200);
  });

  test('for a resource when none was authorized is invalid_target, and the code stays', async () => {
    const proof = await codeFor([]);
    expect(await exchange(proof, [catalog])).toMatchObject(invalidTarget);
    expect((await exchange(proof, [])).status).toBe(200);
  });

  test('at a refresh that is wider is invalid_target, and the refresh token stays', async () => {
    const { refresh_token } = await tokensFor([catalog]);
    expect(await refresh(server, shop, refresh_token, { resource: orders })).toMatchObject(invalidTarget);
    server.clock.advance(11);
    expect((await refresh(server, shop, refresh_token, { resource: catalog })).status).toBe(200);
  });

  test('at a refresh for something unknown is invalid_target, and the refresh token stays', async () => {
    const { refresh_token } = await tokensFor([catalog]);
    expect(await refresh(server, shop, refresh_token, { resource: 'urn:example:x' })).toMatchObject(invalidTarget);
    server.clock.advance(11);
    expect((await refresh(server, shop, refresh_token)).status).toBe(200);
  });

  test('at a refresh does not narrow the next one', async () => {
    const { refresh_token } = await tokensFor([catalog, orders]);
    const narrow = await refreshed(server, shop, refresh_token, { resource: orders });
    expect(audience(narrow)).toEqual(andIssuer(orders));
    expect(audience(await refreshed(server, shop, narrow.refresh_token))).toEqual(andIssuer(catalog, orders));
  });

  test('that proves itself wrongly is invalid_grant all the same', async () => {
    const { code } = await codeFor([catalog]);
    const { json } = await exchange({ code, code_verifier: pkcePair().verifier }, [catalog]);
    expect(json.error).toBe('invalid_grant');
  });
});

describe('RI4, AT3: the audience', () => {
  test('is the resource, byte for byte', async () => {
    expect(audience(await tokensFor([stock]))).toEqual(andIssuer(stock));
  });

  test('K14: is a text where it is one', async () => {
    const { refresh_token } = await tokensFor([catalog], { scope: 'openid catalog:read' });
    expect(audience(await refreshed(server, shop, refresh_token, { scope: 'catalog:read' }))).toBe(catalog);
  });

  test('S21: without openid is not the issuer, and such a token opens no /userinfo', async () => {
    const { refresh_token } = await tokensFor([catalog], { scope: 'openid catalog:read' });
    const narrow = await refreshed(server, shop, refresh_token, { scope: 'catalog:read' });
    expect((await userinfo(server, narrow.access_token)).status).toBe(403);
    expect((await userinfo(server, (await refreshed(server, shop, narrow.refresh_token)).access_token)).status).toBe(
      200,
    );
  });

  test('S21: /userinfo refuses a token with openid that is for an API alone', async () => {
    const { access_token } = await tokensFor([catalog], { scope: 'openid catalog:read' });
    const { sub, client_id, grant_id } = claimsOf(access_token) as Record<string, string>;
    const custody = memoryCustody(localWrapper(Buffer.from(PIXY_WRAPPING_KEY, 'base64url')));
    const key = await signingKeys(keyStore(openDatabase(), tables.keys), custody, server.clock.now)('RS256');
    const tokenFor = (audience: string | string[]) =>
      mintAccessToken(
        { sub: sub ?? '', clientId: client_id ?? '', ...(grant_id !== undefined && { grantId: grant_id }) },
        { audience, scope: ['openid'], lifetime: 60, typ: 'at+jwt' },
        server.issuer,
        key,
        server.clock.now(),
      );
    const answer = await userinfo(server, await tokenFor(catalog));
    expect(answer).toMatchObject({ status: 401, json: { reason: 'access_token_for_another_api' } });
    expect(answer.headers['www-authenticate']).toContain('error="invalid_token"');
    for (const aud of [server.issuer, [catalog, server.issuer]]) {
      expect((await userinfo(server, await tokenFor(aud))).status).toBe(200);
    }
  });

  test('S21: the issuer in the list lets nobody introspect a token of an API that is not theirs', async () => {
    const { access_token: token } = await tokensFor([catalog], { scope: 'openid catalog:read' });
    expect((await introspect(server, asker, { token })).json).toEqual({ active: false });
    const { access_token: own } = await tokensFor([]);
    expect((await introspect(server, asker, { token: own })).json).toMatchObject({ active: true });
  });

  test('is a list for more than one resource', async () => {
    expect(audience(await tokensFor([catalog, orders]))).toEqual(andIssuer(catalog, orders));
  });

  test('has a resource once that was sent twice', async () => {
    expect(audience(await tokensFor([catalog, catalog]))).toEqual(andIssuer(catalog));
  });

  test('of the ID token stays the client', async () => {
    expect(claimsOf((await tokensFor([catalog])).id_token)['aud']).toBe(shop.client_id);
  });

  test('OA5: resource is the only parameter that may be repeated', async () => {
    const redirected = await person.authorize(`${authorizeFor([catalog])}&audience=a&audience=b`);
    expect(parametersOf(redirected).error).toBe('invalid_request');
  });

  test('survives a sign-in', async () => {
    const { verifier, challenge } = pkcePair();
    const redirected = await newPerson(server).authorize(
      authorizeFor([catalog, orders], { code_challenge: challenge }),
    );
    const { json } = await exchange({ code: parametersOf(redirected).code, code_verifier: verifier }, []);
    expect(audience(json)).toEqual(andIssuer(catalog, orders));
  });
});

describe('RI5: without a resource', () => {
  test('the audience is the default one', async () => {
    expect(audience(await tokensFor([]))).toEqual(andIssuer('https://default.example'));
  });

  test('a token request inherits what was authorized', async () => {
    expect(audience(await tokensFor([catalog]))).toEqual(andIssuer(catalog));
  });

  test('a refresh inherits what was authorized', async () => {
    const { refresh_token } = await tokensFor([catalog]);
    expect(audience(await refreshed(server, shop, refresh_token))).toEqual(andIssuer(catalog));
  });

  test('AT3: a client’s own token is for the default audience', async () => {
    expect(audience((await clientCredentials(server, robot)).json)).toBe('https://default.example');
  });
});

describe('BP11: the scope of a token for an API', () => {
  test('has only values that the API knows, and those of OpenID Connect', async () => {
    const tokens = await tokensFor([catalog]);
    expect(tokens.scope).toBe('openid email catalog:read catalog:write');
    expect(scopeIn(tokens)).toBe(tokens.scope);
  });

  test('has nothing of an API that only the refresh token is for', async () => {
    const { refresh_token } = await tokensFor([catalog, orders]);
    expect((await refreshed(server, shop, refresh_token, { resource: orders })).scope).toBe('openid email orders:read');
  });

  test('is absent when nothing is left of it', async () => {
    const tokens = await tokensFor([stock], { scope: 'catalog:read' });
    expect(tokens).not.toHaveProperty('scope');
    expect(claimsOf(tokens.access_token)).not.toHaveProperty('scope');
  });

  test('still opens userinfo', async () => {
    expect((await userinfo(server, (await tokensFor([catalog])).access_token)).status).toBe(200);
  });

  test('opens userinfo no more when it was narrowed to what the API needs', async () => {
    const { refresh_token } = await tokensFor([catalog]);
    const { access_token } = await refreshed(server, shop, refresh_token, { scope: 'catalog:read' });
    const { status, json } = await userinfo(server, access_token);
    expect({ status, error: json['error'] }).toEqual({ status: 403, error: 'insufficient_scope' });
  });

  test('is narrowed by scope and resource at once', async () => {
    const { refresh_token } = await tokensFor([catalog, orders]);
    const tokens = await refreshed(server, shop, refresh_token, { resource: catalog, scope: 'catalog:read' });
    expect(tokens.scope).toBe('catalog:read');
  });
});

describe('AT3: scope values that more than one of the resources knows', () => {
  test('are ambiguous, and no token is issued', async () => {
    const redirected = parametersOf(await person.authorize(authorizeFor([catalog, doomed], { scope: 'catalog:read' })));
    const json =
      redirected.error === undefined
        ? (await exchange(await codeFor([catalog, doomed], { scope: 'catalog:read' }), [])).json
        : redirected;
    expect(json).toMatchObject({ error: 'invalid_target' });
  });
});

describe('the lifetime of a token for an API', () => {
  test('is that of the API', async () => {
    const tokens = await tokensFor([catalog]);
    const { iat, exp } = claimsOf(tokens.access_token);
    expect(tokens.expires_in).toBe(600);
    expect(Number(exp) - Number(iat)).toBe(600);
  });

  test('is that of the server where the API says nothing', async () => {
    expect((await tokensFor([stock])).expires_in).toBe(3_600);
  });

  test('is that of the strictest of several', async () => {
    expect((await tokensFor([catalog, orders])).expires_in).toBe(600);
  });
});

describe('a client’s own token', () => {
  test('RI4: is for the resource, with the scope that it knows', async () => {
    const { json } = await clientCredentials(server, robot, { resource: catalog });
    expect({ aud: audience(json), scope: json.scope, expires_in: json.expires_in }).toEqual({
      aud: catalog,
      scope: 'catalog:read',
      expires_in: 600,
    });
  });

  test('AT3: is for the API that the client is registered for as a whole, where it names none', async () => {
    const { json } = await clientCredentials(server, worker, { scope: 'orders:read' });
    expect({ aud: audience(json), scope: json.scope, expires_in: json.expires_in }).toEqual({
      aud: orders,
      scope: 'orders:read',
      expires_in: 7_200,
    });
    const named = await clientCredentials(server, worker, { scope: 'orders:read', resource: stock });
    expect(audience(named.json)).toBe(stock);
  });

  test.each([
    ['has a scope that the API does not know', worker, undefined],
    ['asks for a scope that the API does not know', worker, 'shared:read'],
    ['is registered for two APIs', roamer, 'orders:read'],
    ['is registered for the scope alone', robot, 'orders:read'],
  ])('AT3: is for the default audience where the client %s', async (_, client, own) => {
    const { json } = await clientCredentials(server, client, own === undefined ? {} : { scope: own });
    expect(audience(json)).toBe('https://default.example');
  });

  test.each([`${catalog}#x`, 'urn:example:x'])('RI1, RI2: for %s is invalid_target', async (resource) => {
    expect(await clientCredentials(server, robot, { resource })).toMatchObject(invalidTarget);
  });
});

describe('an API that was deregistered', () => {
  test('gets no more tokens, and the grant for it is good for no other audience', async () => {
    const { refresh_token } = await tokensFor([doomed], { scope: 'openid orders:read catalog:read' });
    await deregisterApi(doomed);
    server.clock.advance(31);
    expect((await refresh(server, shop, refresh_token)).status).toBe(400);
  });
});

test('a code that names no resource at all works as ever', async () => {
  const { code, verifier } = await obtainCode(person, shop);
  expect((await redeem(server, shop, { code, code_verifier: verifier })).status).toBe(200);
  expect(audience(await obtainTokens(server, person, shop))).toEqual(andIssuer('https://default.example'));
});
