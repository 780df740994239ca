import { createHmac, type KeyObject, randomBytes, timingSafeEqual } from 'node:crypto';
import { hashSecret } from '../secret.ts';

/*
 * A refresh token names its grant and its generation and carries the secret of that generation, sealed with a MAC.
 * The grant keeps only the hash of the secret; the next secret is made from this one with a key that is not in the same table.
 * So the database alone makes no token, the key alone makes none, and the same token always has the same successor.
 */

export type RefreshToken = { grantId: string; generation: number; secret: Buffer };

/** A KeyObject is four times as fast as its bytes. */
type RefreshKey = KeyObject | Buffer;

/** Keys for refresh tokens, the one in use first. */
export type RefreshKeys = readonly [RefreshKey, ...RefreshKey[]];

const layout = { grantId: 32, generation: 4, secret: 32, seal: 16 };
const totalLength = 84;

const mac = (key: RefreshKey, purpose: string, ...parts: Buffer[]): Buffer =>
  parts.reduce((hmac, part) => hmac.update(part), createHmac('sha256', key).update(purpose)).digest();

const seal = (key: RefreshKey, body: Buffer): Buffer => mac(key, 'seal', body).subarray(0, layout.seal);

/** The first token of a grant. */
export const firstRefreshToken = (grantId: string): RefreshToken => ({
  grantId,
  generation: 0,
  secret: randomBytes(layout.secret),
});

/** The one token that follows this one. */
export const successor = ({ grantId, generation, secret }: RefreshToken, [key]: RefreshKeys): RefreshToken => ({
  grantId,
  generation: generation + 1,
  secret: mac(key, 'next', secret),
});

/** What the grant keeps of a token. */
export const refreshHash = ({ secret }: RefreshToken): string => hashSecret(secret.toString('base64url'));

/** 112 base64url characters. */
export function formatRefreshToken({ grantId, generation, secret }: RefreshToken, [key]: RefreshKeys): string {
  const count = Buffer.alloc(layout.generation);
  count.writeUInt32BE(generation);
  const body = Buffer.concat([Buffer.from(grantId, 'base64url'), count, secret]);
  return Buffer.concat([body, seal(key, body)]).toString('base64url');
}

/** A token that we made, whether it still works or not; undefined for anything else. */
export function parseRefreshToken(text: string, keys: RefreshKeys): RefreshToken | undefined {
  if (!/^[A-Za-z0-9_-]{112}$/.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64url');
  const body = bytes.subarray(0, totalLength - layout.seal);
  const sealed = bytes.subarray(totalLength - layout.seal);
  if (!keys.some((key) => timingSafeEqual(seal(key, body), sealed))) return undefined;
  return {
    grantId: body.subarray(0, layout.grantId).toString('base64url'),
    generation: body.readUInt32BE(layout.grantId),
    secret: Buffer.from(body.subarray(layout.grantId + layout.generation)),
  };
}
