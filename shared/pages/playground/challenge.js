import { toBase64url, toBytes } from './encoding.js';

/** RFC 7636 §4.2, method S256. @param {string} verifier */
const s256 = async (verifier) => toBase64url(await crypto.subtle.digest('SHA-256', toBytes(verifier)));

/** The challenge that belongs to a verifier. A missing method means plain (§4.3). @param {string} verifier @param {string} method */
export const challengeOf = (verifier, method) => (/^s256$/i.test(method) ? s256(verifier) : Promise.resolve(verifier));

/** What a person should know about the challenge in the field. */
export async function noteOn({ verifier, challenge, method }) {
  if (challenge === '') return 'Empty: the request has no challenge.';
  if (challenge !== (await challengeOf(verifier, method))) {
    return 'Not the challenge of this verifier with this method: the exchange will fail.';
  }
  if (challenge === verifier) return 'The verifier itself: whoever sees the request has it.';
  return 'base64url(SHA-256(verifier)).';
}
