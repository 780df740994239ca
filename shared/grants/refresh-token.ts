import { createHmac, type KeyObject, randomBytes, timingSafeEqual } from 'node:crypto';
import { hashSecret } from '../secret.ts';

/*
 * A refresh token consists of its grant's id, its generation and that generation's secret, sealed with a MAC. The grant stores
 * only the hash of the secret. The next secret is derived from this one with a key that is kept elsewhere. So neither the
 * database nor the key alone can make a token, and the same token always has the same successor.
 */

export type RefreshToken = { grantId: string; generation: number; secret: Buffer };

/** A KeyObject is four times as fast as raw bytes. */
type RefreshKey = KeyObject | Buffer;

/** Keys for refresh tokens, the current one first. */
export type RefreshKeys = readonly [RefreshKey, ...RefreshKey[]];

const layout = { grantId: 32, generation: 4, secret: 32, seal: 16 };
const totalLength = 84;

const mac = (key: RefreshKey, purpose: string, ...parts: Buffer[]): Buffer =>
  parts.reduce((hmac, part) => hmac.update(part), createHmac('sha256', key).update(purpose)).digest();

const seal = (key: RefreshKey, body: Buffer): Buffer => mac(key, 'seal', body).subarray(0, layout.seal);

/** Returns the first token of a grant. */
export const firstRefreshToken = (grantId: string): RefreshToken => ({
  grantId,
  generation: 0,
  secret: randomBytes(layout.secret),
});

/** Returns the only successor of a token. */
export const successor = ({ grantId, generation, secret }: RefreshToken, [key]: RefreshKeys): RefreshToken => ({
  grantId,
  generation: generation + 1,
  secret: mac(key, 'next', secret),
});

/** Returns the hash of a token's secret, as the grant stores it. */
export const refreshHash = ({ secret }: RefreshToken): string => hashSecret(secret.toString('base64url'));

/** Formats a token as 112 base64url characters. */
export function formatRefreshToken({ grantId, generation, secret }: RefreshToken, [key]: RefreshKeys): string {
  const count = Buffer.alloc(layout.generation);
  count.writeUInt32BE(generation);
  const body = Buffer.concat([Buffer.from(grantId, 'base64url'), count, secret]);
  return Buffer.concat([body, seal(key, body)]).toString('base64url');
}

/** Parses a token that Pixy made, whether it still works or not. Returns undefined for anything else. */
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
