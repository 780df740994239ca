import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { samplePages } from '../../scripts/sample-pages.ts';
import { parseParameters } from '../../shared/oauth/parameters.ts';
import { dressBrand } from '../../shared/pages/dress.ts';
import { type Look, lookIn, looksOf } from '../../shared/pages/look.ts';
import { en, type TextKey } from '../../shared/pages/texts/en.ts';
import { type Language, languages, texts } from '../../shared/pages/texts/languages.ts';

const keys = Object.keys(en) as TextKey[];
const namesIn = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();

/** Texts that are the same word in English and in another language. */
const sameByNature: Partial<Record<Language, TextKey[]>> = {
  de: ['code.label'],
  fr: ['code.label'],
  es: ['common.errorTitle'],
};

it('there are English and four more languages', () => {
  expect(languages).toEqual(['en', 'de', 'fr', 'es', 'pt']);
});

describe.each(languages)('the texts in %s', (language) => {
  const own = texts[language];

  it('are complete, and there is none too many', () => {
    expect(Object.keys(own).sort()).toEqual([...keys].sort());
    expect(keys.filter((key) => own[key].trim() === '')).toEqual([]);
  });

  it('have the same values in them as the English ones', () => {
    // A form for one may do without its number.
    const wrong = keys.filter((key) => namesIn(own[key]).join() !== namesIn(en[key]).join());
    expect(wrong).toEqual([]);
  });

  it('hold no markup: it would be shown as it is', () => {
    expect(keys.filter((key) => /[<>&]/.test(own[key]))).toEqual([]);
  });

  it('say numbers and times in words of the language', () => {
    const look = lookIn(language, dressBrand({}));
    for (const count of [1, 2, 10, 1_000_000]) {
      expect(look.count('problem.throttled', count)).not.toMatch(/[{}]/);
      expect(look.count('account.codesLeft', count)).toContain(count.toLocaleString(language));
    }
    expect(look.ago(0, 3 * 86_400)).toMatch(/3/);
    expect(look.ago(10, 10)).not.toBe('');
  });

  it('stand on every page without a value that is missing', async () => {
    for (const [name, make] of Object.entries(samplePages(lookIn(language, dressBrand({}))))) {
      const { body } = await make();
      const shown = body?.replace(/<style>.*?<\/style>/s, '').replaceAll(/data-passkey="[^"]*"/g, '');
      expect({ name, isWhole: !/undefined|\[object|\{\w+\}/.test(shown ?? '') }).toEqual({ name, isWhole: true });
      expect(body).toContain(`<html lang="${language}" dir="ltr">`);
    }
  });
});

it.each(languages.filter((language) => language !== 'en'))(
  'the texts in %s are not English by accident',
  (language) => {
    const english = keys.filter((key) => texts[language][key] === en[key]);
    expect(english).toEqual(sameByNature[language] ?? []);
  },
);

it('every text is used somewhere', () => {
  const sources = globSync(['shared/pages/**/*.ts', 'functions/**/*.ts'])
    .filter((file) => !file.includes('/texts/'))
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
  const isUsed = (key: string) => {
    const [group = '', name = ''] = key.replace(/\.(one|other)$/, '').split('.');
    const isComposed = sources.includes(`\`${group}.\${`);
    return sources.includes(`'${group}.${name}'`) || isComposed;
  };
  expect(keys.filter((key) => !isUsed(key))).toEqual([]);
});

describe('the look of an answer', () => {
  const lookOf = looksOf({ texts: { de: { 'signIn.title': 'Willkommen' } } });
  const look = (headers: Record<string, string>, query?: string, rawQuery = ''): Look => {
    const parameters = query === undefined ? undefined : parseParameters(query);
    return lookOf({ header: (name) => headers[name], rawQuery }, parameters?.ok ? parameters.value : undefined);
  };

  it('is English for somebody who says nothing', () => {
    expect(look({}).text('signIn.title')).toBe('Sign in');
  });

  it('follows Accept-Language, and ui_locales before it', () => {
    expect(look({ 'accept-language': 'fr-CA' }).text('signIn.title')).toBe('Se connecter');
    expect(look({ 'accept-language': 'fr-CA' }, 'ui_locales=it%20es').text('signIn.title')).toBe('Iniciar sesión');
  });

  it('finds ui_locales in the address of the page, unless the request that is meant is another one', () => {
    expect(look({}, undefined, 'ui_locales=es').language).toBe('es');
    expect(look({}, 'ui_locales=de', 'ui_locales=es').language).toBe('de');
    expect(look({}, undefined, 'ui_locales=%zz&%zz=1').language).toBe('en');
  });

  it('has the words of the brand in the language they are for', () => {
    expect(look({ 'accept-language': 'de' }).text('signIn.title')).toBe('Willkommen');
    expect(look({ 'accept-language': 'de' }).text('signIn.submit')).toBe('Anmelden');
    expect(look({ 'accept-language': 'es' }).text('signIn.title')).toBe('Iniciar sesión');
  });

  it('escapes what it is given', async () => {
    const said = await look({}).say('consent.host', { host: '<b>"&' });
    expect(said.toString()).toBe('Afterwards, you will be sent to &lt;b&gt;&quot;&amp;.');
  });
});
