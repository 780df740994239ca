import type { BrowserContextOptions } from 'playwright-core';
import { expect, test } from 'vitest';
import { samplePageScript, samplePages, sampleScript } from '../../scripts/sample-pages.ts';
import type { Reply } from '../../shared/http/reply.ts';
import { dressBrand } from '../../shared/pages/dress.ts';
import { lookIn } from '../../shared/pages/look.ts';
import { languages } from '../../shared/pages/texts/languages.ts';
import { hasFocus, lookAtEach, startBrowserPages } from './browser-tests.ts';
import { axeViolations, flaws, phone } from './flaws.ts';
import { hostileTexts } from './hostile-texts.ts';

/* Every page with everything on it, with the headers that it comes with. */

const { open, trouble } = await startBrowserPages();
const look = lookIn('en', dressBrand({}));
const names = Object.keys(samplePages(look));

const address = 'http://localhost/sample';

/** A page that shows replies as the server sends them. The script of the passkeys finds a browser that has them. */
async function openShow(options: BrowserContextOptions = {}) {
  const page = await open(options);
  let shown: Reply | undefined;
  await page.route('http://localhost/**', (route) =>
    route.request().url() === address
      ? route.fulfill({
          status: shown?.statusCode ?? 0,
          headers: shown?.headers as Record<string, string>,
          body: shown?.body ?? '',
        })
      : route.fulfill({ contentType: 'text/javascript', body: sampleScript }),
  );
  const show = async (make: (() => Promise<Reply>) | undefined) => {
    shown = await make?.();
    await page.goto(address);
  };
  return { page, show };
}

/** The page that posts itself away is not there for long enough. */
const withoutFormPost = names.filter((name) => name !== 'form-post');

test('every page: axe-core finds no fault, it is readable in light, dark and forced colors, fits 320 pixels, and nothing moves', async () => {
  const { page, show } = await openShow({ viewport: phone });
  const pages = samplePages(look);
  // All in one document: axe-core takes longer to load than to look. Its headers come with every page further down.
  await show(pages['sign-in-all-ways']);
  for (const name of withoutFormPost) {
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

test('every page fits 320 pixels in every language and from right to left, also with text twice as large, and says what it is in', async () => {
  const page = await open({ viewport: phone });
  // One after the other in the same document, without their scripts: to load them takes longer than to look at them.
  await page.setContent('<!doctype html><title>A page</title>');
  for (const [described, other] of otherLooks) {
    const bodies: Record<string, string> = {};
    for (const [name, make] of Object.entries(samplePages(other))) bodies[name] = (await make()).body ?? '';
    const seen = await page.evaluate(`Object.entries(${JSON.stringify(bodies)}).map(([name, body]) => {
      document.documentElement.replaceWith(new DOMParser().parseFromString(body, 'text/html').documentElement);
      const { lang: language, dir: direction, clientWidth: width } = document.documentElement;
      const [overhang, enlarged] = [measure.overhang(), measure.enlargedOverhang()];
      return { name, width, overhang, enlarged, language, direction };
    })`);
    const { language, direction } = other;
    const fits = { width: phone.width, overhang: 0, enlarged: 0, language, direction };
    expect({ described, seen }).toEqual({ described, seen: names.map((name) => ({ name, ...fits })) });
  }
});

const accents = { '#ffee00': 'a bright color', '#777777': 'a middling one', '#000': 'black', '#fff': 'white' };

test('a brand in a bright color, a middling one, black or white is readable all the same', async () => {
  const { page, show } = await openShow();
  for (const [accent, described] of Object.entries(accents)) {
    const pages = samplePages(lookIn('en', dressBrand({ name: 'Harbor', accent })));
    for (const name of ['sign-in-all-ways', 'choose-account']) {
      await show(pages[name]);
      expect({ described, name, flaws: await flaws(page) }).toEqual({ described, name, flaws: [] });
    }
  }
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
  const { page, show } = await openShow({ viewport: phone });
  let count = 0;
  const next = () => hostileTexts[count++ % hostileTexts.length] ?? '';
  for (const name of withoutFormPost) {
    await show(samplePages(look, next)[name]);
    const seen = await page.evaluate(`({ overhang: measure.overhang(), isPwned: 'pwned' in window })`);
    expect({ name, ...(seen as object) }).toEqual({ name, overhang: 0, isPwned: false });
  }
  expect(count).toBeGreaterThan(3 * hostileTexts.length);
});

test('H30: a client with a logo of somebody else is shown without it', async () => {
  const { page, show } = await openShow();
  const { consentPage } = await import('../../shared/pages/consent-page.ts');
  const sample = {
    clientName: 'Harbor',
    redirectUri: 'https://photos.example.com/callback',
    scope: ['openid', 'constructor', '__proto__'],
    account: 'ada',
    formToken: 'a-token',
    cookies: [],
  };
  const logos = [
    'https://evil.example/pixel.png',
    '//evil.example/pixel.png',
    'javascript:alert(1)',
    'data:text/html,<script>pwned=1</script>',
    'data:image/svg+xml,"><script>pwned=1</script>',
    'data:image/svg+xml,%3Csvg xmlns="x" onload="alert(1)"/>',
  ];
  const withLogo = (logo: string) => consentPage(look, { ...sample, logo, privacyUri: 'javascript:alert(1)' });
  await show(() => withLogo(''));
  const replies = await Promise.all(logos.map(withLogo));
  const counts = await lookAtEach(
    page,
    replies.map(({ body }) => body ?? ''),
    `['img', 'main a', '.scopes li'].map((selector) => document.querySelectorAll(selector).length)`,
  );
  expect(counts).toEqual(logos.map(() => [0, 0, 3]));
  expect(trouble).toEqual([]);
});

test('the focus goes through the sign-in page in the order of reading', async () => {
  const { page, show } = await openShow();
  await show(samplePages(look)['sign-in-all-ways']);
  await hasFocus(page, 'username');
  const order: string[] = [];
  for (let step = 0; step < 9; step += 1) {
    order.push(await page.evaluate<string>(`document.activeElement.name || document.activeElement.textContent.trim()`));
    await page.keyboard.press('Tab');
  }
  expect(order).toEqual([
    'username',
    'password',
    'Show password',
    'keep',
    'Sign in',
    'Sign in with a passkey',
    'idp',
    'idp',
    'Create one',
  ]);
});

test('the button of a passkey is not there for somebody without JavaScript, and neither is the word before it', async () => {
  const { page, show } = await openShow({ javaScriptEnabled: false });
  const { signInPage } = await import('../../shared/pages/sign-in-page.ts');
  const passkey = { script: samplePageScript, options: {} };
  await show(() => signInPage(look, { passkey, formToken: 'a-token', cookies: [] }));
  expect(await page.getByRole('button').allTextContents()).toEqual(['Sign in']);
  expect(await page.getByText('or', { exact: true }).isVisible()).toBe(false);
});

test('enter in the field of a new passkey name or a code sends that form and no other', async () => {
  const { page, show } = await openShow();
  await show(samplePages(look)['account']);
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
