import * as v from 'valibot';
import { isManagementScope } from '../apis/management-api.ts';
import { isLoopbackUri } from '../clients/back-channel-uri.ts';
import { type Mistake, mistakesOf } from '../mistake.ts';
import { isFetchable } from '../oauth/fetchable-url.ts';
import { parseScope } from '../oauth/scope.ts';
import { ok, type Result, refuse } from '../result.ts';

/*
 * Whose assertions the operator trusts, and for what. Nothing is trusted that no item names: an issuer, what its assertions must say,
 * and the clients that may bring them.
 */

/** `workload`: a program that its platform vouches for, which becomes a client. `identity`: a person of an enterprise (ID-JAG). */
export const trustKinds = ['workload', 'identity'] as const;
export type TrustKind = (typeof trustKinds)[number];

export type Trust = {
  /** What operators call it. */
  name: string;
  kind: TrustKind;
  /** Compared with `iss` byte for byte. */
  issuer: string;
  /** Where its keys are, or the keys themselves for an issuer that cannot be reached. */
  jwksUri?: string | undefined;
  jwks?: { keys: readonly object[] } | undefined;
  /** The clients that may bring an assertion. A workload becomes the only one. */
  clients: readonly string[];
  /** What claims must be: exactly a text, one of several, or one that begins as a text that ends in `/*` or `:*`. */
  claims: Readonly<Record<string, readonly string[]>>;
  /** Less than the client is registered for. */
  scope?: readonly string[] | undefined;
  /** Whether an assertion is taken more than once, as a file that a platform renews now and then must be. */
  reusable?: boolean | undefined;
};

const text = v.pipe(v.string('is missing or not a text'), v.minLength(1, 'is empty'));

const isIssuer = (value: string): boolean =>
  URL.canParse(value) && !/[?#\s]/.test(value) && (value.startsWith('https://') || isLoopbackUri(value));

const issuer = v.pipe(text, v.check(isIssuer, 'is not an issuer like https://token.actions.githubusercontent.com'));

/** A star anywhere else would let `acme*` match the name of somebody else. */
const wanted = v.pipe(
  text,
  v.maxLength(500, 'is longer than 500 characters'),
  v.check((value) => /^[^*]*([/:]\*)?$/.test(value), 'has a * that is not at the end, after / or :'),
);

/** Each of these has a rule of its own. */
const ownRules = new Set(['iss', 'aud', 'exp', 'iat', 'nbf', 'jti', 'client_id', 'resource', 'scope', 'cnf']);

const claims = v.record(
  v.pipe(
    v.string(),
    v.minLength(1, 'has a claim without a name'),
    v.check((name) => !ownRules.has(name), 'has a rule of its own'),
  ),
  v.union([v.pipe(wanted, v.transform((value) => [value])), v.pipe(v.array(wanted), v.minLength(1, 'is empty'))], 'is not a text or a list of texts'),
  'is not an object',
); // biome-ignore format: one rule per line

const jwks = v.object(
  {
    keys: v.pipe(
      v.array(v.looseObject({ kty: v.picklist(['RSA', 'EC', 'OKP'], 'is not RSA, EC or OKP') }), 'is not a list'),
      v.minLength(1, 'is empty'),
      v.maxLength(20, 'has more than 20 keys'),
      v.check((keys) => keys.every((key) => !('d' in key)), 'has a private key'),
    ),
  },
  'is not a JWK Set',
);

const description = v.strictObject({
  name: v.pipe(text, v.regex(/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/, 'is not 1 to 64 of a-z, 0-9 and -')),
  kind: v.picklist(trustKinds, `is not one of ${trustKinds.join(', ')}`),
  issuer,
  jwks_uri: v.optional(
    v.pipe(text, v.check((value) => isFetchable(value) || isLoopbackUri(value), 'is not an https URL of a public host')),
  ),
  jwks: v.optional(jwks),
  clients: v.pipe(v.array(text, 'is not a list'), v.minLength(1, 'is empty'), v.maxLength(50, 'has more than 50 entries')),
  claims: v.optional(claims, {}),
  scope: v.optional(v.pipe(v.string('is not a text'), v.check((value) => parseScope(value).ok, 'has a character that a scope value cannot have'))),
  reusable: v.optional(v.boolean('is not true or false')),
}); // biome-ignore format: one rule per line

/** Parses a trust from parsed JSON. Refuses with every mistake it finds. */
export function parseTrust(json: unknown): Result<Trust, readonly Mistake[]> {
  const parsed = v.safeParse(description, json);
  if (!parsed.success) return refuse(mistakesOf(json, parsed.issues, 'is not a member of a trust'));
  const { jwks_uri: jwksUri, jwks: keys, scope, reusable, ...given } = parsed.output;
  const contradictions = [...findContradictions(parsed.output)];
  if (contradictions.length > 0) return refuse(contradictions);
  return ok({
    ...given,
    clients: [...new Set(given.clients)],
    ...(jwksUri !== undefined && { jwksUri }),
    ...(keys !== undefined && { jwks: keys }),
    ...(scope !== undefined && { scope: [...new Set(scope.split(' ').filter((value) => value !== ''))] }),
    ...(reusable && { reusable }),
  });
}

function* findContradictions(given: v.InferOutput<typeof description>): Generator<Mistake> {
  const { kind, clients, reusable, scope = '' } = given;
  if ((given.jwks === undefined) === (given.jwks_uri === undefined)) {
    yield { member: 'jwks_uri', problem: 'or jwks, one and not both, is needed' };
  }
  if (kind === 'workload' && clients.length > 1) {
    yield { member: 'clients', problem: 'has more than one entry, and a workload becomes one client' };
  }
  if (kind === 'workload' && Object.keys(given.claims).length === 0) {
    yield { member: 'claims', problem: 'is empty: everybody whom the issuer knows would become the client' };
  }
  if (kind === 'identity' && reusable) {
    yield { member: 'reusable', problem: 'is true, and an assertion about a person works once' };
  }
  if (scope.split(' ').some(isManagementScope)) {
    yield { member: 'scope', problem: 'has a value of the management API' };
  }
}

/** The inverse of `parseTrust`. */
export const trustDocument = ({ jwksUri, jwks: keys, scope, reusable, ...trust }: Trust) => ({
  ...trust,
  ...(jwksUri !== undefined && { jwks_uri: jwksUri }),
  ...(keys !== undefined && { jwks: keys }),
  ...(scope !== undefined && { scope: scope.join(' ') }),
  ...(reusable && { reusable: true }),
});
