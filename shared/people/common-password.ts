import { test } from 'fxa-common-password-list';
import { preparePassword } from '../password.ts';

/**
 * Whether a password, as typed, is one of the most common ones in any case of its letters. The list has more than 3,000 that are long
 * enough for us (OWASP ASVS 5.0, 6.2.4). It takes 250 kB, so only what sets passwords may import this.
 */
export function isCommonPassword(typed: string): boolean {
  const password = preparePassword(typed);
  return test(password) || test(password.toLowerCase());
}
