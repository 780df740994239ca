import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { demoAccount } from '../../infra/local/demo/demo-data.ts';
import { addSampleClients, sampleNow, writeSampleLines } from '../../scripts/sample-console.ts';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { clientStore } from '../../shared/clients/client-store.ts';
import { hashPassword } from '../../shared/password.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { consoleSettings, grace } from '../console/operator.ts';
import { stoppedClock } from '../support/clock.ts';
import { signedInPerson } from '../support/person.ts';
import { tables } from '../support/server.ts';
import { signIn, startBrowserTests } from './browser-tests.ts';
import { axeViolations, flaws } from './flaws.ts';

const data = mkdtempSync(join(tmpdir(), 'pixy-console-'));
afterAll(() => rmSync(data, { recursive: true, force: true }));
await writeSampleLines(data);

const { issuer, server, open } = await startBrowserTests([], {
  data,
  now: () => sampleNow,
  environment: consoleSettings,
});
await addSampleClients();
await accountStore(openDatabase(), tables.people).add(
  { ...grace, passwordHash: await hashPassword(grace.password) },
  sampleNow,
);
const clients = clientStore(openDatabase(), tables.clients, () => sampleNow);

const withoutScripts = { javaScriptEnabled: false };

/** A browser in which the operator is signed in at the server already. */
async function openConsole(path = '', options: BrowserContextOptions = withoutScripts): Promise<Page> {
  const page = await open(options);
  const { cookies } = await signedInPerson({ port: server.port, clock: stoppedClock(sampleNow) }, grace);
  const held = Array.from(cookies, ([name, value]) => ({ name, value, url: issuer, httpOnly: true }));
  await page.context().addCookies(held);
  await page.goto(`${issuer}/console${path}`);
  return page;
}

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name }).waitFor();

test('an operator signs in through the sign-in page, with the keyboard alone and without scripts', async () => {
  const page = await open(withoutScripts);
  await page.goto(`${issuer}/console/waivers`);
  await signIn(page, grace);
  await heading(page, 'Waivers');
  await page.keyboard.press('Tab');
  expect(await page.locator(':focus').textContent()).toBe('Skip to the content');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  expect(await page.locator(':focus').textContent()).toBe('payroll');
  await page.keyboard.press('Enter');
  await heading(page, 'The waiver of payroll');
});

test('somebody without rights reads why, and can leave', async () => {
  const page = await open(withoutScripts);
  await page.goto(`${issuer}/console`);
  await signIn(page, demoAccount);
  await heading(page, 'You may not use the console');
  await page.getByText('pixy accounts set').waitFor();
  await page.getByRole('button', { name: 'Sign out of the console' }).click();
  await heading(page, 'Signed out');
});

test('the policy is tightened with what would happen beside it, and rolled back, with the keyboard alone', async () => {
  const page = await openConsole('/policy');
  await page.getByLabel('Floor of all clients').focus();
  await page.keyboard.type('S256');
  await page.getByRole('button', { name: 'Show what would happen' }).press('Enter');
  await page.getByText('231 would be refused, of 2 clients').waitFor();
  await page.getByRole('cell', { name: /28 with none/ }).waitFor();
  await page.getByLabel('Reason, for the change log').fill('audit finding 12');
  await page.keyboard.press('Enter');
  await heading(page, 'A change');
  expect((await clients.policyVersion())?.value).toMatchObject({ floor: 'S256' });
  await page.getByLabel('Reason, for the change log').fill('partners are not ready');
  await page.keyboard.press('Enter');
  await page.getByText('partners are not ready').waitFor();
  expect((await clients.policyVersion())?.value).toMatchObject({ floor: 'none' });
});

test('of two tabs, the slower one overwrites nothing, and sees what the other did', async () => {
  const page = await openConsole('/clients/support-desk/edit');
  const other = await page.context().newPage();
  await other.goto(`${issuer}/console/clients/support-desk/edit`);
  await other.getByLabel('Name').fill('Help <desk>');
  await other.getByLabel('Reason, for the change log').fill('renamed');
  await other.getByRole('button', { name: 'Save' }).click();
  await heading(other, 'A change');
  await page.getByLabel('Name').fill('Hotline');
  await page.getByLabel('Reason, for the change log').fill('renamed, too');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Somebody else changed support-desk since you opened this page').waitFor();
  await page.getByRole('cell', { name: 'Help <desk>' }).waitFor();
  expect(await page.getByLabel('Name').inputValue()).toBe('Hotline');
  expect(await clients.find('support-desk')).toMatchObject({ clientName: 'Help <desk>' });
  await page.getByRole('button', { name: 'Save' }).click();
  await heading(page, 'A change');
  expect(await clients.find('support-desk')).toMatchObject({ clientName: 'Hotline' });
});

test('a secret is shown once', async () => {
  const page = await openConsole('/add-client');
  await page.getByLabel('Id', { exact: true }).fill('new-app');
  await page.getByLabel('Kind').selectOption('web');
  await page.getByLabel('Redirect URIs').fill('https://new.example/cb');
  await page.getByLabel('Reason, for the change log').fill('a new app');
  await page.getByRole('button', { name: 'Add the client' }).click();
  await heading(page, 'new-app was added');
  const secret = await page.locator('.once code').textContent();
  expect(secret).toMatch(/^[\w-]{43}$/);
  await page.getByRole('link', { name: 'Connect the app' }).click();
  await heading(page, 'Connect an app as new-app');
  expect(await page.content()).not.toContain(secret);
});

describe('every page', () => {
  const paths = [
    '',
    '/adoption',
    '/policy?default=S256&floor=S256&mode=enforce',
    '/clients',
    '/clients/partner-portal',
    '/clients/partner-portal/edit',
    '/clients/partner-portal/waiver',
    '/clients/partner-portal/connect',
    '/add-client',
    '/waivers',
    '/refusals',
    '/people?q=grace',
    `/people/${grace.claims.sub}`,
    `/people/${grace.claims.sub}/disable`,
    '/changes',
    '/audit?verdict=refused',
    '/nothing',
  ];

  test.each(paths)('/console%s has no flaw for eyes, screen readers and small windows', async (path) => {
    const page = await openConsole(path, {});
    const found: unknown[] = [...(await axeViolations(page)), ...(await flaws(page))];
    for (const width of [390, 768, 1_280]) {
      await page.setViewportSize({ width, height: 800 });
      const overhang = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
      if (overhang > 0) found.push({ width, overhang });
    }
    expect(found).toEqual([]);
  });
});
