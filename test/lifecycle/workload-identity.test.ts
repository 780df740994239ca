import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { jwtBearer } from '../../shared/oauth/server-metadata.ts';
import type { Trust } from '../../shared/upstream/trust.ts';
import { trustStore } from '../../shared/upstream/trust-store.ts';
import { newProof, newProofPair } from '../support/dpop.ts';
import { type Fields, send } from '../support/http.ts';
import { credentialsOf, type FullClient, introspect, machine, registerApi, warehouse } from '../support/lifecycle.ts';
import { claimsOf, headerOf, postToken } from '../support/protocol.ts';
import { startTestServer, tables } from '../support/server.ts';
import { gitHubClaims, kubernetesClaims, startTokenIssuer, type TokenIssuer } from '../support/token-issuer.ts';

const orders = 'https://api.example/orders';

/** Has no secret: what its platform says is its proof. */
const deployer: FullClient = {
  client_id: 'deployer',
  redirect_uris: [],
  token_endpoint_auth_method: 'none',
  grant_types: [jwtBearer],
  scope: 'orders:read orders:write openid pixy:read',
};
const pod: FullClient = { ...deployer, client_id: 'pod' };
/** Is registered for one API as a whole. */
const metrics: FullClient = { ...deployer, client_id: 'metrics', scope: '', all_scopes_of: [orders] };
/** Has a secret and shows it as well. */
const keeper: FullClient = { ...machine, client_id: 'keeper', grant_types: [jwtBearer], scope: 'orders:read' };

const { privateKey, publicKey } = await generateKeyPair('ES256');
/** Shows an assertion of its own besides, for FAPI 2.0 wants one. */
const held: FullClient = {
  ...deployer,
  client_id: 'held',
  token_endpoint_auth_method: 'private_key_jwt',
  jwks: { keys: [await exportJWK(publicKey)] },
  id_token_signed_response_alg: 'ES256',
  profile: 'fapi2',
};

const server = await startTestServer({
  clients: [deployer, pod, metrics, keeper, held, machine, warehouse],
  environment: { PIXY_JWT_BEARER: 'on', PIXY_SIGNING_ALGORITHMS: 'RS256 ES256' },
});
const [gitHub, cluster, stranger] = [
  await startTokenIssuer(),
  await startTokenIssuer('/id/1'),
  await startTokenIssuer(),
];

const inRepository: Trust = {
  name: 'github-deploy',
  kind: 'workload',
  issuer: gitHub.issuer,
  jwksUri: gitHub.jwksUri,
  clients: [deployer.client_id],
  claims: { repository: ['octo-org/octo-repo'], ref: ['refs/heads/main', 'refs/tags/*'] },
};
const inNamespace: Trust = {
  name: 'cluster',
  kind: 'workload',
  issuer: cluster.issuer,
  jwksUri: cluster.jwksUri,
  clients: [pod.client_id],
  claims: { '/kubernetes.io/namespace': ['shop'], '/kubernetes.io/serviceaccount/name': ['orders'] },
  scope: ['orders:read'],
  reusable: true,
};

/** Signs for itself, as Prometheus and Open Policy Agent do, with no kid; for a while it has two keys. */
const [old, next] = [await generateKeyPair('ES256'), await generateKeyPair('ES256')];
const byItself: Trust = {
  name: 'metrics',
  kind: 'workload',
  issuer: 'https://metrics.example',
  jwks: { keys: await Promise.all([old, next].map((pair) => exportJWK(pair.publicKey))) },
  clients: [deployer.client_id],
  claims: { sub: [deployer.client_id] },
};
const ofTheSameKey = (name: string, sub: string): Trust => ({
  ...byItself,
  name: `${name}-${sub}`,
  clients: [name],
  claims: { sub: [sub] },
});

beforeAll(async () => {
  const store = trustStore(openDatabase(), tables.clients, () => 0);
  const keeping = { ...inRepository, name: 'keeper', clients: [keeper.client_id] };
  const heldToo = { ...inRepository, name: 'held', clients: [held.client_id] };
  const itself = { ...inRepository, name: 'itself', issuer: server.issuer };
  const others = [
    ['metrics', 'metrics'],
    ['keeper', 'keeper'],
    ['metrics', 'both'],
    ['pod', 'both'],
  ] as const;
  const more = others.map(([name, sub]) => ofTheSameKey(name, sub));
  for (const trust of [inRepository, inNamespace, byItself, keeping, heldToo, itself, ...more])
    await store.put(trust, { by: 'test', why: '' });
  await registerApi({ resource: orders, scope: ['orders:read', 'orders:write'] });
});

const now = () => server.clock.now();
const job = (changes: JWTPayload = {}, header = {}) =>
  gitHub.sign({ ...gitHubClaims(server.issuer, now()), ...changes }, header);
const inPod = (changes: JWTPayload = {}) => cluster.sign({ ...kubernetesClaims(server.issuer, now()), ...changes });

async function bring(client: FullClient, assertion: string | undefined, fields: Fields = {}) {
  const { headers, fields: credentials } = credentialsOf(client);
  return postToken(server, { ...credentials, grant_type: jwtBearer, assertion, resource: orders, ...fields }, headers);
}
const reasonOf = async (...request: Parameters<typeof bring>) => {
  const { status, json } = await bring(...request);
  return `${status} ${json.error} ${json.error_uri?.split('#')[1]}`;
};
const lastLine = () => JSON.parse(server.auditLines.at(-1) ?? '{}');

describe('WF1: a job of GitHub Actions', () => {
  test('becomes the client of the trust, with a token for the API that it names and no refresh token', async () => {
    const { status, json, headers } = await bring(deployer, await job());
    expect(status).toBe(200);
    expect(headers).toMatchObject({ 'cache-control': 'no-store' });
    expect(json).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 3_600,
      scope: 'orders:read orders:write',
    });
    expect(headerOf(json.access_token)).toMatchObject({ typ: 'at+jwt' });
    expect(claimsOf(json.access_token)).toEqual({
      iss: server.issuer,
      sub: 'deployer',
      aud: orders,
      client_id: 'deployer',
      scope: 'orders:read orders:write',
      iat: now(),
      exp: now() + 3_600,
      jti: expect.any(String),
    });
  });

  test('DP2: has its token bound to the key of a proof', async () => {
    const pair = await newProofPair();
    const { headers, fields } = credentialsOf(deployer);
    const form = { ...fields, grant_type: jwtBearer, assertion: await job(), resource: orders };
    const dpop = await newProof(pair, server.clock, { url: `${server.issuer}/token` });
    const { json } = await postToken(server, form, { ...headers, dpop });
    expect(json.token_type).toBe('DPoP');
    expect(claimsOf(json.access_token)['cnf']).toEqual({ jkt: pair.jkt });
  });

  test('FP7: gets a token that is signed by what the profile of its client allows', async () => {
    const client_assertion = await new SignJWT({ jti: 'once' })
      .setProtectedHeader({ alg: 'ES256' })
      .setIssuer(held.client_id)
      .setSubject(held.client_id)
      .setAudience(server.issuer)
      .setExpirationTime(now() + 60)
      .sign(privateKey);
    const form = { grant_type: jwtBearer, assertion: await job(), resource: orders, client_assertion };
    const client_assertion_type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
    const dpop = await newProof(await newProofPair(), server.clock, { url: `${server.issuer}/token` });
    const { json } = await postToken(server, { ...form, client_assertion_type }, { dpop });
    expect(headerOf(json.access_token)).toMatchObject({ alg: 'ES256' });
  });

  test('is named in the audit line, beside its client', async () => {
    await bring(deployer, await job());
    expect(lastLine()).toMatchObject({
      verdict: 'allowed',
      client: 'deployer',
      grant: 'jwt_bearer',
      workload: 'repo:octo-org/octo-repo:environment:production',
    });
    expect(Buffer.byteLength(server.auditLines.at(-1) ?? '')).toBeLessThan(400);
  });

  test.each<[string, JWTPayload]>([
    ['of another repository', { repository: 'octo-org/octo-repo-2' }],
    ['of another branch', { ref: 'refs/heads/feature' }],
    ['of a tag without a name', { ref: 'refs/tags/' }],
    ['without the claim', { ref: undefined }],
    ['with a list for a claim', { ref: ['refs/heads/main'] }],
    ['with a claim in another case', { repository: 'Octo-Org/octo-repo' }],
  ])('%s does not', async (_, changes) => {
    expect(await reasonOf(deployer, await job(changes))).toBe('400 invalid_grant assertion_invalid');
  });

  test('of any tag does, where the rule ends in a star', async () => {
    expect((await bring(deployer, await job({ ref: 'refs/tags/v1' }))).status).toBe(200);
  });

  test('does not become a client that no trust names', async () => {
    expect(await reasonOf(pod, await job())).toBe('400 invalid_grant assertion_not_for_client');
  });

  test('of a client with a secret needs both', async () => {
    expect((await bring(keeper, await job())).status).toBe(200);
    const assertion = await job();
    const { status } = await postToken(server, {
      client_id: 'keeper',
      grant_type: jwtBearer,
      assertion,
      resource: orders,
    });
    expect(status).toBe(401);
  });
});

describe('a pod of Kubernetes', () => {
  test('WF1: is known by claims that lie deeper, and gets no more than the trust says', async () => {
    const { status, json } = await bring(pod, await inPod());
    expect({ status, scope: json.scope }).toEqual({ status: 200, scope: 'orders:read' });
  });

  test('may bring the same token again where the trust says so, for it is a file that lives for an hour', async () => {
    const token = await inPod();
    const answers = [
      await bring(pod, token),
      await bring(pod, token),
      await bring(pod, await inPod({ jti: undefined })),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  test.each([
    ['of another namespace', { 'kubernetes.io': { namespace: 'shop2', serviceaccount: { name: 'orders' } } }],
    ['with the namespace in a claim of that name', { 'kubernetes.io': {}, '/kubernetes.io/namespace': 'shop' }],
    ['with no such claims', { 'kubernetes.io': undefined }],
  ])('%s gets nothing', async (_, changes) => {
    expect(await reasonOf(pod, await inPod(changes))).toBe('400 invalid_grant assertion_invalid');
  });
});

describe('WF1: a program that signs for itself', () => {
  const signedBy = ({ privateKey: key }: { privateKey: CryptoKey }, claims: JWTPayload = {}) =>
    new SignJWT({ iss: byItself.issuer, sub: 'deployer', aud: server.issuer, jti: crypto.randomUUID(), ...claims })
      .setProtectedHeader({ alg: 'ES256', typ: 'JWT' })
      .setExpirationTime(now() + 60)
      .sign(key);

  test('needs no kid where several keys fit', async () => {
    expect((await bring(deployer, await signedBy(old))).status).toBe(200);
    expect((await bring(deployer, await signedBy(next))).status).toBe(200);
  });

  test('with none of them gets nothing', async () => {
    expect(await reasonOf(deployer, await signedBy({ privateKey }))).toBe('400 invalid_grant assertion_invalid');
  });

  const alone = async (assertion: string, fields: Fields = {}) =>
    postToken(server, { grant_type: jwtBearer, assertion, ...fields });

  test('WF5: needs neither client_id nor resource where trust and registration name one of each', async () => {
    const { status, json } = await alone(await signedBy(old, { sub: 'metrics' }));
    expect(status).toBe(200);
    expect(claimsOf(json.access_token)).toMatchObject({ sub: 'metrics', client_id: 'metrics', aud: orders });
    expect(json.scope?.split(' ').toSorted()).toEqual(['orders:read', 'orders:write']);
    expect(lastLine()).toMatchObject({ client: 'metrics', workload: 'metrics' });
  });

  test('JG11: with a key that is proved, gives a token that is bound to it', async () => {
    const pair = await newProofPair();
    const cnf = { jkt: pair.jkt };
    const dpop = await newProof(pair, server.clock, { url: `${server.issuer}/token` });
    const form = { grant_type: jwtBearer, assertion: await signedBy(old, { sub: 'metrics', cnf }) };
    const { json } = await postToken(server, form, { dpop });
    expect(claimsOf(json.access_token)['cnf']).toEqual(cnf);
  });

  test.each<[string, () => Promise<string>, Fields, string]>([
    ['signed by a stranger', () => signedBy({ privateKey }, { sub: 'metrics' }), {}, '400 invalid_grant assertion_invalid'],
    ['that breaks a rule', () => signedBy(old, { sub: 'metrics', aud: 'https://else.example' }), {}, '400 invalid_grant assertion_means_no_client'],
    ['without jti', () => signedBy(old, { sub: 'metrics', jti: undefined }), {}, '400 invalid_grant assertion_means_no_client'],
    ['that no trust is for', () => signedBy(old, { sub: 'nobody' }), {}, '400 invalid_grant assertion_means_no_client'],
    ['whose issuer nobody trusts', () => signedBy(old, { sub: 'metrics', iss: 'https://else.example' }), {}, '400 invalid_grant assertion_means_no_client'],
    ['that is for two clients', () => signedBy(old, { sub: 'both' }), {}, '400 invalid_grant assertion_means_no_client'],
    ['of a client with a secret', () => signedBy(old, { sub: 'keeper' }), {}, '401 invalid_client client_authentication_missing'],
    ['with a secret of somebody', () => signedBy(old, { sub: 'metrics' }), { client_secret: 'x' }, '400 invalid_request client_id_missing'],
    ['as another grant', () => signedBy(old, { sub: 'metrics' }), { grant_type: 'client_credentials' }, '400 invalid_request client_id_missing'],
    ['of a client that is for no one API', () => signedBy(old), {}, '400 invalid_target resource_missing'],
    ['that is none', async () => 'x', {}, '400 invalid_grant assertion_means_no_client'],
    ['that is empty', async () => '', {}, '400 invalid_request client_id_missing'],
  ])('WF5: alone, an assertion %s is refused', async (_, assertion, fields, expected) => {
    const { status, json } = await alone(await assertion(), fields);
    expect(`${status} ${json.error} ${json.error_uri?.split('#')[1]}`).toBe(expected);
  }); // biome-ignore format: one case per line
});

describe('WF2: the audience', () => {
  test.each(['', '/token'])('is this server: issuer%s', async (path) => {
    expect((await bring(deployer, await job({ aud: server.issuer + path }))).status).toBe(200);
    expect((await bring(deployer, await job({ aud: [server.issuer + path] }))).status).toBe(200);
  });

  test.each<[string, JWTPayload['aud'] | undefined]>([
    ['another server', 'https://github.com/octo-org'],
    ['this one and another', [server.issuer, 'sts.amazonaws.com']],
    ['nobody', undefined],
    ['an empty list', []],
    ['this server with a slash', `${server.issuer}/`],
  ])('is not %s', async (_, aud) => {
    expect(await reasonOf(deployer, await job({ aud: aud as string }))).toBe('400 invalid_grant assertion_invalid');
  });
});

describe('an assertion is refused', () => {
  test.each<[string, () => JWTPayload]>([
    ['that has expired', () => ({ exp: now() - 31 })],
    ['without an end', () => ({ exp: undefined })],
    ['that lives for more than a day', () => ({ exp: now() + 86_431 })],
    ['that is not valid yet', () => ({ nbf: now() + 31 })],
    ['that was made in the future', () => ({ iat: now() + 31 })],
    ['whose times are texts', () => ({ exp: `${now() + 60}` as never })],
    ['without jti', () => ({ jti: undefined })],
    ['JG11: with a key that nobody proves', () => ({ cnf: { jkt: 'x' } })],
  ])('%s', async (_, changes) => {
    expect(await reasonOf(deployer, await job(changes()))).toBe('400 invalid_grant assertion_invalid');
  });

  test('that another key signed', async () => {
    const forged = await stranger.sign({ ...gitHubClaims(server.issuer, now()), iss: gitHub.issuer });
    expect(await reasonOf(deployer, forged)).toBe('400 invalid_grant assertion_invalid');
  });

  test('whose claims were changed after it was signed', async () => {
    const [header, , signature] = (await job()).split('.');
    const claims = Buffer.from(JSON.stringify({ ...gitHubClaims(server.issuer, now()), iss: gitHub.issuer }));
    expect(await reasonOf(deployer, [header, claims.toString('base64url'), signature].join('.'))).toBe(
      '400 invalid_grant assertion_invalid',
    );
  });

  test('that nobody signed', async () => {
    const [, claims] = (await job()).split('.');
    const header = Buffer.from('{"alg":"none"}').toString('base64url');
    expect(await reasonOf(deployer, `${header}.${claims}.`)).toBe('400 invalid_grant assertion_invalid');
  });

  test.each(['at+jwt', 'logout+jwt', 'client-authentication+jwt', 'dpop+jwt'])('of the type %s', async (typ) => {
    expect(await reasonOf(deployer, await job({}, { typ }))).toBe('400 invalid_grant assertion_untrusted');
  });

  test.each(['', 'x', 'a.b.c', `${'A'.repeat(9_000)}.e30.x`])('that is none: %#', async (assertion) => {
    expect((await bring(deployer, assertion)).status).toBe(400);
  });

  test('that is not there', async () => {
    expect(await reasonOf(deployer, undefined)).toBe('400 invalid_request assertion_missing');
  });

  test('JG10: that says it is by this server, whoever trusts that', async () => {
    expect(await reasonOf(deployer, await job({ iss: server.issuer }))).toBe('400 invalid_grant assertion_untrusted');
  });
});

describe('WF4: an issuer that nobody trusts', () => {
  test('is refused, and nobody asks it for its keys', async () => {
    const token = await stranger.sign(gitHubClaims(server.issuer, now()));
    expect(await reasonOf(deployer, token)).toBe('400 invalid_grant assertion_untrusted');
    expect(stranger.asked()).toBe(0);
  });

  test('is asked for nothing either when the claims break a rule; a trusted one is asked once in five minutes', async () => {
    const asked = (issuer: TokenIssuer, work: () => Promise<unknown>) => {
      const before = issuer.asked();
      return work().then(() => issuer.asked() - before);
    };
    server.clock.advance(301);
    expect(await asked(gitHub, async () => bring(deployer, await job({ ref: 'x' })))).toBe(0);
    expect(await asked(gitHub, async () => bring(deployer, await job()))).toBe(1);
    expect(await asked(gitHub, async () => bring(deployer, await job()))).toBe(0);
  });
});

test('JG9: of 50 requests with one assertion at the same time, one gets a token', async () => {
  const assertion = await job();
  const answers = await Promise.all(Array.from({ length: 50 }, () => bring(deployer, assertion)));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(answers.filter(({ json }) => json.error === 'invalid_grant')).toHaveLength(49);
  expect(await reasonOf(deployer, assertion)).toBe('400 invalid_grant assertion_replayed');
});

describe('WF3: the request', () => {
  test('names the API: without one, there is no token', async () => {
    expect(await reasonOf(deployer, await job(), { resource: undefined })).toBe('400 invalid_target resource_missing');
  });

  test.each(['https://api.example/unknown', `${server.issuer}/admin`])('is not for %s', async (resource) => {
    expect(await reasonOf(deployer, await job(), { resource })).toBe('400 invalid_target resource_unknown');
  });

  test('a request that is refused for what it asks has not used the assertion up', async () => {
    const assertion = await job();
    expect(await reasonOf(deployer, assertion, { scope: 'admin' })).toBe('400 invalid_scope scope_not_registered');
    expect((await bring(deployer, assertion, { scope: 'orders:read' })).json.scope).toBe('orders:read');
  });

  test('gets nothing about people and nothing of the management API', async () => {
    for (const [scope, reason] of [
      ['openid', 'scope_about_people'],
      ['pixy:read', 'scope_not_registered'],
    ]) {
      expect(await reasonOf(deployer, await job(), { scope })).toBe(`400 invalid_scope ${reason}`);
    }
  });

  test('of a client that is not registered for the grant type is not authorized', async () => {
    expect(await reasonOf(machine, await job())).toBe('400 unauthorized_client grant_type_not_registered');
  });
});

test('the token is active at introspection', async () => {
  const own = { resource: orders, scope: ['orders:read', 'orders:write'], introspectedBy: ['warehouse'] };
  server.clock.advance(31);
  await registerApi(own);
  const { json } = await bring(deployer, await job());
  const { json: told } = await introspect(server, warehouse, { token: json.access_token });
  expect(told).toMatchObject({ active: true, sub: 'deployer' });
});

test('JG7: the metadata has the grant type and the profile, and no issuer', async () => {
  const { body } = await send(server.port, '/.well-known/oauth-authorization-server');
  const metadata = JSON.parse(body);
  expect(metadata.grant_types_supported).toContain(jwtBearer);
  expect(metadata.authorization_grant_profiles_supported).toEqual(['urn:ietf:params:oauth:grant-profile:id-jag']);
  expect(body).not.toContain(gitHub.issuer);
});
