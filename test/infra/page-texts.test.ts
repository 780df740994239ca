import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { buildFunctions } from '../../infra/bundling/build.ts';
import { dressBrand } from '../../shared/pages/dress.ts';
import { texts } from '../../shared/pages/texts/languages.ts';

const folder = mkdtempSync(join(tmpdir(), 'pixy-texts-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
await buildFunctions(folder, ['authorize', 'sign-in']);

const bundle = (name: string): string => readFileSync(join(folder, name, 'index.mjs'), 'utf8');
const has = (name: string, text: string): boolean =>
  bundle(name).includes(JSON.stringify(text).slice(1, -1)) || bundle(name).includes(text);

test('authorize has the texts of its pages in every language, and those of no other page', () => {
  for (const own of Object.values(texts)) {
    for (const key of ['error.title', 'error.clientUnknown', 'error.oursAdvice', 'formPost.text'] as const) {
      expect(has('authorize', own[key])).toBe(true);
    }
    for (const key of ['consent.revocable', 'account.noPasskeys', 'passkey.intro'] as const) {
      expect(has('authorize', own[key])).toBe(false);
    }
  }
});

test('sign-in has the texts that a number chooses and that a template begins', () => {
  for (const own of Object.values(texts)) {
    expect(has('sign-in', own['problem.throttled.one'])).toBe(true);
    expect(has('sign-in', own['problem.throttled.other'])).toBe(true);
    expect(has('sign-in', own['signIn.intro'])).toBe(true);
  }
});

test('a brand may have words for every text: authorize leaves those of other pages alone', () => {
  expect(bundle('authorize')).not.toContain('consent.title');
  expect(() => dressBrand({ texts: { en: { 'consent.title': 'Let {client} in?' } } })).not.toThrow();
});
