import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { spa, type TestClient } from '../support/clients.ts';
import type { Fields } from '../support/http.ts';
import { authorizePage, formOf, fragmentOf, mobile } from '../support/lifecycle.ts';
import { newPerson, type Page, signedInPerson } from '../support/person.ts';
import { pkcePair } from '../support/pkce.ts';
import { authorizeTarget, claimsOf, parametersOf, redeem } from '../support/protocol.ts';
import { ada, startTestServer } from '../support/server.ts';

const withQuery: TestClient = {
  ...spa,
  client_id: 'with-query',
  redirect_uris: ['https://q.example/callback?tenant=1&a=%20'],
};
const server = await startTestServer({ clients: [spa, mobile, withQuery] });
const person = await signedInPerson(server);

const answerTo = (changes: Fields, client: TestClient = spa) => authorizePage(person, client, changes);
const location = ({ headers }: Page): URL => new URL(headers.location ?? '');

type Read = (page: Page) => { at: string; parameters: Record<string, string> };

/** What the client gets, and the address it gets it at, in every mode that is not signed. */
const plain: Record<'query' | 'fragment' | 'form_post', Read> = {
  query: (page) => {
    const { origin, pathname, hash, searchParams } = location(page);
    return { at: origin + pathname + hash, parameters: Object.fromEntries(searchParams) };
  },
  fragment: (page) => {
    const { origin, pathname, search } = location(page);
    return { at: origin + pathname + search, parameters: fragmentOf(location(page)) };
  },
  form_post: (page) => {
    const { action, fields } = formOf(page);
    return { at: action, parameters: fields };
  },
};

/** The parameters of a signed answer: they are in one JWT, and nothing is beside it. */
const signed =
  (read: Read): Read =>
  (page) => {
    const { at, parameters } = read(page);
    expect(Object.keys(parameters)).toEqual(['response']);
    const { aud: _, exp: __, ...inside } = claimsOf(parameters['response']);
    return { at, parameters: inside as Record<string, string> };
  };

const modes: Record<string, Read> = {
  ...plain,
  jwt: signed(plain.query),
  'query.jwt': signed(plain.query),
  'fragment.jwt': signed(plain.fragment),
  'form_post.jwt': signed(plain.form_post),
};

/** A state with everything that HTML, URLs and forms treat specially. */
const oddState = `<b>"it's"</b> & a+b %26 é 🔑 = ; #x?y/z\\`;

describe.each(Object.entries(modes))('response_mode=%s', (response_mode, read) => {
  test('IS1, IS3: has the code, the state and the issuer, and nothing else', async () => {
    const { at, parameters } = read(await answerTo({ response_mode }));
    expect(at).toBe(spa.redirect_uris[0]);
    expect(parameters).toEqual({ code: expect.any(String), state: 'a-state', iss: server.issuer });
  });

  test('IS1, IS3: has the error, the state and the issuer, and no code', async () => {
    const { at, parameters } = read(await answerTo({ response_mode, scope: 'nothing-registered' }));
    expect(at).toBe(spa.redirect_uris[0]);
    expect(parameters).toMatchObject({ error: 'invalid_scope', state: 'a-state', iss: server.issuer });
    expect(parameters).not.toHaveProperty('code');
  });

  test('OC2: tells login_required in the same mode', async () => {
    const page = await newPerson(server).follow(authorizeTarget(spa, { response_mode, prompt: 'none' }));
    expect(read(page).parameters['error']).toBe('login_required');
  });

  test('BP5: tells a missing challenge in the same mode', async () => {
    const page = await answerTo({ response_mode, code_challenge: undefined, code_challenge_method: undefined });
    expect(read(page).parameters['error']).toBe('invalid_request');
  });

  test('OA16: carries the state byte for byte', async () => {
    expect(read(await answerTo({ response_mode, state: oddState })).parameters['state']).toBe(oddState);
  });

  test('has no state when none was sent', async () => {
    expect(read(await answerTo({ response_mode, state: undefined })).parameters).not.toHaveProperty('state');
  });

  test('has a code that can be redeemed', async () => {
    const { verifier, challenge } = pkcePair();
    const { parameters } = read(await answerTo({ response_mode, code_challenge: challenge }));
    const tokens = await redeem(server, spa, { code: parameters['code'], code_verifier: verifier });
    expect(tokens.status).toBe(200);
  });

  test('is kept while somebody signs in', async () => {
    const somebody = newPerson(server);
    const signIn = await somebody.follow(authorizeTarget(spa, { response_mode }));
    const submitted = await somebody.submit(signIn, { username: ada.username, password: ada.password });
    const page = await somebody.follow(submitted.headers.location ?? '');
    expect(read(page).parameters).toMatchObject({ code: expect.any(String), iss: server.issuer });
  });

  test('is kept by nobody on the way', async () => {
    expect((await answerTo({ response_mode })).headers['cache-control']).toBe('no-store');
  });

  test('OA8: does not make a page into a redirect', async () => {
    const page = await answerTo({ response_mode, redirect_uri: 'https://evil.example/' });
    expect(page.status).toBe(400);
    expect(page.headers).not.toHaveProperty('location');
    expect(page.body).not.toContain('evil.example');
  });

  test('keeps the query of the redirect URI', async () => {
    const page = await answerTo({ response_mode }, withQuery);
    const [registered = ''] = withQuery.redirect_uris;
    const at = response_mode.startsWith('form_post') ? formOf(page).action : (page.headers.location ?? '');
    expect(at.startsWith(registered)).toBe(true);
  });
});

describe('the default', () => {
  test('of a code is the query', async () => {
    expect(modes['query']?.(await answerTo({})).parameters).toHaveProperty('code');
  });

  test('OA6: is taken for an empty response_mode', async () => {
    expect(modes['query']?.(await answerTo({ response_mode: '' })).parameters).toHaveProperty('code');
  });

  test.each(['web_message', 'web_message.jwt', 'JWT', 'jwt.jwt', 'QUERY', ' query', 'okta_post_message', '__proto__'])(
    'carries the refusal of a mode that is not announced: %s',
    async (response_mode) => {
      const answer = await answerTo({ response_mode });
      expect(parametersOf(location(answer))).toMatchObject({ error: 'invalid_request', iss: server.issuer });
    },
  );

  test('OA5: carries the refusal of two modes', async () => {
    const page = await person.follow(`${authorizeTarget(spa)}&response_mode=fragment&response_mode=form_post`);
    expect(parametersOf(location(page))).toMatchObject({ error: 'invalid_request' });
  });
});

describe('fragment', () => {
  test('leaves the query empty', async () => {
    expect(location(await answerTo({ response_mode: 'fragment' })).search).toBe('');
  });

  test('works for a private-use scheme', async () => {
    const page = await answerTo({ response_mode: 'fragment' }, mobile);
    expect(page.headers.location).toMatch(/^com\.example\.mobile:\/callback#code=/);
  });
});

describe('form_post: the page', () => {
  const page = (changes: Fields = {}) => answerTo({ response_mode: 'form_post', ...changes });

  test('is HTML that nobody keeps, without a redirect', async () => {
    const { status, headers } = await page();
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers).not.toHaveProperty('location');
  });

  test('25: works without scripts: one form that posts, with a button', async () => {
    const { body } = await page();
    expect(body.match(/<form /g)).toHaveLength(1);
    expect(body).toMatch(
      /<form method="post" action="[^"]+">[\s\S]*<button type="submit">[^<]+<\/button>[\s\S]*<\/form>/,
    );
  });

  test('posts itself by the one script that its policy allows', async () => {
    const { body, headers } = await page();
    const scripts = [...body.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, script = '']) => script);
    expect(scripts).toHaveLength(1);
    const hash = createHash('sha256')
      .update(scripts[0] ?? '')
      .digest('base64');
    expect(headers['content-security-policy']).toContain(`script-src 'sha256-${hash}'`);
    expect(headers['content-security-policy']).not.toContain('unsafe-inline');
  });

  test('BP23, H29: cannot be framed, and loads nothing from elsewhere', async () => {
    const { body, headers } = await page();
    expect(headers['content-security-policy']).toMatch(/default-src 'none'/);
    expect(headers['content-security-policy']).toMatch(/frame-ancestors 'none'/);
    expect(headers['content-security-policy']).not.toContain('form-action');
    expect(headers['x-frame-options']).toBe('DENY');
    expect(body).not.toMatch(/(src|href)="https?:/);
  });

  test('BP15: tells nobody where the person was', async () => {
    expect((await page()).headers['referrer-policy']).toBe('no-referrer');
  });

  test.each(['"><script>alert(1)</script>', "' onfocus=alert(1) autofocus='", '</form><form action=//evil.example>'])(
    'H30: shows a state as text: %s',
    async (state) => {
      const answer = await page({ state });
      expect(answer.body).not.toContain(state);
      expect(formOf(answer).fields['state']).toBe(state);
    },
  );
});
