import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { type Mistake, mistakesOf } from '../mistake.ts';

/** Somebody who can sign in. */
export type Account = {
  /** Never changes and is never reused: what clients know the person by. */
  sub: string;
  /** As the person wrote it; see {@link usernameKey} for how it is compared. */
  username: string;
  passwordHash: string;
  /** Claims about the person under their OpenID Connect names (§5.1). */
  claims: Readonly<Record<string, unknown>>;
};

/** Usernames are the same whatever the case or the way the keyboard composes letters. */
export const usernameKey = (username: string): string => username.trim().normalize('NFKC').toLowerCase();

const description = v.strictObject({
  username: v.pipe(
    v.string('is missing or not a text'),
    v.trim(),
    v.minLength(1, 'is empty'),
    v.maxLength(200, 'is longer than 200 characters'),
  ),
  password: v.pipe(
    v.string('is missing or not a text'),
    v.minLength(1, 'is empty'),
    v.maxLength(1_024, 'is longer than 1,024 characters'),
  ),
  claims: v.optional(
    v.pipe(
      v.custom<Record<string, unknown>>((claims) => !Array.isArray(claims), 'is not an object'),
      v.record(v.string(), v.unknown(), 'is not an object'),
    ),
    {},
  ),
});

/** An account as an operator writes it down: `{ "username", "password", "claims" }`. A `sub` among the claims becomes the subject. */
export type AccountDescription = v.InferOutput<typeof description>;

/** Takes parsed JSON; throws nothing, returns the first mistake with the member it is in. */
export function parseAccountDescription(json: unknown): { account: AccountDescription } | Mistake {
  const parsed = v.safeParse(description, json);
  const [mistake] = mistakesOf(json, parsed.issues, 'is not a member of an account');
  if (mistake || !parsed.success) return mistake ?? { member: 'entry', problem: 'is not an object' };
  const sub = parsed.output.claims['sub'];
  // OpenID Connect Core §2: at most 255 ASCII characters.
  if (sub !== undefined && (typeof sub !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(sub))) {
    return { member: 'claims.sub', problem: 'is not 1 to 255 visible ASCII characters' };
  }
  return { account: parsed.output };
}

/** The subject of a new account: the one it was described with, else a random one. */
export const newSubject = (claims: Account['claims']): string => (claims['sub'] as string | undefined) ?? randomUUID();
