import * as v from 'valibot';
import { readClaims } from '../oauth/claim-types.ts';
import { isOwnClaim } from '../oauth/claims.ts';
import { emailSchema, isSubject } from '../people/account.ts';

/*
 * The events that an operator's functions receive, and the answers they may give. `version` is raised when the meaning of a
 * member changes. Unknown members are refused, because a misspelt one would silently do nothing.
 */

export const hookNames = ['authenticate', 'migrateAccount', 'claims', 'sendMessage'] as const;
export type HookName = (typeof hookNames)[number];

/** A person submitted a username and a password. */
export type PasswordEvent = { username: string; password: string; sourceIp: string };

/** Tokens or userinfo are about to be issued. */
export type ClaimsEvent = {
  sub: string;
  client_id: string;
  /** Scope values, separated by spaces. */
  scope: string;
  /** Where the claims go: into tokens from /token or /authorize, or to userinfo. */
  issue: 'tokens' | 'userinfo';
};

/** A message is to be sent to a person. */
export type MessageEvent = {
  /** What the message is about, such as `forgotten`. */
  kind: string;
  /** The person's mail address, if they have one that mail may go to. */
  to?: string | undefined;
  account: { sub: string; username?: string | undefined; claims: Readonly<Record<string, unknown>> };
  /** Of the text: `en`, `de`, … */
  language: string;
  subject: string;
  text: string;
  html: string;
  /** Where the message leads. Whoever knows it can do what the person can do with it. */
  link?: string | undefined;
  /** The code in it. */
  code?: string | undefined;
};

/** The event that a hook is called with. */
export type HookEvent =
  | ({ version: 1; hook: 'authenticate' } & PasswordEvent)
  | ({ version: 1; hook: 'migrateAccount' } & PasswordEvent)
  | ({ version: 1; hook: 'claims' } & ClaimsEvent)
  | ({ version: 1; hook: 'sendMessage' } & MessageEvent);

/** A standard claim of another type than its own is left out: nobody is kept from signing in for it. */
const typed = v.transform((told: Record<string, unknown>) => readClaims(told).claims);

const claims = v.optional(
  v.pipe(
    v.record(v.string(), v.unknown()),
    v.check((told) => !Array.isArray(told)),
    typed,
  ),
  {},
);
const name = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(200), v.regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u));

/** `account: null` refuses the person. */
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

/** Tokens travel in headers, so they must stay small (characters of JSON). */
const longestAddition = 4_000;

const addition = v.optional(
  v.pipe(
    v.record(v.string(), v.unknown()),
    v.check((added) => !Array.isArray(added)),
    // A hook that names a claim of the protocol is in error, and its whole answer is discarded.
    v.check((added) => !Object.keys(added).some(isOwnClaim)),
    v.check((added) => JSON.stringify(added).length <= longestAddition),
    typed,
  ),
  {},
);

export const claimsAnswer = v.strictObject({ id_token: addition, userinfo: addition, access_token: addition });
/** The claims to add to each kind of response. */
export type ClaimsAnswer = v.InferOutput<typeof claimsAnswer>;

/** Anything else counts as not sent, and the hook is asked again. */
export const messageAnswer = v.strictObject({ sent: v.literal(true) });
export type MessageAnswer = v.InferOutput<typeof messageAnswer>;
