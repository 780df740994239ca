import { hash } from 'node:crypto';
import type { ReadProof } from './read-proof.ts';
import { namesOneOf } from './same-url.ts';

/** What a proof has to be for. */
export type ProvedRequest = {
  method: string;
  /** The URLs that the request may name as its own, made of what is configured and never of the Host header. */
  urls: readonly string[];
  /** The access token that comes with it, at a protected resource. */
  accessToken?: string | undefined;
};

/** Seconds that a proof may be old, and that its clock may be ahead of ours. */
const proofAge = { most: 60, ahead: 10 };

/**
 * Judges what a proof says about its request (RFC 9449 §4.3), with the problem as a sentence. `isDated`: a nonce says when it was
 * made, so its iat does not count. Pure; `now` is in epoch seconds.
 */
export function judgeProof(
  { claims }: Pick<ReadProof, 'claims'>,
  { method, urls, accessToken }: ProvedRequest,
  isDated: boolean,
  now: number,
): string | undefined {
  const { htm, htu, jti, ath } = claims;
  if (typeof jti !== 'string' || jti === '' || jti.length > 255) return 'Its jti is missing or too long.';
  if (htm !== method) return 'Its htm is not the method of the request.';
  if (typeof htu !== 'string' || !namesOneOf(htu, urls)) return 'Its htu is not the URL of the request.';
  const untimely = judgeTime(claims, isDated, now);
  if (untimely !== undefined) return untimely;
  if (accessToken !== undefined && ath !== hash('sha256', accessToken, 'base64url')) {
    return 'Its ath is not the hash of the access token.';
  }
  return undefined;
}

/** `exp` and `nbf` are nothing that a proof needs, but where they are they count, as in every JWT (RFC 7519 §4.1.4, §4.1.5). */
function judgeTime(
  { iat, exp = Number.POSITIVE_INFINITY, nbf = 0 }: Readonly<Record<string, unknown>>,
  isDated: boolean,
  now: number,
): string | undefined {
  if (typeof iat !== 'number' || !Number.isFinite(iat)) return 'Its iat is missing.';
  if (typeof exp !== 'number' || typeof nbf !== 'number') return 'Its exp or nbf is not a number.';
  if (exp <= now - proofAge.ahead) return 'Its exp is in the past.';
  if (nbf > now + proofAge.ahead) return 'Its nbf is in the future.';
  if (isDated) return undefined;
  if (iat < now - proofAge.most) return 'Its iat is over 60 seconds ago.';
  return iat > now + proofAge.ahead ? 'Its iat is in the future.' : undefined;
}
