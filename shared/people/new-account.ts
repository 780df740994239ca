import type { Item } from '../aws/dynamodb.ts';
import { type Account, type AccountDescription, claimsWithEmail } from './account.ts';
import { firstEpoch } from './account-item-store.ts';
import { accountKey } from './standing-store.ts';

export type NewAccount = Omit<AccountDescription, 'password' | 'disabled'> & {
  passwordHash?: string | undefined;
  disabledAt?: number | undefined;
};

/** Returns the account that a new one is. `now` is in epoch seconds. */
export const makeAccount = (account: NewAccount, sub: string, now: number): Account => ({
  ...account,
  sub,
  claims: claimsWithEmail(account.claims, account.email),
  createdAt: now,
  version: 1,
  epoch: firstEpoch(),
  clientEpochs: {},
  endedSessions: [],
  removals: 0,
  removedWays: [],
  waysFrom: 0,
});

/** The item of a new account. An empty set cannot be kept. */
export const newAccountItem = (made: Account, attempt: string): Item => ({
  ...accountKey(made.sub),
  ...made,
  endedSessions: undefined,
  removedWays: undefined,
  attempt,
});
