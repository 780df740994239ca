import { hash } from 'node:crypto';
import * as v from 'valibot';
import type { Item } from '../aws/dynamodb.ts';
import type { AuthenticationMethod } from '../oauth/authentication-context.ts';
import { hashSecret } from '../secret.ts';

/** A WebAuthn credential of an account (WebAuthn §4, credential record). Times are in epoch seconds. */
export type Passkey = {
  sub: string;
  /** The authenticator's id, in base64url. */
  credentialId: string;
  /** COSE_Key. */
  publicKey: Uint8Array;
  /** How often the authenticator claims to have signed; 0 if it does not count. */
  counter: number;
  transports: readonly string[];
  /** Whether the passkey can be copied to other devices (BE), and whether it has been (BS). The first never changes. */
  isSyncable: boolean;
  isBackedUp: boolean;
  /** The person's name for it. */
  name: string;
  createdAt: number;
  /** Of the account when the passkey was made. */
  epoch: number;
  lastUsedAt?: number | undefined;
};

/** A passkey as listed to its owner. `id` identifies it and is no secret. */
export type ListedPasskey = Passkey & { id: string };

const longestPasskeyName = 60;

/** More than anybody has, and few enough to read and write at once. */
export const mostPasskeys = 20;

/**
 * Returns the user handle (WebAuthn §5.4.3), which an authenticator stores to identify the account and returns when a person
 * signs in without a username. Derived from the subject, so no table has to map one to the other. Reveals nothing about the
 * person.
 */
export const userHandleOf = (sub: string): string => hash('sha256', `passkeys of ${sub}`, 'base64url');

/** Hashes the credential id, which may be longer than a sort key. */
export const passkeyKey = (userHandle: string, credentialId: string) => ({
  pk: passkeyPartition(userHandle),
  sk: hashSecret(credentialId),
});

export const passkeyPartition = (userHandle: string): string => `passkeys#${userHandle}`;

/** The RP ID (WebAuthn §5.1) is the host of the issuer. Passkeys are bound to it; another host cannot use them. */
export const relyingPartyId = (issuer: string): string => new URL(issuer).hostname;

/** Returns the RFC 8176 methods of a passkey: a key bound to its device or a synced one, always with the person present and verified. */
export const passkeyMethods = ({ isSyncable }: Pick<Passkey, 'isSyncable'>): AuthenticationMethod[] => [
  isSyncable ? 'swk' : 'hwk',
  'user',
  'mfa',
];

/** Returns the name that a person typed, or `otherwise` when it is empty. */
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
  epoch: v.optional(v.number(), 0),
  lastUsedAt: v.optional(v.number()),
});

export const toPasskey = (item: Item): Passkey => v.parse(record, item);
