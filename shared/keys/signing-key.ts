import type { JWK } from 'jose';

/** JWS algorithms we sign with (RFC 7518 §3.1, RFC 8037). RS256 is the one that AWS verifiers accept. Never `none`, never a shared secret. */
export const signingAlgorithms = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const;
export type SigningAlgorithm = (typeof signingAlgorithms)[number];

/** A signing key as it is kept. The private part is ciphertext, or stays in KMS and only its name is here. Times are epoch seconds. */
export type StoredKey = {
  kid: string;
  algorithm: SigningAlgorithm;
  publicJwk: JWK;
  private: { wrapped: Uint8Array } | { kmsKeyId: string };
  /** Signs from this moment on; published in the JWKS before. */
  signFrom: number;
  /** When its algorithm was found to be out of use. */
  withdrawnAt?: number | undefined;
};

/**
 * A key that can sign, in memory only. `sign` takes the JWS signing input and returns the JOSE signature; `place` tells whether
 * that is a call of KMS, which can fail.
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

/** Where private keys come from and how they are used. `place` is where it makes them. */
export type KeyCustody = {
  place: KeyPlace;
  generate(algorithm: SigningAlgorithm, signFrom: number): Promise<StoredKey>;
  open(stored: StoredKey): Promise<SigningKey>;
  /** What is left to do when a key retires. */
  destroy(stored: StoredKey): Promise<void>;
};

/** Encrypts private keys at rest. `context` is authenticated with the ciphertext, so one key's text cannot pass for another's. */
export type KeyWrapper = {
  wrap(plaintext: Uint8Array, context: string): Promise<Uint8Array>;
  unwrap(ciphertext: Uint8Array, context: string): Promise<Uint8Array>;
};
