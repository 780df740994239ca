import { consentAttributes } from '../../shared/people/consent.ts';
import { sessionAttributes } from '../../shared/people/session.ts';
import { claimAttributes } from '../../shared/people/standing-store.ts';
import { standingAttributes, wayAttributes } from '../../shared/people/still-valid.ts';
import { type Conditions, ofItems, onlyAttributes } from './allow.ts';

/*
 * What a function may name of an account: its address and the password hash are in the same item.
 */

const accounts = ofItems('account#*');

/** Limits to the keys of accounts. */
export const keysOfAccounts = onlyAttributes([], accounts);

/** Limits to the claims of accounts and their usernames, and to what says whether they may be released. */
export const claimsOfAccounts = onlyAttributes([...claimAttributes, ...standingAttributes], accounts);

/** Limits to what decides whether something made in the name of an account is still valid. */
export const standingOfAccounts = onlyAttributes(standingAttributes, accounts);

/** Limits to the claims of accounts, and to what says whether they and their links still count. */
export const linkedAccounts = onlyAttributes([...claimAttributes, ...standingAttributes, ...wayAttributes], accounts);

/** The same, with sessions and consents, which are read in one call with it. */
export const signedInPeople = onlyAttributes(
  [...sessionAttributes, ...standingAttributes, ...consentAttributes],
  ofItems('sessions#*', 'account#*', 'consents#*'),
);

/** Limits to a write that names no other attribute of an account and does not return the item. */
export const endedSessionsOfAccounts: Conditions = {
  ...onlyAttributes(['endedSessions'], accounts),
  StringEqualsIfExists: { 'dynamodb:ReturnValues': ['NONE'] },
};
