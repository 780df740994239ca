import { expect, test } from 'vitest';
import { seenTexts } from '../../shared/people/import/seen-texts.ts';

test('of ten thousand texts, those that were there are known, also after the table has grown, and no others', () => {
  const seen = seenTexts();
  const texts = Array.from({ length: 10_000 }, (_, at) => `user${at}`);
  for (const text of texts) {
    expect(seen.has(text)).toBe(false);
    seen.add(text);
    seen.add(text);
  }
  expect(texts.every((text) => seen.has(text))).toBe(true);
  expect(texts.some((text) => seen.has(`${text}.`))).toBe(false);
});
