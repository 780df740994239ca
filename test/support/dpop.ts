import { hash, randomUUID } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import type { Clock } from './clock.ts';

/** A key pair of a client, as it signs DPoP proofs. */
export type ProofPair = { alg: string; jwk: JWK; jkt: string; privateKey: CryptoKey };

export async function newProofPair(alg = 'ES256', modulusLength = 2_048): Promise<ProofPair> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true, modulusLength });
  const jwk = await exportJWK(publicKey);
  return { alg, jwk, jkt: await calculateJwkThumbprint(jwk), privateKey };
}

export type ProofClaims = Readonly<Record<string, unknown>>;

/** What a proof is for: a request, and with an access token that. */
export type ProofFor = { method?: string; url: string; accessToken?: string | undefined; nonce?: string | undefined };

/** A proof that is right in every way, unless `changes` say otherwise; undefined takes a member out. */
export function newProof(
  { alg, jwk, privateKey }: ProofPair,
  clock: Pick<Clock, 'now'>,
  { method = 'POST', url, accessToken, nonce }: ProofFor,
  changes: { header?: ProofClaims; claims?: ProofClaims } = {},
): Promise<string> {
  const claims = {
    jti: randomUUID(),
    htm: method,
    htu: url,
    iat: clock.now(),
    ...(accessToken !== undefined && { ath: hash('sha256', accessToken, 'base64url') }),
    ...(nonce !== undefined && { nonce }),
    ...changes.claims,
  };
  const header = { typ: 'dpop+jwt', alg, jwk, ...changes.header };
  return new SignJWT(claims).setProtectedHeader(header).sign(privateKey);
}
