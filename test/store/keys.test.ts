import { randomBytes } from 'node:crypto';
import { importJWK, jwtVerify } from 'jose';
import { beforeAll, expect, test } from 'vitest';
import { rotateKeys } from '../../functions/rotate-keys/rotate.ts';
import { type KeyStore, keyStore } from '../../shared/keys/key-store.ts';
import { localWrapper } from '../../shared/keys/local-wrapper.ts';
import { publishedKeys, signingKeys } from '../../shared/keys/published-keys.ts';
import { signJws } from '../../shared/keys/sign.ts';
import { freshTables } from './store.ts';

const settings = { rotateEvery: 1_000, publishBefore: 100, keepAfter: 50 };
const wrapper = localWrapper(randomBytes(32));

let store: KeyStore;
beforeAll(async () => {
  const { database, tables } = await freshTables();
  store = keyStore(database, tables.keys);
});

test('without a key nothing is signed', async () => {
  await expect(signingKeys(store, wrapper, () => 0)()).rejects.toThrow('there is no signing key');
});

test('the first rotation makes a key that signs at once, the next one changes nothing', async () => {
  const first = await rotateKeys(store, wrapper, settings, 0);
  expect(first).toMatchObject({ published: { signFrom: 0 }, retired: [] });
  expect(await rotateKeys(store, wrapper, settings, 1)).toEqual({ retired: [] });
});

test('AT6: a token verifies with the published key of its kid, before and after a rotation', async () => {
  let now = 950;
  await rotateKeys(store, wrapper, settings, now);
  const published = publishedKeys(store, () => now);
  for (now of [950, 1_050]) {
    const key = await signingKeys(store, wrapper, () => now)();
    const token = signJws({ typ: 'JWT' }, { sub: 'x' }, key);
    const jwk = (await published()).keys.find(({ kid }) => kid === key.kid);
    const verified = await jwtVerify(token, await importJWK(jwk ?? {}, 'RS256'));
    expect(verified.protectedHeader).toEqual({ alg: 'RS256', kid: key.kid, typ: 'JWT' });
  }
});

test('private keys are stored encrypted, bound to their kid', async () => {
  const [one, two] = await store.list();
  if (!one || !two) throw new Error('two keys are expected here');
  await expect(wrapper.unwrap(one.wrappedPrivateKey, one.kid)).resolves.toBeDefined();
  await expect(wrapper.unwrap(one.wrappedPrivateKey, two.kid)).rejects.toThrow();
  await expect(localWrapper(randomBytes(32)).unwrap(one.wrappedPrivateKey, one.kid)).rejects.toThrow();
});

test('published keys are public parts only', async () => {
  for (const jwk of (await publishedKeys(store, () => 0)()).keys) {
    expect(Object.keys(jwk).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
  }
});

test('H37: 50 parallel first calls decrypt the key once', async () => {
  let unwraps = 0;
  const unwrap = (text: Uint8Array, kid: string) => {
    unwraps += 1;
    return wrapper.unwrap(text, kid);
  };
  const counting = { ...wrapper, unwrap };
  const signingKey = signingKeys(store, counting, () => 950);
  await Promise.all(Array.from({ length: 50 }, () => signingKey()));
  expect(unwraps).toBe(1);
});
