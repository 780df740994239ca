import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseLanguage } from '../../shared/http/language.ts';
import { anyText } from '../support/any-text.ts';

const available = ['en', 'de', 'fr', 'pt', 'zh-Hant'] as const;
const choose = (uiLocales?: string, acceptLanguage?: string) =>
  chooseLanguage([...available] as [string, ...string[]], uiLocales, acceptLanguage);

describe('ui_locales (OpenID Connect Core §3.1.2.1)', () => {
  it.each([
    ['de', 'de'],
    ['fr de', 'fr'],
    ['it de', 'de'],
    ['de-AT', 'de'],
    ['PT-br', 'pt'],
    ['de-Latn-AT-1996', 'de'],
    ['zh-Hant-TW', 'zh-Hant'],
    ['zh', 'en'],
    ['it', 'en'],
    ['  fr ', 'fr'],
    ['', 'en'],
  ])('%j is %s', (uiLocales, language) => {
    expect(choose(uiLocales)).toBe(language);
  });

  it('goes before Accept-Language', () => {
    expect(choose('fr', 'de')).toBe('fr');
  });

  it('leaves it to Accept-Language when it names nothing there is', () => {
    expect(choose('it ja', 'de')).toBe('de');
  });
});

describe('Accept-Language (RFC 9110 §12.5.4)', () => {
  it.each([
    ['de', 'de'],
    ['it, fr;q=0.5, de;q=0.8', 'de'],
    ['de;q=0.5, fr;q=0.5', 'de'],
    ['fr;q=0, de;q=0.1', 'de'],
    ['fr ; Q=0.9 , de ; q=0.95', 'de'],
    ['de-CH,de;q=0.9,en;q=0.8', 'de'],
    ['*', 'en'],
    ['it, *;q=0.5, de;q=0.1', 'en'],
    ['de;q=nonsense, fr;q=0.1', 'fr'],
    ['de;q=7, fr;q=0.1', 'fr'],
    [',,;;,', 'en'],
  ])('%j is %s', (header, language) => {
    expect(choose(undefined, header)).toBe(language);
  });
});

it('takes any text, and always answers with a language there is', () => {
  fc.assert(
    fc.property(anyText(), anyText(), (uiLocales, header) => {
      expect(available).toContain(choose(uiLocales, header));
    }),
  );
});

it('looks at a thousand characters and twenty tags, however long a header is', () => {
  expect(choose(undefined, `${'it,'.repeat(19)}de`)).toBe('de');
  expect(choose(undefined, `${'it,'.repeat(20)}de`)).toBe('en');
  expect(choose(`${'x'.repeat(1_000)} de`)).toBe('en');
  expect(choose('a-'.repeat(5_000_000), `${'x,'.repeat(1_000_000)}de`)).toBe('en');
});
