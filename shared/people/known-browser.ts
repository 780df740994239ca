import { createHmac } from 'node:crypto';
import { isOwnHash, unmatchableHash } from '../password.ts';
import { randomId } from '../random-bytes.ts';
import { equalInConstantTime } from '../secret.ts';
import type { Account } from './account.ts';

/*
 * Browsers in which a person signed in with their password before. Such a browser has a limit of its own, so that nobody keeps its
 * owner out by guessing. What it keeps, a pass, is a random number, an end and a MAC. The key of the MAC is the stored hash of the
 * account's password: it has random bits that nobody else knows, and with the password every pass ends. So a pass names nobody,
 * and only somebody who can read the accounts can tell whose it is. Where a code came after the password, the pass says so: whoever
 * knows the password alone must have none that stands for a code.
 */

/** How long a browser stays known, in seconds: half a year. */
export const knownFor = 15_552_000;

const shape = /^([\w-]{22})\.(\d{10})\.([\w-]{43})$/;

type Known = Pick<Account, 'sub' | 'passwordHash'>;

/** What a person signed in with: the password alone, or a code after it. */
export type Proven = 'password' | 'code';

const purposes: Record<Proven, string> = { password: 'known browser', code: 'known browser, by a code' };

const macOf = (
  { sub, passwordHash = unmatchableHash }: Known,
  proven: Proven,
  [nonce, until]: readonly [string, string],
): string =>
  createHmac('sha256', passwordHash).update(`${purposes[proven]}\n${sub}\n${nonce}\n${until}`).digest('base64url');

/**
 * Returns the random number of the first pass that is one of this account by what was `proven`, and not over at `now` (epoch seconds).
 * Undefined when none is. Takes the same work for an account that does not exist or has no password.
 */
export function recognizeBrowser(
  passes: readonly string[],
  account: Known | undefined,
  now: number,
  proven: readonly Proven[] = ['password', 'code'],
): string | undefined {
  const found = passes.flatMap((pass) => {
    const [, nonce = '', until = '', mac = ''] = shape.exec(pass) ?? [];
    const isOf = (one: Proven) => equalInConstantTime(macOf(account ?? { sub: '' }, one, [nonce, until]), mac);
    return proven.map(isOf).includes(true) && now < Number(until) && Number(until) <= now + knownFor ? [nonce] : [];
  });
  return account?.passwordHash === undefined ? undefined : found[0];
}

/**
 * Returns the passes of a browser in which this account has just signed in with its password: a new one in front, in the place of
 * the one that it had. Undefined when its password is not stored here, or not yet as a hash of ours.
 */
export function rememberBrowser(
  passes: readonly string[],
  account: Known,
  now: number,
  proven: Proven = 'password',
): string[] | undefined {
  if (account.passwordHash === undefined || !isOwnHash(account.passwordHash)) return undefined;
  const others = passes.filter((pass) => shape.test(pass) && recognizeBrowser([pass], account, now) === undefined);
  const [nonce, until] = [randomId(), String(now + knownFor)];
  return [`${nonce}.${until}.${macOf(account, proven, [nonce, until])}`, ...others];
}
