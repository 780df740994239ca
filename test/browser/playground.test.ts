import type { Page } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { demoAccount, demoAdminClient } from '../../infra/local/demo/demo-data.ts';
import { playgroundPage, playgroundPart, playgroundParts } from '../../shared/pages/playground/serve-file.ts';
import { signedInPerson } from '../support/person.ts';
import { signIn, startBrowserTests, startServerWith } from './browser-tests.ts';
import { axeViolations, flaws } from './flaws.ts';

/* The page of a local run that shows a sign-in with PKCE, and breaks it. */

const { issuer, server, app, open, startSession } = await startBrowserTests();

/** What the page shows of an exchange: its parts by their headings. A list of names and values is an object. */
type Card = {
  title: string;
  Request: string;
  Answer: string;
  'What the server said': string | Record<string, string>;
  'Which rule decided': string;
  'Audit line': string;
  /** The row of the rule that the policy comes from, and what the rules say about the authorization request. */
  decides: string;
  explained?: string;
};

const readCards = (page: Page, place: string): Promise<Card[]> =>
  page.evaluate(`[...document.querySelectorAll('#${place} .exchange')].map((card) => {
    const parts = {
      title: card.querySelector('h4').textContent,
      decides: [...card.querySelectorAll('.decides > *')].map((cell) => cell.textContent).join(' | '),
      explained: card.querySelector('table + p')?.textContent.split('.')[0],
    };
    let name;
    for (const child of card.children) {
      const heading = child.tagName === 'H5' ? child : child.querySelector(':scope > h5');
      if (heading) name = heading.textContent;
      else if (name && !(name in parts)) parts[name] = child.tagName === 'DL'
        ? Object.fromEntries([...child.querySelectorAll('dt')].map((term) => [term.textContent, term.nextElementSibling.textContent]))
        : child.textContent;
    }
    return parts;
  })`);

async function openSignedIn(): Promise<Page> {
  const page = await open();
  await startSession(page);
  await page.goto(`${issuer}/demo`);
  return page;
}

/** Presses the button of a mistake, and waits for the sentence about what came of it. */
async function breakIt(page: Page, button: string): Promise<{ cards: Card[]; outcome: string | null }> {
  await page.getByRole('button', { name: button }).click();
  return readBreak(page, button);
}

async function readBreak(page: Page, title: string): Promise<{ cards: Card[]; outcome: string | null }> {
  await page.getByRole('heading', { name: title, level: 3 }).waitFor();
  const outcome = await page.locator('#break-result > .verdict').textContent();
  return { cards: await readCards(page, 'break-result'), outcome };
}

const titlesOf = (cards: readonly Card[]): string[] => cards.map(({ title }) => title);
const reasonsOf = (cards: readonly Card[]) => cards.map((card) => JSON.parse(card['Audit line']).reason as unknown);

test('a person goes through a sign-in step by step, and sees each request, each answer, the rule and the audit line', async () => {
  const page = await open();
  await page.goto(`${issuer}/demo`);
  await page.getByLabel('Scope').fill('openid email');
  await page.getByRole('button', { name: 'Send the request' }).click();
  await page.getByRole('button', { name: 'Go there and sign in' }).waitFor();
  expect(await readCards(page, 'authorize-result')).toMatchObject([
    {
      Answer: expect.stringMatching(/^303\n[\s\S]*location: \/sign-in\?/),
      'What the server said': 'It sends the browser to a page of its own, for the person.',
    },
  ]);

  await page.getByRole('button', { name: 'Go there and sign in' }).click();
  await signIn(page);
  await page.getByText('The app accepts this answer').waitFor();
  expect(page.url()).toBe(`${issuer}/demo`);
  const challenge = await page.getByLabel('Code challenge').inputValue();
  const [asked] = await readCards(page, 'authorize-result');
  expect(asked?.Request).toContain(`\n&scope=openid+email\n`);
  expect(asked?.Request).toContain(`\n&code_challenge=${challenge}\n&code_challenge_method=S256`);
  expect(asked?.Answer).toMatch(/^302\n/);
  expect(asked?.Answer).toContain(`location: ${issuer}/demo?code=${await field(page, 'Code')}&state=`);
  expect(asked?.['Which rule decided']).toBe('The policy decided, by the rule “own value”: S256.');
  expect(asked?.decides).toBe('own value (decides) | S256 | is taken instead of the global default');
  expect(JSON.parse(asked?.['Audit line'] ?? '')).toMatchObject({ endpoint: 'authorize', verdict: 'allowed' });

  await page.getByRole('button', { name: 'Exchange the code' }).click();
  await page.getByRole('heading', { name: 'You are signed in' }).waitFor();
  const [exchanged] = await readCards(page, 'exchange-result');
  expect(exchanged?.Request).toContain(`&code_verifier=${await field(page, 'Code verifier to send')}`);
  expect(exchanged?.Answer).toMatch(/^200\n[\s\S]*"token_type": "Bearer"/);
  expect(JSON.parse(exchanged?.['Audit line'] ?? '')).toMatchObject({ endpoint: 'token', method: 'S256' });

  await page.getByRole('button', { name: 'Ask who this is' }).click();
  await page.getByRole('heading', { name: 'The userinfo request' }).waitFor();
  const cards = await readCards(page, 'tokens-result');
  expect(cards.find(({ title }) => title === 'The userinfo request')?.Answer).toContain('"email": "demo@example.com"');
});

const field = (page: Page, label: string): Promise<string> => page.getByLabel(label, { exact: true }).inputValue();

const mistakes = {
  'Send no challenge': {
    titles: ['A request without a challenge'],
    reasons: ['code_challenge_required'],
    error: 'invalid_request',
    rule: 'The policy decided, by the rule “own value”: S256.',
    outcome: /^There is no code at all/,
  },
  'Send a wrong verifier': {
    titles: ['A request as it should be', 'The code with a guessed verifier'],
    reasons: [undefined, 'code_verifier_mismatch'],
    error: 'invalid_grant',
    rule: 'The proof decided, not the policy: a challenge that was sent binds the code (RFC 7636 §4.6).',
    outcome: /nobody gets a second guess/,
  },
  'Send the verifier of another tab': {
    titles: ['The first tab', 'The second tab', "The first tab's code with the second tab's verifier"],
    reasons: [undefined, undefined, 'code_verifier_mismatch'],
    error: 'invalid_grant',
    rule: 'The proof decided, not the policy: a challenge that was sent binds the code (RFC 7636 §4.6).',
    outcome: /keeps the verifier of each request with its state/,
  },
  'Use plain instead of S256': {
    titles: ['A request with the method plain'],
    reasons: ['code_challenge_method_plain_refused'],
    error: 'invalid_request',
    rule: 'The policy decided, by the rule “own value”: S256.',
    outcome: /held to S256/,
  },
  'Use the code twice': {
    titles: [
      'A request as it should be',
      'The code, for the first time',
      'The same code again',
      'The access token of the first time',
    ],
    reasons: [undefined, undefined, 'code_spent', 'access_token_invalid'],
    error: 'invalid_token',
    rule: 'The access token decided: it is not valid, or its grant is no longer in force (RFC 6750 §3.1).',
    outcome: /takes back what both have/,
  },
  'Let another app take the code': {
    titles: ['A request of your app', 'The other app with the code, without the verifier', 'Your app, too late'],
    reasons: [undefined, 'code_verifier_required', 'code_spent'],
    error: 'invalid_grant',
    rule: 'The code decided: it is good for one attempt, and this was not the first (RFC 6749 §4.1.2).',
    outcome: /^The other app gets nothing/,
  },
};

/** What `pixy policy explain` says about the authorization request behind it, by the reason of the exchange. */
const explanations = {
  allowed: 'The authorization request is allowed',
  code_challenge_required: 'The authorization request is refused',
  code_challenge_method_plain_refused: 'The authorization request is refused',
  // Nothing is asked of the policy at the userinfo endpoint.
  access_token_invalid: undefined,
};

test.for(Object.entries(mistakes))(
  '%s: what the server said, why, which rule decided, and the audit line',
  async ([button, { titles, reasons, error, rule, outcome }]) => {
    const page = await openSignedIn();
    const seen = await breakIt(page, button);
    expect(titlesOf(seen.cards)).toEqual(titles);
    expect(reasonsOf(seen.cards)).toEqual(reasons);
    const last = seen.cards.at(-1);
    const reason = reasons.at(-1);
    expect(last?.['What the server said']).toMatchObject({
      error,
      error_description: expect.stringMatching(/\.$/),
      error_uri: `${issuer}/errors#${reason}`,
      reason,
    });
    expect(last?.['Which rule decided']).toBe(rule);
    expect(seen.cards.map(({ explained }) => explained)).toEqual(
      reasons.map((one) =>
        one !== undefined && one in explanations
          ? explanations[one as keyof typeof explanations]
          : explanations.allowed,
      ),
    );
    expect(JSON.parse(last?.['Audit line'] ?? '')).toMatchObject({ verdict: 'refused', client: 'demo-app' });
    expect(seen.outcome).toMatch(outcome);
  },
);

test('Leave out the state: the server answers, and the app is the one to refuse', async () => {
  const page = await openSignedIn();
  const { cards, outcome } = await breakIt(page, 'Leave out the state');
  expect(cards).toMatchObject([{ 'What the server said': 'It sends the browser back to the app with a code.' }]);
  expect(cards[0]?.Request).not.toContain('state=');
  expect(cards[0]?.Answer).not.toContain('state=');
  expect(reasonsOf(cards)).toEqual([undefined]);
  expect(outcome).toContain('This page refuses an answer without the state that it sent.');

  await page.getByLabel('State', { exact: true }).fill('');
  await page.getByRole('button', { name: 'Send the request' }).click();
  await page.getByText('The app refuses this answer: without a state').waitFor();
});

test('the code that the other app takes came to the scheme of both, and another app has no verifier to send', async () => {
  const page = await openSignedIn();
  const { cards } = await breakIt(page, 'Let another app take the code');
  const [, code] = /location: com\.example\.demo:\/callback\?code=([^&]+)&/.exec(cards[0]?.Answer ?? '') ?? [];
  expect(code).toBeDefined();
  expect(cards[1]?.Request).toContain(`&code=${code}`);
  expect(cards[1]?.Request).not.toContain('code_verifier');
  expect(cards[2]?.Request).toContain(`&code=${code}\n&code_verifier=`);
});

test('somebody who is not signed in comes back to the mistake that they have chosen', async () => {
  const page = await open();
  await page.goto(`${issuer}/demo`);
  await page.getByLabel('Scope').fill('openid');
  await page.getByRole('button', { name: 'Send a wrong verifier' }).click();
  await signIn(page);
  const { cards } = await readBreak(page, 'Send a wrong verifier');
  expect(reasonsOf(cards)).toEqual([undefined, 'code_verifier_mismatch']);
  expect(await field(page, 'Scope')).toBe('openid');
  expect(await page.evaluate('document.activeElement.textContent')).toBe('Send a wrong verifier');
});

test('whatever a person changes in the fields is what is sent', async () => {
  const page = await openSignedIn();
  const send = async (expected: string) => {
    await page.getByRole('button', { name: 'Send the request' }).click();
    await page.locator(`#authorize-result:has-text("${expected}")`).waitFor();
    return (await readCards(page, 'authorize-result'))[0];
  };
  await page.getByLabel('Method').selectOption('s256');
  expect((await send('method_unsupported'))?.Request).toContain('&code_challenge_method=s256');
  await page.getByLabel('Method').selectOption('');
  expect((await send('method_required'))?.Request).not.toContain('code_challenge_method');
  await page.getByLabel('Code verifier', { exact: true }).fill('a-verifier-of-my-own-with-43-characters-0123');
  expect(await field(page, 'Code challenge')).toBe('a-verifier-of-my-own-with-43-characters-0123');
  await page.getByLabel('Method').selectOption('S256');
  await page.getByLabel('Code challenge').fill('A'.repeat(43));
  await page.getByText('the exchange will fail').waitFor();
  await page.getByLabel('Redirect URI', { exact: true }).fill('https://elsewhere.example/');
  const lost = await send('redirect_uri_not_registered');
  expect(lost?.['What the server said']).toMatch(/^It shows an error page/);
  expect(lost?.Answer).toMatch(/^400\n/);
  await page.getByLabel('Client').fill('nobody');
  expect((await send('client_unknown'))?.['Which rule decided']).toBe('The client decided: nobody has registered it.');
});

test('an answer with the code of somebody else is not accepted, whatever the server has said', async () => {
  const page = await open();
  await page.goto(`${issuer}/demo?start`);
  await page.waitForURL('**/sign-in?**');
  await page.goto(`${issuer}/demo?code=planted&state=planted&iss=${encodeURIComponent(issuer)}`);
  await page.getByText('The app refuses this answer').waitFor();
  expect(await page.locator('#exchange-result').textContent()).toBe('');
  await page.goto(`${issuer}/demo?code=planted&state=planted&iss=${encodeURIComponent(issuer)}`);
  await page.getByRole('heading', { name: 'This answer belongs to no sign-in' }).waitFor();
});

test('a token is decoded and its signature checked in the page; one that was changed does not match', async () => {
  const page = await openSignedIn();
  await page.goto(`${issuer}/demo?start`);
  await page.getByRole('heading', { name: 'You are signed in' }).waitFor();
  const card = page.locator('article', { has: page.getByRole('heading', { name: 'ID token' }) });
  const verdict = card.getByRole('status');
  expect(await verdict.textContent()).toMatch(/^The signature matches the published key \S+ \(RS256\)\.$/);
  const original = await field(page, 'ID token, as it came');

  await page.getByRole('button', { name: 'Pretend to be somebody else (ID token)' }).click();
  await card.getByText('"sub": "somebody-else"').waitFor();
  expect(await verdict.textContent()).toMatch(/^The signature does not match/);
  await page.getByRole('button', { name: 'Put it back (ID token)' }).click();
  await card.getByText('The signature matches').waitFor();
  await page.getByLabel('ID token, as it came').fill(original.replace(/\.[^.]+$/, '.AAAA'));
  await card.getByText('The signature does not match').waitFor();
  const none = `${btoa('{"alg":"none"}')}.${original.split('.')[1]}.`.replaceAll('=', '');
  await page.getByLabel('ID token, as it came').fill(none);
  await card.getByText('does not check the algorithm none').waitFor();
  await page.getByLabel('ID token, as it came').fill('not a token');
  await card.getByText('This is not a JWT.').waitFor();
});

test('every request, answer, token and audit line can be copied as it was', async () => {
  const page = await open({ permissions: ['clipboard-read', 'clipboard-write'] });
  await page.goto(`${issuer}/demo`);
  await page.getByRole('button', { name: 'Send no challenge' }).click();
  await readBreak(page, 'Send no challenge');
  for (const what of ['the request', 'the answer', 'the audit line']) {
    await page
      .locator('#break-result')
      .getByRole('button', { name: `Copy ${what}` })
      .click();
    await page.getByRole('status').getByText(`Copied ${what}`).waitFor();
    const copied = await page.evaluate<string>('navigator.clipboard.readText()');
    expect(copied).toMatch(/^(GET \/authorize\?response_type=code&client_id=[^\n]+$|302\n|\{"v":1,)/);
  }
});

test.for([
  ['Without PKCE', 6, 'The other app has the tokens'],
  ['With PKCE', 7, 'The server refuses'],
] as const)('the story by keyboard alone: %s', async ([choice, length, ending]) => {
  const page = await open({ reducedMotion: 'reduce' });
  await page.goto(`${issuer}/demo#story`);
  await page.getByText(`1 of 6: Two apps, one address`).waitFor();
  const radio = page.getByLabel('Without PKCE');
  await radio.focus();
  if (choice === 'With PKCE') await page.keyboard.press('ArrowRight');
  expect(await page.getByLabel(choice).isChecked()).toBe(true);
  // Back, then Next.
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  const told: string[] = [];
  for (let step = 1; step <= length; step += 1) {
    const status = page.locator('#story [role=status]');
    told.push((await status.locator('h3').textContent()) ?? '');
    expect((await status.locator('p').textContent())?.length).toBeGreaterThan(60);
    expect(await page.locator('#story-steps [aria-current=step]').count()).toBe(1);
    expect(await page.evaluate('document.activeElement.id')).toBe('story-next');
    await page.keyboard.press('Enter');
  }
  expect(told.map((title) => title.split(':')[0])).toEqual(told.map((_, index) => `${index + 1} of ${length}`));
  expect(told.at(-1)).toContain(ending);
  // At the end, nothing more comes, and the focus stays.
  expect(await page.locator('#story-step').textContent()).toBe(told.at(-1));
  expect(await page.getByRole('button', { name: 'Next' }).getAttribute('aria-disabled')).toBe('true');
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Space');
  expect(await page.locator('#story-step').textContent()).toBe(told.at(-2));
});

test('the story plays by itself only when asked to, and stops when asked to', async () => {
  const page = await open({ reducedMotion: 'reduce' });
  await page.clock.install();
  await page.goto(`${issuer}/demo`);
  const step = () => page.locator('#story-step').textContent();
  await page.getByText('1 of 6').waitFor();
  await page.clock.runFor(60_000);
  expect(await step()).toMatch(/^1 of 6/);
  await page.getByRole('button', { name: 'Play' }).click();
  await page.clock.runFor(7_000);
  expect(await step()).toMatch(/^3 of 6/);
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.clock.runFor(60_000);
  expect(await step()).toMatch(/^3 of 6/);
  await page.getByRole('button', { name: 'Play' }).click();
  await page.clock.runFor(60_000);
  expect(await step()).toMatch(/^6 of 6/);
  await page.getByRole('button', { name: 'Play' }).waitFor();
});

test('a message moves through the picture, unless the person wants less motion', async () => {
  const page = await open();
  await page.goto(`${issuer}/demo`);
  await page.getByText('1 of 6').waitFor();
  const moving = `(() => { document.getElementById('story-next').click(); return document.getAnimations().length; })()`;
  expect(await page.evaluate('document.getAnimations().length')).toBe(0);
  expect(await page.evaluate(moving)).toBe(1);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  expect(await page.evaluate(moving)).toBe(0);
});

const widths = [390, 768, 1_280];

/** What is wrong with the page in the state that it is in. */
async function wrongWith(page: Page): Promise<unknown> {
  const overhang: number[] = [];
  for (const width of widths) {
    await page.setViewportSize({ width, height: 800 });
    overhang.push(await page.evaluate<number>('measure.overhang()'));
  }
  return { violations: await axeViolations(page), overhang, flaws: await flaws(page) };
}

test('in every state axe-core finds no fault, the page is readable in light, dark and forced colors, and no line is too wide', async () => {
  const fine = { violations: [], overhang: [0, 0, 0], flaws: [] };
  const page = await openSignedIn();
  expect(await wrongWith(page)).toEqual(fine);
  await page.goto(`${issuer}/demo?start`);
  await page.getByRole('heading', { name: 'You are signed in' }).waitFor();
  await page.getByRole('button', { name: 'Pretend to be somebody else (ID token)' }).click();
  for (const button of [...Object.keys(mistakes), 'Leave out the state']) {
    await breakIt(page, button);
    await page.evaluate(`for (const one of document.querySelectorAll('details')) one.open = true`);
    expect({ button, wrong: await wrongWith(page) }).toEqual({ button, wrong: fine });
  }
  for (const choice of ['Without PKCE', 'With PKCE']) {
    await page.getByLabel(choice).check();
    for (let step = 0; step < 7; step += 1) {
      expect({ choice, step, violations: await axeViolations(page) }).toEqual({ choice, step, violations: [] });
      await page.evaluate(`document.getElementById('story-next').click()`);
    }
  }
});

test('the rules are those of the management API, and so of pixy policy explain', async () => {
  const query = 'client_id=demo-app&code_challenge_method=plain&scope=openid%20orders';
  const credentials = { client_id: demoAdminClient.client_id, client_secret: demoAdminClient.client_secret };
  const { client_id: id, client_secret: secret } = credentials;
  const granted = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${id}:${secret}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'pixy:read', resource: `${issuer}/admin` }),
  });
  const { access_token: token } = (await granted.json()) as { access_token: string };
  const headers = { authorization: `Bearer ${token}` };
  const managed = await fetch(`${issuer}/admin/policy/explain?${query}`, { headers });
  const shown = await fetch(`${issuer}/demo/explanation?${query}`);
  expect([managed.status, shown.status]).toEqual([200, 200]);
  expect(await shown.json()).toEqual(await managed.json());
});

test('what the page asks beside the server tells an answer once, and nobody else anything', async () => {
  const { url } = app.begin();
  const [, query] = url.split('?');
  await fetch(url, { redirect: 'manual' });
  const ask = (path: string, init: RequestInit = {}) => fetch(`${issuer}/demo/${path}`, init);
  const told = await ask(`answer?${query}`);
  expect(await told.json()).toMatchObject({ status: 303 });
  expect(told.headers.get('cross-origin-resource-policy')).toBe('same-origin');
  expect(told.headers.get('access-control-allow-origin')).toBeNull();
  expect((await ask(`answer?${query}`)).status).toBe(404);

  const { cookies } = await signedInPerson(server, demoAccount);
  const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
  await fetch(url, { redirect: 'manual', headers: { cookie } });
  expect((await ask(`answer?${query}`)).status).toBe(404);
  expect((await ask(`answer?${query}`, { headers: { cookie: 'pixy_session=somebody-else' } })).status).toBe(404);
  const own = await ask(`answer?${query}`, { headers: { cookie } });
  expect(await own.json()).toMatchObject({ status: 302, headers: { location: expect.stringContaining('code=') } });

  expect((await ask('decision?request=unknown')).status).toBe(404);
  expect((await ask('decision')).status).toBe(404);
  expect((await ask('explanation')).status).toBe(400);
  expect((await ask('explanation?client_id=nobody')).status).toBe(404);
  expect((await ask(`answer?${query}`, { method: 'POST' })).status).toBe(405);
});

test('without JavaScript the page says that it needs it, and offers nothing to press', async () => {
  const page = await open({ javaScriptEnabled: false });
  await page.goto(`${issuer}/demo`);
  expect(await page.locator('noscript p').isVisible()).toBe(true);
  const pressable = page.locator('button, a, input').filter({ visible: true });
  expect(await pressable.count()).toBe(0);
});

test('a server that is gone is said so, wherever the button is, until the next one is pressed', async () => {
  const page = await openSignedIn();
  await page.route('**/token', (route) => route.abort());
  const alert = page.getByRole('alert').getByText('The server did not answer as expected.');
  for (const button of ['Send a wrong verifier', 'Exchange the code']) {
    await page.getByRole('button', { name: button }).click();
    await alert.waitFor();
    await page.getByRole('button', { name: 'Begin again' }).click();
    await alert.waitFor({ state: 'hidden' });
  }
});

test('a server with clients of its own has neither the page nor what is beside it', async () => {
  const client = { client_id: 'app', redirect_uris: ['https://app.example/callback'], first_party: true };
  const other = await startServerWith([client]);
  onTestFinished(() => other.close());
  for (const path of ['', '/main.js', '/answer?a=b', '/decision?request=a', '/explanation?client_id=app']) {
    const reply = await fetch(`${other.issuer}/demo${path}`);
    expect({ path, status: reply.status }).toEqual({ path, status: 404 });
  }
});

test('the page is the same wherever it is served: it names no path of its own', async () => {
  const at = '/elsewhere/playground';
  const page = await playgroundPage({ at, clientId: 'an-app', relays: true, log: 'remote', about: '<b>' });
  expect(page.body).toContain('&lt;b&gt;');
  const parts = playgroundParts().flatMap((name) => playgroundPart(name) ?? []);
  const paths = playgroundParts().map((name) => `${at}/${name}`);
  for (const { body = '' } of [page, ...parts]) {
    const named = [...body.matchAll(/(?: from '\.|(?:src|href)=")(\/[^"']*)/g)].map(([, name = '']) => name);
    const missing = named
      .map((name) => (name.startsWith(at) ? name : at + name))
      .filter((name) => !paths.includes(name));
    expect(missing).toEqual([]);
    expect(body).not.toMatch(/\/demo\b|\{\{\w+\}\}/);
  }
  expect(paths.length).toBeGreaterThan(15);
});

test('a page that was opened by the number of the machine goes on under its name', async () => {
  const page = await open();
  await page.goto(`${issuer.replace('localhost', '127.0.0.1')}/demo?start`);
  await page.waitForURL(`${issuer}/sign-in?**`);
  await signIn(page);
  await page.getByRole('heading', { name: 'You are signed in' }).waitFor();
});

test('no cookie is told with an answer, although the browser got one', async () => {
  const page = await openSignedIn();
  const { cards } = await breakIt(page, 'Send a wrong verifier');
  expect(JSON.stringify(cards)).not.toMatch(/pixy_session|set-cookie/i);
});
