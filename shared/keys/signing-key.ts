import type { JWK } from 'jose';

/** The JWS algorithms to sign with (RFC 7518 §3.1, RFC 8037). AWS verifiers accept RS256. Never `none`, never a shared secret. */
export const signingAlgorithms = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const;
export type SigningAlgorithm = (typeof signingAlgorithms)[number];

/** A stored signing key. The private part is ciphertext, or the name of a key in KMS. Times are in epoch seconds. */
export type StoredKey = {
  kid: string;
  algorithm: SigningAlgorithm;
  publicJwk: JWK;
  private: { wrapped: Uint8Array } | { kmsKeyId: string };
  /** Signs from this moment on; already published in the JWKS before. */
  signFrom: number;
  /** When its algorithm was found to be no longer in use. */
  withdrawnAt?: number | undefined;
};

/**
 * A key that can sign, in memory only. `sign` takes the JWS signing input and returns the JOSE signature. `place` tells whether
 * that calls KMS, which can fail.
 */
export type SigningKey = {
  kid: string;
  algorithm: SigningAlgorithm;
  place: KeyPlace;
  sign(input: Buffer): Buffer | Promise<Buffer>;
};

/** Where private keys are kept: encrypted in the Keys table and decrypted into memory, or in KMS. */
export type KeyPlace = 'memory' | 'kms';

export const placeOf = ({ private: kept }: StoredKey): KeyPlace => ('kmsKeyId' in kept ? 'kms' : 'memory');

/**
 * Remembers keys that KMS has made and that are not stored yet, because no call of KMS finds a key again whose maker failed before it
 * could store it.
 */
type UnfinishedKeys = {
  /** The key in KMS that an earlier run made for `algorithm` and could not store. */
  findUnfinished(algorithm: SigningAlgorithm): Promise<string | undefined>;
  /** Storing a signing key with this `kmsKeyId` forgets it. */
  noteUnfinished(algorithm: SigningAlgorithm, kmsKeyId: string): Promise<void>;
};

/**
 * Makes, opens and destroys private keys. `place` is where it makes them. A key in KMS costs money until it is deleted, so one that an
 * earlier run left in `unfinished` is used before another one is made.
 */
export type KeyCustody = {
  place: KeyPlace;
  generate(algorithm: SigningAlgorithm, signFrom: number, unfinished?: UnfinishedKeys): Promise<StoredKey>;
  open(stored: StoredKey): Promise<SigningKey>;
  /** Cleans up after a retired key. */
  destroy(stored: StoredKey): Promise<void>;
};

/** Encrypts private keys at rest. `context` is authenticated with the ciphertext, so one key's ciphertext cannot pass for another's. */
export type KeyWrapper = {
  wrap(plaintext: Uint8Array, context: string): Promise<Uint8Array>;
  unwrap(ciphertext: Uint8Array, context: string): Promise<Uint8Array>;
};
