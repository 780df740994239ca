import { generateKeyPairSync } from 'node:crypto';
import { exportJWK, SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { spa, web, webPost } from '../support/clients.ts';
import { askForCodes, decideFor, deviceGrant, poll } from '../support/device.ts';
import { encodeFields, type Fields, formType, send } from '../support/http.ts';
import {
  authorizePage,
  type FullClient,
  formOf,
  fragmentOf,
  machine,
  mobile,
  obtainTokens,
  registerApi,
  userinfo,
} from '../support/lifecycle.ts';
import { newPerson, signedInPerson } from '../support/person.ts';
import { pkcePair } from '../support/pkce.ts';
import { authorizeTarget, basic, claimsOf, headerOf, obtainCode, postToken, redeem } from '../support/protocol.ts';
import { ada, startTestServer } from '../support/server.ts';

/* MD3: what is announced works, and what is not announced is refused. */

const claims = {
  ...ada.claims,
  name: 'Ada Lovelace',
  family_name: 'Lovelace',
  given_name: 'Ada',
  middle_name: 'King',
  nickname: 'A',
  preferred_username: 'ada',
  profile: 'https://ada.example',
  picture: 'https://ada.example/me.png',
  website: 'https://ada.example',
  gender: 'female',
  birthdate: '1815-12-10',
  zoneinfo: 'Europe/London',
  locale: 'en-GB',
  updated_at: 1_700_000_000,
  email: 'ada@example.com',
  email_verified: true,
  address: { locality: 'London' },
  phone_number: '+44 20 7946 0000',
  phone_number_verified: true,
};

const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const keys = new Map([
  ['RS256', rsa],
  ['PS256', rsa],
  ['ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' })],
  ['EdDSA', generateKeyPairSync('ed25519')],
  ['Ed25519', generateKeyPairSync('ed25519')],
  ['RS384', rsa],
  ['ES384', generateKeyPairSync('ec', { namedCurve: 'P-384' })],
  ['PS512', rsa],
]);
const jwks = {
  keys: await Promise.all(
    Array.from(keys, async ([alg, { publicKey }]) => ({ ...(await exportJWK(publicKey)), kid: alg, alg })),
  ),
};

const allGrants = { grant_types: ['authorization_code', 'refresh_token', 'client_credentials', deviceGrant] };
const allScopes = 'openid profile email address phone offline_access catalog:read';
const everything = {
  ...allGrants,
  redirect_uris: ['https://all.example/callback'],
  response_types: ['code', 'code id_token'],
  scope: allScopes,
  may_introspect: true,
};

/** A client for every way to authenticate. */
const secret = 'a secret that is long enough for a random one';
const clients: Record<string, FullClient> = {
  client_secret_basic: {
    ...everything,
    client_id: 'all-basic',
    client_secret: secret,
    token_endpoint_auth_method: 'client_secret_basic',
  },
  client_secret_post: {
    ...everything,
    client_id: 'all-post',
    client_secret: secret,
    token_endpoint_auth_method: 'client_secret_post',
  },
  private_key_jwt: { ...everything, client_id: 'all-keys', jwks, token_endpoint_auth_method: 'private_key_jwt' },
  none: {
    ...mobile,
    client_id: 'all-public',
    redirect_uris: everything.redirect_uris,
    response_types: everything.response_types,
    scope: allScopes,
  },
};
const [basicClient, publicClient] = [clients['client_secret_basic'] ?? machine, clients['none'] ?? mobile];
/** Asks for an algorithm that the server has no key for. */
const exotic: FullClient = { ...mobile, client_id: 'exotic', id_token_signed_response_alg: 'ES256' };

const server = await startTestServer({
  clients: [spa, web, webPost, mobile, machine, exotic, ...Object.values(clients)],
  accounts: [{ ...ada, claims }],
});
await registerApi({ resource: 'https://api.example/catalog', scope: ['catalog:read'] });
const person = await signedInPerson(server);

const get = async (target: string) => JSON.parse((await send(server.port, target)).body);
const announced: Record<string, readonly string[]> & { issuer: string } = await get(
  '/.well-known/openid-configuration',
);
const list = (name: string): readonly string[] => announced[name] ?? [];

async function assertionBy(alg: string, client_id: string): Promise<Fields> {
  const now = server.clock.now();
  const client_assertion = await new SignJWT({ jti: crypto.randomUUID(), iat: now, exp: now + 60 })
    .setIssuer(client_id)
    .setSubject(client_id)
    .setAudience(server.issuer)
    .setProtectedHeader({ alg, kid: alg })
    .sign(keys.get(alg)?.privateKey ?? new TextEncoder().encode(secret));
  return { client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', client_assertion };
}

/** A POST of the client that authenticates by `method`. */
async function postBy(method: string, target: string, fields: Fields) {
  const client = clients[method];
  if (!client) throw new Error(`there is no client for ${method}`);
  const { client_id, client_secret } = client;
  const headers: Record<string, string> = { ...formType };
  let proof: Fields = { client_id };
  if (method === 'client_secret_basic') {
    headers['authorization'] = basic(client);
    proof = {};
  } else if (method === 'client_secret_post') proof = { client_id, client_secret };
  else if (method === 'private_key_jwt') proof = await assertionBy('ES256', client_id);
  const answer = await send(server.port, target, {
    method: 'POST',
    headers,
    body: encodeFields({ ...proof, ...fields }),
  });
  return { status: answer.status, json: JSON.parse(answer.body) };
}

describe('MD3: the announcement', () => {
  test('has all that is in force now', () => {
    expect(announced).toMatchObject({
      issuer: server.issuer,
      scopes_supported: allScopes.split(' '),
      response_types_supported: ['code', 'code id_token'],
      response_modes_supported: ['query', 'fragment', 'form_post', 'jwt', 'query.jwt', 'fragment.jwt', 'form_post.jwt'],
      grant_types_supported: allGrants.grant_types,
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      token_endpoint_auth_methods_supported: expect.arrayContaining(Object.keys(clients)),
      request_parameter_supported: true,
      request_uri_parameter_supported: false,
      require_pushed_authorization_requests: false,
      claims_parameter_supported: true,
      authorization_response_iss_parameter_supported: true,
    });
  });

  test.each(['registration_endpoint', 'check_session_iframe'])('does not have what is not there: %s', (name) => {
    expect(announced).not.toHaveProperty(name);
  });
});

describe('MD3: every endpoint is there', () => {
  test.each(Object.keys(announced).filter((name) => /_endpoint$|_uri$/.test(name)))('%s', async (name) => {
    const { status } = await send(server.port, new URL(String(announced[name])).pathname);
    expect([404, 500, 503]).not.toContain(status);
  });
});

describe('MD3: every way to authenticate', () => {
  test.each(list('token_endpoint_auth_methods_supported'))('works at the token endpoint: %s', async (method) => {
    const client = clients[method] ?? spa;
    const { code, verifier } = await obtainCode(person, client);
    const [redirect_uri] = client.redirect_uris;
    const fields = { grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri };
    expect((await postBy(method, '/token', fields)).status).toBe(200);
  });

  test.each(list('revocation_endpoint_auth_methods_supported'))('works at revocation: %s', async (method) => {
    expect(await postBy(method, '/revoke', { token: 'x' })).toEqual({ status: 200, json: {} });
  });

  test.each(list('introspection_endpoint_auth_methods_supported'))('works at introspection: %s', async (method) => {
    expect(await postBy(method, '/introspect', { token: 'x' })).toEqual({ status: 200, json: { active: false } });
  });

  test('has no way into introspection that proves nothing', async () => {
    expect(list('introspection_endpoint_auth_methods_supported')).not.toContain('none');
    expect((await postBy('none', '/introspect', { token: 'x' })).json).toHaveProperty('error');
  });

  test.each(['token', 'revocation', 'introspection'])('signs with every algorithm at %s', async (endpoint) => {
    const algorithms = list(`${endpoint}_endpoint_auth_signing_alg_values_supported`);
    expect(algorithms.length).toBeGreaterThan(0);
    const target = new URL(String(announced[`${endpoint}_endpoint`])).pathname;
    for (const alg of algorithms) {
      const fields = { token: 'x', grant_type: 'client_credentials', ...(await assertionBy(alg, 'all-keys')) };
      const { status } = await send(server.port, target, {
        method: 'POST',
        headers: formType,
        body: encodeFields(fields),
      });
      expect(`${alg} ${status}`).toBe(`${alg} 200`);
    }
  });

  test.each(['RS384', 'ES384', 'PS512', 'HS256'])('signs with no other algorithm: %s', async (alg) => {
    expect(list('token_endpoint_auth_signing_alg_values_supported')).not.toContain(alg);
    const fields = { grant_type: 'client_credentials', ...(await assertionBy(alg, 'all-keys')) };
    expect((await postToken(server, fields)).status).toBe(401);
  });

  test.each(['client_secret_jwt', 'tls_client_auth', 'self_signed_tls_client_auth'])('is none of: %s', (method) => {
    expect(list('token_endpoint_auth_methods_supported')).not.toContain(method);
  });
});

describe('MD3: every grant type', () => {
  const uses: Record<string, () => Promise<{ status: number }>> = {
    authorization_code: async () => {
      const { code, verifier } = await obtainCode(person, basicClient);
      return redeem(server, basicClient, { code, code_verifier: verifier });
    },
    refresh_token: async () => {
      const { refresh_token } = await obtainTokens(server, person, basicClient);
      return postBy('client_secret_basic', '/token', { grant_type: 'refresh_token', refresh_token });
    },
    client_credentials: () => postBy('client_secret_basic', '/token', { grant_type: 'client_credentials' }),
    [deviceGrant]: async () => {
      const { verifier, challenge } = pkcePair();
      const asked = { code_challenge: challenge, code_challenge_method: 'S256' };
      const { json } = await askForCodes(server, basicClient, asked);
      await decideFor(person, json.user_code);
      return poll(server, basicClient, json.device_code, { code_verifier: verifier });
    },
  };

  test.each(list('grant_types_supported'))('works: %s', async (grantType) => {
    expect((await uses[grantType]?.())?.status).toBe(200);
  });

  test.each([
    'password',
    'implicit',
    'urn:ietf:params:oauth:grant-type:jwt-bearer',
    'urn:ietf:params:oauth:grant-type:token-exchange',
    'urn:openid:params:grant-type:ciba',
  ])('BP12, OA20: that is not announced is unsupported: %s', async (grant_type) => {
    expect(list('grant_types_supported')).not.toContain(grant_type);
    const { status, json } = await postBy('client_secret_basic', '/token', {
      grant_type,
      username: ada.username,
      password: ada.password,
      assertion: 'x',
      device_code: 'x',
      subject_token: 'x',
    });
    expect({ status, error: json.error }).toEqual({ status: 400, error: 'unsupported_grant_type' });
  });
});

describe('MD3: every response type in every response mode', () => {
  const combinations = list('response_types_supported').flatMap((type) =>
    list('response_modes_supported').map((mode) => [type, mode] as const),
  );

  test.each(combinations.filter(([type, mode]) => type === 'code' || !mode.startsWith('query')))(
    'works: %s by %s',
    async (response_type, response_mode) => {
      const page = await authorizePage(person, publicClient, { response_type, response_mode, nonce: 'n' });
      const { searchParams, hash } = new URL(page.headers.location ?? 'none:');
      const { fields } = formOf(page);
      const sent = { ...Object.fromEntries(searchParams), ...fragmentOf({ hash } as URL), ...fields };
      const answer = response_mode.endsWith('jwt') ? claimsOf(sent['response']) : sent;
      expect(answer).toMatchObject({ code: expect.any(String), iss: server.issuer, state: 'a-state' });
      expect('id_token' in answer).toBe(response_type.includes('id_token'));
    },
  );

  test.each(['token', 'id_token', 'id_token token', 'code token', 'code id_token token', 'none'])(
    'BP9: that is not announced is unsupported: %s',
    async (response_type) => {
      expect(list('response_types_supported')).not.toContain(response_type);
      const page = await authorizePage(person, publicClient, { response_type, nonce: 'n' });
      expect(page.headers.location).toMatch(/[?#&]error=unsupported_response_type(&|$)/);
    },
  );

  test.each(['web_message', 'web_message.jwt', 'JWT', 'jwt.query'])(
    'in a mode that is not announced is refused: %s',
    async (response_mode) => {
      expect(list('response_modes_supported')).not.toContain(response_mode);
      const page = await authorizePage(person, publicClient, { response_mode });
      expect(page.headers.location).toMatch(/[?#&]error=invalid_request(&|$)/);
    },
  );
});

describe('MD3, MD5: every code challenge method', () => {
  const challenges: Record<string, (verifier: string) => Fields> = {
    S256: () => ({}),
    plain: (verifier) => ({ code_challenge: verifier, code_challenge_method: 'plain' }),
  };

  test.each(list('code_challenge_methods_supported'))('works for some client: %s', async (method) => {
    const { verifier, challenge } = pkcePair();
    const changes = { code_challenge: challenge, ...challenges[method]?.(verifier) };
    const statuses = [];
    for (const client of [spa, web]) {
      const page = await authorizePage(person, client, changes);
      const code = new URL(page.headers.location ?? '').searchParams.get('code') ?? undefined;
      statuses.push((await redeem(server, client, { code, code_verifier: verifier })).status);
    }
    expect(statuses).toContain(200);
  });

  test.each(['S512', 's256', 'PLAIN', 'SHA256'])('that is not announced is refused: %s', async (method) => {
    expect(list('code_challenge_methods_supported')).not.toContain(method);
    const page = await authorizePage(person, web, { code_challenge_method: method });
    expect(page.headers.location).toMatch(/[?&]error=invalid_request&/);
  });
});

describe('MD3: every scope', () => {
  test.each(list('scopes_supported'))('is granted to a client that is registered for it: %s', async (scope) => {
    expect((await obtainTokens(server, person, publicClient, { scope })).scope).toBe(scope);
  });
});

describe('MD3: every language', () => {
  test.each(list('ui_locales_supported'))('is the one of the pages when it is asked for: %s', async (language) => {
    const page = await newPerson(server).follow(authorizeTarget(spa, { ui_locales: language }));
    expect(page.body).toContain(`<html lang="${language}"`);
  });

  test('there are five', () => {
    expect(list('ui_locales_supported')).toEqual(['en', 'de', 'fr', 'es', 'pt']);
  });
});

describe('MD3: every claim', async () => {
  const tokens = await obtainTokens(server, person, publicClient, { scope: allScopes, nonce: 'n' });
  const found = { ...claimsOf(tokens.id_token), ...(await userinfo(server, tokens.access_token)).json };

  test.each(list('claims_supported'))('is in the ID token or at userinfo: %s', (name) => {
    expect(found).toHaveProperty(name);
  });

  test('of the ID token and of userinfo is announced', () => {
    expect(list('claims_supported')).toEqual(expect.arrayContaining(Object.keys(found)));
  });

  test('is there when it is asked for by name', async () => {
    const changes = { scope: 'openid', claims: JSON.stringify({ userinfo: { nickname: null } }) };
    const { access_token } = await obtainTokens(server, person, publicClient, changes);
    expect((await userinfo(server, access_token)).json).toEqual({ sub: ada.claims.sub, nickname: 'A' });
  });
});

describe('MD3: every algorithm of ID tokens', () => {
  test('has a published key', async () => {
    const { keys: published }: { keys: { alg: string }[] } = await get('/jwks');
    expect(published.map(({ alg }) => alg)).toEqual(
      expect.arrayContaining([...list('id_token_signing_alg_values_supported')]),
    );
  });

  test('is the one of the ID tokens', async () => {
    const { id_token } = await obtainTokens(server, person, publicClient);
    expect(list('id_token_signing_alg_values_supported')).toContain(headerOf(id_token)['alg']);
  });

  test('OC16: is never none and never a shared secret', () => {
    const every = Object.entries(announced).flatMap(([name, values]) => (/alg_values/.test(name) ? values : []));
    expect(every.filter((alg) => /^(none|HS)/i.test(alg))).toEqual([]);
  });

  test('that is not announced is no failure of the server for a client that asks for it', async () => {
    expect(list('id_token_signing_alg_values_supported')).not.toContain('ES256');
    const page = await authorizePage(person, exotic);
    const code = new URL(page.headers.location ?? '').searchParams.get('code') ?? undefined;
    expect((await redeem(server, exotic, { code })).status).toBeLessThan(500);
  });
});

describe('MD3: request objects', () => {
  test.each([
    ['request', true, 'invalid_request_object'],
    ['request_uri', false, 'request_uri_not_supported'],
  ])('are taken only where they are announced, and signed: %s', async (name, isSupported, error) => {
    expect(announced[`${name}_parameter_supported`]).toBe(isSupported);
    const page = await person.follow(authorizeTarget(spa, { [name]: 'https://spa.example/request' }));
    expect(new URL(page.headers.location ?? '').searchParams.get('error')).toBe(error);
  });
});
