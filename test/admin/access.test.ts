import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { clientStore } from '../../shared/clients/client-store.ts';
import { keyStore } from '../../shared/keys/key-store.ts';
import { signingKeys } from '../../shared/keys/loaded-keys.ts';
import { localWrapper } from '../../shared/keys/local-wrapper.ts';
import { memoryCustody } from '../../shared/keys/memory-custody.ts';
import { mintAccessToken } from '../../shared/tokens/mint.ts';
import { newProof, newProofPair } from '../support/dpop.ts';
import { credentialsOf, type FullClient, introspect, machine, obtainTokens, portal } from '../support/lifecycle.ts';
import { signedInPerson } from '../support/person.ts';
import { authorizeTarget, claimsOf, parametersOf, postToken } from '../support/protocol.ts';
import { startTestServer, tables } from '../support/server.ts';
import { auditor, chief, managementToken, manager, robot } from './admin.ts';

const scope = 'openid pixy:read pixy:write api:read';

/** Acts for people, and is registered for everything a manager is. */
const both: FullClient & { first_party: boolean } = {
  ...portal,
  client_id: 'both',
  first_party: true,
  grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
  scope,
};
const plain: FullClient = { ...machine, client_id: 'plain', may_introspect: true };
const fading: FullClient = { ...robot, client_id: 'fading' };
const careful = { ...robot, client_id: 'careful', dpop_replay_detection: true };
const leaving: FullClient = { ...robot, client_id: 'leaving' };

const PIXY_WRAPPING_KEY = randomBytes(32).toString('base64url');
const server = await startTestServer({
  clients: [robot, chief, auditor, both, plain, fading, leaving, careful],
  environment: { PIXY_WRAPPING_KEY },
});
const resource = `${server.issuer}/admin`;
const manage = manager(server, await managementToken(server));
const look = (token: string) => manage('GET', '/clients', { token });

const challenge = ({ headers }: { headers: NodeJS.Dict<string | string[]> }) => headers['www-authenticate'];

describe('without a right to manage, the answer is a problem with a challenge (RFC 6750 §3)', () => {
  test('no token: 401, and nothing but the schemes', async () => {
    const answer = await look('');
    expect(answer.status).toBe(401);
    expect(challenge(answer)).toMatch(/^Bearer realm="pixy", DPoP algs="ES256 /);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.json).toMatchObject({ reason: 'access_token_missing', status: 401 });
    expect(answer.json.type).toBe(`${server.issuer}/errors#access_token_missing`);
  });

  test.each(['x', 'a.b.c', '..', 'é'.repeat(3), 'x'.repeat(9_000)])(
    'a token that is none: 401: %.20s',
    async (token) => {
      const answer = await look(encodeURI(token).replaceAll('%', ''));
      expect(answer.status).toBe(401);
      expect(challenge(answer)).toContain('error="invalid_token"');
    },
  );

  test('a token whose signature was changed: 401', async () => {
    const token = await managementToken(server);
    expect((await look(`${token.slice(0, -6)}AAAAAA`)).json.reason).toBe('access_token_invalid');
  });

  test('client credentials instead of a token: 401', async () => {
    const answer = await manage('GET', '/clients', { token: '', headers: { authorization: 'Basic cm9ib3Q6eA==' } });
    expect([answer.status, answer.json.reason]).toEqual([401, 'access_token_missing']);
    expect(challenge(answer)).toMatch(/^Bearer realm="pixy", DPoP /);
  });

  test('a token in the query: 401', async () => {
    const token = await managementToken(server);
    expect((await manage('GET', `/clients?access_token=${token}`, { token: '' })).status).toBe(401);
  });

  test('a token for the default audience: 401', async () => {
    const token = await managementToken(server, plain);
    const answer = await look(token);
    expect(answer.json).toMatchObject({ status: 401, reason: 'access_token_for_another_api' });
    expect(challenge(answer)).toContain('error="invalid_token"');
  });

  test('a token that only looks, for a change: 403, with the scope that it takes', async () => {
    const token = await managementToken(server, auditor);
    expect((await look(token)).status).toBe(200);
    const answer = await manage('POST', '/clients', { token, body: { client_id: 'x' } });
    expect(answer.status).toBe(403);
    expect(challenge(answer)).toContain('error="insufficient_scope"');
    expect(challenge(answer)).toContain('scope="pixy:write"');
  });

  test('a token that only changes, for a look: 403', async () => {
    const token = await managementToken(server, robot, { scope: 'pixy:write' });
    expect(challenge(await look(token))).toContain('scope="pixy:read"');
  });

  test('a proof that was used before, of a client whose proofs work once: 401, whatever else the request says', async () => {
    const pair = await newProofPair();
    /** Adds two clients with one proof. */
    const addTwice = async (client: FullClient) => {
      const tokenProof = await newProof(pair, server.clock, { url: `${server.issuer}/token` });
      const { headers: own, fields } = credentialsOf(client);
      const form = { ...fields, grant_type: 'client_credentials', scope: 'pixy:write' };
      const accessToken = (await postToken(server, form, { ...own, dpop: tokenProof })).json.access_token;
      const url = `${resource}/clients`;
      const proof = await newProof(pair, server.clock, { url, accessToken });
      const headers = { authorization: `DPoP ${accessToken}`, dpop: proof };
      const add = (client_id: string) =>
        manage('POST', '/clients', {
          token: '',
          headers,
          body: { client_id, token_endpoint_auth_method: 'none', redirect_uris: ['https://app.example/cb'] },
        });
      return [await add(`${client.client_id}-1`), await add(`${client.client_id}-2`)];
    };
    expect((await addTwice(robot)).map(({ status }) => status)).toEqual([201, 201]);
    const [first, second] = await addTwice(careful);
    expect([first?.status, second?.status, second?.json.reason]).toEqual([201, 401, 'dpop_proof_replayed']);
    expect(second && challenge(second)).toContain('error="invalid_dpop_proof"');
  });

  test('a token that has ended: 401', async () => {
    const token = await managementToken(server);
    server.clock.advance(601);
    expect((await look(token)).json.reason).toBe('access_token_invalid');
    expect((await look(await managementToken(server))).status).toBe(200);
  });

  test('a token of a client that was removed, once another one has its id: 401', async () => {
    const clients = clientStore(openDatabase(), tables.clients, server.clock.now);
    const token = await managementToken(server, fading);
    const { since: _, ...settings } = (await clients.find(fading.client_id)) ?? {};
    await clients.put(fading.client_id, undefined, { by: 'grace', why: 'its secret was stolen' });
    server.clock.advance(31);
    await clients.put(fading.client_id, settings as never, { by: 'grace', why: 'with another secret' });
    server.clock.advance(31);
    expect(await look(token)).toMatchObject({ status: 401, json: { reason: 'access_token_invalid' } });
    expect((await look(await managementToken(server, fading))).status).toBe(200);
  });

  test('a client that was disabled a moment ago: 401, with the token it has', async () => {
    const token = await managementToken(server, leaving);
    expect((await look(token)).status).toBe(200);
    const body = { disabled: true };
    await manage('PATCH', '/clients/leaving', { body, ifMatch: '*', token: await managementToken(server, chief) });
    expect((await look(token)).json.reason).toBe('access_token_invalid');
  });

  test('a client that lost the scope a moment ago: 403, with the token it has', async () => {
    const token = await managementToken(server, fading);
    const body = { scope: 'pixy:read' };
    await manage('PATCH', '/clients/fading', { body, ifMatch: '*', token: await managementToken(server, chief) });
    expect((await look(token)).status).toBe(200);
    expect((await manage('DELETE', '/clients/fading', { ifMatch: '*', token })).status).toBe(403);
  });

  test('a client that was removed: 401', async () => {
    const token = await managementToken(server, fading);
    const store = clientStore(openDatabase(), tables.clients, server.clock.now);
    await store.put('fading', undefined, { by: 'test', why: '' });
    expect((await look(token)).status).toBe(401);
  });
});

describe('S17: pixy:write alone has no hand in who manages', () => {
  const refused = async (method: string, path: string, body?: object) => {
    const answer = await manage(method, path, { body, ifMatch: '*', token: await managementToken(server) });
    expect(answer.json).toMatchObject({ status: 403, reason: 'scope_insufficient' });
    expect(challenge(answer)).toContain('scope="pixy:delegate"');
  };
  const asChief = async (method: string, path: string, body?: object) =>
    manage(method, path, { body, ifMatch: '*', token: await managementToken(server, chief) });
  const registration = {
    redirect_uris: [],
    grant_types: ['client_credentials'],
    token_endpoint_auth_method: 'client_secret_basic',
  };
  const latestChange = async (clientId: string): Promise<string> =>
    (await manage('GET', `/policy/log?client=${clientId}`, { token: await managementToken(server) })).json.changes[0]
      .id;

  test.each<[string, string, string, object?]>([
    ['gives itself a scope', 'PATCH', '/clients/robot', { scope: 'pixy:read pixy:write pixy:delegate' }],
    ['changes itself in another way', 'PATCH', '/clients/robot', { client_name: 'Robot' }],
    ['gives an ordinary client one', 'PATCH', '/clients/plain', { scope: 'api:read pixy:read' }],
    ['makes a new manager', 'POST', '/clients', { ...registration, client_id: 'new', scope: 'pixy:read' }],
    ['gets a secret of a manager', 'POST', '/clients/auditor/secrets', {}],
    ['drops the old secret of a manager', 'DELETE', '/clients/auditor/secrets'],
    ['gives a manager keys', 'PATCH', '/clients/auditor', { token_endpoint_auth_method: 'private_key_jwt', jwks_uri: 'https://auditor.example/jwks' }],
    ['disables a manager', 'PATCH', '/clients/auditor', { disabled: true }],
    ['takes the scope of a manager away', 'PATCH', '/clients/auditor', { scope: 'api:read' }],
    ['grants a manager a waiver', 'PUT', '/clients/both/waiver', { owner: 'me', reason: 'x', until: '2027-01-01T00:00:00Z' }],
    ['removes a manager', 'DELETE', '/clients/auditor'],
  ])('nobody %s', async (_, method, path, body) => {
    await refused(method, path, body);
  }); // biome-ignore format: a table, one row per line

  test('nobody brings a scope back by a rollback', async () => {
    await asChief('POST', '/clients', { ...registration, client_id: 'former', scope: 'pixy:read api:read' });
    await asChief('PATCH', '/clients/former', { scope: 'api:read' });
    const change = await latestChange('former');
    await refused('POST', `/policy/log/${change}/rollback`);
    expect((await asChief('POST', `/policy/log/${change}/rollback`)).status).toBe(200);
    await asChief('DELETE', '/clients/former');
    await refused('POST', `/policy/log/${await latestChange('former')}/rollback`);
  });

  test('ordinary clients are changed as ever', async () => {
    const token = await managementToken(server);
    const body = { ...registration, client_id: 'ordinary', scope: 'api:read' };
    expect((await manage('POST', '/clients', { body, token })).status).toBe(201);
    expect((await manage('POST', '/clients/ordinary/secrets', { body: {}, ifMatch: '*', token })).status).toBe(201);
  });

  test('with pixy:delegate all of it goes', async () => {
    expect((await asChief('POST', '/clients', { ...registration, client_id: 'new', scope: 'pixy:write' })).status).toBe(
      201,
    );
    expect((await asChief('POST', '/clients/new/secrets', {})).status).toBe(201);
    expect((await asChief('DELETE', '/clients/new')).status).toBe(200);
  });

  test('pixy:delegate alone changes nothing, and without it in the token it does not count', async () => {
    const alone = await managementToken(server, chief, { scope: 'pixy:delegate', resource });
    const answer = await manage('PATCH', '/clients/plain', { body: { client_name: 'x' }, ifMatch: '*', token: alone });
    expect(challenge(answer)).toContain('scope="pixy:write"');
    const without = await managementToken(server, chief, { scope: 'pixy:read pixy:write' });
    expect((await manage('DELETE', '/clients/auditor', { ifMatch: '*', token: without })).status).toBe(403);
  });
});

describe('a person', () => {
  test('cannot ask for the management API', async () => {
    const person = await signedInPerson(server);
    const { error } = parametersOf(await person.authorize(authorizeTarget(both, { scope, resource })));
    expect(error).toBe('invalid_target');
  });

  test('is not asked to grant it: the scope is left out of what a client gets for people', async () => {
    const person = await signedInPerson(server);
    const tokens = await obtainTokens(server, person, both, { scope });
    expect(tokens.scope).toBe('openid api:read');
    const { error } = parametersOf(await person.authorize(authorizeTarget(both, { scope: 'pixy:read' })));
    expect(error).toBe('invalid_scope');
  });

  test.each([{ grantId: 'a-grant' }, { sub: 'ada-0001' }, { sub: 'robot', grantId: 'a-grant' }])(
    'would be refused even with a token that says everything else: %j',
    async (bearer) => {
      const custody = memoryCustody(localWrapper(Buffer.from(PIXY_WRAPPING_KEY, 'base64url')));
      const key = await signingKeys(keyStore(openDatabase(), tables.keys), custody, server.clock.now)('RS256');
      const target = { audience: resource, scope: ['pixy:read'], lifetime: 60, typ: 'at+jwt' as const };
      const mint = (changes: object) =>
        mintAccessToken(
          { clientId: 'robot', sub: 'robot', ...changes },
          target,
          server.issuer,
          key,
          server.clock.now(),
        );
      expect((await look(await mint({}))).status).toBe(200);
      expect((await look(await mint(bearer))).json.reason).toBe('scope_insufficient');
    },
  );

  test('does not manage with a token of a client that may, whatever its scope', async () => {
    const person = await signedInPerson(server);
    const { access_token = '' } = await obtainTokens(server, person, both, { scope });
    expect((await look(access_token)).json.reason).toBe('access_token_for_another_api');
    expect((await look(await managementToken(server, both, { scope: 'pixy:read' }))).status).toBe(200);
  });
});

describe('the token endpoint', () => {
  const ask = (client: FullClient, fields: Record<string, string> = {}) =>
    managementToken(server, client, fields).then((token) => claimsOf(token));

  test('names the management API for a scope that is all its own (RFC 8707 §2)', async () => {
    expect(await ask(robot)).toMatchObject({ aud: resource, scope: 'pixy:read pixy:write', sub: 'robot' });
  });

  test('gives such a token ten minutes', async () => {
    const { iat, exp } = await ask(robot);
    expect(Number(exp) - Number(iat)).toBe(600);
  });

  test('keeps other scope values out of a token for the management API', async () => {
    expect(await ask(both, { resource })).toMatchObject({ aud: resource, scope: 'pixy:read pixy:write' });
  });

  test('keeps the scope of the management API out of every other token', async () => {
    expect(await ask(both)).toMatchObject({ aud: server.issuer, scope: 'api:read' });
  });

  test('gives no pixy scope to a client that is not registered for it', async () => {
    const fields = { client_id: plain.client_id, client_secret: plain.client_secret, grant_type: 'client_credentials' };
    const { json } = await postToken(server, { ...fields, scope: 'pixy:write' });
    expect(json.error).toBeDefined();
    expect((await ask(plain, { scope: 'api:read pixy:write' }))['scope']).toBe('api:read');
    expect(await ask(plain, { resource })).not.toHaveProperty('scope');
    expect((await look(await managementToken(server, plain, { resource }))).status).toBe(403);
  });

  test('gives no token for the management API and another one together', async () => {
    const { json } = await postToken(
      server,
      `grant_type=client_credentials&resource=${encodeURIComponent(resource)}&resource=urn:example:x`,
      { authorization: `Basic ${btoa(`robot:${encodeURIComponent(robot.client_secret ?? '')}`)}` },
    );
    expect(json).toMatchObject({ error: 'invalid_target' });
  });

  test('does not tell other resource servers about tokens for the management API', async () => {
    const { json } = await introspect(server, plain, { token: await managementToken(server) });
    expect(json).toEqual({ active: false });
  });
});

describe('the audit log', () => {
  test('has a line for what was allowed and for what was refused, with the client and the reason', async () => {
    const before = server.auditLines.length;
    const token = await managementToken(server);
    await look(token);
    await manage('GET', '/clients/nobody', { token });
    await look('nonsense');
    const lines = server.auditLines.slice(before).map((line) => JSON.parse(line));
    expect(lines.filter(({ endpoint }) => endpoint === 'admin')).toEqual([
      expect.objectContaining({ verdict: 'allowed', client: 'robot' }),
      expect.objectContaining({ verdict: 'refused', client: 'robot', reason: 'resource_not_found' }),
      expect.objectContaining({ verdict: 'refused', reason: 'access_token_invalid' }),
    ]);
  });

  test('names no client for a token that is not ours', async () => {
    await look('nonsense');
    expect(JSON.parse(server.auditLines.at(-1) ?? '')).not.toHaveProperty('client');
  });
});
