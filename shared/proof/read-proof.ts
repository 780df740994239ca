import { jwtTypeOf } from '../oauth/jwt-type.ts';
import { type ProofAlgorithm, proofAlgorithms } from '../oauth/server-metadata.ts';
import { type ProofKey, readProofKey } from './proof-key.ts';

/** A proof whose form is right and whose signature is yet to be verified. */
export type ReadProof = {
  text: string;
  algorithm: ProofAlgorithm;
  key: ProofKey;
  claims: Readonly<Record<string, unknown>>;
};

/** Characters. One with an RSA key of 4096 bits has about 2,200. */
const longest = 4_096;

/**
 * Reads a DPoP proof (RFC 9449 §4.2) as far as text can tell: one JWT of the right type, with an algorithm of the list and a public key
 * for it. `algorithms`: those that the client may use. Refuses with a sentence.
 */
export function readProof(
  text: string,
  algorithms: readonly ProofAlgorithm[] = proofAlgorithms,
): ReadProof | { problem: string } {
  if (text.length > longest) return { problem: 'It is longer than 4096 characters.' };
  // API Gateway joins two headers with a comma.
  if (text.includes(',')) return { problem: 'The request has more than one DPoP header.' };
  const [, first = '', second = ''] = /^([\w-]+)\.([\w-]+)\.[\w-]+$/.exec(text) ?? [];
  const [header, claims] = [objectIn(first), objectIn(second)];
  if (header === undefined || claims === undefined) return { problem: 'It is not a signed JWT.' };
  if (jwtTypeOf(header['typ']) !== 'dpop+jwt') return { problem: 'Its typ is not dpop+jwt.' };
  if ('crit' in header || 'b64' in header)
    return { problem: 'Its header has extensions that this server does not know.' };
  const algorithm = algorithms.find((known) => known === header['alg']);
  if (algorithm === undefined) return { problem: `Its alg is not one of ${algorithms.join(', ')}.` };
  const read = readProofKey(header['jwk'], algorithm);
  return 'problem' in read ? read : { text, algorithm, key: read.key, claims };
}

function objectIn(encoded: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const json: unknown = JSON.parse(Buffer.from(encoded, 'base64url').toString());
    return typeof json === 'object' && json !== null && !Array.isArray(json)
      ? (json as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}
