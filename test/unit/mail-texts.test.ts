import { describe, expect, it } from 'vitest';
import { mailTexts } from '../../shared/pages/mail/mail-look.ts';
import { en } from '../../shared/pages/mail/texts/en.ts';
import { languages } from '../../shared/pages/texts/languages.ts';

const keys = Object.keys(en) as (keyof typeof en)[];
const namesIn = (text = '') => (text.match(/\{\w+\}/g) ?? []).toSorted();

it('ML7: mails are in the languages of the pages', () => {
  expect(Object.keys(mailTexts).toSorted()).toEqual(languages.toSorted());
});

describe.each(languages)('ML7: what mails say in %s', (language) => {
  const own = mailTexts[language];

  it('is complete, and has the same values in it as in English', () => {
    expect(Object.keys(own ?? {}).toSorted()).toEqual(keys.toSorted());
    expect(keys.filter((key) => namesIn(own?.[key]).join() !== namesIn(en[key]).join())).toEqual([]);
    expect(keys.filter((key) => own?.[key].trim() === '')).toEqual([]);
  });

  it.runIf(language !== 'en')('is not English by accident', () => {
    expect(keys.filter((key) => own?.[key] === en[key])).toEqual([]);
  });
});
