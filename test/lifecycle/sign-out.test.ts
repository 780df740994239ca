import { SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { encodeFields, type Fields, formType, send } from '../support/http.ts';
import { type FullClient, formOf, mobile, obtainTokens, portal, userinfo } from '../support/lifecycle.ts';
import { withoutOwnScripts } from '../support/markup.ts';
import { newPerson, type Person, signedInPerson, startSession } from '../support/person.ts';
import { authorizeTarget, claimsOf, headerOf, parametersOf } from '../support/protocol.ts';
import { ada, startTestServer } from '../support/server.ts';
import { stranger } from './stranger.ts';

const grace = { username: 'grace', password: 'a password of grace', claims: { sub: 'grace-0001' } };

const app: FullClient = {
  ...portal,
  client_id: 'app',
  post_logout_redirect_uris: ['https://app.example/bye', 'https://app.example/bye?from=pixy'],
};
const native: FullClient = {
  ...mobile,
  client_id: 'native-app',
  post_logout_redirect_uris: ['http://127.0.0.1/bye', 'http://[::1]/bye', 'com.example.app:/bye'],
};
/** One whose redirect URI is a page of the server itself. */
const inside: FullClient = {
  ...portal,
  client_id: 'inside',
  first_party: false,
  redirect_uris: ['http://localhost/sign-out'],
};
const [bye = '', byeWithQuery = ''] = app.post_logout_redirect_uris ?? [];

const server = await startTestServer({ clients: [app, native, inside, portal], accounts: [ada, grace] });

/** An ID token of Ada, from a browser of her own. */
const { id_token: hint = '', access_token } = await obtainTokens(server, await signedInPerson(server), app);

/** A browser of Ada with a session of its own. */
async function withSession(): Promise<Person> {
  const person = newPerson(server);
  person.cookies.set('pixy_session', await startSession(ada.claims.sub, { now: server.clock.now(), lifetime: 3_600 }));
  return person;
}

const signOutTarget = (fields: Fields = {}) => `/sign-out?${encodeFields(fields)}`;
const withHint = (changes: Fields = {}): Fields => ({ id_token_hint: hint, post_logout_redirect_uri: bye, ...changes });

/** Whether the browser still has a session that works. */
async function isSignedIn(person: Person): Promise<boolean> {
  const page = await person.follow(authorizeTarget(portal, { prompt: 'none' }));
  return parametersOf(new URL(page.headers.location ?? '')).error === undefined;
}

/** Answers the question of a page with yes. */
const confirm = (person: Person, page: { body: string }) =>
  person.open('/sign-out', { method: 'POST', headers: formType, body: encodeFields(formOf(page).fields) });

const lastLine = (): Record<string, unknown> => JSON.parse(server.auditLines.at(-1) ?? '{}');
const notRegistered = 'post_logout_redirect_uri_not_registered';

const isQuestion = ({ body }: { body: string }) => body.includes('<h1>Sign out?</h1>');
const isDone = ({ body }: { body: string }) => body.includes('You are signed out');

describe('OC17: a client that shows an ID token of the person', () => {
  test.each(['GET', 'POST'])('signs out without a question and goes back, with the state: %s', async (method) => {
    const person = await withSession();
    const fields = withHint({ state: 'a state' });
    const page =
      method === 'GET'
        ? await person.open(signOutTarget(fields))
        : await person.open('/sign-out', { method, headers: formType, body: encodeFields(fields) });
    expect({ status: page.status, location: page.headers.location }).toEqual({
      status: 303,
      location: `${bye}?state=a%20state`,
    });
    expect(await isSignedIn(person)).toBe(false);
  });

  test('goes back without a state when none was sent', async () => {
    const person = await withSession();
    expect((await person.open(signOutTarget(withHint()))).headers.location).toBe(bye);
  });

  test('OA16: gets the state back byte for byte', async () => {
    const person = await withSession();
    const state = `<b>"it's"</b> & a+b %26 é 🔑 = ; #x?y/z\\`;
    const page = await person.open(signOutTarget(withHint({ state })));
    expect(new URL(page.headers.location ?? '').searchParams.get('state')).toBe(state);
  });

  test('goes back to an address with a query of its own', async () => {
    const person = await withSession();
    const page = await person.open(signOutTarget(withHint({ post_logout_redirect_uri: byeWithQuery, state: 's' })));
    expect(page.headers.location).toBe(`${byeWithQuery}&state=s`);
  });

  test('may name itself beside it', async () => {
    const person = await withSession();
    const page = await person.open(signOutTarget(withHint({ client_id: app.client_id })));
    expect(page.headers.location).toBe(bye);
  });

  test('OC13: may show one that has expired long ago', async () => {
    server.clock.advance(10 * 86_400);
    const person = await withSession();
    expect((await person.open(signOutTarget(withHint()))).headers.location).toBe(bye);
    expect(await isSignedIn(person)).toBe(false);
  });

  test('sees a page when it names no address to go back to', async () => {
    const person = await withSession();
    const page = await person.open(signOutTarget({ id_token_hint: hint }));
    expect(page.status).toBe(200);
    expect(isDone(page)).toBe(true);
    expect(await isSignedIn(person)).toBe(false);
  });

  test('goes back even when nobody is signed in any more', async () => {
    expect((await newPerson(server).open(signOutTarget(withHint({ state: 's' })))).headers.location).toBe(
      `${bye}?state=s`,
    );
  });
});

describe('OC17: everybody else is asked first', () => {
  test('a link without anything ends nothing', async () => {
    const person = await withSession();
    const page = await person.open('/sign-out');
    expect(page.status).toBe(200);
    expect(isQuestion(page)).toBe(true);
    expect(await isSignedIn(person)).toBe(true);
  });

  test('and is signed out on saying yes', async () => {
    const person = await withSession();
    const page = await confirm(person, await person.open('/sign-out'));
    expect(isDone(page)).toBe(true);
    expect(await isSignedIn(person)).toBe(false);
  });

  test('and goes back to the client that was named, with the state', async () => {
    const person = await withSession();
    const fields = { client_id: app.client_id, post_logout_redirect_uri: bye, state: 'a&b' };
    const page = await confirm(person, await person.open(signOutTarget(fields)));
    expect(page.headers.location).toBe(`${bye}?state=a%26b`);
    expect(await isSignedIn(person)).toBe(false);
  });

  test('H28: a form without the token of this browser ends nothing', async () => {
    const person = await withSession();
    const question = await person.open('/sign-out');
    for (const form_token of [
      undefined,
      '',
      'guess',
      formOf(await newPerson(server).open('/sign-out')).fields['form_token'],
    ]) {
      const page = await confirm(person, {
        body: question.body.replace(/name="form_token" value="[^"]*"/, `name="form_token" value="${form_token ?? ''}"`),
      });
      expect(isQuestion(page)).toBe(true);
    }
    expect(await isSignedIn(person)).toBe(true);
  });

  test('the page cannot be framed, and works without scripts', async () => {
    const person = await withSession();
    const { headers, body } = await person.open('/sign-out');
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers['x-frame-options']).toBe('DENY');
    expect(headers['cache-control']).toBe('no-store');
    expect(withoutOwnScripts(body)).not.toContain('<script');
  });

  test.each(['"><script>alert(1)</script>', "' autofocus onfocus=alert(1)"])(
    'H30: shows what was sent as text: %s',
    async (state) => {
      const person = await withSession();
      const page = await person.open(signOutTarget({ client_id: app.client_id, post_logout_redirect_uri: bye, state }));
      expect(page.body).not.toContain(state);
      expect((await confirm(person, page)).headers.location).toContain(encodeURIComponent(state).slice(0, 10));
    },
  );
});

test('OA23: an answer that our own page posts to our own address signs nobody out', async () => {
  const person = await withSession();
  const page = await person.open(authorizeTarget(inside, { prompt: 'none', response_mode: 'form_post' }));
  const { fields } = formOf(page);
  expect(fields).toMatchObject({ error: 'consent_required' });
  const headers = { ...formType, 'sec-fetch-site': 'same-origin' };
  const answer = await person.open('/sign-out', { method: 'POST', headers, body: encodeFields(fields) });
  expect(isQuestion(answer)).toBe(true);
  expect(await isSignedIn(person)).toBe(true);
});

describe('OC13: a hint that proves nothing is ignored, and the person is asked', async () => {
  const claims = claimsOf(hint);
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const [header = '', payload = '', signature = ''] = hint.split('.');
  const ofGrace = await obtainTokens(server, await signedInPerson(server, grace), app);

  const hints: [string, string | undefined | Promise<string>][] = [
    ['garbage', 'garbage'],
    ['dots', '..'],
    ['unsigned', `${encode({ alg: 'none', typ: 'JWT' })}.${payload}.`],
    ['without its signature', `${header}.${payload}.`],
    ['with another sub', `${header}.${encode({ ...claims, sub: grace.claims.sub })}.${signature}`],
    [
      'signed by somebody else',
      new SignJWT(claims).setProtectedHeader({ ...headerOf(hint), alg: 'RS256' }).sign(stranger.privateKey),
    ],
    [
      'of another issuer',
      new SignJWT({ ...claims, iss: 'https://other.example' })
        .setProtectedHeader({ alg: 'RS256', typ: 'JWT' })
        .sign(stranger.privateKey),
    ],
    ['of another person', ofGrace.id_token],
    ['an access token', access_token],
    ['9,000 characters', `${header}.${'A'.repeat(8_900)}.${signature}`.slice(0, 8_500)],
    ['1,500 levels of JSON', `${header}.${Buffer.from('['.repeat(1_500)).toString('base64url')}.${signature}`],
    ['empty', ''],
  ];

  test.each(hints)('%s', async (_, id_token_hint) => {
    const person = await withSession();
    const page = await person.open(signOutTarget(withHint({ id_token_hint: await id_token_hint })));
    expect(page.status).toBe(200);
    expect(isQuestion(page)).toBe(true);
    expect(await isSignedIn(person)).toBe(true);
  });

  test.each(hints.slice(0, 7))('leads nowhere after a yes either: %s', async (_, id_token_hint) => {
    const person = await withSession();
    const page = await confirm(
      person,
      await person.open(signOutTarget(withHint({ id_token_hint: await id_token_hint }))),
    );
    expect(isDone(page)).toBe(true);
    expect(page.headers).not.toHaveProperty('location');
    expect(page.body).toContain('/errors#id_token_hint_invalid');
    expect(page.body).not.toContain('not registered');
    expect(lastLine()).toMatchObject({ verdict: 'allowed', reason: 'id_token_hint_invalid' });
  });

  test('is not what the person is told of beside a client_id that names a client', async () => {
    const fields = { id_token_hint: 'garbage', client_id: app.client_id };
    const person = newPerson(server);
    expect((await person.open(signOutTarget(withHint(fields)))).headers.location).toBe(bye);
    const page = await person.open(
      signOutTarget(withHint({ ...fields, post_logout_redirect_uri: 'https://x.example' })),
    );
    expect(page.body).toContain(`/errors#${notRegistered}`);
  });

  test('never signs anybody in', async () => {
    const nobody = newPerson(server);
    await nobody.open(signOutTarget(withHint()));
    expect(await isSignedIn(nobody)).toBe(false);
  });
});

describe('BP3, OC17: an address that is not registered for this leads nowhere, and the person is signed out', () => {
  test.each([
    'https://evil.example/',
    'https://app.example/',
    'https://app.example/bye/',
    'https://app.example/bye?x=1',
    'https://app.example/bye#x',
    'https://app.example/BYE',
    'https://app.example:443/bye',
    'https://app.example@evil.example/bye',
    'https://app.example.evil.example/bye',
    'https://app.example/bye/../bye',
    'http://app.example/bye',
    '//evil.example/',
    '/\\evil.example',
    'javascript:alert(1)',
    'data:text/html,x',
    `${bye}\r\nset-cookie: a=b`,
    'https://portal.example/callback',
  ])('%s', async (post_logout_redirect_uri) => {
    const person = await withSession();
    const page = await person.open(signOutTarget(withHint({ post_logout_redirect_uri, state: 's' })));
    expect(page.status).toBe(200);
    expect(page.headers).not.toHaveProperty('location');
    expect(isDone(page)).toBe(true);
    expect(page.body).toContain('an address that is not registered for it');
    expect(page.body).not.toContain('evil');
    expect(lastLine()).toMatchObject({ verdict: 'allowed', client: app.client_id, reason: notRegistered });
    expect(await isSignedIn(person)).toBe(false);
  });

  test.each<[string, Fields]>([
    ['no client at all', {}],
    ['an unknown client', { client_id: 'nobody' }],
  ])('of %s: the page says that, and not that the address is not registered', async (_, fields) => {
    const page = await newPerson(server).open(signOutTarget({ post_logout_redirect_uri: bye, ...fields }));
    expect(page.body).toContain('/errors#sign_out_client_unknown');
    expect(page.body).not.toContain('not registered');
    expect(lastLine()).toMatchObject({ verdict: 'allowed', reason: 'sign_out_client_unknown' });
  });

  test('is not what a sign-out without an address is told', async () => {
    const page = await newPerson(server).open(signOutTarget({ id_token_hint: hint }));
    expect(page.body).not.toContain('not registered');
    expect(lastLine()).not.toHaveProperty('reason');
  });

  test('that of another client', async () => {
    const person = await withSession();
    const page = await person.open(signOutTarget(withHint({ post_logout_redirect_uri: 'com.example.app:/bye' })));
    expect(page.headers).not.toHaveProperty('location');
  });

  test('with a client that is not the one of the hint', async () => {
    const person = await withSession();
    const page = await person.open(signOutTarget(withHint({ client_id: native.client_id })));
    expect(page.headers).not.toHaveProperty('location');
  });

  test.each<[string, Fields]>([
    ['without a hint and without a client', {}],
    ['with an unknown client', { client_id: 'nobody' }],
    ['with a client that registered none', { client_id: portal.client_id }],
  ])('%s', async (_, fields) => {
    const page = await newPerson(server).open(signOutTarget({ post_logout_redirect_uri: bye, ...fields }));
    expect(page.status).toBe(200);
    expect(page.headers).not.toHaveProperty('location');
  });

  test('OA5: sent twice is a page', async () => {
    const page = await newPerson(server).open(`${signOutTarget(withHint())}&post_logout_redirect_uri=x`);
    expect(page.status).toBe(400);
    expect(page.headers).not.toHaveProperty('location');
  });
});

describe('N9: a native app', () => {
  test.each(['http://127.0.0.1:49152/bye', 'http://127.0.0.1/bye', 'http://[::1]:49152/bye', 'com.example.app:/bye'])(
    'goes back to %s',
    async (post_logout_redirect_uri) => {
      const page = await newPerson(server).open(
        signOutTarget({ client_id: native.client_id, post_logout_redirect_uri, state: 's' }),
      );
      expect(page.headers.location).toBe(`${post_logout_redirect_uri}?state=s`);
    },
  );

  test.each([
    'http://127.0.0.1:49152/other',
    'http://127.0.0.1.evil.com/bye',
    'http://127.1:49152/bye',
    'http://localhost:49152/bye',
    'https://127.0.0.1:49152/bye',
    'http://evil@127.0.0.1:49152/bye',
  ])('N8: does not go back to %s', async (post_logout_redirect_uri) => {
    const page = await newPerson(server).open(signOutTarget({ client_id: native.client_id, post_logout_redirect_uri }));
    expect(page.headers).not.toHaveProperty('location');
  });
});

describe('the session', () => {
  test('H27: is taken from the browser', async () => {
    const person = await withSession();
    const { headers } = await person.open(signOutTarget(withHint()));
    const [cookie = ''] = headers['set-cookie'] ?? [];
    expect(cookie).toMatch(/^pixy_session=;/);
    expect(cookie).toContain('Max-Age=0');
  });

  test('is worth nothing to somebody who kept its id', async () => {
    const person = await withSession();
    const kept = newPerson(server);
    for (const [name, value] of person.cookies) kept.cookies.set(name, value);
    await person.open(signOutTarget(withHint()));
    expect(await isSignedIn(kept)).toBe(false);
  });

  test('of another browser goes on', async () => {
    const [one, other] = [await withSession(), await withSession()];
    await one.open(signOutTarget(withHint()));
    expect(await isSignedIn(other)).toBe(true);
  });

  test('is all that ends: the grants of apps go on', async () => {
    const person = await withSession();
    const tokens = await obtainTokens(server, person, portal);
    await person.open(signOutTarget(withHint()));
    expect((await userinfo(server, tokens.access_token)).status).toBe(200);
  });
});

/** A browser keeps a SameSite=Lax cookie back from a form of another site, and sends it with the redirect that follows. */
describe('OC17: a form of another site', () => {
  const postFrom = (origin: string, fields: Fields) =>
    send(server.port, '/sign-out', {
      method: 'POST',
      headers: { ...formType, origin },
      body: encodeFields(fields),
    });

  test('that shows an ID token of the person ends the session, not only the cookie', async () => {
    const person = await withSession();
    const posted = await postFrom('https://app.example', withHint());
    const next = posted.headers.location ?? '';
    if (next.startsWith('/')) await person.open(next);
    expect(await isSignedIn(person)).toBe(false);
  });

  test('or one of ours whose session has ended, leaves no form token in an address', async () => {
    const person = await withSession();
    const page = await person.open(signOutTarget({ client_id: app.client_id, state: 'kept' }));
    person.cookies.delete('pixy_session');
    const { status, headers } = await confirm(person, page);
    expect({ status, location: headers.location }).toEqual({
      status: 303,
      location: `/sign-out?client_id=${app.client_id}&state=kept`,
    });
  });

  test('that shows none signs nobody out without a question', async () => {
    const { headers } = await postFrom('https://evil.example', {});
    expect((headers['set-cookie'] ?? []).filter((line) => line.startsWith('pixy_session='))).toEqual([]);
  });
});

describe('the request', () => {
  test.each(['PUT', 'DELETE', 'OPTIONS'])('by %s is 405 with Allow', async (method) => {
    const { status, headers } = await send(server.port, '/sign-out', { method });
    expect({ status, allow: headers.allow }).toEqual({ status: 405, allow: 'GET, POST' });
  });

  test('may have more parameters than the server knows', async () => {
    const person = await withSession();
    const page = await person.open(signOutTarget(withHint({ ui_locales: 'de', logout_hint: 'ada', x: 'y' })));
    expect(page.headers.location).toBe(bye);
  });

  test('H18: never puts the hint into the log', () => {
    expect(server.auditLines.join('\n')).not.toContain(hint.split('.')[2]);
  });
});
