import { hash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { brandVariable } from '../../infra/brand.ts';
import { startServer } from '../../infra/local/server.ts';
import { readConfig } from '../../shared/config.ts';
import { contrast } from '../../shared/pages/colors.ts';
import { dressBrand } from '../../shared/pages/dress.ts';
import { lookIn } from '../../shared/pages/look.ts';
import { signInPage } from '../../shared/pages/sign-in-page.ts';
import { signedOutPage } from '../../shared/pages/sign-out-page.ts';

const environment = {
  PIXY_ISSUER: 'https://sign-in.example.com',
  PIXY_GRANTS_TABLE: 'grants',
  PIXY_CLIENTS_TABLE: 'clients',
  PIXY_PEOPLE_TABLE: 'people',
  PIXY_KEYS_TABLE: 'keys',
};
const brandOf = (brand: unknown) =>
  readConfig({ ...environment, PIXY_BRAND: typeof brand === 'string' ? brand : JSON.stringify(brand) }).brand;

const svg = 'data:image/svg+xml,%3Csvg%20xmlns=%22http://www.w3.org/2000/svg%22/%3E';
const png = 'data:image/png;base64,iVBORw0KGgo=';

describe('PIXY_BRAND', () => {
  it('may be absent', () => {
    expect(readConfig(environment).brand).toEqual({});
  });

  it('takes a name, logos, colors and texts', () => {
    const brand = { name: 'Harbor', logo: svg, logoDark: png, accent: '#0a5', accentDark: '#80FFC0', texts: {} };
    expect(brandOf(brand)).toEqual(brand);
  });

  it.each([
    ['{', /PIXY_BRAND is not JSON/],
    ['[]', /PIXY_BRAND is not an object/],
    ['null', /PIXY_BRAND is not an object/],
    [{ name: '' }, /member name is empty/],
    [{ name: 'x'.repeat(81) }, /member name is longer than 80 characters/],
    [{ name: 7 }, /member name is not a text/],
    [{ accent: 'red' }, /member accent is not a color like #3446c9/],
    [{ accent: '#12345' }, /member accent is not a color/],
    [{ accent: '#123456;}body{display:none' }, /member accent is not a color/],
    [{ accentDark: 'rgb(0 0 0)' }, /member accentDark is not a color/],
    [{ logo: 'https://cdn.example/logo.png' }, /member logo is not a data: URI/],
    [{ logo: 'data:text/html,<script>' }, /member logo is not a data: URI/],
    [{ logo: 'data:image/svg+xml,"onerror="alert(1)' }, /member logo is not a data: URI/],
    [{ logo: `data:image/png;base64,${'A'.repeat(100_000)}` }, /member logo is not a data: URI/],
    [{ logo: 'javascript:alert(1)' }, /member logo is not a data: URI/],
    [{ colour: '#000' }, /member colour is not a member of a brand/],
    [{ texts: [] }, /member texts is not an object/],
    [{ texts: { en: [] } }, /member texts\.en is not an object/],
    [{ texts: { en: { 'signIn.title': 7 } } }, /member texts\.en\.signIn\.title is not a text/],
  ])('refuses %j and names the member', (brand, problem) => {
    expect(() => brandOf(brand)).toThrow(problem);
  });

  it.each([
    [{ tlh: {} }, /member texts\.tlh is not one of en, de, fr, es, pt/],
    [{ en: { 'signIn.tittle': 'x' } }, /member texts\.en\.signIn\.tittle is not a text of the pages/],
    [{ en: { toString: 'x' } }, /member texts\.en\.toString is not a text of the pages/],
    [{ de: { 'consent.list': '{klient} darf:' } }, /member texts\.de\.consent\.list has \{klient\}/],
  ])('neither a stack nor a local run has the texts %j', async (texts, problem) => {
    expect(() => brandVariable(brandOf({ texts }))).toThrow(problem);
    const environment = { PIXY_BRAND: JSON.stringify({ texts }) };
    await expect(startServer({ port: 0, data: 'memory', environment })).rejects.toThrow(problem);
  });
});

describe('the colors of a brand', () => {
  const variable = (css: string, name: string) =>
    [...css.matchAll(new RegExp(`--${name}: (#[0-9a-f]{6});`, 'g'))].map(([, color = '']) => color);

  it('contrast is that of WCAG 2.2', () => {
    expect(contrast('#fff', '#000')).toBe(21);
    expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
  });

  it('are readable as text and under text, in light and dark, whatever they are', () => {
    const channel = fc.integer({ min: 0, max: 255 }).map((value) => value.toString(16).padStart(2, '0'));
    fc.assert(
      fc.property(fc.tuple(channel, channel, channel), fc.boolean(), (channels, isDark) => {
        const color = `#${channels.join('')}`;
        const css = dressBrand(isDark ? { accentDark: color } : { accent: color }).stylesheet;
        for (const scheme of [0, 1]) {
          const [accent = '', deep = '', on = ''] = ['accent', 'accent-deep', 'on-accent'].map(
            (name) => variable(css, name)[scheme] ?? '',
          );
          for (const ground of ['paper', 'ground', 'tint']) {
            expect(contrast(accent, variable(css, ground)[scheme] ?? '')).toBeGreaterThanOrEqual(4.5);
          }
          expect(contrast(on, accent)).toBeGreaterThanOrEqual(4.5);
          expect(contrast(on, deep)).toBeGreaterThanOrEqual(4.5);
        }
      }),
    );
  });

  it('stay as they are where they are readable', () => {
    expect(variable(dressBrand({ accent: '#0b5d3b' }).stylesheet, 'accent')[0]).toBe('#0b5d3b');
  });
});

describe('a page of a brand', () => {
  const look = lookIn('en', dressBrand({ name: 'Harbor & Co', accent: '#0b7a5b' }));

  it('has the name in its title and at its head', async () => {
    const { body } = await signedOutPage(look, []);
    expect(body).toContain('<title>You are signed out · Harbor &amp; Co</title>');
    expect(body).toContain('<span class="brand">Harbor &amp; Co</span>');
  });

  it('has its logo with the name as alternative, another one in the dark, and no keyhole', async () => {
    const { body } = await signedOutPage(lookIn('en', dressBrand({ name: 'Harbor', logo: svg, logoDark: png })), []);
    expect(body).toContain(`<source srcset="${png}" media="(prefers-color-scheme: dark)">`);
    expect(body).toContain(`<img class="logo" src="${svg}" alt="Harbor">`);
    expect(body).not.toContain('class="mark"');
  });

  it('lets its own stylesheet pass the Content-Security-Policy, and no other', async () => {
    for (const dressed of [look, lookIn('en', dressBrand({}))]) {
      const { body, headers } = await signedOutPage(dressed, []);
      const css = body?.match(/<style>(.*)<\/style>/s)?.[1] ?? '';
      expect(headers?.['content-security-policy']).toBe(
        `default-src 'none'; style-src 'sha256-${hash('sha256', css, 'base64')}'; img-src data:; base-uri 'none'; frame-ancestors 'none'`,
      );
    }
  });

  it('lets a script of ours pass where there is one, and only there', async () => {
    const form = { formToken: 'a-token', cookies: [] };
    const without = await signInPage(look, form);
    const passkey = { script: { path: '/passkey.js', integrity: 'sha256-AAAA' }, options: {} } as const;
    const withOne = await signInPage(look, { ...form, passkey });
    expect(without.headers?.['content-security-policy']).toMatch(/; script-src 'sha256-[\w+/]{43}='$/);
    expect(withOne.headers?.['content-security-policy']).toMatch(/; script-src 'self' 'sha256-[\w+/]{43}='$/);
    expect(withOne.body).toContain('<script src="/passkey.js" integrity="sha256-AAAA" defer></script>');
  });
});
