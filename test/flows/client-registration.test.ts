import type { IncomingHttpHeaders } from 'node:http';
import { beforeEach, describe, expect, test } from 'vitest';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { changeClient } from '../../shared/clients/change-client.ts';
import { clientStore } from '../../shared/clients/client-store.ts';
import { registrationStore, unusedFor } from '../../shared/clients/registration-store.ts';
import { rollBackClient, rolledBack } from '../../shared/clients/roll-back.ts';
import { startDatabaseProxy } from '../support/database-proxy.ts';
import { send } from '../support/http.ts';
import { newPerson, type Page, type Person, startSession } from '../support/person.ts';
import { pkcePair } from '../support/pkce.ts';
import { authorizeTarget, basic, claimsOf, parametersOf, postToken } from '../support/protocol.ts';
import { pushed } from '../support/pushed.ts';
import { startTestServer, tables } from '../support/server.ts';

const database = await startDatabaseProxy();
const server = await startTestServer({
  dynamodb: database.endpoint,
  environment: { PIXY_CLIENT_REGISTRATION: 'open' },
});
const registrations = registrationStore(openDatabase(), tables.clients);
const clients = clientStore(openDatabase(), tables.clients, server.clock.now);

const day = 86_400;
const refreshLifetime = 90 * day;
const agent = {
  client_name: 'Agent',
  redirect_uris: ['http://127.0.0.1/callback'],
  token_endpoint_auth_method: 'none',
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
};

// biome-ignore lint/suspicious/noExplicitAny: answers of many shapes
type Answered = { status: number; headers: IncomingHttpHeaders; json: any };

async function call(method: string, path: string, body?: unknown, token?: string): Promise<Answered> {
  const answer = await send(server.port, path, {
    method,
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return {
    status: answer.status,
    headers: answer.headers,
    json: answer.body === '' ? undefined : JSON.parse(answer.body),
  };
}
const register = (members: object = {}, token?: string) => call('POST', '/clients', { ...agent, ...members }, token);

let made = 0;
async function newToken(more: { usesLeft?: number; confidential?: boolean } = {}): Promise<string> {
  made += 1;
  const token = `initial-${made}-${'x'.repeat(32)}`;
  const now = server.clock.now();
  const named = { name: `token-${made}`, by: 'ada', createdAt: now, expiresAt: now + 30 * day };
  await registrations.addToken(token, { ...named, confidential: false, ...more });
  return token;
}

/** Every test registers in a window of its own. */
beforeEach(() => server.clock.advance(3_600));

const { verifier, challenge } = pkcePair();
const asking = { code_challenge: challenge, redirect_uri: 'http://127.0.0.1:4000/callback' };

async function signedIn(sub: string): Promise<Person> {
  const somebody = newPerson(server);
  somebody.cookies.set('pixy_session', await startSession(sub, { now: server.clock.now(), lifetime: 3_600 }));
  return somebody;
}

/** Follows an authorization request through consent, and answers with the code. */
async function codeFor(client_id: string, person: Person, changes: object = {}): Promise<string | undefined> {
  const client = { client_id, redirect_uris: agent.redirect_uris };
  const page: Page = await person.follow(authorizeTarget(client, { ...asking, ...changes }));
  const answer = await person.submit(page, { decision: 'allow' });
  const back = await person.follow(answer.headers.location ?? '');
  return parametersOf(new URL(back.headers.location ?? 'https://nowhere.example')).code;
}

const redeem = (client_id: string, code: string | undefined) =>
  postToken(server, {
    grant_type: 'authorization_code',
    client_id,
    code,
    code_verifier: verifier,
    redirect_uri: asking.redirect_uri,
  });

describe('a client that registers itself', () => {
  test('DC5: gets its id and what it is registered with, and nobody may keep the answer', async () => {
    const { status, headers, json } = await register();
    expect([status, headers['cache-control'], headers['access-control-allow-origin']]).toEqual([201, 'no-store', '*']);
    expect(json).toEqual({
      ...agent,
      client_id: expect.stringMatching(/^dcr-[\w-]{32}$/),
      client_id_issued_at: server.clock.now(),
      scope: 'openid profile email address phone offline_access',
    });
  });

  test('DP11: may bind its tokens to its key, which is then needed, and asks for no more about proofs', async () => {
    const asked = { client_name: 'Bound', dpop_bound_access_tokens: true, dpop_replay_detection: true };
    const { json } = await register(asked);
    expect(json).toMatchObject({ dpop_bound_access_tokens: true });
    expect(json).not.toHaveProperty('dpop_replay_detection');
    const refused = await redeem(json.client_id, 'a code');
    expect(refused.json).toMatchObject({ error: 'invalid_dpop_proof', reason: 'dpop_proof_missing' });
  });

  test('RA2: may name the types of authorization details that it asks for', async () => {
    const { json } = await register({ client_name: 'Shop', authorization_details_types: ['payment'] });
    expect(json).toMatchObject({ authorization_details_types: ['payment'] });
    const refused = await register({ client_name: 'Shop', authorization_details_types: 'payment' });
    expect([refused.status, refused.json.error]).toEqual([400, 'invalid_client_metadata']);
  });

  test('PA10: may say that its requests count only when it pushed them, and then they do', async () => {
    const { json } = await register({ client_name: 'Pushing', require_pushed_authorization_requests: true });
    expect(json).toMatchObject({ require_pushed_authorization_requests: true });
    const client = { client_id: json.client_id, redirect_uris: json.redirect_uris };
    const { headers } = await newPerson(server).open(authorizeTarget(client));
    expect(headers.location).toContain('pushed_request_required');
    expect((await pushed(server, client)).status).toBe(201);
  });

  test('signs somebody in with S256 and consent, and no other way', async () => {
    const { json } = await register({ client_name: 'Signs in', pkce_policy: 'none', first_party: true });
    const person = await signedIn('dynamic-1');
    const client = { client_id: json.client_id, redirect_uris: agent.redirect_uris };
    const page = await person.follow(authorizeTarget(client));
    expect(page.body).toMatch(/Nobody has checked who makes .*Signs in/);
    expect(page.body).toContain('any program here can say the same');
    const plain = await person.follow(authorizeTarget(client, { code_challenge_method: 'plain' }));
    expect(parametersOf(new URL(plain.headers.location ?? '')).error).toBe('invalid_request');
    const code = await codeFor(json.client_id, person);
    expect(claimsOf((await redeem(json.client_id, code)).json.id_token)['sub']).toBe('dynamic-1');
  });

  test('DR3: is told nothing that the metadata does not say', async () => {
    const metadata = JSON.parse((await send(server.port, '/.well-known/oauth-authorization-server')).body);
    expect(metadata.registration_endpoint).toBe(`${server.issuer}/clients`);
    const everything = {
      scope: 'openid email pixy:write nothing:here',
      grant_types: [
        'authorization_code',
        'implicit',
        'client_credentials',
        'urn:ietf:params:oauth:grant-type:jwt-bearer',
      ],
      response_types: ['code', 'token', 'id_token'],
      client_uri: 'https://agent.example',
      software_id: 'x',
      may_introspect: true,
      tls_client_certificate_bound_access_tokens: true,
    };
    const { json } = await register(everything);
    expect(json).toMatchObject({
      scope: 'openid email',
      grant_types: ['authorization_code'],
      response_types: ['code'],
    });
    expect(metadata.scopes_supported).toEqual(expect.arrayContaining(json.scope.split(' ')));
    expect(metadata.grant_types_supported).toEqual(expect.arrayContaining(json.grant_types));
    expect(metadata.token_endpoint_auth_methods_supported).toContain(json.token_endpoint_auth_method);
    for (const name of ['may_introspect', 'client_uri', 'registration_access_token', 'client_secret']) {
      expect(json).not.toHaveProperty(name);
    }
  });

  test('DC11: may ask for more than the scope that it named, as after insufficient_scope, and gets what the person allows', async () => {
    const { json } = await register({ client_name: 'Steps up', scope: 'openid offline_access' });
    expect(json.scope).toBe('openid offline_access');
    const person = await signedIn('dynamic-2');
    const scope = 'openid offline_access email nothing:here pixy:write';
    const code = await codeFor(json.client_id, person, { scope });
    expect((await redeem(json.client_id, code)).json.scope).toBe('openid offline_access email');
  });

  test('DC11: asks for no more than an operator leaves it', async () => {
    const metadata = { client_name: 'Held back', scope: 'openid email' };
    const { json } = await register(metadata);
    const client = await clients.find(json.client_id);
    if (!client) throw new Error('it is not there');
    await clients.put(json.client_id, { ...client, scope: ['openid', 'profile'] }, { by: 'ada', why: 'less' });
    server.clock.advance(30);
    expect((await register(metadata)).json).toMatchObject({ client_id: json.client_id, scope: 'openid' });
    expect((await register({ ...metadata, scope: 'email' })).json.scope).toBe('openid profile');
    const code = await codeFor(json.client_id, await signedIn('dynamic-3'), { scope: 'openid email profile' });
    expect((await redeem(json.client_id, code)).json.scope).toBe('openid profile');
  });

  test('DC12: comes without the redirect URIs whose scheme has no dot, if others are left', async () => {
    const others = ['https://agent.example/callback', 'http://localhost:8787/callback'];
    const { status, json } = await register({ redirect_uris: ['editor://agent/callback', ...others] });
    expect([status, json.redirect_uris]).toEqual([201, others]);
    const web = { application_type: 'web', redirect_uris: ['editor://agent/callback', 'https://agent.example/'] };
    expect((await register(web)).json.redirect_uris).toEqual(['https://agent.example/']);
    const client = { client_id: json.client_id, redirect_uris: ['editor://agent/callback'] };
    const page = await (await signedIn('dynamic-4')).follow(authorizeTarget(client));
    expect([page.status, page.body.includes('redirect_uri_not_registered')]).toEqual([400, true]);
  });

  test('DC13: becomes a public client if it asks for a secret, and the answer says so', async () => {
    const { json: unasked } = await register({ client_name: 'Wants a secret' });
    for (const method of ['client_secret_basic', 'client_secret_post']) {
      const { status, json } = await register({ client_name: 'Wants a secret', token_endpoint_auth_method: method });
      expect([status, json]).toEqual([201, unasked]);
    }
    const { status, json } = await register({ token_endpoint_auth_method: 'client_secret_post' }, await newToken());
    expect([status, json.error_description]).toEqual([400, expect.stringContaining('initial access token')]);
  });

  test('DC3: is registered without what would be shown of it, whatever that is', async () => {
    const { json: plain } = await register({ client_name: 'Shown' });
    const logo = { logo_uri: 'https://127.0.0.1/logo.png', 'logo_uri#de': 'logo.png' };
    const pages = { client_uri: 'javascript:alert(1)', policy_uri: 7, tos_uri: 'http://10.0.0.1/' };
    const names = { 'client_name#de': 'Bank\u202eknaB' };
    expect((await register({ client_name: 'Shown', ...logo, ...pages, ...names })).json).toEqual(plain);
  });

  test('DC14: asks for nothing with members that are null or empty', async () => {
    const { json: unasked } = await register({ client_name: 'Says little', scope: undefined });
    const texts = 'client_uri logo_uri tos_uri policy_uri jwks_uri scope application_type subject_type software_id';
    for (const empty of [null, '']) {
      const members = Object.fromEntries(
        [...texts.split(' '), 'token_endpoint_auth_method'].map((name) => [name, empty]),
      );
      expect((await register({ client_name: 'Says little', ...members })).json).toEqual(unasked);
    }
    const lists = { contacts: [], grant_types: [], response_types: [], jwks: null };
    const { json } = await register({ client_name: 'Says little', ...lists });
    expect(json).toMatchObject({ grant_types: ['authorization_code'], response_types: ['code'] });
  });

  test('DC16: keeps links for people to hosts that it is answered at, and drops others', async () => {
    const redirect_uris = ['https://agent.example/callback', 'http://127.0.0.1/callback'];
    const own = { policy_uri: 'https://agent.example/privacy', tos_uri: 'https://agent.example/terms?v=2' };
    expect((await register({ client_name: 'Links', redirect_uris, ...own })).json).toMatchObject(own);
    const others = { policy_uri: 'https://bank.example/privacy', tos_uri: 'http://agent.example/terms' };
    const { status, json } = await register({ client_name: 'Links elsewhere', redirect_uris, ...others });
    expect(status).toBe(201);
    for (const name of ['policy_uri', 'tos_uri']) expect(json).not.toHaveProperty(name);
  });

  test('DC16: shows its links only where the answer goes to their host', async () => {
    const bank = 'https://bank.example/callback';
    const elsewhere = 'https://elsewhere.example/callback';
    const links = { policy_uri: 'https://bank.example/privacy', tos_uri: 'https://elsewhere.example/terms' };
    const redirect_uris = [bank, elsewhere, 'http://127.0.0.1/callback'];
    const { client_id } = (await register({ client_name: 'Lent looks', redirect_uris, ...links })).json;
    const person = await signedIn('lent-looks');
    const linksAt = async (redirect_uri: string): Promise<string[]> => {
      const client = { client_id, redirect_uris };
      const { body } = await person.follow(authorizeTarget(client, { code_challenge: challenge, redirect_uri }));
      expect(body).toContain('name="decision"');
      return Object.values(links).filter((link) => body.includes(link));
    };
    expect(await linksAt(bank)).toEqual([links.policy_uri]);
    expect(await linksAt(elsewhere)).toEqual([links.tos_uri]);
    expect(await linksAt('http://127.0.0.1:4000/callback')).toEqual([]);
  });

  test('CI15: never has an id that could be a metadata document', async () => {
    const ids = [
      await register({ client_name: 'https://agent.example/client.json' }),
      await register({}, await newToken()),
    ];
    for (const { json } of ids) expect(json.client_id).toMatch(/^dcr-/);
  });

  test('DC6: cannot lower its PKCE policy, and is explained by the floor of its class', async () => {
    const { json } = await register({ client_name: 'Lowers', pkce_policy: 'none', pkce_mode: 'report' });
    const client = await clients.find(json.client_id);
    expect(client).toMatchObject({ pkce: { policy: 'inherit' }, clientClass: 'dynamic', firstParty: false });
  });
});

describe('DR1 DR2: registrations do not litter', () => {
  test('DR1: 1,000 identical requests are one client and one item', async () => {
    const members = { client_name: 'The same', redirect_uris: ['https://b.example/', 'https://a.example/'] };
    const ids = new Set<string>();
    const writes = await database.callsDuring(async () => {
      for (let round = 0; round < 100; round += 1) {
        const answers = await Promise.all(
          Array.from({ length: 10 }, (_, index) =>
            register({ ...members, ...(index % 2 === 0 && { redirect_uris: members.redirect_uris.toReversed() }) }),
          ),
        );
        for (const { status, json } of answers) ids.add(`${status} ${json.client_id}`);
      }
    });
    expect([...ids]).toEqual([expect.stringMatching(/^201 dcr-/)]);
    expect(writes.filter((one) => one.startsWith('PutItem pixy-clients'))).toEqual([]);
  });

  test('DR1: the port of a loopback redirect URI and the scope make no other client, and each is told what it said', async () => {
    const of = (port: number, scope?: string) => ({
      client_name: 'On any port',
      redirect_uris: [`http://127.0.0.1:${port}/callback`, 'https://agent.example/callback'],
      scope,
    });
    const one = await register(of(40_437, 'openid email'));
    const other = await register(of(36_315, 'openid profile'));
    const third = await register(of(36_315));
    expect(new Set([one, other, third].map(({ json }) => json.client_id)).size).toBe(1);
    expect(one.json).toMatchObject(of(40_437, 'openid email'));
    expect(other.json).toMatchObject(of(36_315, 'openid profile'));
    expect(third.json.scope).toBe('openid profile email address phone offline_access');
    const elsewhere = await register({ ...of(1), redirect_uris: ['http://127.0.0.1:1/other'] });
    expect(elsewhere.json.client_id).not.toBe(one.json.client_id);
  });

  test('and other metadata is another client', async () => {
    const one = await register({ client_name: 'One' });
    const other = await register({ client_name: 'Other' });
    expect(one.json.client_id).not.toBe(other.json.client_id);
  });

  test('DR2: one that nobody used is gone after a day, and can come again', async () => {
    const { json } = await register({ client_name: 'Unused' });
    const client = { client_id: json.client_id, redirect_uris: agent.redirect_uris };
    const person = newPerson(server);
    const isUnknown = async () => (await person.follow(authorizeTarget(client))).body.includes('client_unknown');
    const { since } = (await clients.find(json.client_id)) ?? {};
    expect(since).toBeDefined();
    await register({ client_name: 'Unused' });
    expect((await clients.find(json.client_id))?.since).toBe(since);
    server.clock.advance(unusedFor - 31);
    expect(await isUnknown()).toBe(false);
    server.clock.advance(31);
    expect(await isUnknown()).toBe(true);
    const again = await register({ client_name: 'Unused' });
    expect(again.json).toMatchObject({ client_id: json.client_id, client_id_issued_at: server.clock.now() });
    // What people granted before is not for it.
    expect((await clients.find(json.client_id))?.since).not.toBe(since);
    server.clock.advance(30);
    expect(await isUnknown()).toBe(false);
  });

  test('DR2: one that was used outlives what it was granted, and is renewed about once in two weeks', async () => {
    const { json } = await register({ client_name: 'Used' });
    const keeps = async () => {
      const item = await openDatabase().get({
        TableName: tables.clients,
        Key: { pk: `client#${json.client_id}`, sk: 'record' },
      });
      return Number(item?.['purgeAt']) - server.clock.now();
    };
    const use = async () => {
      const person = await signedIn(`user-${server.clock.now()}`);
      return database.callsDuring(async () => void (await codeFor(json.client_id, person)));
    };
    const renewals = async () => (await use()).filter((one) => one === 'UpdateItem pixy-clients').length;
    expect(await keeps()).toBe(day);
    expect(await renewals()).toBe(1);
    expect(await keeps()).toBe(refreshLifetime + 30 * day);
    server.clock.advance(60);
    expect(await renewals()).toBe(0);
    server.clock.advance(15 * day);
    expect(await renewals()).toBe(1);
    expect(await keeps()).toBe(refreshLifetime + 30 * day);
  });

  test('what an operator changed stays, and what an operator removed does not come again by itself', async () => {
    const { json } = await register({ client_name: 'Judged' });
    const client = await clients.find(json.client_id);
    if (!client) throw new Error('it is not there');
    await clients.put(json.client_id, { ...client, disabled: true }, { by: 'ada', why: 'a nuisance' });
    server.clock.advance(2 * day);
    expect(await clients.find(json.client_id)).toMatchObject({ disabled: true });
    await clients.put(json.client_id, undefined, { by: 'ada', why: 'gone' });
    const again = await register({ client_name: 'Judged' });
    expect([again.status, again.json.error]).toEqual([400, 'invalid_client_metadata']);
    expect(await clients.find(json.client_id)).toBeUndefined();
  });

  test('DR6: an address can register so many new clients in an hour, and is told when to come again', async () => {
    const answers: Answered[] = [];
    for (let count = 0; count < 21; count += 1) answers.push(await register({ client_name: `Many ${count}` }));
    expect(answers.map(({ status }) => status)).toEqual([...Array(20).fill(201), 429]);
    const { headers, json } = answers.at(-1) as Answered;
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    expect(json.error).toBe('temporarily_unavailable');
  });
});

describe('metadata that is not right', () => {
  test.each([
    ['javascript:alert(1)', 'has a scheme that no app is called by'],
    ['data:text/html,x', 'has a scheme that no app is called by'],
    ['vbscript:x', 'has a scheme that no app is called by'],
    ['blob:https://a.example/x', 'has a scheme that no app is called by'],
    ['file:///etc/passwd', 'has a scheme that no app is called by'],
    ['http://agent.example/', 'is http on a host that is not a loopback address'],
    ['https://agent.example/#x', 'has a fragment'],
    ['https://*.example/', 'has a wildcard; register every redirect URI in full'],
  ])('DC2: the redirect URI %s is refused and named', async (uri, problem) => {
    const { status, json } = await register({ redirect_uris: ['https://right.example/', uri] });
    expect([status, json.error]).toEqual([400, 'invalid_redirect_uri']);
    expect(json.error_description).toContain(`redirect_uris.1 (${uri}) ${problem}`);
  });

  test('DC2: redirect URIs whose scheme has no dot are refused and named where no other is left, or another is wrong', async () => {
    const alone = await register({ redirect_uris: ['editor://agent/callback'] });
    expect([alone.status, alone.json.error]).toEqual([400, 'invalid_redirect_uri']);
    expect(alone.json.error_description).toContain(
      'redirect_uris.0 (editor://agent/callback) has a private-use scheme',
    );
    const wrong = await register({ redirect_uris: ['editor://agent/callback', 'http://agent.example/'] });
    expect(wrong.json.error_description).toContain('redirect_uris.1 (http://agent.example/) is http');
    const web = { application_type: 'web', redirect_uris: ['editor://agent/callback', 'http://localhost/callback'] };
    expect((await register(web)).json.error_description).toContain('redirect_uris.1 (http://localhost/callback)');
    const forced = { redirect_uris: ['editor://agent/callback'], accept_dotless_schemes: true };
    expect((await register(forced)).status).toBe(400);
  });

  test('DC2: redirect URIs are needed, and one with quotes does not break the description', async () => {
    expect((await register({ redirect_uris: [] })).json.error).toBe('invalid_redirect_uri');
    expect((await register({ redirect_uris: undefined })).json.error).toBe('invalid_redirect_uri');
    const { json } = await register({ redirect_uris: ['https://a.example/"\\ä\u0007'] });
    expect(json.error_description).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/);
  });

  test.each<[string, object, string]>([
    ['a name that nobody sees', { client_name: '\u200b' }, 'client_name has a character that cannot be seen'],
    [
      'a name in another direction',
      { client_name: 'Bank\u202eknaB' },
      'client_name has a character that cannot be seen',
    ],
    [
      'DC3: keys by value and by address',
      { jwks: { keys: [{ kty: 'EC' }] }, jwks_uri: 'https://169.254.169.254/' },
      'jwks_uri',
    ],
    ['a name that is none', { client_name: ['Agent'], 'client_name#de': 'Agent' }, 'client_name is not a text'],
    ['DC4: an unknown method', { token_endpoint_auth_method: 'tls_client_auth' }, 'token_endpoint_auth_method'],
    ['DC4: a grant without a code', { grant_types: ['implicit'] }, 'grant_types'],
    ['DC4: an answer without a code', { response_types: ['token'] }, 'response_types'],
    ['DC7: a scope that there is not', { scope: 'nothing:here pixy:write' }, 'scope has no value'],
    ['DC10: subjects of a sector', { subject_type: 'pairwise' }, 'subject_type is not public'],
    ['DR5: another kind of application', { application_type: 'service' }, 'application_type'],
    [
      'keys without a token for it',
      { token_endpoint_auth_method: 'private_key_jwt', jwks_uri: 'https://a.example/' },
      'initial',
    ],
  ])('%s', async (_, members, because) => {
    const { status, json } = await register(members);
    expect([status, json.error]).toEqual([400, 'invalid_client_metadata']);
    expect(json.error_description).toContain(because);
  });

  test('DR5: a web application is not answered on the device, a native one is', async () => {
    const web = await register({ application_type: 'web' });
    expect([web.status, web.json.error]).toEqual([400, 'invalid_redirect_uri']);
    expect((await register({ application_type: 'web', redirect_uris: ['https://a.example/'] })).status).toBe(201);
    expect((await register({ application_type: 'native' })).status).toBe(201);
  });

  test.each([
    ['no JSON', '{', 400],
    ['a list', '[]', 400],
    ['too much', JSON.stringify({ client_name: 'x'.repeat(70_000) }), 413],
  ])('%s', async (_, body, status) => {
    expect((await call('POST', '/clients', body)).status).toBe(status);
  });
});

describe('DR4: an initial access token', () => {
  test('for one client works once, however many ask at the same time', async () => {
    const token = await newToken({ usesLeft: 1 });
    const answers = await Promise.all(Array.from({ length: 10 }, () => register({}, token)));
    const inOrder = answers.map(({ status }) => status).toSorted((one, other) => one - other);
    expect(inOrder).toEqual([201, ...Array(9).fill(401)]);
  });

  test('for many makes each a client of its own, and the log of changes names it', async () => {
    const token = await newToken();
    const one = await register({}, token);
    const other = await register({}, token);
    expect(one.json.client_id).not.toBe(other.json.client_id);
    const changes = await clients.changes(10, one.json.client_id);
    expect(changes).toMatchObject([{ by: `registration token token-${made}`, why: 'registered itself' }]);
  });

  test('that allows more makes a confidential client, whose secret is shown once', async () => {
    const token = await newToken({ confidential: true });
    const { json } = await register({ token_endpoint_auth_method: 'client_secret_basic' }, token);
    expect(json).toMatchObject({ client_secret: expect.stringMatching(/^[\w-]{43}$/), client_secret_expires_at: 0 });
    const shown = await call('GET', `/clients/${json.client_id}`, undefined, json.registration_access_token);
    expect(shown.json).not.toHaveProperty('client_secret');
    const code = await codeFor(json.client_id, await signedIn('confidential'));
    const form = { grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: asking.redirect_uri };
    expect((await postToken(server, form, { authorization: basic(json) })).json.access_token).toBeDefined();
  });

  test('that has expired, or was never made, is refused even where none is needed', async () => {
    const token = await newToken();
    server.clock.advance(30 * day);
    for (const wrong of [token, 'never-made']) {
      const { status, headers } = await register({}, wrong);
      expect([status, headers['www-authenticate']]).toEqual([401, expect.stringContaining('error="invalid_token"')]);
    }
  });

  test('is not used up by metadata that is refused', async () => {
    const token = await newToken({ usesLeft: 1 });
    expect((await register({ redirect_uris: [] }, token)).status).toBe(400);
    expect((await register({}, token)).status).toBe(201);
  });
});

describe('DR7: managing a registration', () => {
  const managed = async (members: object = {}) => {
    const { json } = await register(members, await newToken());
    const path = `/clients/${json.client_id}`;
    return { ...json, path, token: json.registration_access_token as string };
  };

  test('DC9: is offered to who registered with a token, at an address that works', async () => {
    const { token, path, registration_client_uri: uri, client_id } = await managed();
    expect(uri).toBe(`${server.issuer}${path}`);
    const shown = await call('GET', path, undefined, token);
    expect([shown.status, shown.json]).toEqual([
      200,
      expect.objectContaining({ client_id, registration_access_token: token }),
    ]);
  });

  test('DC8: takes the token of this client and no other', async () => {
    const one = await managed();
    const other = await managed();
    const anonymous = (await register()).json;
    for (const [path, token] of [
      [one.path, other.token],
      [one.path, undefined],
      [`/clients/${anonymous.client_id}`, one.token],
      [`/clients/${anonymous.client_id}`, ''],
      ['/clients/dcr-nobody', one.token],
      ['/clients/a%2Fb', one.token],
    ]) {
      for (const method of ['GET', 'PUT', 'DELETE'])
        expect((await call(method, path ?? '', undefined, token)).status).toBe(401);
    }
    expect((await call('GET', one.path, undefined, one.token)).status).toBe(200);
  });

  test('changes what the client says, and the token with it', async () => {
    const { path, token, client_id } = await managed();
    const next = { ...agent, client_id, client_name: 'Renamed', redirect_uris: ['https://new.example/'] };
    const changed = await call('PUT', path, next, token);
    expect(changed.json).toMatchObject({ client_name: 'Renamed', redirect_uris: ['https://new.example/'] });
    expect(changed.json.registration_access_token).not.toBe(token);
    expect((await call('GET', path, undefined, token)).status).toBe(401);
    expect((await call('GET', path, undefined, changed.json.registration_access_token)).json.client_name).toBe(
      'Renamed',
    );
    expect((await clients.changes(10, client_id)).map(({ why }) => why)).toEqual([
      'changed itself',
      'registered itself',
    ]);
  });

  test('DC14: members that are null or empty change nothing', async () => {
    const { path, token, client_id } = await managed();
    const empty = { token_endpoint_auth_method: '', client_secret: null, logo_uri: '' };
    expect((await call('PUT', path, { ...agent, client_id, ...empty }, token)).status).toBe(200);
  });

  test('one of several changes at the same time wins', async () => {
    const { path, token, client_id } = await managed();
    const answers = await Promise.all(
      Array.from({ length: 5 }, (_, index) =>
        call('PUT', path, { ...agent, client_id, client_name: `${index}` }, token),
      ),
    );
    const inOrder = answers.map(({ status }) => status).toSorted((one, other) => one - other);
    expect(inOrder).toEqual([200, 401, 401, 401, 401]);
  });

  test.each<[string, object, string]>([
    ['another id', { client_id: 'other' }, 'client_id'],
    ['a secret of its own', { client_secret: 'x'.repeat(40) }, 'client_secret'],
    ['the token', { registration_access_token: 'x' }, 'registration_access_token'],
    ['the time', { client_id_issued_at: 1 }, 'client_id_issued_at'],
    ['another method', { token_endpoint_auth_method: 'client_secret_post' }, 'token_endpoint_auth_method'],
    ['a redirect URI that is none', { redirect_uris: ['javascript:x'] }, 'redirect_uris.0'],
  ])('does not take %s', async (_, members, because) => {
    const { path, token, client_id } = await managed();
    const { status, json } = await call('PUT', path, { ...agent, client_id, ...members }, token);
    expect([status, json.error_description]).toEqual([400, expect.stringContaining(because)]);
    expect((await call('GET', path, undefined, token)).status).toBe(200);
  });

  test('keeps the secret of a confidential client', async () => {
    const initial = await newToken({ confidential: true });
    const { json } = await register({ token_endpoint_auth_method: 'client_secret_post' }, initial);
    const before = await clients.find(json.client_id);
    const next = { ...agent, client_id: json.client_id, token_endpoint_auth_method: undefined };
    const { status } = await call('PUT', `/clients/${json.client_id}`, next, json.registration_access_token);
    expect(status).toBe(200);
    expect(await clients.find(json.client_id)).toMatchObject({ secretHashes: before?.secretHashes });
  });

  test('RFC 7592 §2.2: takes the secret along with the rest where it is the current one, and no other', async () => {
    const initial = await newToken({ confidential: true });
    const { json } = await register({ token_endpoint_auth_method: 'client_secret_post' }, initial);
    const path = `/clients/${json.client_id}`;
    const next = { ...agent, client_id: json.client_id, token_endpoint_auth_method: 'client_secret_post' };
    const put = (client_secret: unknown) =>
      call('PUT', path, { ...next, client_secret }, json.registration_access_token);
    for (const other of [`${json.client_secret}x`, [json.client_secret], 7]) {
      const { status, json: refusal } = await put(other);
      expect([status, refusal.error]).toEqual([400, 'invalid_client_metadata']);
      expect(refusal.error_description).toContain('client_secret is not the one of this client');
    }
    expect((await put(json.client_secret)).status).toBe(200);
  });

  test.each<[string, object]>([
    ['disabled it', { disabled: true }],
    ['took scope from it', { scope: ['openid'] }],
    ['has it prove more', { dpopBoundAccessTokens: true, requirePushedAuthorizationRequests: true }],
    ['gave it a budget', { grantMaxUses: 3 }],
  ])('changes nothing any more once an operator %s; it may only go', async (_, restriction) => {
    const { path, token, client_id } = await managed();
    const before = await clients.find(client_id);
    if (!before) throw new Error('it is not there');
    await clients.put(client_id, { ...before, ...restriction }, { by: 'ada', why: 'held to less' });
    const { status, json } = await call('PUT', path, { ...agent, client_id }, token);
    expect([status, json.error]).toEqual([400, 'invalid_client_metadata']);
    expect(json.error_description).toContain('An operator has changed this client');
    expect(await clients.find(client_id)).toMatchObject(restriction);
    expect((await call('GET', path, undefined, token)).status).toBe(200);
    expect((await call('DELETE', path, undefined, token)).status).toBe(204);
  });

  test('CI12: who changes where its answers go is asked about again, and what was allowed before no longer counts', async () => {
    const person = await signedIn('allows');
    const web = { redirect_uris: ['https://agent.example/callback'] };
    const { path, token, client_id } = await managed(web);
    const goes = { redirect_uri: web.redirect_uris[0] };
    const silently = async (changes: object) => {
      const client = { client_id, redirect_uris: web.redirect_uris };
      const page = await person.open(authorizeTarget(client, { ...asking, ...goes, prompt: 'none', ...changes }));
      return parametersOf(new URL(page.headers.location ?? 'https://nowhere.example')).error;
    };
    expect(await codeFor(client_id, person, goes)).toBeDefined();
    expect(await silently({})).toBeUndefined();

    const renamed = await call('PUT', path, { ...agent, ...web, client_id, client_name: 'Renamed' }, token);
    server.clock.advance(30);
    expect(await silently({})).toBeUndefined();

    const elsewhere = 'https://elsewhere.example/';
    const moved = { ...agent, client_id, redirect_uris: [...web.redirect_uris, elsewhere] };
    await call('PUT', path, moved, renamed.json.registration_access_token);
    server.clock.advance(30);
    expect(await silently({ redirect_uri: elsewhere })).toBe('consent_required');
    expect(await silently({})).toBe('consent_required');
    expect(await codeFor(client_id, person, { redirect_uri: elsewhere })).toBeDefined();
    expect(await silently({})).toBeUndefined();
  });

  test.each<[string, boolean]>([
    ['with a token', true],
    ['without one', false],
  ])(
    'CI12: so is a client that registered itself %s when an operator changes that, and not for a change of its name',
    async (_, hasToken) => {
      const person = await signedIn(`allows ${hasToken}`);
      const web = { redirect_uris: ['https://agent.example/callback'], client_name: `Moved ${hasToken}` };
      const { client_id } = hasToken ? await managed(web) : (await register(web)).json;
      const goes = { redirect_uri: web.redirect_uris[0] };
      const client = { client_id, redirect_uris: web.redirect_uris };
      const silently = async (changes: object = {}) => {
        const page = await person.open(authorizeTarget(client, { ...asking, ...goes, prompt: 'none', ...changes }));
        return parametersOf(new URL(page.headers.location ?? 'https://nowhere.example')).error;
      };
      const author = { by: 'ada', why: 'a test' };
      const change = async (members: object) => {
        const current = await clients.find(client_id);
        const next = current && (await changeClient(current, { ...members }, server.clock.now()));
        if (!next?.ok) throw new Error(JSON.stringify(next));
        await clients.put(client_id, next.value.client, author);
        server.clock.advance(30);
      };
      expect(await codeFor(client_id, person, goes)).toBeDefined();
      await change({ client_name: 'Renamed', disabled: true });
      await change({ disabled: false, post_logout_redirect_uris: ['https://agent.example/'] });
      expect(await silently()).toBeUndefined();

      const elsewhere = 'https://elsewhere.example/';
      const open = await person.follow(authorizeTarget(client, { ...asking, ...goes, scope: 'openid email' }));
      await change({ redirect_uris: [...web.redirect_uris, elsewhere] });
      expect((await person.submit(open, { decision: 'allow' })).status).toBe(403);
      expect(await silently({ redirect_uri: elsewhere })).toBe('consent_required');
      expect(await silently()).toBe('consent_required');

      // What was allowed before counts again when the operator takes that back.
      const [moved] = await clients.changes(1, client_id);
      const current = await clients.find(client_id);
      const plan = moved && rollBackClient(moved, current, server.clock.now());
      const back = plan?.ok ? await rolledBack(plan.value, current, server.clock.now()) : undefined;
      if (!back?.ok) throw new Error(JSON.stringify(back ?? plan));
      await clients.put(client_id, back.value?.client, author);
      server.clock.advance(30);
      expect(await silently()).toBeUndefined();
    },
  );

  test.each<[string, boolean]>([
    ['with a token', true],
    ['without one', false],
  ])(
    'CI12: one that registered itself %s comes back by a rollback as what it was, with what people allowed',
    async (_, hasToken) => {
      const person = await signedIn(`keeps ${hasToken}`);
      const web = { redirect_uris: ['https://agent.example/callback'], client_name: `Back ${hasToken}` };
      const { client_id } = hasToken ? await managed(web) : (await register(web)).json;
      const goes = { redirect_uri: web.redirect_uris[0] };
      const target = authorizeTarget(
        { client_id, redirect_uris: web.redirect_uris },
        { ...asking, ...goes, prompt: 'none' },
      );
      expect(await codeFor(client_id, person, goes)).toBeDefined();
      const before = await clients.find(client_id);
      const author = { by: 'ada', why: 'a test' };
      await clients.put(client_id, undefined, author);
      server.clock.advance(30);
      const [removal] = await clients.changes(1, client_id);
      const plan = removal && rollBackClient(removal, undefined, server.clock.now());
      const back = plan?.ok ? await rolledBack(plan.value, undefined, server.clock.now()) : undefined;
      if (!back?.ok) throw new Error(JSON.stringify(back ?? plan));
      await clients.put(client_id, back.value?.client, author, undefined, removal?.id);
      expect(await clients.find(client_id)).toEqual(before);
      server.clock.advance(30);
      const page = await person.open(target);
      expect(parametersOf(new URL(page.headers.location ?? 'https://nowhere.example')).error).toBeUndefined();
    },
  );

  test('what a client changed about itself can be rolled back', async () => {
    const { path, token, client_id } = await managed();
    await call('PUT', path, { ...agent, client_id, client_name: 'Renamed' }, token);
    const [change] = await clients.changes(1, client_id);
    const plan = change && rollBackClient(change, await clients.find(client_id), server.clock.now());
    expect(plan).toMatchObject({ ok: true, value: { action: 'change', change: { client_name: agent.client_name } } });
  });

  test('CI12: who changes where its answers go while somebody is asked has not been allowed that', async () => {
    const person = await signedIn('reads');
    const web = { redirect_uris: ['https://agent.example/callback'] };
    const { path, token, client_id } = await managed(web);
    const client = { client_id, redirect_uris: web.redirect_uris };
    const elsewhere = 'https://elsewhere.example/';
    const page = await person.follow(authorizeTarget(client, { ...asking, redirect_uri: web.redirect_uris[0] }));
    await call('PUT', path, { ...agent, client_id, redirect_uris: [...web.redirect_uris, elsewhere] }, token);
    server.clock.advance(30);
    const answer = await person.submit(page, { decision: 'allow' });
    expect([answer.status, answer.body.includes('name="decision"')]).toEqual([403, true]);
    const target = authorizeTarget(client, { ...asking, redirect_uri: elsewhere, prompt: 'none' });
    const silent = await person.open(target);
    expect(parametersOf(new URL(silent.headers.location ?? 'https://nowhere.example')).error).toBe('consent_required');
    expect((await person.submit({ ...answer, target: page.target }, { decision: 'allow' })).status).toBe(303);
  });

  test('DELETE: 204, and then the client is none', async () => {
    const { path, token, client_id } = await managed();
    const code = await codeFor(client_id, await signedIn('deletes'));
    const before = await clients.find(client_id);
    const { status, json } = await call('DELETE', path, undefined, token);
    expect([status, json]).toEqual([204, undefined]);
    expect((await call('GET', path, undefined, token)).status).toBe(401);
    server.clock.advance(30);
    expect((await redeem(client_id, code)).json.error).toBe('invalid_client');
    const [removal] = await clients.changes(1, client_id);
    expect(removal).toMatchObject({ by: client_id, why: 'removed itself', before: { clientId: client_id } });
    expect(removal).not.toHaveProperty('after');
    // An operator may want it back.
    const plan = removal && rollBackClient(removal, undefined, server.clock.now());
    const back = plan?.ok ? await rolledBack(plan.value, undefined, server.clock.now()) : undefined;
    if (!back?.ok) throw new Error(JSON.stringify(back ?? plan));
    await clients.put(client_id, back.value?.client, { by: 'ada', why: 'a test' }, undefined, removal?.id);
    expect(await clients.find(client_id)).toEqual(before);
  });
});
