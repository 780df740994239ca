import { tendRefreshKeys } from '../../functions/rotate-keys/rotate.ts';
import type { Database } from '../../shared/aws/dynamodb.ts';
import type { Grant } from '../../shared/grants/grant.ts';
import { grantStore } from '../../shared/grants/grant-store.ts';
import { issueCode } from '../../shared/grants/issue-code.ts';
import { refreshGrant } from '../../shared/grants/refresh-grant.ts';
import {
  firstRefreshToken,
  formatRefreshToken,
  parseRefreshToken,
  type RefreshKeys,
  refreshHash,
} from '../../shared/grants/refresh-token.ts';
import { keyStore } from '../../shared/keys/key-store.ts';
import { refreshKeys } from '../../shared/keys/loaded-keys.ts';
import type { KeyWrapper } from '../../shared/keys/signing-key.ts';
import { stoppedClock } from '../support/clock.ts';

const day = 86_400;
const rules = { refreshIdleLifetime: day, refreshGrace: 30, rotates: true };

const granted = {
  clientId: 'app',
  sub: 'somebody',
  scope: ['openid'],
  resources: [],
  redirectUri: 'https://app.example/cb',
  redirectUriSent: true,
  amr: ['pwd'],
  acr: '1fa',
} satisfies Partial<Grant>;

/** Not a reason why there is none. */
export const isToken = (answer: string): boolean => /^[\w-]{100,}$/.test(answer);

/** Functions that sign people in and refresh, on these tables, with keys that are encrypted by this wrapper. */
export function refreshWorld(database: Database, tables: { keys: string; grants: string }, wrapper: KeyWrapper) {
  const store = keyStore(database, tables.keys);
  const grants = grantStore(database, tables.grants);

  /** A grant, and its first refresh token as a function with these keys makes it. */
  async function redeemed(keys: RefreshKeys, now: number): Promise<string> {
    const { grant } = issueCode({ ...granted, epoch: 0, clientEpoch: 0, authTime: now }, keys, now, 60);
    await grants.issue(grant);
    const first = { ...firstRefreshToken(grant.id, keys), sub: grant.sub };
    const refresh = { hash: refreshHash(first), generation: 0, idleUntil: now + day, endsAt: now + day };
    await grants.spend(grant.id, 'app', { now, tokensExpireAt: now + 60, refresh });
    return formatRefreshToken(first);
  }

  /** What a function with these keys answers to a refresh token: the next one, or why not. */
  async function answer(text: string, keys: RefreshKeys, now: number): Promise<string> {
    const token = parseRefreshToken(text, keys);
    if (token === undefined) return 'unknown';
    const outcome = await refreshGrant(token, 'app', grants, rules, now);
    return outcome.ok ? formatRefreshToken(outcome.value.current) : outcome.refusal.reason;
  }

  /**
   * Every ten seconds somebody signs in at one of three functions, each with keys that it remembers from another
   * moment, and ten grants of before are refreshed, each at two functions at once. `operate` rotates meanwhile.
   */
  async function soak(steps: number, operate: (step: number, now: number) => Promise<unknown>) {
    const clock = stoppedClock();
    await tendRefreshKeys(store, wrapper, clock.now());
    const functions: ReturnType<typeof refreshKeys>[] = [];
    const at = (index: number) => (functions[index % functions.length] as (typeof functions)[number])();
    const alive: string[] = [];
    const failures: string[] = [];
    const used = new Set<string>();
    for (let step = 0; step < steps; step += 1) {
      // Each begins, and so remembers keys, at another of the six steps for which they are remembered.
      if (step < 6 && step % 2 === 0) functions.push(refreshKeys(store, wrapper, clock.now));
      await operate(step, clock.now());
      const keys = await at(step);
      used.add(keys[0].export().toString('hex'));
      alive.push(await redeemed(keys, clock.now()));
      const index = step % 10;
      const held = alive[index] ?? '';
      const [here, there] = await Promise.all([at(step + 1), at(step + 2)]);
      const answers = await Promise.all([answer(held, here, clock.now()), answer(held, there, clock.now())]);
      if (answers[0] !== answers[1] || !isToken(answers[0])) failures.push(`step ${step}: ${answers.join(' ')}`);
      else alive[index] = answers[0];
      const newest = await answer(alive.at(-1) ?? '', here, clock.now());
      if (!isToken(newest)) failures.push(`step ${step}: ${newest}`);
      clock.advance(10);
    }
    return { failures, keys: used.size };
  }

  return { redeemed, answer, soak };
}
