import { AsyncResource } from 'node:async_hooks';
import crypto, { type KeyObject } from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { promisify } from 'node:util';

/*
 * Hashes of passwords are slow on purpose, RSA keys are slow to find, and hundreds of files ask for the same few. What Node's own
 * functions answered, this process remembers: the same password with the same salt and work has the same hash. The first RSA key of
 * every file is the same, and the second one, and so on: those of one file are different ones.
 */

type Argon2 = typeof crypto.argon2;
type KeyPair = { publicKey: KeyObject; privateKey: KeyObject };

const { argon2, generateKeyPair } = crypto;

const tags = new Map<string, Buffer>();

const rememberingArgon2: Argon2 = (algorithm, parameters, callback) => {
  const asked = JSON.stringify([algorithm, parameters]);
  const known = tags.get(asked);
  if (known === undefined) {
    argon2(algorithm, parameters, (error, tag) => {
      if (error === null) tags.set(asked, Buffer.from(tag));
      callback(error, tag);
    });
    return;
  }
  // Whoever counts the hashes by what the runtime tells counts this one, too.
  const request = new AsyncResource('ARGON2REQUEST');
  setImmediate(() => request.runInAsyncScope(callback, undefined, null, Buffer.from(known)));
};

const pairs = new Map<string, Promise<KeyPair>[]>();
const taken = new Map<string, number>();

/** RSA keys as objects are remembered, as far as a file has not had them. */
function rememberedPair(type: string, options: object): Promise<KeyPair> {
  const generate = promisify(generateKeyPair) as (type: string, options: object) => Promise<KeyPair>;
  if (type !== 'rsa' || 'publicKeyEncoding' in options || 'privateKeyEncoding' in options)
    return generate(type, options);
  const asked = JSON.stringify(options);
  const made = pairs.get(asked) ?? [];
  pairs.set(asked, made);
  const index = taken.get(asked) ?? 0;
  taken.set(asked, index + 1);
  made[index] ??= generate(type, options);
  return made[index];
}

/** Has the next file begin with the first key. */
export const beginFile = (): void => taken.clear();

Object.assign(crypto, {
  argon2: rememberingArgon2,
  generateKeyPair: Object.assign(
    (...call: Parameters<typeof generateKeyPair>) => generateKeyPair(...call),
    generateKeyPair,
    { [promisify.custom]: rememberedPair },
  ),
});
syncBuiltinESMExports();
