import { createSecretKey, type KeyObject } from 'node:crypto';
import type { JWK } from 'jose';
import { cached } from '../cached.ts';
import type { Refusal } from '../oauth/refusal.ts';
import { ok, type Result, refuse } from '../result.ts';
import { currentFirst, currentKey, keysRemembered } from './key-ring.ts';
import type { KeyStore, StoredRefreshKey } from './key-store.ts';
import {
  type KeyCustody,
  type KeyWrapper,
  type SigningAlgorithm,
  type SigningKey,
  type StoredKey,
  signingAlgorithms,
} from './signing-key.ts';

export type JwkSet = { keys: JWK[] };

/**
 * Returns the JWKS (RFC 7517 §5) with every stored key, including the next and the replaced ones. `remembered`: seconds, here and
 * below.
 */
export const publishedKeys = (
  store: KeyStore,
  now: () => number,
  remembered = keysRemembered,
): (() => Promise<JwkSet>) =>
  cached(async () => ({ keys: inOrder(await store.list(), now()).map(({ publicJwk }) => publicJwk) }), remembered, now);

/** By algorithm, RS256 first, and of each the signing key first: there are libraries that stop at a key which they do not know. */
const inOrder = (keys: readonly StoredKey[], now: number): StoredKey[] =>
  signingAlgorithms.flatMap((algorithm) =>
    currentFirst(
      keys.filter((key) => key.algorithm === algorithm),
      now,
    ),
  );

/** There is no key for an algorithm: the server does not use it, or the rotate-keys function has not run yet. */
export class NoSigningKey extends Error {
  override name = 'NoSigningKey';
}

/**
 * Returns the current signing key of an algorithm, opened once and kept in memory. Throws {@link NoSigningKey} when there is
 * none: nothing is ever unsigned.
 */
export function signingKeys(
  store: KeyStore,
  custody: KeyCustody,
  now: () => number,
  remembered = keysRemembered,
): (algorithm: SigningAlgorithm) => Promise<SigningKey> {
  const stored = cached(() => store.list(), remembered, now);
  const open = openedOnce((key: StoredKey) => custody.open(key));

  return async (algorithm) => {
    const key = currentKey(
      (await stored()).filter((one) => one.algorithm === algorithm),
      now(),
    );
    if (key === undefined)
      throw new NoSigningKey(`there is no ${algorithm} signing key; the rotate-keys function makes it`);
    return open(key);
  };
}

/**
 * Returns the key for a client's ID tokens, given the algorithm it asks for, if any. Refuses an algorithm that this server has no
 * key for; throws like {@link signingKeys} when even the default has none.
 */
export async function idTokenKey(
  wanted: SigningAlgorithm | undefined,
  usual: SigningAlgorithm,
  signingKey: (algorithm: SigningAlgorithm) => Promise<SigningKey>,
): Promise<Result<SigningKey, Refusal>> {
  try {
    return ok(await signingKey(wanted ?? usual));
  } catch (error) {
    if (!(error instanceof NoSigningKey) || wanted === undefined || wanted === usual) throw error;
    return refuse({ reason: 'signing_algorithm_unavailable' });
  }
}

/** Returns the keys of refresh tokens, each decrypted once, the one for new grants first. Throws when there is none yet. */
export function refreshKeys(store: KeyStore, wrapper: KeyWrapper, now: () => number, remembered = keysRemembered) {
  const stored = cached(() => store.listRefreshKeys(), remembered, now);
  const open = openedOnce(async ({ kid, wrapped }: StoredRefreshKey) =>
    createSecretKey(await wrapper.unwrap(wrapped, kid)),
  );
  return async (): Promise<[KeyObject, ...KeyObject[]]> => {
    const [first, ...others] = await Promise.all(currentFirst(await stored(), now()).map(open));
    if (first === undefined) throw new Error('there is no refresh token key; the rotate-keys function makes it');
    return [first, ...others];
  };
}

/** Returns the key of the nonces for DPoP proofs, decrypted once. Throws when there is none yet. */
export const nonceKey = (store: Pick<KeyStore, 'findNonceKey'>, wrapper: KeyWrapper, now: () => number) =>
  cached(
    async () => {
      const stored = await store.findNonceKey();
      if (stored === undefined) throw new Error('there is no key for nonces; the rotate-keys function makes it');
      return createSecretKey(await wrapper.unwrap(stored.wrapped, stored.kid));
    },
    Number.POSITIVE_INFINITY,
    now,
  );

/** Opens each key once. A failure is not remembered. */
function openedOnce<Stored extends { kid: string }, Opened>(
  open: (key: Stored) => Promise<Opened>,
): (key: Stored) => Promise<Opened> {
  const opened = new Map<string, Promise<Opened>>();
  return (key) => {
    const known = opened.get(key.kid);
    if (known) return known;
    const fresh = open(key);
    opened.set(key.kid, fresh);
    fresh.catch(() => opened.delete(key.kid));
    return fresh;
  };
}
