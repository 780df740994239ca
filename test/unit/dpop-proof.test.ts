import {
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  randomBytes,
  verify as verifySignature,
} from 'node:crypto';
import { exportJWK, SignJWT } from 'jose';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { proofRules } from '../../shared/clients/proof-rules.ts';
import type { RegisteredClient } from '../../shared/clients/registered-client.ts';
import { derSignature } from '../../shared/keys/der-signature.ts';
import { proofAlgorithms } from '../../shared/oauth/server-metadata.ts';
import { nonceAt } from '../../shared/proof/nonce.ts';
import { type ProofDemand, verifyProof } from '../../shared/proof/verify-proof.ts';
import { newProof, newProofPair, type ProofClaims } from '../support/dpop.ts';

const now = 1_800_000_000;
const clock = { now: () => now };
const url = 'https://sign-in.example.com/token';
const pair = await newProofPair();
const other = await newProofPair();
const demand: ProofDemand = { method: 'POST', urls: [url], now };

const verify = (proof: string, changes: Partial<ProofDemand> = {}) => verifyProof(proof, { ...demand, ...changes });
const proofWith = (claims: ProofClaims = {}, header: ProofClaims = {}) =>
  newProof(pair, clock, { url }, { claims, header });

const encoded = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** A proof whose signature is nonsense: enough for what is refused before. */
const unsigned = (header: ProofClaims, claims: ProofClaims = {}) => {
  const usual = { jti: 'one', htm: 'POST', htu: url, iat: now };
  return `${encoded({ typ: 'dpop+jwt', alg: pair.alg, jwk: pair.jwk, ...header })}.${encoded({ ...usual, ...claims })}.c2lnbmF0dXJl`;
};

/** A key with a modulus of so many bits, after bytes that are zero. */
const rsaOf = (bits: number, zeros = 0) => {
  const n = Buffer.concat([Buffer.alloc(zeros), Buffer.alloc(bits / 8, 0xff)]);
  return { kty: 'RSA', e: 'AQAB', n: n.toString('base64url') };
};

/** What the arithmetic on keys goes through: what is refused by its text must not get there. */
vi.mock('node:crypto', { spy: true });
const digest = vi.spyOn(globalThis.crypto.subtle, 'digest');
const arithmetic = [vi.mocked(createPublicKey), vi.mocked(verifySignature), digest];
beforeEach(() => {
  for (const one of arithmetic) one.mockClear();
});
const operations = () => arithmetic.reduce((sum, { mock }) => sum + mock.calls.length, 0);

describe('a proof is good', () => {
  test.each(proofAlgorithms)('with a key for %s', async (alg) => {
    const own = await newProofPair(alg);
    const proof = await newProof(own, clock, { url });
    expect(await verify(proof)).toMatchObject({ ok: true, value: { jkt: own.jkt } });
  });

  test.each(proofAlgorithms)('DP8, FP7: of a FAPI client with %s exactly when FAPI 2.0 takes it', async (alg) => {
    const proof = await newProof(await newProofPair(alg), clock, { url });
    const { algorithms } = proofRules({ profile: 'fapi2' } as RegisteredClient, { dpopNonces: false });
    const isTaken = ['ES256', 'EdDSA', 'Ed25519', 'PS256'].includes(alg);
    expect((await verify(proof, { algorithms })).ok).toBe(isTaken);
  });

  test('for one import of the key, one verification and one hash', async () => {
    const proof = await proofWith();
    const before = operations();
    expect((await verify(proof)).ok).toBe(true);
    expect(operations() - before).toBe(3);
  });

  test('with an RSA key of 4096 bits', async () => {
    const own = await newProofPair('PS256', 4_096);
    expect((await verify(await newProof(own, clock, { url }))).ok).toBe(true);
  });

  test.each<[string, ProofClaims]>([
    ['that is 60 seconds old', { iat: now - 60 }],
    ['whose clock is 10 seconds ahead', { iat: now + 10 }],
    ['with claims that nobody knows', { sub: 'x' }],
    ['that says when it begins and ends', { nbf: now, exp: now + 60 }],
    ['whose clock is 10 seconds off its begin or its end', { nbf: now + 10, exp: now - 9 }],
    ['with a nonce that nobody asked for', { nonce: 'of another server' }],
    ['with a jti of 255 characters', { jti: 'j'.repeat(255) }],
  ])('%s', async (_, claims) => {
    expect((await verify(await proofWith(claims))).ok).toBe(true);
  });

  test.each([
    ['https://sign-in.example.com/token?query', 'a query'],
    ['https://sign-in.example.com/token#fragment', 'a fragment'],
    ['HTTPS://Sign-In.EXAMPLE.com/token', 'scheme and host in upper case'],
    ['https://sign-in.example.com:443/token', 'the default port'],
    ['https://sign-in.example.com/a/../token', 'dots in the path'],
    ['https://sign-in.example.com/%74oken', 'escapes that escape nothing'],
  ])('DP9: with the htu %s, which has %s', async (htu) => {
    expect((await verify(await proofWith({ htu }))).ok).toBe(true);
  });

  test.each(['DPoP+JWT', 'application/dpop+jwt'])(
    'RFC 7515 §4.1.9: with the typ %s, which is the same media type',
    async (typ) => {
      expect((await verify(await proofWith({}, { typ }))).ok).toBe(true);
    },
  );

  test('with the hash of the access token', async () => {
    const proof = await newProof(pair, clock, { method: 'GET', url, accessToken: 'a.token' });
    expect((await verify(proof, { method: 'GET', accessToken: 'a.token' })).ok).toBe(true);
  });
});

const ecPrivate = { ...pair.jwk, d: 'A'.repeat(43) };
const p384 = (await newProofPair('ES384')).jwk;
const ed25519 = (await newProofPair('EdDSA')).jwk;
const rsa = (await newProofPair('PS256')).jwk;
const secp256k1 = generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey.export({ format: 'jwk' });
const ed448 = generateKeyPairSync('ed448').publicKey.export({ format: 'jwk' });
const header = (value: unknown) => unsigned({}).replace(/^[^.]+/, encoded(value));
const claims = (value: unknown) => unsigned({}).replace(/\.[^.]+\./, `.${encoded(value)}.`);

/** Every way to be wrong that the text of a proof shows. */
const refusedByText: readonly (readonly [string, string | Promise<string>, string])[] = [
  ['an empty header', '', 'not a signed JWT'],
  ['something that is no JWT', 'nonsense', 'not a signed JWT'],
  ['a JWT of two parts', unsigned({}).replace(/\.[^.]+$/, ''), 'not a signed JWT'],
  ['a JWT of four parts', `${unsigned({})}.x`, 'not a signed JWT'],
  ['a JWT without a signature', unsigned({}).replace(/[^.]+$/, ''), 'not a signed JWT'],
  ['a header that is no JSON', header('nonsense'), 'not a signed JWT'],
  ['a header that is a list', header([]), 'not a signed JWT'],
  ['claims that are no object', claims('"text"'), 'not a signed JWT'],
  ['claims that are null', claims(null), 'not a signed JWT'],
  ['two proofs, as API Gateway joins them', `${unsigned({})},${unsigned({})}`, 'more than one DPoP header'],
  ['five thousand characters', unsigned({}, { jti: 'x'.repeat(5_000) }), 'longer than 4096'],
  ['no typ', proofWith({}, { typ: undefined }), 'typ is not'],
  ['the typ JWT', proofWith({}, { typ: 'JWT' }), 'typ is not'],
  ['another typ that ends alike', proofWith({}, { typ: 'text/dpop+jwt' }), 'typ is not'],
  ['a typ that is no text', proofWith({}, { typ: ['dpop+jwt'] }), 'typ is not'],
  ['the typ of an access token', proofWith({}, { typ: 'at+jwt' }), 'typ is not'],
  ['a critical extension', unsigned({ crit: ['exp'] }), 'extensions'],
  ['an unencoded payload', unsigned({ b64: false }), 'extensions'],
  ['no alg', unsigned({ alg: undefined }), 'alg is not'],
  ['DP8: the alg none', unsigned({ alg: 'none' }), 'alg is not'],
  ['DP8: the alg HS256', unsigned({ alg: 'HS256' }), 'alg is not'],
  ['the alg RS512', unsigned({ alg: 'RS512', jwk: rsa }), 'alg is not'],
  ['an alg that is a list', unsigned({ alg: ['ES256'] }), 'alg is not'],
  ['no jwk', unsigned({ jwk: undefined }), 'no jwk'],
  ['a jwk that is a list', unsigned({ jwk: [pair.jwk] }), 'no jwk'],
  ['only the kid of a key', unsigned({ jwk: undefined, kid: pair.jkt }), 'no jwk'],
  ['DP8: a private key', unsigned({ jwk: ecPrivate }), 'private parts'],
  ['DP8: a private part that is empty', unsigned({ jwk: { ...rsa, p: '' }, alg: 'PS256' }), 'private parts'],
  ['a symmetric key', unsigned({ jwk: { kty: 'oct', k: 'c2VjcmV0' } }), 'private parts'],
  ['a curve of another alg', unsigned({ jwk: p384 }), 'curve P-256'],
  ['DP8: the curve secp256k1', unsigned({ jwk: secp256k1 }), 'curve P-256'],
  ['DP8: the curve Ed448', unsigned({ jwk: ed448, alg: 'EdDSA' }), 'curve Ed25519'],
  ['an RSA key with an alg of curves', unsigned({ jwk: rsa }), 'curve P-256'],
  ['a curve with an alg of RSA', unsigned({ jwk: pair.jwk, alg: 'PS256' }), 'takes an RSA key'],
  ['half a point', unsigned({ jwk: { ...pair.jwk, y: undefined } }), 'not a whole key'],
  ['a coordinate that is too long', unsigned({ jwk: { ...pair.jwk, x: `${pair.jwk.x}AAAA` } }), 'not a whole key'],
  [
    'a coordinate in standard base64',
    unsigned({ jwk: { ...ed25519, x: `${ed25519.x}=` }, alg: 'EdDSA' }),
    'not a whole',
  ],
  ['FP7: an RSA key of 1024 bits', unsigned({ jwk: rsaOf(1_024), alg: 'PS256' }), 'under 2048'],
  ['FP7: an RSA key of 2040 bits', unsigned({ jwk: rsaOf(2_040), alg: 'RS256' }), 'under 2048'],
  ['FP7: an RSA key that is long by its zeros', unsigned({ jwk: rsaOf(1_024, 128), alg: 'PS256' }), 'under 2048'],
  ['DP8: an RSA key of 4104 bits', unsigned({ jwk: rsaOf(4_104), alg: 'PS256' }), 'over 4096'],
  ['DP8: an RSA key of 8192 bits', unsigned({ jwk: rsaOf(8_192), alg: 'RS256' }), 'over 4096'],
  ['DP8: an RSA key of 16384 bits', unsigned({ jwk: rsaOf(16_384), alg: 'RS256' }), 'over 4096'],
  ['an RSA key without a modulus', unsigned({ jwk: { ...rsa, n: undefined }, alg: 'PS256' }), 'under 2048'],
  ['an RSA exponent of 2048 bits', unsigned({ jwk: { ...rsa, e: rsa.n }, alg: 'PS256' }), 'exponent'],
  ['an RSA exponent of 1', unsigned({ jwk: { ...rsa, e: 'AQ' }, alg: 'PS256' }), 'exponent'],
  ['no jti', proofWith({ jti: undefined }), 'jti'],
  ['an empty jti', proofWith({ jti: '' }), 'jti'],
  ['a jti that is a number', proofWith({ jti: 7 }), 'jti'],
  ['a jti of 256 characters', proofWith({ jti: 'j'.repeat(256) }), 'jti'],
  ['no htm', proofWith({ htm: undefined }), 'htm'],
  ['another method', proofWith({ htm: 'GET' }), 'htm'],
  ['the method in lower case', proofWith({ htm: 'post' }), 'htm'],
  ['no htu', proofWith({ htu: undefined }), 'htu'],
  ['an htu that is a path', proofWith({ htu: '/token' }), 'htu'],
  ['another path', proofWith({ htu: 'https://sign-in.example.com/userinfo' }), 'htu'],
  ['the path with a slash at its end', proofWith({ htu: `${url}/` }), 'htu'],
  ['the path in upper case', proofWith({ htu: 'https://sign-in.example.com/Token' }), 'htu'],
  ['another host', proofWith({ htu: 'https://sign-in.example.com.evil.example/token' }), 'htu'],
  ['another port', proofWith({ htu: 'https://sign-in.example.com:8443/token' }), 'htu'],
  ['another scheme', proofWith({ htu: 'http://sign-in.example.com/token' }), 'htu'],
  ['an htu with a user', proofWith({ htu: 'https://a@sign-in.example.com/token' }), 'htu'],
  ['an htu with backslashes', proofWith({ htu: 'https:\\\\sign-in.example.com\\token' }), 'htu'],
  ['a list of htu', proofWith({ htu: [url] }), 'htu'],
  ['no iat', proofWith({ iat: undefined }), 'iat'],
  ['an iat that is a text', unsigned({}, { iat: String(now) }), 'iat'],
  ['an iat 61 seconds ago', proofWith({ iat: now - 61 }), 'iat'],
  ['an iat 11 seconds ahead', proofWith({ iat: now + 11 }), 'iat'],
  ['an iat in milliseconds', proofWith({ iat: now * 1_000 }), 'iat'],
  ['an exp 10 seconds ago', proofWith({ exp: now - 10 }), 'exp'],
  ['an exp that is a text', unsigned({}, { exp: String(now + 60) }), 'exp'],
  ['an nbf 11 seconds ahead', proofWith({ nbf: now + 11 }), 'nbf'],
  ['an nbf that is null', unsigned({}, { nbf: null }), 'nbf'],
];

describe('DP1: a proof is refused, before any arithmetic, for', () => {
  test.each(refusedByText)('%s', async (_, proof, because) => {
    const text = await proof;
    const before = operations();
    const refused = await verify(text);
    expect(refused).toMatchObject({ ok: false, refusal: { reason: 'dpop_proof_invalid' } });
    expect((refused as { refusal: { because: string } }).refusal.because).toContain(because);
    expect(operations() - before).toBe(0);
  });

  test.each<[string, ProofClaims]>([
    ['no ath', {}],
    ['the ath of another token', { ath: encoded('hash') }],
    ['the token itself as ath', { ath: 'a.token' }],
  ])('%s, with an access token', async (_, changes) => {
    const proof = await proofWith(changes);
    const before = operations();
    expect(await verify(proof, { accessToken: 'a.token' })).toMatchObject({
      refusal: { because: 'Its ath is not the hash of the access token.' },
    });
    expect(operations() - before).toBe(0);
  });
});

describe('DP1: a proof is refused for', () => {
  test('the signature of another key', async () => {
    const proof = await newProof({ ...other, jwk: pair.jwk }, clock, { url });
    expect(await verify(proof)).toMatchObject({ refusal: { because: 'Its signature is not of its jwk.' } });
  });

  test('claims that were changed after they were signed', async () => {
    const [first, , last] = (await proofWith()).split('.');
    const claims = encoded({ jti: 'two', htm: 'POST', htu: url, iat: now });
    expect(await verify(`${first}.${claims}.${last}`)).toMatchObject({ ok: false });
  });

  test('DP8: a point that is on no curve, and a signature of nonsense', async () => {
    const offCurve = { ...pair.jwk, y: Buffer.alloc(32, 7).toString('base64url') };
    expect(await verify(unsigned({ jwk: offCurve }))).toMatchObject({ refusal: { reason: 'dpop_proof_invalid' } });
    expect(await verify(unsigned({}))).toMatchObject({ refusal: { reason: 'dpop_proof_invalid' } });
  });

  test('a signature in another form: of DER, a byte longer, a byte shorter, half of it, and none', async () => {
    const proof = await proofWith({});
    const [head, claims, text = ''] = proof.split('.');
    const signature = Buffer.from(text, 'base64url');
    const longer = Buffer.concat([signature, Buffer.alloc(1)]);
    const padded = Buffer.concat([Buffer.alloc(1), signature.subarray(0, 32), Buffer.alloc(1), signature.subarray(32)]);
    const others = [
      derSignature(signature),
      longer,
      padded,
      signature.subarray(1),
      signature.subarray(0, 32),
      Buffer.of(),
    ];
    expect((await verify(proof)).ok).toBe(true);
    for (const other of others) {
      const changed = await verify(`${head}.${claims}.${other.toString('base64url')}`);
      expect(changed).toMatchObject({ refusal: { reason: 'dpop_proof_invalid' } });
    }
  });

  test('an HMAC with the public key as its secret', async () => {
    const secret = Buffer.from(JSON.stringify(pair.jwk));
    const proof = await new SignJWT({ jti: 'one', htm: 'POST', htu: url, iat: now })
      .setProtectedHeader({ typ: 'dpop+jwt', alg: 'HS256', jwk: pair.jwk })
      .sign(secret);
    expect(await verify(proof)).toMatchObject({ refusal: { reason: 'dpop_proof_invalid' } });
  });

  test('RS256 where it is signed with PS256', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    const jwk = await exportJWK(publicKey);
    const proof = await new SignJWT({ jti: 'one', htm: 'POST', htu: url, iat: now })
      .setProtectedHeader({ typ: 'dpop+jwt', alg: 'PS256', jwk })
      .sign(privateKey);
    const renamed = proof.replace(/^[^.]+/, encoded({ typ: 'dpop+jwt', alg: 'RS256', jwk }));
    expect((await verify(proof)).ok).toBe(true);
    expect((await verify(renamed)).ok).toBe(false);
  });
});

describe('DP5: where a nonce is needed, a proof', () => {
  const nonceKey = createSecretKey(randomBytes(32));
  const withNonce = async (nonce: unknown, changes: Partial<ProofDemand> = {}, claims: ProofClaims = {}) =>
    verify(await proofWith({ nonce, ...claims }), { nonceKey, ...changes });

  test('is good with the nonce of this minute and of the one before', async () => {
    const nonce = nonceAt(nonceKey, now);
    expect(await withNonce(nonce)).toMatchObject({ ok: true, value: { nonce } });
    expect(await withNonce(nonce, { now: now + 60 })).toMatchObject({
      ok: true,
      value: { nonce: nonceAt(nonceKey, now + 60) },
    });
  });

  test('gets a nonce without one, with one that is older, of another server or no text', async () => {
    const needed = { reason: 'dpop_nonce_required', nonce: nonceAt(nonceKey, now) };
    const others = [undefined, '', 7, nonceAt(nonceKey, now - 120), nonceAt(nonceKey, now + 60)];
    for (const nonce of [...others, nonceAt(createSecretKey(randomBytes(32)), now)]) {
      const before = arithmetic[1]?.mock.calls.length;
      expect(await withNonce(nonce)).toMatchObject({ ok: false, refusal: needed });
      expect(arithmetic[1]?.mock.calls.length).toBe(before);
    }
  });

  test('is dated by it, whatever the clock of the client says', async () => {
    const nonce = nonceAt(nonceKey, now);
    for (const iat of [now - 86_400, now + 86_400]) expect((await withNonce(nonce, {}, { iat })).ok).toBe(true);
    expect((await withNonce(nonce, {}, { iat: undefined })).ok).toBe(false);
  });

  test.each([
    ['over', { exp: now - 10 }],
    ['yet to begin', { nbf: now + 11 }],
  ])('does not help a proof that says itself that it is %s (RFC 7519 §4.1.4, §4.1.5)', async (_, claims) => {
    expect(await withNonce(nonceAt(nonceKey, now), {}, claims)).toMatchObject({
      ok: false,
      refusal: { reason: 'dpop_proof_invalid' },
    });
  });
});
