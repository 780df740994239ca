import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { deliverLogoutToken } from '../../functions/sign-out/back-channel-delivery.ts';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { clientStore } from '../../shared/clients/client-store.ts';
import type { RegisteredClient } from '../../shared/clients/registered-client.ts';
import { parseRegistration } from '../../shared/clients/registration.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { newLink } from '../../shared/people/invitation.ts';
import { listedIdOf, sessionStore } from '../../shared/people/session-store.ts';
import { managementToken, manager, robot } from '../admin/admin.ts';
import { atConsole, consoleSettings, grace } from '../console/operator.ts';
import { type Fields, send } from '../support/http.ts';
import { type FullClient, obtainTokens, portal } from '../support/lifecycle.ts';
import { formTokenOf, newPerson, type Person, signedInPerson } from '../support/person.ts';
import { claimsOf } from '../support/protocol.ts';
import { ada, startTestServer, tables } from '../support/server.ts';

/* OpenID Connect Back-Channel Logout 1.0, with clients that listen on this machine. */

type Arrived = { path: string; type: string | undefined; token: string };
const arrived: Arrived[] = [];
const answers = new Map<string, number[]>();
const listener = createServer(async (request, response) => {
  const path = request.url ?? '';
  const form = new URLSearchParams(await text(request));
  arrived.push({ path, type: request.headers['content-type'], token: form.get('logout_token') ?? '' });
  const status = answers.get(path)?.shift() ?? 200;
  if (status === 302) response.setHeader('location', `${base}/elsewhere`);
  response.writeHead(status).end();
});
await once(listener.listen(0, '127.0.0.1'), 'listening');
const base = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;
const client = (id: string, more: object) => ({ ...portal, client_id: id, first_party: true, ...more });
const told = client('told', { backchannel_logout_uri: `${base}/told`, backchannel_logout_session_required: true });
const alsoTold = client('also-told', {
  backchannel_logout_uri: `${base}/also-told`,
  id_token_signed_response_alg: 'ES256',
});
const down = client('down', { backchannel_logout_uri: 'http://127.0.0.1:9/down' });
const eve = { username: 'eve', password: ada.password, claims: { sub: 'eve-0001' } };
const server = await startTestServer({
  clients: [told, alsoTold, down, client('silent', {}), robot],
  accounts: [ada, eve, grace],
  environment: { PIXY_SIGNING_ALGORITHMS: 'RS256 ES256', ...consoleSettings },
});

afterAll(() => {
  listener.close();
  listener.closeAllConnections();
});

beforeEach(() => {
  arrived.length = 0;
  answers.clear();
});

const other = (id: string): FullClient => ({ ...told, client_id: id });

/** Signs out by the page, with its question answered. */
async function signOut(person: Person) {
  const page = await person.open('/sign-out');
  return person.submit(page, { form_token: formTokenOf(page) });
}

/** The claims, verified as a client would. */
async function verified({ token }: Arrived, audience: string) {
  const keys = createRemoteJWKSet(new URL(`${server.issuer}/jwks`));
  const currentDate = new Date(server.clock.now() * 1_000);
  return jwtVerify(token, keys, { issuer: server.issuer, audience, typ: 'logout+jwt', currentDate });
}

test('OC18, OC19: a client is told about the session that its ID token named', async () => {
  const person = await signedInPerson(server);
  const { sid } = claimsOf((await obtainTokens(server, person, told)).id_token);
  expect(sid).toMatch(/^[\w-]{43}$/);
  expect((await signOut(person)).status).toBe(200);
  expect(arrived.map(({ path, type }) => [path, type])).toEqual([['/told', 'application/x-www-form-urlencoded']]);
  const { payload, protectedHeader } = await verified(arrived[0] as Arrived, 'told');
  expect(protectedHeader).toMatchObject({ alg: 'RS256', typ: 'logout+jwt' });
  expect(payload).toEqual({
    iss: server.issuer,
    aud: 'told',
    sub: ada.claims.sub,
    sid,
    iat: server.clock.now(),
    exp: server.clock.now() + 120,
    jti: expect.stringMatching(/^[\w-]{22}$/),
    events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
  });
});

test('OC19: every client of the session is told once, with the algorithm it asked for', async () => {
  const person = await signedInPerson(server);
  for (const client of [told, alsoTold, told]) await obtainTokens(server, person, client);
  await signOut(person);
  expect(arrived.map(({ path }) => path).sort()).toEqual(['/also-told', '/told']);
  const one = arrived.find(({ path }) => path === '/also-told') as Arrived;
  expect((await verified(one, 'also-told')).protectedHeader.alg).toBe('ES256');
});

test('a client that is added under the id of a removed one is not told who used that, and of its own people as always', async () => {
  const clients = clientStore(openDatabase(), tables.clients, server.clock.now);
  const person = await signedInPerson(server);
  await obtainTokens(server, person, told);
  const { since: _, ...settings } = (await clients.find('told')) as RegisteredClient;
  await clients.put('told', undefined, { by: 'grace', why: 'a test' });
  await clients.put('told', settings, { by: 'grace', why: 'a test' });
  server.clock.advance(31);
  await signOut(person);
  expect(arrived).toEqual([]);
  const again = await signedInPerson(server);
  await obtainTokens(server, again, told);
  await signOut(again);
  expect(arrived.map(({ path }) => path)).toEqual(['/told']);
});

test('a client that registers nothing costs nothing: no sid, no note, no call', async () => {
  const person = await signedInPerson(server);
  const { id_token: token } = await obtainTokens(server, person, other('silent'));
  expect(claimsOf(token)).not.toHaveProperty('sid');
  const [session] = (await sessionStore(openDatabase(), tables.people).list(ada.claims.sub, server.clock.now())).slice(
    -1,
  );
  expect(session).not.toHaveProperty('notices');
  await signOut(person);
  expect(arrived).toEqual([]);
});

test('another session of the person goes on, and so do its clients', async () => {
  const [one, two] = [await signedInPerson(server), await signedInPerson(server)];
  await obtainTokens(server, two, told);
  await signOut(one);
  expect(arrived).toEqual([]);
  await signOut(two);
  expect(arrived.length).toBe(1);
});

test('signing in again tells nobody; signing out then does, with the sid the client knows', async () => {
  const person = await signedInPerson(server);
  const { sid } = claimsOf((await obtainTokens(server, person, told)).id_token);
  await person.submit(await person.open('/sign-in'), { username: ada.username, password: ada.password });
  expect(arrived).toEqual([]);
  await signOut(person);
  expect(claimsOf(arrived[0]?.token)).toMatchObject({ sid });
});

test('of eight sign-ins after each other a client is told about the newest four', async () => {
  const person = await signedInPerson(server);
  const sids: unknown[] = [];
  await obtainTokens(server, person, alsoTold);
  for (let count = 0; count < 8; count += 1) {
    await person.submit(await person.open('/sign-in'), { username: ada.username, password: ada.password });
    sids.push(claimsOf((await obtainTokens(server, person, told)).id_token)['sid']);
    server.clock.advance(1);
  }
  await signOut(person);
  const named = arrived.filter(({ path }) => path === '/told').map(({ token }) => claimsOf(token)['sid']);
  expect(named).toHaveLength(4);
  expect(new Set(named)).toEqual(new Set(sids.slice(-4)));
  expect(arrived.filter(({ path }) => path === '/also-told')).toHaveLength(1);
});

test('a link for somebody who lost their password ends their sessions and tells the clients of each', async () => {
  const people = [await signedInPerson(server), await signedInPerson(server)];
  for (const person of people) await obtainTokens(server, person, told);
  const { token, invitation } = newLink(ada.claims.sub, 'reset', server.clock.now());
  await accountStore(openDatabase(), tables.people).invite(ada.claims.sub, invitation);
  arrived.length = 0;
  const person = newPerson(server);
  const page = await person.open(`/invitation?token=${token}`);
  expect((await person.submit(page, { password: ada.password })).status).toBe(303);
  expect(arrived.length).toBeGreaterThanOrEqual(2);
  for (const one of arrived) expect((await verified(one, 'told')).payload.sub).toBe(ada.claims.sub);
});

test('of ten sign-outs at once, one tells the client', async () => {
  const person = await signedInPerson(server);
  await obtainTokens(server, person, told);
  const page = await person.open('/sign-out');
  await Promise.all(Array.from({ length: 10 }, () => person.submit(page, { form_token: formTokenOf(page) })));
  expect(arrived.length).toBe(1);
});

test('ending a session on the account page tells its clients', async () => {
  const [here, there] = [await signedInPerson(server), await signedInPerson(server)];
  const { sid } = claimsOf((await obtainTokens(server, there, told)).id_token);
  const page = await here.open('/account');
  const id = listedIdOf(there.cookies.get('pixy_session') ?? '');
  const fields = { form_token: formTokenOf(page), action: 'end_session', id };
  expect((await here.submit(page, fields)).status).toBe(303);
  expect(claimsOf(arrived[0]?.token)).toMatchObject({ aud: 'told', sid });
});

test('OC19: ending all other sessions, or changing the password, tells their clients and not those of this one', async () => {
  await sessionStore(openDatabase(), tables.people).endAll(ada.claims.sub, server.clock.now());
  const here = await signedInPerson(server);
  await obtainTokens(server, here, told);
  const ways: [string, Fields][] = [
    ['/account', { action: 'end_other_sessions' }],
    ['/account/password', { current_password: ada.password, password: ada.password }],
  ];
  for (const [target, fields] of ways) {
    arrived.length = 0;
    const there = await signedInPerson(server);
    const { sid } = claimsOf((await obtainTokens(server, there, alsoTold)).id_token);
    expect((await here.submit(await here.open(target), fields)).status).toBe(303);
    expect(arrived.map(({ path, token }) => [path, claimsOf(token)['sid']])).toEqual([['/also-told', sid]]);
  }
});

describe('an operator', () => {
  const listed = (person: Person) => listedIdOf(person.cookies.get('pixy_session') ?? '');

  /** Sends the form of a page about Eve in the console. */
  async function inConsole(what: string, fields: Fields = {}) {
    const operator = await atConsole(server);
    const page = await operator.visit(`/people/eve-0001/${what}`);
    expect((await operator.send(page, { ...fields, why: 'a test' })).status).toBe(200);
  }

  const ways: [string, (person: Person) => Promise<unknown>, string[]][] = [
    [
      'one session by the management API',
      async (person) => {
        const manage = manager(server, await managementToken(server));
        const ended = await manage('DELETE', `/accounts/eve-0001/sessions?session=${listed(person)}`);
        expect(ended.status).toBe(200);
      },
      ['told'],
    ],
    ['one session in the console', (person) => inConsole('end-session', { session: listed(person) }), ['told']],
    ['every session in the console', () => inConsole('end-sessions'), ['also-told', 'told']],
    ['an account in the console', () => inConsole('disable'), ['also-told', 'told']],
  ];

  test.each(ways)('who ends %s has its clients told', async (_, end, audiences) => {
    const [one, two] = [await signedInPerson(server, eve), await signedInPerson(server, eve)];
    await obtainTokens(server, one, told);
    await obtainTokens(server, two, alsoTold);
    await end(one);
    expect(arrived.map(({ path }) => path.slice(1)).sort()).toEqual(audiences);
    for (const [index, audience] of audiences.entries()) {
      const notice = arrived.toSorted((a, b) => a.path.localeCompare(b.path))[index] as Arrived;
      expect((await verified(notice, audience)).payload.sub).toBe('eve-0001');
    }
    const accounts = accountStore(openDatabase(), tables.people);
    await accounts.takeBackWhateverWas('eve-0001');
    await sessionStore(openDatabase(), tables.people).endAll('eve-0001', server.clock.now());
  });
});

describe('a client that does not answer well does not keep anybody signed in', () => {
  const lines = () =>
    server.auditLines.map((line) => JSON.parse(line)).filter(({ endpoint }) => endpoint === 'back-channel-logout');

  test.each<[string, number[], number, string | undefined]>([
    ['a 5xx, then it works', [503, 200], 2, undefined],
    ['a 5xx twice', [500, 500], 2, 'status 500'],
    ['a 400', [400], 1, 'status 400'],
    ['a redirect, which is not followed', [302], 1, 'status 302'],
    ['a 204', [204], 1, undefined],
  ])('%s', async (_, statuses, attempts, cause) => {
    const before = lines().length;
    answers.set('/told', [...statuses]);
    const person = await signedInPerson(server);
    await obtainTokens(server, person, told);
    expect((await signOut(person)).status).toBe(200);
    expect(arrived.map(({ path }) => path)).toEqual(Array.from({ length: attempts }, () => '/told'));
    expect(
      lines()
        .slice(before)
        .map((line) => line.cause),
    ).toEqual(cause === undefined ? [] : [cause]);
    expect((await person.follow('/account')).body).toContain('name="password"');
  });

  test('nothing listens', async () => {
    const person = await signedInPerson(server);
    await obtainTokens(server, person, other('down'));
    expect((await signOut(person)).status).toBe(200);
    expect(lines().at(-1)).toMatchObject({ client: 'down', cause: 'not reached', verdict: 'failed' });
  });
});

describe('where tokens are sent', () => {
  test.each([
    'http://rp.example/logout',
    'https://127.0.0.1/logout',
    'https://10.0.0.1/logout',
    'https://169.254.169.254/latest/meta-data',
    'https://[::1]/logout',
    'https://localhost/logout',
    'https://rp.internal/logout',
    'https://rp.example:8443/logout',
    'https://user@rp.example/logout',
    'ftp://rp.example/',
    'javascript:alert(1)',
  ])('not to %s', async (uri) => {
    expect(await deliverLogoutToken(uri, 'token', true)).toBe('not allowed');
  });

  test('not to this machine when deployed', async () => {
    expect(await deliverLogoutToken(`${base}/told`, 'token', false)).toBe('not allowed');
    expect(arrived).toEqual([]);
  });

  test.each([
    ['https://rp.example/logout#x', false],
    ['http://rp.example/logout', false],
    ['https://10.0.0.1/logout', false],
    ['https://rp.example/logout?x=1', true],
    ['http://localhost:8080/logout', true],
  ])('registration of %s', async (uri, isAllowed) => {
    const registered = await parseRegistration({ ...portal, backchannel_logout_uri: uri });
    expect(registered.ok).toBe(isAllowed);
  });

  test('a client that needs the session has to say where', async () => {
    const registered = await parseRegistration({ ...portal, backchannel_logout_session_required: true });
    expect(registered.ok).toBe(false);
  });
});

test('the metadata announces it', async () => {
  const { body } = await send(server.port, '/.well-known/openid-configuration');
  expect(JSON.parse(body)).toMatchObject({
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
  });
});

test('OC18: a logout token is no hint and no ID token', async () => {
  const person = await signedInPerson(server);
  await obtainTokens(server, person, told);
  await signOut(person);
  const hint = arrived[0]?.token ?? '';
  const again = await signedInPerson(server);
  const page = await again.open(`/sign-out?id_token_hint=${hint}`);
  expect(page.body).toContain('name="form_token"');
});
