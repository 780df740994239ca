import { describe, expect, test } from 'vitest';
import { countInLots, lot } from '../../functions/par/count-in-lots.ts';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { looksAtLimit } from '../../shared/grants/grant-limit.ts';
import { pushedId } from '../../shared/grants/pushed-request.ts';
import { throttleStore } from '../../shared/people/throttle-store.ts';
import { native, spa, type TestClient, web, webPost } from '../support/clients.ts';
import { startDatabaseProxy } from '../support/database-proxy.ts';
import { deviceGrant, poll } from '../support/device.ts';
import { encodeFields, formType, send } from '../support/http.ts';
import { userinfo } from '../support/lifecycle.ts';
import { isSignInPage, newPerson, type Page, type Person, signedInPerson, startSession } from '../support/person.ts';
import { authorizeTarget, claimsOf, parametersOf, redeem, responseOf, withoutChallenge } from '../support/protocol.ts';
import { openingOf, pushed, pushFor } from '../support/pushed.ts';
import { ada, startTestServer, tables } from '../support/server.ts';

const secret = 'a secret of a client that pushes, long enough';
const bank: TestClient = {
  client_id: 'bank',
  client_secret: secret,
  redirect_uris: ['https://bank.example/callback', 'https://bank.example/other'],
  scope: 'openid profile email',
  response_types: ['code', 'code id_token'],
  grant_types: ['authorization_code', 'refresh_token', deviceGrant],
  token_endpoint_auth_method: 'client_secret_basic',
};
const strict: TestClient = { ...bank, client_id: 'strict', require_pushed_authorization_requests: true };
const third: TestClient = { ...bank, client_id: 'third', first_party: false };
const strictThird: TestClient = { ...third, client_id: 'strict-third', require_pushed_authorization_requests: true };
const grace = { username: 'grace', password: ada.password, claims: { sub: 'grace-0001' } };
/** What they type in. */
const asAda = { username: ada.username, password: ada.password };
const asGrace = { username: grace.username, password: grace.password };

const database = await startDatabaseProxy();
const server = await startTestServer({
  clients: [spa, native, web, webPost, bank, strict, third, strictThird],
  accounts: [ada, grace],
  dynamodb: database.endpoint,
});
const person = await signedInPerson(server, ada, { lifetime: 86_400, idleLifetime: 86_400 });

const push = (client = bank, changes = {}) => pushFor(server, client, changes);
const locationOf = ({ headers }: Page): URL => new URL(headers.location ?? 'https://nowhere.example');
const answerIn = (page: Page) => parametersOf(locationOf(page));
/** What the error page of a refusal refers to. */
const reasonOn = ({ body }: Page): string | undefined => /errors#([a-z_]+)/.exec(body)?.[1];

async function stateOf(opening: Page): Promise<string> {
  return answerIn(opening).code === undefined ? (reasonOn(opening) ?? 'neither') : 'a code';
}

describe('the pushed authorization request endpoint (RFC 9126 §2)', () => {
  test('PA4: FP1: answers 201 with a name and how long it is good for, and nothing may keep it', async () => {
    const { status, headers, json } = await pushed(server, bank);
    expect(status).toBe(201);
    expect(json).toEqual({
      request_uri: expect.stringMatching(/^urn:ietf:params:oauth:request_uri:[A-Za-z0-9_-]{43}$/),
      expires_in: 60,
    });
    expect(headers['cache-control']).toBe('no-store');
  });

  test('PA1: takes a POST only', async () => {
    const { status, headers } = await send(server.port, '/par');
    expect({ status, allow: headers.allow }).toEqual({ status: 405, allow: 'POST' });
  });

  test('PA2: FP1: authenticates the client as the token endpoint does', async () => {
    const wrong = await pushed(server, { ...bank, client_secret: 'a wrong secret' });
    expect({ status: wrong.status, error: wrong.json.error }).toEqual({ status: 401, error: 'invalid_client' });
    expect(wrong.headers['www-authenticate']).toContain('Basic');
    const { client_secret: _, ...unproven } = bank;
    const none = await pushed(server, { ...unproven, token_endpoint_auth_method: 'none' });
    expect(none.json.reason).toBe('client_authentication_missing');
    const unknown = await pushed(server, { ...bank, client_id: 'nobody' });
    expect(unknown.json.error).toBe('invalid_client');
    for (const client of [spa, webPost]) expect((await pushed(server, client)).status).toBe(201);
  });

  test('PA3: refuses a request_uri in a pushed request', async () => {
    const { request_uri } = await push();
    const { status, json } = await pushed(server, bank, { request_uri });
    expect({ status, ...json }).toMatchObject({
      status: 400,
      error: 'invalid_request',
      reason: 'request_uri_pushed',
      error_uri: `${server.issuer}/errors#request_uri_pushed`,
    });
  });

  test.each([
    ['a redirect URI that is not registered', { redirect_uri: 'https://evil.example/' }, 'redirect_uri_not_registered'],
    ['no redirect URI where several are registered', { redirect_uri: undefined }, 'redirect_uri_missing'],
    ['no challenge', withoutChallenge, 'code_challenge_required'],
    ['a method other than the policy says', { code_challenge_method: 'plain' }, 'code_challenge_method_plain_refused'],
    ['a malformed challenge', { code_challenge: 'too short' }, 'code_challenge_malformed'],
    ['no scope that is registered', { scope: 'api:write' }, 'scope_not_registered'],
    ['an unknown response type', { response_type: 'token' }, 'response_type_unsupported'],
    ['an unknown response mode', { response_mode: 'smoke' }, 'response_mode_unsupported'],
    ['an unknown resource', { resource: 'https://unknown.example' }, 'resource_unknown'],
    ['prompt=none with another', { prompt: 'none login' }, 'prompt_contradictory'],
    ['broken claims', { claims: '{' }, 'claims_malformed'],
    ['a hybrid request without a nonce', { response_type: 'code id_token' }, 'nonce_required'],
  ])('PA5: refuses at once what the authorization endpoint would: %s', async (_, changes, reason) => {
    const { status, json } = await pushed(server, bank, changes);
    expect({ status, reason: json.reason }).toEqual({ status: 400, reason });
  });

  test('PA5: refuses a repeated parameter, whichever it is', async () => {
    const body = `${encodeFields({ client_id: 'spa' })}&state=1&state=2`;
    expect((await pushed(server, spa, {}, { body })).json.reason).toBe('parameter_duplicated');
  });

  test('PA11: refuses a body that is too large or of another type', async () => {
    const large = await pushed(server, bank, {}, { body: `state=${'a'.repeat(65_600)}` });
    expect({ status: large.status, reason: large.json.reason }).toEqual({ status: 413, reason: 'body_too_large' });
    const json = await pushed(server, bank, {}, { headers: { 'content-type': 'application/json' } });
    expect(json.status).toBe(415);
  });

  test.each([
    ['a parameter that nobody knows', { padding: 'x'.repeat(16_384) }],
    ['a hint', { login_hint: 'x'.repeat(16_384) }],
    ['what grows when it is kept', { ui_locales: 'é'.repeat(3_000) }],
  ])('PA11: refuses a request that would cost many writes to keep: %s', async (_, changes) => {
    const { status, json } = await pushed(server, spa, changes);
    expect({ status, reason: json.reason }).toEqual({ status: 413, reason: 'pushed_request_too_large' });
  });

  test('PA11: takes one with every parameter as long as it may be', async () => {
    const claims = JSON.stringify({ userinfo: { ['x'.repeat(4_000)]: null } });
    const changes = { state: 'x'.repeat(4_096), nonce: 'x'.repeat(1_024), claims };
    expect((await pushed(server, bank, changes)).status).toBe(201);
  });

  test('PA11: counts what public clients push from one address, for anybody can', async () => {
    server.clock.advance(600);
    const throttle = throttleStore(openDatabase(), tables.people);
    await throttle.countPushedRequests('127.0.0.1', server.clock.now(), 290);
    // Those that are not counted yet may be fewer, after the pushes of other tests.
    let last = await pushed(server, spa);
    for (let more = 1; more < lot && last.status === 201; more += 1) last = await pushed(server, spa);
    expect(last.status).toBe(429);
    const { status, headers, json } = await pushed(server, spa);
    expect({ status, reason: json.reason }).toEqual({ status: 429, reason: 'pushed_requests_throttled' });
    expect(Number(headers['retry-after'])).toBeLessThanOrEqual(600);
    expect((await pushed(server, bank)).status).toBe(201);
    server.clock.advance(600);
    expect((await pushed(server, spa)).status).toBe(201);
  });

  test('PA11: counts them in lots, so that a push costs no write for that, and remembers who is over', async () => {
    const writes: number[] = [];
    const count = countInLots(async (_address, _now, amount) => {
      writes.push(amount);
      return writes.length > 1 ? { retryAfter: 60 } : {};
    });
    const push = async (times: number, now: number, address = '2001:db8::1') => {
      const answers = [];
      for (let done = 0; done < times; done += 1) answers.push((await count(address, now)).retryAfter);
      return answers.at(-1);
    };
    expect(await push(lot - 1, 0)).toBeUndefined();
    expect(await push(1, 0, '2001:db8::2')).toBeUndefined();
    expect(writes).toEqual([lot]);
    expect(await push(lot, 1)).toBe(60);
    expect(await push(5, 31)).toBe(30);
    expect(writes).toEqual([lot, lot]);
    expect(await push(1, 61)).toBeUndefined();
    // One address more than are remembered: nothing grows without end.
    for (let other = 0; other < 1_500; other += 1) await count(`10.1.${other >> 8}.${other & 255}`, 62);
    expect(writes).toHaveLength(2);
  });

  test('is open to browsers of other origins, as the token endpoint is', async () => {
    const { headers } = await pushed(server, spa, {}, { headers: { origin: 'https://spa.example' } });
    expect(headers['access-control-allow-origin']).toBe('*');
  });
});

describe('a pushed request at the authorization endpoint (RFC 9126 §4)', () => {
  test('FP10: leads to a code that the verifier of the pushed challenge redeems, and to everything else that was asked for', async () => {
    const { target, verifier } = await push(bank, { nonce: 'n-1', state: 's-1', scope: 'openid email' });
    const redirected = await (await signedInPerson(server)).authorize(target);
    expect(redirected.origin + redirected.pathname).toBe('https://bank.example/callback');
    const { code, state, iss } = parametersOf(redirected);
    expect({ state, iss }).toEqual({ state: 's-1', iss: server.issuer });
    expect(redirected.hash).toBe('');
    const { status, json } = await redeem(server, bank, { code, code_verifier: verifier });
    expect(status).toBe(200);
    expect(json.scope).toBe('openid email');
    expect(claimsOf(json.id_token)).toMatchObject({ sub: 'ada-0001', nonce: 'n-1' });
    expect((await userinfo(server, json.access_token)).status).toBe(200);
    const form = { grant_type: 'refresh_token', refresh_token: json.refresh_token };
    expect((await redeem(server, bank, { ...form, redirect_uri: undefined })).status).toBe(200);
  });

  test('a code of a pushed request works once, and again it ends what it had led to', async () => {
    const { target, verifier } = await push();
    const { code } = parametersOf(await person.authorize(target));
    const fields = { code, code_verifier: verifier };
    const { json } = await redeem(server, bank, fields);
    expect((await redeem(server, bank, fields)).json.reason).toBe('code_spent');
    const form = { grant_type: 'refresh_token', refresh_token: json.refresh_token, redirect_uri: undefined };
    expect((await redeem(server, bank, form)).json.reason).toBe('grant_revoked');
  });

  test('PA9: parameters beside the request_uri change nothing, whatever they are', async () => {
    const { target, verifier } = await push(bank, { scope: 'openid' });
    const more = {
      scope: 'openid email',
      redirect_uri: 'https://bank.example/other',
      state: 'another',
      code_challenge: 'A'.repeat(43),
      response_mode: 'fragment',
      prompt: 'none',
      nonce: 'another',
    };
    const redirected = await person.authorize(`${target}&${encodeFields(more)}`);
    expect(redirected.pathname).toBe('/callback');
    const { code, state } = parametersOf(redirected);
    expect(state).toBe('a-state');
    const { json } = await redeem(server, bank, { code, code_verifier: verifier });
    expect(json.scope).toBe('openid');
    expect(claimsOf(json.id_token)).not.toHaveProperty('nonce');
  });

  test('PA9: nor do they go along to the pages, where nothing of the request is to be read or changed', async () => {
    const { target, request_uri } = await push(bank, { login_hint: 'ada@example.com' });
    const { headers } = await newPerson(server).open(`${target}&scope=openid&login_hint=mallory`);
    const at = new URL(headers.location ?? '', server.issuer);
    expect(at.pathname).toBe('/sign-in');
    expect(Object.fromEntries(at.searchParams)).toEqual({
      client_id: 'bank',
      request_uri,
      pixy_opened: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
    });
    const page = await newPerson(server).follow(`${target}&login_hint=mallory`);
    expect(page.body).toContain('value="ada@example.com"');
    expect(page.body).not.toContain('mallory');
  });

  test('PA6: a request of another client is refused on a page, and stays good for its own', async () => {
    const { target, request_uri } = await push();
    const page = await person.open(openingOf(strict, { request_uri }));
    expect({ status: page.status, reason: reasonOn(page) }).toEqual({
      status: 400,
      reason: 'request_uri_of_another_client',
    });
    expect(await stateOf(await person.open(target))).toBe('a code');
  });

  test.each([
    ['unknown', 'A'.repeat(43), 'request_uri_unknown'],
    ['not one of ours', 'https://bank.example/request', 'request_uri_unsupported'],
    ['nearly one of ours', 'short', 'request_uri_unknown'],
  ])('PA8: a request_uri that is %s is refused', async (_, reference, reason) => {
    const request_uri = reference.includes(':') ? reference : `urn:ietf:params:oauth:request_uri:${reference}`;
    const redirect_uri = bank.redirect_uris[0];
    const page = await person.open(openingOf(bank, { request_uri }, { redirect_uri }));
    expect(reasonOn(page) ?? answerIn(page).error_uri?.split('#')[1]).toBe(reason);
  });

  test('a request_uri or client_id that comes twice is refused on a page', async () => {
    const { target, request_uri } = await push();
    for (const twice of [`${target}&client_id=bank`, `${target}&${encodeFields({ request_uri })}`]) {
      expect(reasonOn(await person.open(twice))).toBe('parameter_duplicated');
    }
    expect(reasonOn(await person.open(`/authorize?${encodeFields({ request_uri })}`))).toBe('client_id_missing');
  });

  test('PA8: one that nobody opened within a minute is refused', async () => {
    const [early, late] = [await push(), await push()];
    server.clock.advance(59);
    expect(await stateOf(await person.open(early.target))).toBe('a code');
    server.clock.advance(1);
    const page = await person.open(late.target);
    expect({ status: page.status, reason: reasonOn(page) }).toEqual({ status: 400, reason: 'request_uri_expired' });
  });

  test('PA8: nobody can say for another request, or without its key, that it was opened in time', async () => {
    const [opened, late] = [await push(), await push()];
    const at = new URL((await newPerson(server).open(opened.target)).headers.location ?? '', server.issuer);
    const mark = at.searchParams.get('pixy_opened') ?? '';
    server.clock.advance(60);
    expect(await stateOf(await person.open(`${late.target}&pixy_opened=${mark}`))).toBe('request_uri_expired');
    expect(await stateOf(await person.open(`${late.target}&pixy_opened=1`))).toBe('request_uri_expired');
    expect(await stateOf(await person.open(`${opened.target}&pixy_opened=${mark}`))).toBe('a code');
  });

  test('PA7: it is good for one code, also when it comes fifty times at once', async () => {
    const { target } = await push();
    const pages = await Promise.all(Array.from({ length: 50 }, () => person.open(target)));
    const codes = pages.map((page) => answerIn(page).code).filter((code) => code !== undefined);
    expect(codes).toHaveLength(1);
    expect(reasonOn(await person.open(target))).toBe('request_uri_used');
  });

  test('PA12: two requests of one client in two tabs are two requests, in any order', async () => {
    const somebody = newPerson(server);
    const [first, second] = [await push(bank, { state: 'first' }), await push(bank, { state: 'second' })];
    const [one, other] = [await somebody.follow(first.target), await somebody.follow(second.target)];
    expect([one, other].every(isSignInPage)).toBe(true);
    const signedIn = await somebody.submit(other, asAda);
    const back = await somebody.follow(signedIn.headers.location ?? '');
    expect(answerIn(back).state).toBe('second');
    const again = await somebody.submit(one, asAda);
    const { code, state } = answerIn(await somebody.follow(again.headers.location ?? ''));
    expect(state).toBe('first');
    expect((await redeem(server, bank, { code, code_verifier: first.verifier })).status).toBe(200);
  });

  test('PA7: reloading before signing in and going back lose nothing, and a slow sign-in may take an hour', async () => {
    const somebody = newPerson(server);
    const { target, verifier } = await push();
    const page = await somebody.follow(target);
    server.clock.advance(45 * 60);
    const reloaded = await somebody.open(page.target);
    expect(isSignInPage(reloaded)).toBe(true);
    const wrong = await somebody.submit(reloaded, { ...asAda, password: 'a wrong password' });
    expect(wrong.status).toBe(400);
    const right = await somebody.submit({ ...wrong, target: page.target }, asAda);
    const { code } = answerIn(await somebody.follow(right.headers.location ?? ''));
    expect((await redeem(server, bank, { code, code_verifier: verifier })).status).toBe(200);
  });

  test('PA8: after an hour it is over for whoever opened it, too, and a new one has to be pushed', async () => {
    const somebody = newPerson(server);
    const { target } = await push();
    const page = await somebody.follow(target);
    server.clock.advance(3_600);
    const right = await somebody.submit(await somebody.open(page.target), asAda);
    expect(reasonOn(await somebody.follow(right.headers.location ?? ''))).toBe('request_uri_expired');
  });

  test('a refusal goes back to the client as always, and leaves the request as it is', async () => {
    const { target } = await push(bank, { prompt: 'none', response_mode: 'form_post' });
    const refused = await newPerson(server).open(target);
    expect(responseOf(refused)).toMatchObject({ error: 'login_required', state: 'a-state', iss: server.issuer });
    expect(responseOf(await person.open(target)).code).toBeDefined();
  });

  test('POST and the hybrid flow go the same way', async () => {
    const changes = { response_type: 'code id_token', nonce: 'n-1' };
    const { request_uri, verifier } = await push(bank, changes);
    const body = encodeFields({ client_id: 'bank', request_uri });
    const posted = await person.open('/authorize', { method: 'POST', headers: formType, body });
    const page = await person.follow(posted.headers.location ?? '');
    const { code, id_token } = responseOf(page);
    expect(claimsOf(id_token)).toMatchObject({ nonce: 'n-1', sub: 'ada-0001' });
    expect((await redeem(server, bank, { code, code_verifier: verifier })).status).toBe(200);
  });

  test('PA5: a request of as many parameters as one may have opens, although the client comes on top', async () => {
    const query = authorizeTarget(bank, { client_id: undefined }).split('?')[1] ?? '';
    const others = Array.from({ length: 100 - query.split('&').length }, (_, index) => `x${index}=1`);
    const { status, json } = await pushed(server, bank, {}, { body: [query, ...others].join('&') });
    expect(status).toBe(201);
    expect(await stateOf(await person.open(openingOf(bank, json)))).toBe('a code');
  });

  test('a request may be larger than an address', async () => {
    const claims = JSON.stringify({ userinfo: { [`claim_${'x'.repeat(3_000)}`]: null } });
    const large = { claims, state: 's'.repeat(4_000), nonce: 'n'.repeat(1_000), extra: 'e'.repeat(3_000) };
    const { target } = await push(bank, { ...large, response_mode: 'form_post' });
    expect(responseOf(await person.open(target)).code).toBeDefined();
    const asAddress = await person.open(authorizeTarget(bank, { ...large, response_mode: 'form_post' }));
    expect(responseOf(asAddress).code).toBeUndefined();
  });
});

describe('the questions that a pushed request has for the person', () => {
  /** Somebody with an account of their own and a session that began now. */
  let people = 0;
  async function somebody(): Promise<Person> {
    people += 1;
    const made = newPerson(server);
    const session = await startSession(`pusher-${people}`, { now: server.clock.now(), lifetime: 28_800 });
    made.cookies.set('pixy_session', session);
    return made;
  }

  async function signInAgain(browser: Person, page: Page): Promise<Page> {
    expect(isSignInPage(page)).toBe(true);
    const { headers } = await browser.submit(page, asAda);
    return browser.follow(headers.location ?? '');
  }

  test.each([
    ['prompt=login', { prompt: 'login' }],
    ['max_age', { max_age: '10' }],
    ['max_age=0', { max_age: '0' }],
  ])('%s: only a sign-in since the push is good enough, and nothing in the address replaces it', async (_, changes) => {
    const browser = await signedInPerson(server);
    server.clock.advance(20);
    const { target } = await push(bank, changes);
    server.clock.advance(5);
    const forged = await browser.follow(`${target}&pixy_signed_in=1&pixy_chosen=1&prompt=none`);
    expect(isSignInPage(forged)).toBe(true);
    const page = await browser.follow(target);
    server.clock.advance(30);
    expect(await stateOf(await signInAgain(browser, page))).toBe('a code');
  });

  test('prompt=select_account: the person chooses among the accounts, once', async () => {
    const browser = await signedInPerson(server);
    const other = await browser.submit(await browser.open('/sign-in?prompt=login'), asGrace);
    expect(other.status).toBe(200);
    server.clock.advance(10);
    const { target } = await push(bank, { prompt: 'select_account' });
    const page = await browser.follow(target);
    const account = /name="account" value="([^"]*)"(?:(?!<\/button>).)*<bdi>ada<\/bdi>/s.exec(page.body)?.[1];
    const chosen = await browser.submit(page, { account });
    expect(chosen.headers.location).toContain('pixy_chosen=1');
    const { code } = answerIn(await browser.follow(chosen.headers.location ?? ''));
    expect(code).toBeDefined();
  });

  test('prompt=select_account: somebody else signs in instead', async () => {
    const browser = await signedInPerson(server);
    const { target, verifier } = await push(bank, { prompt: 'select_account' });
    const page = await browser.follow(target);
    const { headers } = await browser.submit(page, { account: 'another' });
    const { code } = answerIn(await signInAgain(browser, await browser.follow(headers.location ?? '')));
    expect((await redeem(server, bank, { code, code_verifier: verifier })).status).toBe(200);
  });

  test('a consent is asked for by the pushed request, and what the person allows is what was pushed', async () => {
    const browser = await somebody();
    const { target, verifier } = await push(third, { scope: 'openid email', ui_locales: 'de' });
    const page = await browser.follow(`${target}&scope=openid`);
    expect(page.body).toContain('lang="de"');
    expect(page.target).not.toContain('email');
    expect(page.body).toContain('name="decision"');
    server.clock.advance(300);
    const allowed = await browser.submit(page, { decision: 'allow' });
    const { code } = answerIn(await browser.follow(allowed.headers.location ?? ''));
    const { json } = await redeem(server, third, { code, code_verifier: verifier });
    expect(json.scope).toBe('openid email');
  });

  test('prompt=consent: it counts for this one request, and the next is asked about again', async () => {
    const browser = await somebody();
    for (const round of ['first', 'second']) {
      const { target } = await push(third, { prompt: 'consent', state: round });
      const page = await browser.follow(target);
      const allowed = await browser.submit(page, { decision: 'allow' });
      expect(answerIn(await browser.follow(allowed.headers.location ?? ''))).toMatchObject({ state: round });
    }
  });

  test('prompt=consent: asks for an app of the house as well, and believes the answer', async () => {
    const browser = await somebody();
    const { target } = await push(bank, { prompt: 'consent' });
    const allowed = await browser.submit(await browser.follow(target), { decision: 'allow' });
    expect(await stateOf(await browser.follow(allowed.headers.location ?? ''))).toBe('a code');
  });

  test('somebody whose session has ended is asked to sign in, whatever cookie they kept', async () => {
    const browser = await somebody();
    const kept = newPerson(server);
    for (const [name, value] of browser.cookies) kept.cookies.set(name, value);
    await browser.submit(await browser.open('/sign-out'), {});
    const { target } = await push();
    expect((await kept.open(target)).headers.location).toMatch(/^\/sign-in\?/);
  });

  test('a person who says no is believed, and the client learns it', async () => {
    const browser = await somebody();
    const { target } = await push(third);
    const denied = await browser.submit(await browser.follow(target), { decision: 'deny' });
    expect(answerIn(denied)).toMatchObject({ error: 'access_denied', state: 'a-state', iss: server.issuer });
  });

  test('somebody else than the hint says gets a refusal after signing in, and no second question', async () => {
    const first = await push(bank);
    const browser = await signedInPerson(server, grace);
    const { code } = answerIn(await browser.open(first.target));
    const { json } = await redeem(server, bank, { code, code_verifier: first.verifier });
    const { target } = await push(bank, { id_token_hint: json.id_token });
    const visitor = newPerson(server);
    expect(answerIn(await signInAgain(visitor, await visitor.follow(target))).error).toBe('login_required');
  });

  test('prompt=none shows no page', async () => {
    const { target } = await push(third, { prompt: 'none' });
    expect(answerIn(await (await somebody()).open(target)).error).toBe('consent_required');
  });
});

describe('a client that has to push (RFC 9126 §6)', () => {
  test('PA10: nobody is asked to consent to parameters from the browser, but to what was pushed', async () => {
    const browser = await signedInPerson(server);
    const page = await browser.open(authorizeTarget(strictThird).replace('/authorize', '/consent'));
    expect(page.headers.location).toMatch(/^\/authorize\?/);
    const { target } = await push(strictThird);
    expect((await browser.follow(target)).body).toContain('name="decision"');
  });

  test('PA10: FP2: is refused with parameters from the browser, and told so', async () => {
    const { error, error_uri, error_description } = answerIn(await person.open(authorizeTarget(strict)));
    expect({ error, error_uri }).toEqual({
      error: 'invalid_request',
      error_uri: `${server.issuer}/errors#pushed_request_required`,
    });
    expect(error_description).toContain('/par');
    expect(await stateOf(await person.open((await push(strict)).target))).toBe('a code');
  });
});

describe('nobody gains anything', () => {
  test('by taking the name of a request for a code or a device code, before or after it is completed', async () => {
    const { target, request_uri, verifier } = await push();
    const reference = request_uri.slice('urn:ietf:params:oauth:request_uri:'.length);
    const tries = async () => [
      (await redeem(server, bank, { code: reference, code_verifier: verifier })).json.reason,
      (await redeem(server, bank, { code: request_uri, code_verifier: verifier })).json.reason,
      (await poll(server, bank, reference, { code_verifier: verifier })).json.reason,
    ];
    expect(await tries()).toEqual(['code_unknown', 'code_unknown', 'code_unknown']);
    const { code } = answerIn(await person.open(target));
    expect(await tries()).toEqual(['code_unknown', 'code_unknown', 'code_unknown']);
    expect((await redeem(server, bank, { code, code_verifier: verifier })).status).toBe(200);
  });

  test('by changing a code, in any of its bytes', async () => {
    const { target, verifier } = await push();
    const { code = '' } = answerIn(await person.open(target));
    const bytes = Buffer.from(code, 'base64url');
    for (let index = 0; index < bytes.length; index += 7) {
      const changed = Buffer.from(bytes);
      changed[index] = (changed[index] ?? 0) ^ 1;
      const fields = { code: changed.toString('base64url'), code_verifier: verifier };
      expect((await redeem(server, bank, fields)).json.reason).toBe('code_unknown');
    }
    expect((await redeem(server, bank, { code, code_verifier: verifier })).status).toBe(200);
  });

  test('by making the code of one pushed request point at another, waiting or completed', async () => {
    const idOf = (uri: string) => Buffer.from(pushedId(uri.slice(-43)), 'base64url');
    const [own, waiting, completed] = [await push(), await push(), await push()];
    await person.open(completed.target);
    const { code = '' } = answerIn(await person.open(own.target));
    for (const victim of [waiting, completed]) {
      const bytes = Buffer.from(code, 'base64url');
      const difference = idOf(own.request_uri).map((byte, index) => byte ^ (idOf(victim.request_uri)[index] ?? 0));
      difference.forEach((byte, index) => {
        bytes[40 + index] = (bytes[40 + index] ?? 0) ^ byte;
      });
      const fields = { code: bytes.toString('base64url'), code_verifier: victim.verifier };
      expect((await redeem(server, bank, fields)).json.reason).toBe('code_unknown');
    }
    expect(await stateOf(await person.open(waiting.target))).toBe('a code');
  });
});

describe('what it costs and leaves behind', () => {
  test('a sign-in is three writes, and the pushed request is read in the same call as who is signed in', async () => {
    // Clients, policy and keys are remembered: the first flow pays for them.
    const first = await push(webPost);
    const { code: warm } = answerIn(await person.open(first.target));
    await redeem(server, webPost, { code: warm, code_verifier: first.verifier });
    expect(await database.callsDuring(() => push(webPost))).toEqual([`PutItem ${tables.grants}`]);
    // One redemption of sixteen looks at the limit of grants as well.
    let { verifier, target, request_uri } = await push(webPost);
    while (looksAtLimit(pushedId(request_uri.slice(-43)))) ({ verifier, target, request_uri } = await push(webPost));
    let code: string | undefined;
    expect(
      await database.callsDuring(async () => {
        ({ code } = answerIn(await person.open(target)));
      }),
    ).toEqual([`BatchGetItem ${tables.grants} ${tables.people}`, `UpdateItem ${tables.grants}`]);
    const redeeming = await database.callsDuring(() => redeem(server, webPost, { code, code_verifier: verifier }));
    expect(redeeming.toSorted()).toEqual([`GetItem ${tables.people}`, `UpdateItem ${tables.grants}`]);
  });

  test('the log has who pushed what, as classified as ever, and neither the name nor a secret', async () => {
    const before = server.auditLines.length;
    const { target, request_uri } = await push();
    await pushed(server, bank, withoutChallenge);
    await person.open(target);
    const lines = server.auditLines.slice(before);
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { endpoint: 'par', verdict: 'allowed', client: 'bank', method: 'S256', policy: 'S256' },
      { endpoint: 'par', verdict: 'refused', client: 'bank', method: 'none', reason: 'code_challenge_required' },
      { endpoint: 'authorize', verdict: 'allowed', client: 'bank', method: 'S256', policy: 'S256' },
    ]);
    expect(lines.join('\n')).not.toContain(request_uri.slice(-43));
    expect(lines.join('\n')).not.toContain(secret);
  });

  test('PA10: the metadata says where to push, and that nobody has to', async () => {
    const metadata = JSON.parse((await send(server.port, '/.well-known/openid-configuration')).body);
    expect(metadata).toMatchObject({
      pushed_authorization_request_endpoint: `${server.issuer}/par`,
      require_pushed_authorization_requests: false,
    });
  });
});
