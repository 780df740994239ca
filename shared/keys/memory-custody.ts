import { constants, createPrivateKey, generateKeyPair, type KeyObject, sign } from 'node:crypto';
import { promisify } from 'node:util';
import { joseSignature } from './der-signature.ts';
import type { KeyCustody, KeyWrapper, SigningAlgorithm } from './signing-key.ts';

const generatePair = promisify(generateKeyPair);

const generators: Record<SigningAlgorithm, () => Promise<{ publicKey: KeyObject; privateKey: KeyObject }>> = {
  RS256: () => generatePair('rsa', { modulusLength: 2_048 }),
  PS256: () => generatePair('rsa', { modulusLength: 2_048 }),
  ES256: () => generatePair('ec', { namedCurve: 'P-256' }),
  EdDSA: () => generatePair('ed25519'),
};

/** Synchronous on purpose: signing takes less time than handing it to another thread. */
const signers: Record<SigningAlgorithm, (input: Buffer, key: KeyObject) => Buffer> = {
  RS256: (input, key) => sign('sha256', input, key),
  PS256: (input, key) => sign('sha256', input, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }),
  // Asking OpenSSL for the other form (`dsaEncoding`) takes as long as the signature itself.
  ES256: (input, key) => joseSignature(sign('sha256', input, key)),
  EdDSA: (input, key) => sign(null, input, key),
};

/** Keeps private keys encrypted at rest and decrypts them once into the memory of the signing function. */
export const memoryCustody = (wrapper: KeyWrapper): KeyCustody => ({
  place: 'memory',

  async generate(algorithm, signFrom) {
    const { publicKey, privateKey } = await generators[algorithm]();
    const { describePublicKey } = await import('./public-jwk.ts');
    const described = await describePublicKey(publicKey, algorithm);
    const wrapped = await wrapper.wrap(privateKey.export({ type: 'pkcs8', format: 'der' }), described.kid);
    return { ...described, private: { wrapped }, signFrom };
  },

  async open({ kid, algorithm, private: kept }) {
    if (!('wrapped' in kept)) throw new Error('this key stays in KMS, and the server is set to keep keys in memory');
    const der = Buffer.from(await wrapper.unwrap(kept.wrapped, kid));
    const privateKey = createPrivateKey({ key: der, type: 'pkcs8', format: 'der' });
    return { kid, algorithm, place: 'memory', sign: (input) => signers[algorithm](input, privateKey) };
  },

  async destroy() {},
});
