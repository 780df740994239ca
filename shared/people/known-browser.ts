import { createHmac } from 'node:crypto';
import { isOwnHash, unmatchableHash } from '../password.ts';
import { randomId } from '../random-bytes.ts';
import { equalInConstantTime } from '../secret.ts';
import type { Account } from './account.ts';

/*
 * Browsers in which a person signed in with their password before. Such a browser has a limit of its own, so that nobody keeps its
 * owner out by guessing. What it keeps, a pass, is a random number, an end and a MAC. The key of the MAC is the stored hash of the
 * account's password: it has random bits that nobody else knows, and with the password every pass ends. So a pass names nobody,
 * and only somebody who can read the accounts can tell whose it is.
 */

/** How long a browser stays known, in seconds: half a year. */
export const knownFor = 15_552_000;

const shape = /^([\w-]{22})\.(\d{10})\.([\w-]{43})$/;

type Known = Pick<Account, 'sub' | 'passwordHash'>;

const macOf = ({ sub, passwordHash = unmatchableHash }: Known, nonce: string, until: string): string =>
  createHmac('sha256', passwordHash).update(`known browser\n${sub}\n${nonce}\n${until}`).digest('base64url');

/**
 * Returns the random number of the first pass that is one of this account, and not over at `now` (epoch seconds). Undefined when
 * none is. Takes the same work for an account that does not exist or has no password.
 */
export function recognizeBrowser(
  passes: readonly string[],
  account: Known | undefined,
  now: number,
): string | undefined {
  const found = passes.flatMap((pass) => {
    const [, nonce = '', until = '', mac = ''] = shape.exec(pass) ?? [];
    const isOne = equalInConstantTime(macOf(account ?? { sub: '' }, nonce, until), mac);
    return isOne && now < Number(until) && Number(until) <= now + knownFor ? [nonce] : [];
  });
  return account?.passwordHash === undefined ? undefined : found[0];
}

/**
 * Returns the passes of a browser in which this account has just signed in with its password: a new one in front, in the place of
 * the one that it had. Undefined when its password is not stored here, or not yet as a hash of ours.
 */
export function rememberBrowser(passes: readonly string[], account: Known, now: number): string[] | undefined {
  if (account.passwordHash === undefined || !isOwnHash(account.passwordHash)) return undefined;
  const others = passes.filter((pass) => shape.test(pass) && recognizeBrowser([pass], account, now) === undefined);
  const [nonce, until] = [randomId(), String(now + knownFor)];
  return [`${nonce}.${until}.${macOf(account, nonce, until)}`, ...others];
}
