import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { samplePageScript, samplePages, sampleScript } from '../../scripts/sample-pages.ts';
import { dressBrand } from '../../shared/http/pages/dress.ts';
import { lookIn } from '../../shared/http/pages/look.ts';
import { languages } from '../../shared/http/pages/texts/languages.ts';
import type { Reply } from '../../shared/http/reply.ts';
import { startBrowserPages } from './browser-tests.ts';
import { axeViolations, flaws, phone } from './flaws.ts';
import { hostileTexts } from './hostile-texts.ts';

/* Every page with everything on it, with the headers that it comes with. */

const { open, trouble } = await startBrowserPages();
const look = lookIn('en', dressBrand({}));
const names = Object.keys(samplePages(look));

const address = 'http://localhost/sample';

/** Shows a reply in the browser as the server sends it. The script of the passkeys finds a browser that has them. */
async function show(page: Page, make: (() => Promise<Reply>) | undefined): Promise<void> {
  const reply = await make?.();
  await page.unrouteAll();
  await page.route('http://localhost/**', (route) =>
    route.request().url() === address
      ? route.fulfill({
          status: reply?.statusCode ?? 0,
          headers: reply?.headers as Record<string, string>,
          body: reply?.body ?? '',
        })
      : route.fulfill({ contentType: 'text/javascript', body: sampleScript }),
  );
  await page.goto(address);
}

/** The page that posts itself away is not there for long enough. */
const withoutFormPost = names.filter((name) => name !== 'form-post');

test('every page: axe-core finds no fault, it is readable in light, dark and forced colors, fits 320 pixels, and nothing moves', async () => {
  const page = await open({ viewport: phone });
  const pages = samplePages(look);
  // All in one document: axe-core takes longer to load than to look. Its headers come with every page further down.
  await show(page, pages['sign-in-all-ways']);
  for (const name of withoutFormPost) {
    await page.emulateMedia({ colorScheme: 'light', forcedColors: 'none' });
    await page.setViewportSize(phone);
    await page.setContent((await pages[name]?.())?.body ?? '');
    const found = { violations: await axeViolations(page), flaws: await flaws(page) };
    expect({ name, ...found }).toEqual({ name, violations: [], flaws: [] });
  }
});

test('axe-core is really asked', async () => {
  const page = await open();
  await page.setContent('<input><img src="data:,">');
  const ids = (await axeViolations(page)).map((violation) => violation.split(':')[0]);
  expect(ids).toEqual(expect.arrayContaining(['label', 'image-alt', 'html-has-lang']));
});

const otherLooks = [
  ...languages.map((language) => [language, lookIn(language, dressBrand({}))] as const),
  ['English from right to left', { ...look, direction: 'rtl' }] as const,
];

test.for(otherLooks)('every page fits 320 pixels in %s, and says what it is in', async ([, other]) => {
  const page = await open({ viewport: phone });
  const bodies: Record<string, string> = {};
  for (const [name, make] of Object.entries(samplePages(other))) bodies[name] = (await make()).body ?? '';
  // One after the other in the same document, without their scripts: to load them takes longer than to look at them.
  await page.setContent('<!doctype html><title>A page</title>');
  const seen = await page.evaluate(`Object.entries(${JSON.stringify(bodies)}).map(([name, body]) => {
    document.documentElement.replaceWith(new DOMParser().parseFromString(body, 'text/html').documentElement);
    const { lang: language, dir: direction, clientWidth: width } = document.documentElement;
    return { name, width, overhang: measure.overhang(), language, direction };
  })`);
  const { language, direction } = other;
  const fits = { width: phone.width, overhang: 0, language, direction };
  expect(seen).toEqual(names.map((name) => ({ name, ...fits })));
});

test.for([
  ['#ffee00', 'a bright color'],
  ['#777777', 'a middling one'],
  ['#000', 'black'],
  ['#fff', 'white'],
] as const)('a brand in %s (%s) is readable all the same', async ([accent]) => {
  const page = await open();
  const pages = samplePages(lookIn('en', dressBrand({ name: 'Harbor', accent })));
  await show(page, pages['sign-in-all-ways']);
  expect(await flaws(page)).toEqual([]);
  await show(page, pages['choose-account']);
  expect(await flaws(page)).toEqual([]);
});

test('H30: texts of people and clients add nothing to any page, whatever they are', async () => {
  const page = await open();
  /** Elements and attributes, as the browser reads them. */
  const shapesOf = async (text: string) => {
    const replies = await Promise.all(Object.values(samplePages(look, () => text)).map((make) => make()));
    return page.evaluate<string[]>(
      `${JSON.stringify(replies.map(({ body }) => body))}.map((body) => [...new DOMParser().parseFromString(body, 'text/html').querySelectorAll('*')].map((element) => [element.tagName, ...element.getAttributeNames()].join(' ')).join('\\n'))`,
    );
  };
  const harmless = await shapesOf('harmless');
  expect(harmless.length).toBe(names.length);
  for (const text of hostileTexts) expect({ text, shapes: await shapesOf(text) }).toEqual({ text, shapes: harmless });
});

test('H30: texts of people and clients run nothing, and fit 320 pixels', async () => {
  const page = await open({ viewport: phone });
  let count = 0;
  const next = () => hostileTexts[count++ % hostileTexts.length] ?? '';
  for (const name of withoutFormPost) {
    await show(page, samplePages(look, next)[name]);
    const seen = await page.evaluate(`({ overhang: measure.overhang(), isPwned: 'pwned' in window })`);
    expect({ name, ...(seen as object) }).toEqual({ name, overhang: 0, isPwned: false });
  }
  expect(count).toBeGreaterThan(3 * hostileTexts.length);
});

test('H30: a client with a logo of somebody else is shown without it', async () => {
  const page = await open();
  const { consentPage } = await import('../../shared/http/pages/consent-page.ts');
  const sample = {
    clientName: 'Harbor',
    redirectUri: 'https://photos.example.com/callback',
    scope: ['openid', 'constructor', '__proto__'],
    account: 'ada',
    formToken: 'a-token',
    cookies: [],
  };
  for (const logo of [
    'https://evil.example/pixel.png',
    '//evil.example/pixel.png',
    'javascript:alert(1)',
    'data:text/html,<script>pwned=1</script>',
    'data:image/svg+xml,"><script>pwned=1</script>',
  ]) {
    await show(page, () => consentPage(look, { ...sample, logo, privacyUri: 'javascript:alert(1)' }));
    expect(await page.locator('img, main a').count()).toBe(0);
    expect(await page.locator('.scopes li').count()).toBe(3);
  }
  await show(page, () =>
    consentPage(look, { ...sample, logo: 'data:image/svg+xml,%3Csvg xmlns="x" onload="alert(1)"/>' }),
  );
  expect(await page.locator('img').count()).toBe(0);
  expect(trouble).toEqual([]);
});

test('the focus goes through the sign-in page in the order of reading', async () => {
  const page = await open();
  await show(page, samplePages(look)['sign-in-all-ways']);
  const order: string[] = [];
  for (let step = 0; step < 8; step += 1) {
    order.push(await page.evaluate<string>(`document.activeElement.name || document.activeElement.textContent.trim()`));
    await page.keyboard.press('Tab');
  }
  expect(order).toEqual([
    'username',
    'password',
    'keep',
    'Sign in',
    'Sign in with a passkey',
    'idp',
    'idp',
    'Create one',
  ]);
});

test('the button of a passkey is not there for somebody without JavaScript, and neither is the word before it', async () => {
  const page = await open({ javaScriptEnabled: false });
  const { signInPage } = await import('../../shared/http/pages/sign-in-page.ts');
  const passkey = { script: samplePageScript, options: {} };
  await show(page, () => signInPage(look, { passkey, formToken: 'a-token', cookies: [] }));
  expect(await page.getByRole('button').allTextContents()).toEqual(['Sign in']);
  expect(await page.getByText('or', { exact: true }).isVisible()).toBe(false);
});

test('enter in the field of a new passkey name or a code sends that form and no other', async () => {
  const page = await open();
  await show(page, samplePages(look)['account']);
  await page.getByText('Rename').first().click();
  await page.getByLabel('Name').first().fill('My new phone');
  const sent = page.waitForRequest((request) => request.method() === 'POST');
  await page.getByLabel('Name').first().press('Enter');
  const form = new URLSearchParams((await sent).postData() ?? '');
  expect(Object.fromEntries(form)).toEqual({
    form_token: 'a-token',
    action: 'rename_passkey',
    id: '1',
    name: 'My new phone',
  });
});
