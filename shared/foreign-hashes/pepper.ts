import { createHmac } from 'node:crypto';

/*
 * Peppers: a secret of another server that went into all its password hashes and is not stored beside them. A hash says how it did,
 * in front of itself: `{pepper:append}$2b$10$…`. Our own hashes have none, so the pepper goes out of use with the last of these.
 */

/** How a password (first) and a pepper become what was hashed. */
const ways = {
  append: (password: string, pepper: string) => password + pepper,
  prepend: (password: string, pepper: string) => pepper + password,
  'hmac-sha256-hex': (password: string, pepper: string) => mac('sha256', password, pepper).toString('hex'),
  'hmac-sha256-base64': (password: string, pepper: string) => mac('sha256', password, pepper).toString('base64'),
  'hmac-sha512-hex': (password: string, pepper: string) => mac('sha512', password, pepper).toString('hex'),
  'hmac-sha512-base64': (password: string, pepper: string) => mac('sha512', password, pepper).toString('base64'),
} as const;

const mac = (digest: string, password: string, pepper: string): Buffer =>
  createHmac(digest, pepper).update(password).digest();

export type PepperWay = keyof typeof ways;
export const pepperWays = Object.keys(ways) as PepperWay[];

/** Returns the pepper (text), read when the first hash needs it. Throws `StoreUnavailable`, or an error when there is none. */
export type ReadPepper = () => Promise<string>;

/** Marks a hash of another server as one with a pepper. */
export const withPepper = (way: PepperWay, hash: string): string => `{pepper:${way}}${hash}`;

/** Takes the mark off a hash. `season` makes a password what was hashed. Undefined: there is no mark, or none that is known. */
export function readPepperMark(marked: string) {
  const [, way, hash] = /^\{pepper:([a-z0-9-]+)\}(.*)$/s.exec(marked) ?? [];
  if (way === undefined || hash === undefined || !Object.hasOwn(ways, way)) return undefined;
  return { hash, season: ways[way as PepperWay] };
}
