import { decodeJson, fromBase64url, toBytes } from './encoding.js';
import { discover } from './server.js';

/** The algorithms that this server signs with (RFC 7518 §3.1, RFC 8037), as WebCrypto calls them. */
const algorithms = {
  RS256: [{ name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }],
  PS256: [
    { name: 'RSA-PSS', hash: 'SHA-256' },
    { name: 'RSA-PSS', saltLength: 32 },
  ],
  ES256: [
    { name: 'ECDSA', namedCurve: 'P-256' },
    { name: 'ECDSA', hash: 'SHA-256' },
  ],
  EdDSA: [{ name: 'Ed25519' }],
};

let keys;

/** The published keys, asked for once. */
async function publishedKeys() {
  keys ??= fetch((await discover()).jwks_uri).then((reply) => reply.json());
  return (await keys).keys;
}

/**
 * Reads a JWT and checks its signature against the published keys, in this page.
 * @param {string} token
 * @returns what it holds, as far as it can be read, and a sentence: `signature matches` only when it does
 */
export async function checkToken(token) {
  const parts = token.trim().split('.');
  let header;
  let claims;
  try {
    if (parts.length !== 3) throw new Error('a JWT has three parts');
    [header, claims] = parts.slice(0, 2).map(decodeJson);
  } catch {
    return { isGood: false, verdict: 'This is not a JWT.' };
  }
  const { isGood, verdict } = await judge(header, parts);
  return { header, claims, isGood, verdict };
}

/** @param {{ alg: string, kid: string }} header @param {string[]} parts */
async function judge({ alg, kid }, [head, payload, signature]) {
  const wrong = (verdict) => ({ isGood: false, verdict });
  const [imported, verified = imported] = Object.hasOwn(algorithms, alg) ? algorithms[alg] : [];
  if (imported === undefined) return wrong(`This page does not check the algorithm ${alg}.`);
  const jwk = (await publishedKeys()).find((key) => key.kid === kid && (key.alg ?? alg) === alg);
  if (jwk === undefined) return wrong('The server publishes no key of this id.');
  try {
    const key = await crypto.subtle.importKey('jwk', jwk, imported, false, ['verify']);
    const isGood = await crypto.subtle.verify(verified, key, fromBase64url(signature), toBytes(`${head}.${payload}`));
    return isGood
      ? { isGood, verdict: `The signature matches the published key ${kid} (${alg}).` }
      : wrong('The signature does not match: this is not what the server signed.');
  } catch {
    return wrong('The signature does not match: it cannot be read.');
  }
}
