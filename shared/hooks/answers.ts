import * as v from 'valibot';
import { readClaims } from '../oauth/claim-types.ts';
import { isOwnClaim } from '../oauth/claims.ts';
import { emailSchema, isSubject } from '../people/account.ts';
import type { HookName } from './events.ts';

/*
 * The answers that an operator's functions may give (events.ts). Unknown members are refused, because a misspelt one would silently do
 * nothing. Loaded with the first answer.
 */

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

export const migrateAccountAnswer = v.strictObject({
  account: v.nullable(v.strictObject({ username: v.optional(name), email: v.optional(emailSchema), claims })),
});

/** Tokens travel in headers, so they must stay small (characters of JSON). */
const longestAddition = 4_000;

const addition = v.optional(
  v.pipe(
    v.record(v.string(), v.unknown()),
    v.check((added) => !Array.isArray(added)),
    // A hook that names a claim of the protocol is in error, and its whole answer is discarded.
    v.check((added) => !Object.keys(added).some(isOwnClaim)),
    typed,
    v.check((added) => JSON.stringify(added).length <= longestAddition),
  ),
  {},
);

/** The claims to add to each kind of response. */
export const claimsAnswer = v.strictObject({ id_token: addition, userinfo: addition, access_token: addition });

/** Anything else counts as not sent, and the hook is asked again. */
const messageAnswer = v.strictObject({ sent: v.literal(true) });

const answers = {
  authenticate: authenticateAnswer,
  migrateAccount: migrateAccountAnswer,
  claims: claimsAnswer,
  sendMessage: messageAnswer,
};

/** What each hook answers. */
export type HookAnswers = { [Name in HookName]: v.InferOutput<(typeof answers)[Name]> };

/** Reads the answer of a hook. Undefined: it is none. */
export function readHookAnswer<Name extends HookName>(hook: Name, answer: unknown): HookAnswers[Name] | undefined {
  const parsed = v.safeParse(answers[hook], answer);
  return parsed.success && !Array.isArray(answer) ? (parsed.output as HookAnswers[Name]) : undefined;
}
