import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { brandVariable } from '../../infra/brand.ts';
import { en } from '../../shared/pages/texts/en.ts';
import { texts } from '../../shared/pages/texts/languages.ts';
import { bundlesOfRun } from './bundle-once.ts';

/** A bundle with what it loads later. */
const bundle = (name: string): string =>
  readdirSync(join(bundlesOfRun(), name))
    .filter((file) => file.endsWith('.mjs'))
    .map((file) => readFileSync(join(bundlesOfRun(), name, file), 'utf8'))
    .join('\n');
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

test('a brand may have words for every text: what is wrong with them stops the synthesis', () => {
  const brandOf = (key: string, text: string) => ({ texts: { en: { [key]: text } } }) as never;
  for (const key of Object.keys(en)) expect(brandVariable(brandOf(key, 'x'))).toContain(key);
  expect(() => brandVariable(brandOf('consent.tittle', 'x'))).toThrow(
    'texts.en.consent.tittle is not a text of the pages',
  );
  expect(() => brandVariable(brandOf('consent.title', '{who}'))).toThrow('texts.en.consent.title has {who}');
  expect(brandVariable(brandOf('consent.title', 'Let {client} in?'))).toContain('{client}');
});

test('a bundle has no name of a text that it does not show', () => {
  expect(bundle('authorize')).not.toContain('account.noPasskeys');
});
