import { createCipheriv, createHmac, type KeyObject, randomBytes, timingSafeEqual } from 'node:crypto';
import { hashSecret } from '../secret.ts';

/*
 * A refresh token names its grant and its generation, carries the secret of that generation and, encrypted, the subject, and is
 * sealed with a MAC. The grant keeps only the hash of the secret; the next secret is made from this one with a key that is not in
 * the same table. So the database alone makes no token, the key alone makes none, and the same token always has the same successor.
 * All tokens of a grant are made with one key, the one of its first token: whatever key is in use meanwhile.
 */

export type RefreshToken = {
  grantId: string;
  generation: number;
  secret: Buffer;
  /** Whose it is. Absent in tokens of the form before, which named nobody. */
  sub?: string | undefined;
  /** What it is sealed with, and what its successor is made with. */
  key: RefreshKey;
};

/** A KeyObject is four times as fast as its bytes. */
export type RefreshKey = KeyObject | Buffer;

/** Keys for refresh tokens, the one for new grants first. */
export type RefreshKeys = readonly [RefreshKey, ...RefreshKey[]];

/** Lengths in bytes. The subject is what is left between secret and seal; without one a token has the form of before. */
const layout = { grantId: 32, generation: 4, secret: 32, seal: 16 };
const headLength = layout.grantId + layout.generation + layout.secret;

/** OpenID Connect Core §2. */
const longestSubject = 255;

const mac = (key: RefreshKey, purpose: string, ...parts: Buffer[]): Buffer =>
  parts.reduce((hmac, part) => hmac.update(part), createHmac('sha256', key).update(purpose)).digest();

const seal = (key: RefreshKey, body: Buffer): Buffer => mac(key, 'seal', body).subarray(0, layout.seal);

/** Encrypts and decrypts. Every token has a key of its own, made from all that comes before the subject, so no nonce is needed. */
const subjectCipher = (key: RefreshKey, head: Buffer, text: Buffer): Buffer =>
  createCipheriv('aes-256-ctr', mac(key, 'subject', head), Buffer.alloc(16)).update(text);

/** The first token of a grant. Whose it is has to be added: that may be known later than what the grant keeps of it. */
export const firstRefreshToken = (grantId: string, [key]: RefreshKeys): RefreshToken => ({
  grantId,
  generation: 0,
  secret: randomBytes(layout.secret),
  key,
});

/** The one token that follows this one. */
export const successor = (token: RefreshToken): RefreshToken => ({
  ...token,
  generation: token.generation + 1,
  secret: mac(token.key, 'next', token.secret),
});

/** What the grant keeps of a token. */
export const refreshHash = ({ secret }: RefreshToken): string => hashSecret(secret.toString('base64url'));

/** 112 base64url characters and four for every three bytes of the subject. */
export function formatRefreshToken({ grantId, generation, secret, sub, key }: RefreshToken): string {
  const count = Buffer.alloc(layout.generation);
  count.writeUInt32BE(generation);
  const head = Buffer.concat([Buffer.from(grantId, 'base64url'), count, secret]);
  const body = sub === undefined ? head : Buffer.concat([head, subjectCipher(key, head, Buffer.from(sub))]);
  return Buffer.concat([body, seal(key, body)]).toString('base64url');
}

/** A token that we made, whether it still works or not; undefined for anything else. */
export function parseRefreshToken(text: string, keys: RefreshKeys): RefreshToken | undefined {
  if (!/^[A-Za-z0-9_-]{112,452}$/.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64url');
  // The last character has bits that no byte needs.
  if (bytes.toString('base64url') !== text) return undefined;
  const body = bytes.subarray(0, -layout.seal);
  const head = body.subarray(0, headLength);
  const subject = body.subarray(headLength);
  if (head.length < headLength || subject.length > longestSubject) return undefined;
  const sealed = bytes.subarray(-layout.seal);
  const key = keys.find((one) => timingSafeEqual(seal(one, body), sealed));
  if (key === undefined) return undefined;
  return {
    grantId: head.subarray(0, layout.grantId).toString('base64url'),
    generation: head.readUInt32BE(layout.grantId),
    secret: Buffer.from(head.subarray(layout.grantId + layout.generation)),
    ...(subject.length > 0 && { sub: subjectCipher(key, head, subject).toString() }),
    key,
  };
}
