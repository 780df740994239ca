import * as v from 'valibot';
import { emailSchema, isSubject } from '../people/account.ts';

/*
 * What the functions of an operator are asked, and what they may answer. `version` is raised when a member changes its meaning.
 * Members that we do not know are refused: a misspelt one would do nothing, and nobody would notice.
 */

export const hookNames = ['authenticate', 'migrateAccount', 'claims'] as const;
export type HookName = (typeof hookNames)[number];

/** Somebody typed a name and a password. */
export type PasswordEvent = { username: string; password: string; sourceIp: string };

/** Tokens or userinfo are about to be issued. */
export type ClaimsEvent = {
  sub: string;
  client_id: string;
  /** Scope values, separated by spaces. */
  scope: string;
  /** Where the answer goes: tokens from /token or /authorize, or userinfo. */
  issue: 'tokens' | 'userinfo';
};

/** What a hook is called with. */
export type HookEvent =
  | ({ version: 1; hook: 'authenticate' } & PasswordEvent)
  | ({ version: 1; hook: 'migrateAccount' } & PasswordEvent)
  | ({ version: 1; hook: 'claims' } & ClaimsEvent);

const claims = v.optional(
  v.pipe(
    v.record(v.string(), v.unknown()),
    v.check((told) => !Array.isArray(told)),
  ),
  {},
);
const name = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(200), v.regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u));

/** `account: null`: no. */
export const authenticateAnswer = v.strictObject({
  account: v.nullable(
    v.strictObject({
      sub: v.custom<string>(isSubject),
      username: v.optional(name),
      email: v.optional(emailSchema),
      claims,
      amr: v.optional(v.array(v.pipe(v.string(), v.regex(/^[\w:.-]{1,32}$/))), ['pwd']),
    }),
  ),
});
export type AuthenticateAnswer = v.InferOutput<typeof authenticateAnswer>;

export const migrateAccountAnswer = v.strictObject({
  account: v.nullable(v.strictObject({ username: v.optional(name), email: v.optional(emailSchema), claims })),
});
export type MigrateAccountAnswer = v.InferOutput<typeof migrateAccountAnswer>;

/** Claims that the server makes itself: a hook that names one has made a mistake, and is not believed at all. */
const ownClaims = new Set([
  'iss', 'sub', 'aud', 'exp', 'iat', 'nbf', 'jti', 'auth_time', 'nonce', 'acr', 'amr', 'azp', 'at_hash', 'c_hash', 's_hash',
  'sid', 'client_id', 'scope', 'grant_id', 'cnf', 'act', 'may_act', 'events', 'authorization_details', '__proto__',
]); // biome-ignore format: a list of names

/** Tokens travel in headers, so they must stay small. */
const longestAddition = 4_000;

const addition = v.optional(
  v.pipe(
    v.record(v.string(), v.unknown()),
    v.check((added) => !Array.isArray(added)),
    v.check((added) => Object.keys(added).every((member) => !ownClaims.has(member))),
    v.check((added) => JSON.stringify(added).length <= longestAddition),
  ),
  {},
);

export const claimsAnswer = v.strictObject({ id_token: addition, userinfo: addition, access_token: addition });
/** What to add where. */
export type ClaimsAnswer = v.InferOutput<typeof claimsAnswer>;
