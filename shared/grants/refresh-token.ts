import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';
import { type Home, homeIn, withHome, withoutHome } from '../home.ts';
import { randomBytes } from '../random-bytes.ts';
import { hashSecret } from '../secret.ts';
import { hide } from './hide.ts';

/*
 * A refresh token consists of its grant's id, its generation, that generation's secret and the encrypted subject, sealed with a MAC.
 * The grant stores only the hash of the secret. The next secret is derived from this one with a key that is kept elsewhere. So
 * neither the database nor the key alone can make a token, and the same token always has the same successor. All tokens of a
 * grant use the key of its first token, even after the current key has changed. With several regions, the letter of the grant's region
 * comes before it, and is sealed as well.
 */

export type RefreshToken = {
  grantId: string;
  generation: number;
  secret: Buffer;
  /** The person. Absent in tokens of the previous version. */
  sub?: string | undefined;
  /** The region of the grant. Absent where there is one, and in tokens from that time. */
  home?: Home | undefined;
  /** The key that seals the token and derives its successor. */
  key: RefreshKey;
};

/** A KeyObject is four times as fast as raw bytes. */
export type RefreshKey = KeyObject | Buffer;

/** Keys for refresh tokens; the first one is for new grants. */
export type RefreshKeys = readonly [RefreshKey, ...RefreshKey[]];

/** Lengths in bytes. The subject fills the space between secret and seal. A token without one has the previous format. */
const layout = { grantId: 32, generation: 4, secret: 32, seal: 16 };
const headLength = layout.grantId + layout.generation + layout.secret;

const mac = (key: RefreshKey, purpose: string, ...parts: Buffer[]): Buffer =>
  parts.reduce((hmac, part) => hmac.update(part), createHmac('sha256', key).update(purpose)).digest();

const seal = (key: RefreshKey, body: Buffer, home: Home = ''): Buffer =>
  mac(key, 'seal', body, Buffer.from(home)).subarray(0, layout.seal);

/** Returns the first token of a grant, without its subject: the hash is needed before the subject is known. */
export const firstRefreshToken = (grantId: string, [key]: RefreshKeys, home?: Home): RefreshToken => ({
  grantId,
  generation: 0,
  secret: randomBytes(layout.secret),
  ...(home !== undefined && { home }),
  key,
});

/** Returns the only successor of a token. */
export const successor = (token: RefreshToken): RefreshToken => ({
  ...token,
  generation: token.generation + 1,
  secret: mac(token.key, 'next', token.secret),
});

/** Returns the hash of a token's secret, as the grant stores it. */
export const refreshHash = ({ secret }: RefreshToken): string => hashSecret(secret.toString('base64url'));

/** Formats a token as base64url: 112 characters, and four for every three bytes of the subject. */
export function formatRefreshToken({ grantId, generation, secret, sub, home, key }: RefreshToken): string {
  const count = Buffer.alloc(layout.generation);
  count.writeUInt32BE(generation);
  const head = Buffer.concat([Buffer.from(grantId, 'base64url'), count, secret]);
  // No two tokens have a secret in common, so no two subjects share a keystream.
  const body = sub === undefined ? head : Buffer.concat([head, hide(key, secret, Buffer.from(sub))]);
  return withHome(home, Buffer.concat([body, seal(key, body, home)]).toString('base64url'));
}

/** Parses a token that Pixy made, whether it still works or not. Returns undefined for anything else. */
export function parseRefreshToken(text: string, keys: RefreshKeys): RefreshToken | undefined {
  const home = homeIn(text);
  const made = withoutHome(text);
  // A subject has 255 bytes at most (OpenID Connect Core §2).
  if (!/^[A-Za-z0-9_-]{112,452}$/.test(made)) return undefined;
  const bytes = Buffer.from(made, 'base64url');
  // The last character may have unused bits: only one spelling of a token is accepted.
  if (bytes.toString('base64url') !== made) return undefined;
  const body = bytes.subarray(0, -layout.seal);
  const head = body.subarray(0, headLength);
  const subject = body.subarray(headLength);
  const sealed = bytes.subarray(-layout.seal);
  const secret = Buffer.from(head.subarray(layout.grantId + layout.generation));
  const key = keys.find((one) => timingSafeEqual(seal(one, body, home), sealed));
  if (key === undefined) return undefined;
  return {
    grantId: head.subarray(0, layout.grantId).toString('base64url'),
    generation: head.readUInt32BE(layout.grantId),
    secret,
    ...(subject.length > 0 && { sub: hide(key, secret, subject).toString() }),
    ...(home !== undefined && { home }),
    key,
  };
}
