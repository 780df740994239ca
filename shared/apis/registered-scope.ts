import * as v from 'valibot';
import { type Mistake, mistakesOf } from '../mistake.ts';
import { type ClaimsByScope, isOwnClaim, standardClaimsByScope } from '../oauth/claims.ts';
import { isOpenidScope, parseScope, scopeToken } from '../oauth/scope.ts';
import { ok, type Result, refuse } from '../result.ts';
import { isManagementScope } from './management-api.ts';

/** A scope value of the operator's own, and the claims that it brings, beside those of OpenID Connect (Core §5.4). */
export type RegisteredScope = {
  value: string;
  claims: readonly string[];
  /** What a client learns by it, for the consent page, in languages that have no text of their own. */
  description?: string | undefined;
  /** The same by language tag (BCP 47). */
  descriptions?: Readonly<Record<string, string>> | undefined;
};

/** The server gives these values their meaning. */
const value = v.pipe(
  v.string('is missing or not a text'),
  v.minLength(1, 'is empty'),
  v.maxLength(100, 'is longer than 100 characters'),
  v.metadata({ pattern: scopeToken.source }),
  v.check((text) => !text.includes(' ') && parseScope(text).ok, 'has a character that a scope value cannot have'),
  v.check((text) => !isOpenidScope(text), 'is a scope value of OpenID Connect'),
  v.check((text) => !text.startsWith('pixy:') && !isManagementScope(text), 'is a scope value of the management API'),
);

const claim = v.pipe(
  v.string('is not a text'),
  v.minLength(1, 'is empty'),
  v.maxLength(200, 'is longer than 200 characters'),
  v.check(
    (name) => !isOwnClaim(name),
    ({ input }) => `is ${String(input)}, a claim that the server makes itself`,
  ),
);

/** What people read, of an operator. */
export const descriptionWords = v.pipe(
  v.string('is not a text'),
  v.trim(),
  v.minLength(1, 'is empty'),
  v.maxLength(300, 'is longer than 300 characters'),
);

export const languageTag = v.pipe(
  v.string(),
  v.regex(/^[a-z]{2,3}(?:-[A-Za-z0-9]{1,8})*$/, 'is not a language tag like de'),
);

/** A registered scope value as JSON. */
export const scopeDescription = v.strictObject({
  scope: value,
  claims: v.pipe(
    v.array(claim, 'is missing or not a list'),
    v.minLength(1, 'is empty'),
    v.maxLength(50, 'has more than 50 entries'),
  ),
  description: v.optional(descriptionWords),
  descriptions: v.optional(v.record(languageTag, descriptionWords, 'is not an object of texts by language')),
});

/**
 * Parses `{ "scope", "claims", "description", "descriptions" }` from parsed JSON; the first two are required. Refuses with every
 * mistake it finds.
 */
export function parseRegisteredScope(json: unknown): Result<RegisteredScope, readonly Mistake[]> {
  const parsed = v.safeParse(scopeDescription, json);
  if (!parsed.success) return refuse(mistakesOf(json, parsed.issues, 'is not a member of a registered scope'));
  const { scope, claims, description, descriptions } = parsed.output;
  return ok({
    value: scope,
    claims: [...new Set(claims)],
    ...(description !== undefined && { description }),
    ...(descriptions !== undefined && { descriptions }),
  });
}

/** The inverse of `parseRegisteredScope`. */
export const scopeDocument = ({ value: scope, claims, description, descriptions }: RegisteredScope) => ({
  scope,
  claims,
  ...(description !== undefined && { description }),
  ...(descriptions !== undefined && { descriptions }),
});

/** The claims that every scope value brings: those of OpenID Connect, and the registered ones. */
export const claimsByScope = (scopes: readonly RegisteredScope[]): ClaimsByScope =>
  scopes.length === 0
    ? standardClaimsByScope
    : new Map([...scopes.map(({ value: scope, claims }) => [scope, claims] as const), ...standardClaimsByScope]);

/** What people read about registered scope values in a language. A value without a text is absent. */
export const scopeTexts = (scopes: readonly RegisteredScope[], language: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    scopes.flatMap(({ value: scope, description, descriptions }) => {
      const text = descriptions?.[language] ?? description;
      return text === undefined ? [] : [[scope, text]];
    }),
  );
