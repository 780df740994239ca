import type { BrowserContextOptions, Page } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { demoAccount } from '../../infra/local/demo/demo-data.ts';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { hashPassword } from '../../shared/password.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { consoleSettings, rae } from '../console/operator.ts';
import { signedInPerson } from '../support/person.ts';
import { tables } from '../support/server.ts';
import { now, signIn, startBrowserTests, startServerWith } from './browser-tests.ts';
import { axeViolations, flaws } from './flaws.ts';

/* The playground as a part of the console, which tells its page what the local run does at /demo (playground.test.ts). */

const { issuer, server, open } = await startBrowserTests([], { environment: consoleSettings });
await accountStore(openDatabase(), tables.people).add({ ...rae, passwordHash: await hashPassword(rae.password) }, now);

const at = `${issuer}/console/playground`;

/** The page, for somebody who may read and is signed in at the server. */
async function openPlayground(address = at, options: BrowserContextOptions = {}): Promise<Page> {
  const page = await open(options);
  const { cookies } = await signedInPerson(server, rae);
  await page
    .context()
    .addCookies(Array.from(cookies, ([name, value]) => ({ name, value, url: issuer, httpOnly: true })));
  await page.goto(address);
  return page;
}

type Card = { title: string; text: string };

/** Presses the button of a mistake, and waits for the sentence about what came of it. */
async function breakIt(page: Page, button: string): Promise<{ cards: Card[]; outcome: string | null }> {
  await page.getByRole('button', { name: button }).click();
  await page.getByRole('heading', { name: button, level: 3 }).waitFor();
  const outcome = await page.locator('#break-result > .verdict').textContent();
  const cards = await page.evaluate<Card[]>(
    `[...document.querySelectorAll('#break-result .exchange')].map((card) => ({ title: card.querySelector('h4').textContent, text: card.textContent }))`,
  );
  return { cards, outcome };
}

test('somebody without rights reads a sentence instead', async () => {
  const page = await open();
  await page.goto(at);
  await signIn(page, demoAccount);
  await page.getByRole('heading', { name: 'You may not use the console' }).waitFor();
  expect(await page.locator('script[src]').count()).toBe(0);
});

test('somebody who may only read gets to it from the console, and signs in with it by keyboard alone', async () => {
  const page = await openPlayground(`${issuer}/console`);
  await page.getByRole('link', { name: 'Playground' }).press('Enter');
  await page.getByRole('button', { name: 'Sign in', exact: true }).press('Enter');
  await page.getByRole('heading', { name: 'You are signed in' }).waitFor();
  expect(page.url()).toBe(at);
  await page.getByText('The app accepts this answer').waitFor();
  await page.getByText('The signature matches the published key').first().waitFor();
  await page.getByRole('button', { name: 'Ask who this is' }).press('Enter');
  await page.getByRole('heading', { name: 'The userinfo request' }).waitFor();
  await page.getByText('"sub": "rae-0001"').first().waitFor();
  await page.getByRole('link', { name: 'Back to the console' }).press('Enter');
  await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
});

test.each([
  ['Send no challenge', 'code_challenge_required', 'The policy decided, by the rule'],
  ['Send a wrong verifier', 'code_verifier_mismatch', 'The proof decided'],
  ['Send the verifier of another tab', 'code_verifier_mismatch', 'The proof decided'],
  ['Use plain instead of S256', 'code_challenge_method_plain_refused', 'The policy decided, by the rule'],
  ['Use the code twice', 'access_token_invalid', 'The access token decided'],
  ['Leave out the state', undefined, 'The policy decided, by the rule'],
  ['Let another app take the code', 'code_spent', 'The code decided'],
])('%s: what the server said, which rule decided, and the audit line', async (button, reason, rule) => {
  const page = await openPlayground();
  const { cards, outcome } = await breakIt(page, button);
  expect(outcome).not.toContain('let it through');
  for (const { text } of cards) expect(text).toMatch(/Audit line.*\{"v":1,"time":\d+,.*"client":"pixy-playground"/s);
  const last = cards.at(-1)?.text;
  expect(last).toContain(rule);
  expect(last).toContain(reason === undefined ? 'back to the app with a code' : `${issuer}/errors#${reason}`);
  expect(cards[0]?.text).toMatch(/Answer.*302\n.*location: http.*\/console\/playground\?/s);
});

test('one request of the page is one request at the server', async () => {
  const page = await openPlayground();
  const { cards } = await breakIt(page, 'Leave out the state');
  const [, id] = /"request":"([^"]+)"/.exec(cards[0]?.text ?? '') ?? [];
  await page.goto(`${issuer}/console/audit?client=pixy-playground&endpoint=authorize`);
  const ids = await page.locator('tbody tr td:last-child').allTextContents();
  expect(ids[0]).toBe(id);
  expect(ids.filter((one) => one === id)).toHaveLength(1);
});

test('the answer to another client is not read: the page says so', async () => {
  const page = await openPlayground();
  await page.getByLabel('Client').fill('demo-app');
  await page.getByLabel('Redirect URI', { exact: true }).fill('http://localhost/demo');
  await page.getByRole('button', { name: 'Send the request' }).click();
  await page.getByText('this page is told no answers to other clients').waitFor();
  await page.getByLabel('Client').fill('nobody');
  await page.getByRole('button', { name: 'Send the request' }).click();
  await page.getByText('The client decided: nobody has registered it.').waitFor();
});

test('a deployed page knows the rule at once, and searches the audit log when somebody asks', async () => {
  const page = await openPlayground('about:blank');
  await page.route(at, async (route) => {
    const answer = await route.fetch();
    await route.fulfill({
      response: answer,
      body: (await answer.text()).replace('data-log="here"', 'data-log="remote"'),
    });
  });
  // Signs in to the console first.
  await page.goto(`${issuer}/console`);
  await page.goto(at);
  let searches = 0;
  await page.route('**/decision?**', (route) => {
    searches += 1;
    return searches === 1 ? route.fulfill({ status: 404, body: '{}' }) : route.continue();
  });
  const { cards } = await breakIt(page, 'Send no challenge');
  expect(searches).toBe(0);
  expect(cards[0]?.text).toContain('reasoncode_challenge_required');
  expect(cards[0]?.text).toContain('The policy decided, by the rule');
  const search = page.getByRole('button', { name: 'Search the audit log for it' });
  await search.click();
  await page.getByText('It is not there yet').waitFor();
  expect([await axeViolations(page), await flaws(page)]).toEqual([[], []]);
  await search.click();
  await page.getByText('"reason":"code_challenge_required"').waitFor();
  expect(await search.count()).toBe(0);
});

test('a server that takes pushed requests alone gets them pushed', async () => {
  const other = await startServerWith([], { environment: { ...consoleSettings, PIXY_PUSHED_REQUESTS: 'required' } });
  onTestFinished(() => other.close());
  await accountStore(openDatabase(), tables.people).add(
    { ...rae, passwordHash: await hashPassword(rae.password) },
    now,
  );
  const page = await open();
  await page.goto(`${other.issuer}/console/playground`);
  await signIn(page, rae);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('heading', { name: 'You are signed in' }).waitFor();
  const { cards } = await breakIt(page, 'Send no challenge');
  expect(cards[0]?.text).toContain('POST /par');
  expect(cards[0]?.text).toContain('code_challenge_required');
  const wrong = await breakIt(page, 'Send a wrong verifier');
  expect(wrong.cards[0]?.text).toMatch(/GET \/authorize\?client_id=pixy-playground\n?&request_uri=/);
});

test('it is readable in every state, also at 390 pixels, and offers nothing without JavaScript', async () => {
  const page = await openPlayground();
  for (const button of ['', 'Use the code twice', 'Let another app take the code']) {
    if (button !== '') await breakIt(page, button);
    await page.evaluate(`for (const one of document.querySelectorAll('details')) one.open = true`);
    for (const width of [390, 768, 1_280]) {
      await page.setViewportSize({ width, height: 800 });
      expect([button, width, await page.evaluate<number>('measure.overhang()')]).toEqual([button, width, 0]);
    }
    expect([button, await axeViolations(page), await flaws(page)]).toEqual([button, [], []]);
  }
  const without = await openPlayground(at, { javaScriptEnabled: false });
  expect(await without.locator('noscript p').isVisible()).toBe(true);
  const pressable = without.locator('button, a, input').filter({ visible: true });
  expect(await pressable.allTextContents()).toEqual(['Back to the console']);
});
