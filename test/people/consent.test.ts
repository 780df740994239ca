import { beforeEach, describe, expect, test } from 'vitest';
import { native, spa, type TestClient, web } from '../support/clients.ts';
import { encodeFields, type Fields, formType, send } from '../support/http.ts';
import { formTokenOf, newPerson, type Page, type Person, startSession } from '../support/person.ts';
import { authorizeTarget, parametersOf } from '../support/protocol.ts';
import { ada, startTestServer } from '../support/server.ts';

const third: TestClient = {
  ...spa,
  client_id: 'third',
  client_name: 'Third <b>Party</b>',
  first_party: false,
  claims: ['shoe_size'],
};
const linking: TestClient = {
  ...web,
  client_id: 'linking',
  first_party: false,
  policy_uri: 'https://app.example/privacy?a&b',
  tos_uri: 'http://app.example/terms',
};
const stranger: TestClient = { ...web, client_id: 'stranger', first_party: false };
const device: TestClient = { ...native, client_id: 'device', first_party: false };
const server = await startTestServer({ clients: [spa, third, linking, stranger, device] });

let person: Person;
let count = 0;

/** Every test has a person of its own, who allowed nothing yet. */
beforeEach(async () => {
  count += 1;
  person = await signedIn(`person-${count}`);
});

async function signedIn(sub: string): Promise<Person> {
  const somebody = newPerson(server);
  const id = await startSession(sub, { now: server.clock.now(), lifetime: 3_600 });
  somebody.cookies.set('pixy_session', id);
  return somebody;
}

const isConsentPage = ({ body, status }: Page) => status === 200 && body.includes('name="decision"');
const decide = (page: Page, decision: string, more: Fields = {}) => person.submit(page, { decision, ...more });
const codeIn = (page: Page) => parametersOf(new URL(page.headers.location ?? 'https://nowhere.example')).code;
const errorIn = (page: Page) => parametersOf(new URL(page.headers.location ?? 'https://nowhere.example')).error;

/** Allows what a page asks, and ends at the redirect to the client. */
async function allow(page: Page): Promise<Page> {
  const answer = await decide(page, 'allow');
  expect(answer.status).toBe(303);
  return person.follow(answer.headers.location ?? '');
}

describe('a third-party client', () => {
  test('gets no code before the person has allowed it', async () => {
    const page = await person.follow(authorizeTarget(third));
    expect(isConsentPage(page)).toBe(true);
    expect(page.headers.location).toBeUndefined();
  });

  test('DC16: is shown with its links for people, if they are https', async () => {
    const { body } = await person.follow(authorizeTarget(linking));
    expect(body).toContain('<a href="https://app.example/privacy?a&amp;b" rel="noreferrer">');
    expect(body).not.toContain('app.example/terms');
  });

  test('OC2: with prompt=none gets consent_required', async () => {
    expect(errorIn(await person.follow(authorizeTarget(third, { prompt: 'none' })))).toBe('consent_required');
  });

  test('gets its code when the person allows it, and is not asked about again', async () => {
    expect(codeIn(await allow(await person.follow(authorizeTarget(third))))).toBeDefined();
    expect(codeIn(await person.follow(authorizeTarget(third)))).toBeDefined();
    expect(codeIn(await person.follow(authorizeTarget(third, { prompt: 'none' })))).toBeDefined();
  });

  test('is asked about again for more than before, and then keeps both', async () => {
    await allow(await person.follow(authorizeTarget(third, { scope: 'openid email' })));
    expect(isConsentPage(await person.follow(authorizeTarget(third, { scope: 'openid profile' })))).toBe(true);
    await allow(await person.follow(authorizeTarget(third, { scope: 'openid profile' })));
    expect(codeIn(await person.follow(authorizeTarget(third, { scope: 'openid email profile' })))).toBeDefined();
  });

  test('is asked about for claims that no scope value stands for', async () => {
    await allow(await person.follow(authorizeTarget(third)));
    const claims = JSON.stringify({ userinfo: { shoe_size: null } });
    const page = await person.follow(authorizeTarget(third, { claims }));
    expect(isConsentPage(page)).toBe(true);
    expect(page.body).toContain('shoe_size');
  });

  test('S10: is not asked about for a claim that the client may not have', async () => {
    await allow(await person.follow(authorizeTarget(third)));
    const claims = JSON.stringify({ userinfo: { salary: null }, id_token: { salary: null } });
    expect(codeIn(await person.follow(authorizeTarget(third, { claims })))).toBeDefined();
  });

  test('that one person allowed is still to be allowed by another', async () => {
    await allow(await person.follow(authorizeTarget(third)));
    const another = await signedIn('another');
    expect(isConsentPage(await another.follow(authorizeTarget(third)))).toBe(true);
  });

  test('and what was allowed is for that client alone', async () => {
    await allow(await person.follow(authorizeTarget(third)));
    expect(isConsentPage(await person.follow(authorizeTarget(stranger)))).toBe(true);
  });

  test('V15: is named with the host it returns to and its scope in words; its name is text', async () => {
    const { body } = await person.follow(authorizeTarget(third, { scope: 'openid email api:read' }));
    expect(body).toContain('Third &lt;b&gt;Party&lt;/b&gt;');
    expect(body).toContain('spa.example');
    expect(body).toContain('email address');
    expect(body).toContain('api:read');
  });

  test('is told access_denied when the person does not allow it, with state and iss, and nothing is remembered', async () => {
    const answer = await decide(await person.follow(authorizeTarget(third)), 'deny');
    expect(parametersOf(new URL(answer.headers.location ?? ''))).toMatchObject({
      error: 'access_denied',
      state: 'a-state',
      iss: server.issuer,
    });
    expect(isConsentPage(await person.follow(authorizeTarget(third)))).toBe(true);
  });

  test('gets the denial in the response mode it asked for', async () => {
    const page = await person.follow(authorizeTarget(third, { response_mode: 'form_post' }));
    const { status, body } = await decide(page, 'deny');
    expect({ status, denied: body.includes('value="access_denied"') }).toEqual({ status: 200, denied: true });
  });
});

describe('a first-party client', () => {
  test('needs no consent', async () => {
    expect(codeIn(await person.follow(authorizeTarget(spa)))).toBeDefined();
  });

  test('asks for it with prompt=consent, every time', async () => {
    const target = authorizeTarget(spa, { prompt: 'consent' });
    expect(codeIn(await allow(await person.follow(target)))).toBeDefined();
    expect(isConsentPage(await person.follow(target))).toBe(true);
  });
});

describe('RFC 8252 8.6: an app that anybody could claim to be', () => {
  test('is asked about every time, for one code each', async () => {
    const target = authorizeTarget(device);
    expect(codeIn(await allow(await person.follow(target)))).toBeDefined();
    const again = await person.follow(target);
    expect(isConsentPage(again)).toBe(true);
    expect(codeIn(await allow(again))).toBeDefined();
  });

  test('does not go on with another request than the one that was allowed', async () => {
    const page = await person.follow(authorizeTarget(device));
    await decide(page, 'allow');
    expect(isConsentPage(await person.follow(authorizeTarget(device, { state: 'another' })))).toBe(true);
  });

  test('does not go on with it later', async () => {
    const answer = await decide(await person.follow(authorizeTarget(device)), 'allow');
    server.clock.advance(301);
    expect(isConsentPage(await person.follow(answer.headers.location ?? ''))).toBe(true);
  });

  test('gets one code however often the allowed request comes at once', async () => {
    const answer = await decide(await person.follow(authorizeTarget(device)), 'allow');
    const pages = await Promise.all(Array.from({ length: 10 }, () => person.open(answer.headers.location ?? '')));
    expect(pages.filter((page) => page.status === 302 && codeIn(page) !== undefined)).toHaveLength(1);
  });
});

describe('H28: a decision', () => {
  const isForged = async (page: Page, form_token: string | undefined) => {
    const answer = await decide(page, 'allow', { form_token });
    expect(answer.status).toBe(403);
    expect(isConsentPage(await person.follow(authorizeTarget(third)))).toBe(true);
  };

  test.each([undefined, '', 'guess'])('without the token of the page decides nothing: %s', async (token) => {
    await isForged(await person.follow(authorizeTarget(third)), token);
  });

  test('with the token of another request decides nothing', async () => {
    const other = await person.follow(authorizeTarget(stranger));
    await isForged(await person.follow(authorizeTarget(third)), formTokenOf(other));
  });

  test('with the token of another session decides nothing', async () => {
    const other = await (await signedIn('mallory')).follow(authorizeTarget(third));
    await isForged(await person.follow(authorizeTarget(third)), formTokenOf(other));
  });

  test('from another site, without the cookie, decides nothing', async () => {
    const page = await person.follow(authorizeTarget(third));
    const body = encodeFields({ decision: 'allow', form_token: formTokenOf(page) });
    const answer = await send(server.port, page.target, { method: 'POST', headers: formType, body });
    expect(answer.headers.location).toMatch(/^\/authorize\?/);
    expect(isConsentPage(await person.follow(authorizeTarget(third)))).toBe(true);
  });

  test.each(['maybe', '', 'ALLOW'])('that is neither allow nor deny asks again: %s', async (decision) => {
    expect(isConsentPage(await decide(await person.follow(authorizeTarget(third)), decision))).toBe(true);
  });

  test('cannot be framed', async () => {
    const { headers } = await person.follow(authorizeTarget(third));
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers['x-frame-options']).toBe('DENY');
  });
});

describe('the page alone', () => {
  test.each(['', '?client_id=nobody', '?client_id=third&redirect_uri=https://evil.example/'])(
    'sends what it cannot ask to where it is refused: %s',
    async (query) => {
      const { status, body, headers } = await person.follow(`/consent${query}`);
      expect({ status, isAsking: body.includes('name="decision"'), location: headers.location }).toEqual({
        status: 400,
        isAsking: false,
        location: undefined,
      });
    },
  );

  test('asks nobody who is not signed in', async () => {
    const page = await newPerson(server).follow(authorizeTarget(third).replace('/authorize', '/consent'));
    expect(page.body).toContain('name="password"');
  });

  test('leads to the sign-in with another account', async () => {
    const { body } = await person.follow(authorizeTarget(third));
    const link = /href="(\/sign-in[^"]*)"/.exec(body)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const page = await person.follow(link);
    expect(page.body).toContain('name="account"');
    const form = await person.submit(page, { account: 'new' });
    const signIn = await person.follow(form.headers.location ?? '');
    const next = await person.submit(signIn, { username: ada.username, password: ada.password });
    const consent = await person.follow(next.headers.location ?? '');
    expect(isConsentPage(consent)).toBe(true);
  });
});
