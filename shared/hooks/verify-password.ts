import { isDeepStrictEqual } from 'node:util';
import type { ReadPepper } from '../foreign-hashes/pepper.ts';
import { verifyStoredPassword } from '../foreign-hashes/stored-password.ts';
import type { Refusal } from '../oauth/refusal.ts';
import { hashPassword } from '../password.ts';
import { type Account, admitNames, claimsWithEmail } from '../people/account.ts';
import type { AccountStore } from '../people/account-store.ts';
import type { Attempt, ThrottleStore } from '../people/throttle-store.ts';
import { type BrowserAttempt, type PasswordAttempt, verifyCredentials } from '../people/verify-credentials.ts';
import { ok, type Result, refuse } from '../result.ts';
import type { HookAnswers } from './answers.ts';
import { HookFailed } from './hook-failed.ts';
import type { Hooks } from './hooks.ts';

type Deps = {
  accounts: Pick<AccountStore, 'findByUsername' | 'findBySubject' | 'upgradePassword' | 'add' | 'change'>;
  throttle: Pick<ThrottleStore, 'countSignIn'>;
  readPepper: ReadPepper;
  hooks: Hooks;
};

/** An account whose password was right, and how the person authenticated (RFC 8176). */
export type Verified = { account: Account; amr: readonly string[] };

/**
 * Verifies username and password under the throttle, together with the operator's hooks. `authenticate` decides alone.
 * `migrateAccount` is asked about a person without an account here; one that it vouches for gets an account with this password. Hooks learn nothing about the browser.
 * Without hooks it is {@link verifyCredentials}. Throws {@link HookFailed}, which lets nobody in.
 */
export async function verifyPassword(
  { passes, ...attempt }: BrowserAttempt,
  deps: Deps,
  now: number,
): Promise<Result<Verified, Refusal>> {
  const { accounts, throttle, readPepper, hooks } = deps;
  if (hooks.authenticate) return authenticate(attempt, hooks.authenticate, deps, now);
  let counted: Attempt | undefined;
  const counting: Deps['throttle'] = {
    countSignIn: async (...given) => {
      counted = await throttle.countSignIn(...given);
      return counted;
    },
  };
  const verified = await verifyCredentials({ ...attempt, passes }, accounts, { throttle: counting, readPepper }, now);
  if (verified.ok) return ok({ account: verified.value, amr: ['pwd'] });
  if (verified.refusal.reason !== 'credentials_wrong' || !hooks.migrateAccount) return verified;
  const known = await accounts.findByUsername(attempt.username);
  const account = known
    ? await ifJustMade(known, attempt, readPepper, now)
    : await migrate(attempt, hooks.migrateAccount, accounts, now);
  if (account === undefined) return verified;
  await counted?.takeBack();
  return ok({ account, amr: ['pwd'] });
}

/** Of several simultaneous first sign-ins, the later ones find the account that was made after they looked; its password then decides. */
async function ifJustMade(
  account: Account,
  { password }: PasswordAttempt,
  readPepper: ReadPepper,
  now: number,
): Promise<Account | undefined> {
  if (account.createdAt === undefined || now - account.createdAt > 30 || account.disabledAt !== undefined)
    return undefined;
  return (await verifyStoredPassword(password, account.passwordHash, readPepper)) ? account : undefined;
}

async function authenticate(
  attempt: PasswordAttempt,
  ask: NonNullable<Hooks['authenticate']>,
  { accounts, throttle }: Deps,
  now: number,
): Promise<Result<Verified, Refusal>> {
  const counted = await throttle.countSignIn(attempt.username, attempt.sourceIp, now);
  if (counted.retryAfter !== undefined) return refuse({ reason: 'sign_in_throttled', retryAfter: counted.retryAfter });
  const { account: told } = await ask(attempt);
  const account = told && (await mirror(told, accounts, now));
  if (!account || account.disabledAt !== undefined) return refuse({ reason: 'credentials_wrong' });
  await counted.takeBack();
  return ok({ account, amr: told.amr });
}

type Told = NonNullable<HookAnswers['authenticate']['account']>;

/** Maintains the local account of a person whose account is elsewhere: adds it at the first sign-in and updates it at later ones. */
async function mirror({ sub, claims, ...told }: Told, accounts: Deps['accounts'], now: number): Promise<Account> {
  const known = await accounts.findBySubject(sub);
  const names = admitNames(told, known);
  if (!names.ok) throw new HookFailed('authenticate', 'name malformed');
  const { username, email } = names.value;
  if (known === undefined) {
    const added = await accounts.add({ username, email, claims: { ...claims, sub } }, now);
    if (added.ok) return added.value;
    if (added.refusal.reason === 'name_taken') throw new HookFailed('authenticate', 'name taken');
    // Another sign-in of the same person added it at the same moment.
    const made = await accounts.findBySubject(sub);
    if (made) return made;
    throw new HookFailed('authenticate', 'name taken');
  }
  const next = {
    username: username ?? known.username,
    email: email ?? known.email,
    claims: claimsWithEmail({ ...claims, sub }, email ?? known.email),
  };
  const same = { username: known.username, email: known.email, claims: known.claims };
  if (isDeepStrictEqual(plain(same), plain(next))) return known;
  const changed = await accounts.change(known, next, now);
  if (changed.ok) return changed.value;
  if (changed.refusal.reason === 'name_taken') throw new HookFailed('authenticate', 'name taken');
  return (await accounts.findBySubject(sub)) ?? known;
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** Returns the new account, or undefined when the operator does not know the person or the password is wrong. */
async function migrate(
  attempt: PasswordAttempt,
  ask: NonNullable<Hooks['migrateAccount']>,
  accounts: Deps['accounts'],
  now: number,
): Promise<Account | undefined> {
  if (attempt.username.trim() === '' || attempt.password === '') return undefined;
  const { account: told } = await ask(attempt);
  if (told === null) return undefined;
  const written = told.username ?? (told.email === undefined ? attempt.username.trim() : undefined);
  const names = admitNames({ username: written, email: told.email });
  if (!names.ok) throw new HookFailed('migrateAccount', 'name malformed');
  const { username } = names.value;
  const passwordHash = await hashPassword(attempt.password);
  const added = await accounts.add({ ...told, username, passwordHash }, now);
  if (added.ok) return added.value;
  // Another first sign-in with the same password came first.
  const made = await accounts.findByUsername(attempt.username);
  if (made && isDeepStrictEqual([made.username, made.email], [username, told.email])) return made;
  throw new HookFailed('migrateAccount', 'name taken');
}
