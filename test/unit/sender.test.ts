import { describe, expect, test } from 'vitest';
import { headerForm } from '../../shared/mail/address.ts';

const address = 'no-reply@example.com';
const encodedWord = /=\?UTF-8\?B\?([A-Za-z0-9+/=]+)\?=/g;

/** What a mail program makes of encoded words (RFC 2047 §6.2): the space between two of them is none. */
const decoded = (form: string): string =>
  [...form.matchAll(encodedWord)]
    .map(([, base64 = '']) => new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(base64, 'base64')))
    .join('');

describe('ML5: the sender of a mail, as a header', () => {
  test.each([address, `Example <${address}>`])('%s stays as it is', (from) => {
    expect(headerForm(from)).toBe(from);
  });

  test.each(['Bücherei', 'サインイン', `${'Bücherei der Stadt '.repeat(6)}🔑`, '🔑'.repeat(40)])(
    '%s is encoded words of at most 75 characters, none of which ends within a character',
    (name) => {
      const form = headerForm(`${name} <${address}>`);
      expect(form).toMatch(/^[\x20-\x7e]+$/);
      expect(form.endsWith(` <${address}>`)).toBe(true);
      expect(decoded(form)).toBe(name);
      expect(Math.max(...[...form.matchAll(encodedWord)].map(([word]) => word.length))).toBeLessThanOrEqual(75);
    },
  );
});
