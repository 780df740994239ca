import { randomBytes } from 'node:crypto';
import { importJWK, jwtVerify } from 'jose';
import { expect, test } from 'vitest';
import { rotateKeys } from '../../functions/rotate-keys/rotate.ts';
import { keyStore } from '../../shared/keys/key-store.ts';
import { publishedKeys, signingKeys } from '../../shared/keys/loaded-keys.ts';
import { localWrapper } from '../../shared/keys/local-wrapper.ts';
import { memoryCustody } from '../../shared/keys/memory-custody.ts';
import { signJws } from '../../shared/keys/sign.ts';
import type { StoredKey } from '../../shared/keys/signing-key.ts';
import { freshTables } from './store.ts';

const settings = { rotateEvery: 1_000, publishBefore: 100, keepAfter: 50 };
const wrapper = localWrapper(randomBytes(32));
const custody = memoryCustody(wrapper);
const rotate = (now: number) => rotateKeys(store, custody, ['RS256'], settings, now);

const { database, tables } = await freshTables();
const store = keyStore(database, tables.keys);

test('without a key nothing is signed', async () => {
  await expect(signingKeys(store, custody, () => 0)('RS256')).rejects.toThrow('there is no RS256 signing key');
});

test('the first rotation makes a key that signs at once, the next one changes nothing', async () => {
  const first = await rotate(0);
  expect(first).toMatchObject({ published: [{ algorithm: 'RS256', signFrom: 0 }], retired: [] });
  expect(await rotate(1)).toEqual({ published: [], retired: [] });
});

test('AT6: a token verifies with the published key of its kid, before and after a rotation', async () => {
  let now = 950;
  await rotate(now);
  const published = publishedKeys(store, () => now);
  for (now of [950, 1_050]) {
    const key = await signingKeys(store, custody, () => now)('RS256');
    const token = await signJws({ typ: 'JWT' }, { sub: 'x' }, key);
    const jwk = (await published()).keys.find(({ kid }) => kid === key.kid);
    const verified = await jwtVerify(token, await importJWK(jwk ?? {}, 'RS256'));
    expect(verified.protectedHeader).toEqual({ alg: 'RS256', kid: key.kid, typ: 'JWT' });
  }
});

const wrapped = ({ private: kept }: StoredKey) => ('wrapped' in kept ? kept.wrapped : new Uint8Array());

test('private keys are stored encrypted, bound to their kid', async () => {
  const [one, two] = await store.list();
  if (!one || !two) throw new Error('two keys are expected here');
  await expect(wrapper.unwrap(wrapped(one), one.kid)).resolves.toBeDefined();
  await expect(wrapper.unwrap(wrapped(one), two.kid)).rejects.toThrow(/authenticate/);
  await expect(localWrapper(randomBytes(32)).unwrap(wrapped(one), one.kid)).rejects.toThrow(/authenticate/);
});

test('published keys are public parts only', async () => {
  for (const jwk of (await publishedKeys(store, () => 0)()).keys) {
    expect(Object.keys(jwk).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
  }
});

test('K13: RS256 is published first, and of each algorithm the key that signs, in whatever order they were made', async () => {
  const made: StoredKey[] = [];
  for (const [algorithm, signFrom] of [
    ['EdDSA', 0],
    ['ES256', 900],
    ['RS256', 900],
    ['RS256', 0],
    ['ES256', 0],
  ] as const) {
    made.push(await custody.generate(algorithm, signFrom));
  }
  const ring = { ...store, list: async () => made };
  const kidsOf = async (now: number) => (await publishedKeys(ring, () => now)()).keys.map(({ kid }) => kid);
  const kidOf = (algorithm: string, signFrom: number) =>
    made.find((key) => key.algorithm === algorithm && key.signFrom === signFrom)?.kid;
  const [rs, nextRs] = [kidOf('RS256', 0), kidOf('RS256', 900)];
  const [es, nextEs] = [kidOf('ES256', 0), kidOf('ES256', 900)];
  const ed = kidOf('EdDSA', 0);
  expect(await kidsOf(10)).toEqual([rs, nextRs, es, nextEs, ed]);
  expect(await kidsOf(900)).toEqual([nextRs, rs, nextEs, es, ed]);
});

test('H37: 50 parallel first calls decrypt the key once', async () => {
  let unwraps = 0;
  const unwrap = (text: Uint8Array, kid: string) => {
    unwraps += 1;
    return wrapper.unwrap(text, kid);
  };
  const counting = { ...wrapper, unwrap };
  const signingKey = signingKeys(store, memoryCustody(counting), () => 950);
  await Promise.all(Array.from({ length: 50 }, () => signingKey('RS256')));
  expect(unwraps).toBe(1);
});
