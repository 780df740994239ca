import type { ProofAlgorithm } from '../oauth/server-metadata.ts';

/** The public members of a key, checked for their form and size, which is all that verifying a signature takes. */
export type ProofKey = { kty: string; crv?: string; x?: string; y?: string; n?: string; e?: string };

/** The members of private and symmetric keys (RFC 7518 §6). */
const secretMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

type CurveRule = { kty: 'EC' | 'OKP'; crv: string; coordinates: readonly ('x' | 'y')[]; bytes: number };
const edwards: CurveRule = { kty: 'OKP', crv: 'Ed25519', coordinates: ['x'], bytes: 32 };
const weierstrass = (crv: string, bytes: number): CurveRule => ({ kty: 'EC', crv, coordinates: ['x', 'y'], bytes });

const keyRules: Record<ProofAlgorithm, CurveRule | 'RSA'> = {
  ES256: weierstrass('P-256', 32),
  ES384: weierstrass('P-384', 48),
  ES512: weierstrass('P-521', 66),
  EdDSA: edwards,
  Ed25519: edwards,
  PS256: 'RSA',
  RS256: 'RSA',
};

/** Bits of a modulus. A larger key would take longer to verify with than everything else together. */
const modulus = { least: 2_048, most: 4_096 };

/**
 * Reads the `jwk` of a proof for its algorithm (RFC 9449 §4.2). Looks at text alone, so a key that is refused costs no arithmetic.
 * Refuses with a sentence: a private key, another type or curve than the algorithm's, and RSA keys of other sizes or odd exponents.
 */
export function readProofKey(jwk: unknown, algorithm: ProofAlgorithm): { key: ProofKey } | { problem: string } {
  if (typeof jwk !== 'object' || jwk === null || Array.isArray(jwk)) return { problem: 'Its header has no jwk.' };
  const members = jwk as Readonly<Record<string, unknown>>;
  if (secretMembers.some((name) => name in members)) return { problem: 'Its jwk has private parts.' };
  const rule = keyRules[algorithm];
  return rule === 'RSA' ? readRsaKey(members) : readCurveKey(members, rule);
}

function readCurveKey(members: Readonly<Record<string, unknown>>, { kty, crv, coordinates, bytes }: CurveRule) {
  if (members['kty'] !== kty || members['crv'] !== crv) return { problem: `Its alg takes a jwk of the curve ${crv}.` };
  const points = coordinates.map((name) => [name, members[name]] as const);
  const isWhole = points.every(([, value]) => bytesOf(value)?.length === bytes);
  return isWhole ? { key: { kty, crv, ...Object.fromEntries(points) } } : { problem: 'Its jwk is not a whole key.' };
}

function readRsaKey({ kty, n, e }: Readonly<Record<string, unknown>>) {
  if (kty !== 'RSA') return { problem: 'Its alg takes an RSA key as jwk.' };
  const bytes = bytesOf(n);
  const bits = bytes && bitLength(bytes);
  if (bits === undefined || bits < modulus.least) return { problem: 'Its RSA key has under 2048 bits.' };
  if (bits > modulus.most) return { problem: 'Its RSA key has over 4096 bits.' };
  return isUsualExponent(e)
    ? { key: { kty, n: n as string, e: e as string } }
    : { problem: 'Its RSA exponent is unusual.' };
}

/** An exponent of many bits makes verifying as slow as signing; 1 would make everything a signature. */
function isUsualExponent(e: unknown): boolean {
  const bytes = typeof e === 'string' && e.length <= 6 ? bytesOf(e) : undefined;
  if (bytes === undefined || bytes.length === 0 || bytes.length > 4) return false;
  const value = bytes.readUIntBE(0, bytes.length);
  return value >= 3 && value % 2 === 1;
}

/** The bytes of base64url text without padding, in its only spelling. */
function bytesOf(text: unknown): Buffer | undefined {
  if (typeof text !== 'string') return undefined;
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : undefined;
}

/** Leading zeros do not make a number larger. */
function bitLength(bytes: Buffer): number {
  const first = bytes.findIndex((byte) => byte !== 0);
  return first < 0 ? 0 : (bytes.length - first) * 8 - (Math.clz32(bytes[first] ?? 0) - 24);
}
