import { hash } from 'node:crypto';
import * as v from 'valibot';
import type { Item } from '../aws/dynamodb.ts';
import type { AuthenticationMethod } from '../oauth/authentication-context.ts';
import { hashSecret } from '../secret.ts';

/** A WebAuthn credential of an account (WebAuthn §4, credential record). Times are epoch seconds. */
export type Passkey = {
  sub: string;
  /** As the authenticator gave it, in base64url. */
  credentialId: string;
  /** COSE_Key. */
  publicKey: Uint8Array;
  /** How often the authenticator says that it signed; 0 for those that do not count. */
  counter: number;
  transports: readonly string[];
  /** Whether it may be copied to other devices (BE), and whether it was (BS). The first never changes. */
  isSyncable: boolean;
  isBackedUp: boolean;
  /** What the person calls it. */
  name: string;
  createdAt: number;
  lastUsedAt?: number | undefined;
};

/** A passkey as its own person sees it in a list. `id` names it and is no secret. */
export type ListedPasskey = Passkey & { id: string };

const longestPasskeyName = 60;

/** More than anybody has, and few enough to be read and written at once. */
export const mostPasskeys = 20;

/**
 * WebAuthn §5.4.3: what an authenticator keeps to tell the account by, and gives back when somebody signs in without having
 * named it. Made from the subject, so that no table has to lead from one to the other; tells nothing about the person.
 */
export const userHandleOf = (sub: string): string => hash('sha256', `passkeys of ${sub}`, 'base64url');

/** Credential ids may be longer than a sort key. */
export const passkeyKey = (userHandle: string, credentialId: string) => ({
  pk: passkeyPartition(userHandle),
  sk: hashSecret(credentialId),
});

export const passkeyPartition = (userHandle: string): string => `passkeys#${userHandle}`;

/** WebAuthn §5.1: the RP ID is the host of the issuer. Passkeys stay with it: another host cannot use them. */
export const relyingPartyId = (issuer: string): string => new URL(issuer).hostname;

/** RFC 8176: a key that cannot leave its device, or one that is synced; always with the person there and verified. */
export const passkeyMethods = ({ isSyncable }: Pick<Passkey, 'isSyncable'>): AuthenticationMethod[] => [
  isSyncable ? 'swk' : 'hwk',
  'user',
  'mfa',
];

/** The name a person typed, or another one when there is nothing in it. */
export const passkeyName = (typed: string | undefined, otherwise: string): string => {
  const name = (typed ?? '')
    .replace(/[\p{Cc}\p{Cf}]/gu, '')
    .trim()
    .slice(0, longestPasskeyName)
    .trim();
  return name === '' ? otherwise : name;
};

const record = v.object({
  sub: v.string(),
  credentialId: v.string(),
  publicKey: v.instance(Uint8Array),
  counter: v.number(),
  transports: v.array(v.string()),
  isSyncable: v.boolean(),
  isBackedUp: v.boolean(),
  name: v.string(),
  createdAt: v.number(),
  lastUsedAt: v.optional(v.number()),
});

export const toPasskey = (item: Item): Passkey => v.parse(record, item);
