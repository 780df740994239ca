import * as v from 'valibot';
import { type Mistake, mistakesOf } from '../mistake.ts';
import { isResource } from '../oauth/resource.ts';
import { parseScope } from '../oauth/scope.ts';
import { ok, type Result, refuse } from '../result.ts';

/** What the header of an access token may say that it is: `JWT` is for verifiers that know no other type. */
export const accessTokenTyps = ['at+jwt', 'JWT'] as const;
export type AccessTokenTyp = (typeof accessTokenTyps)[number];

/** An API that access tokens can be issued for (RFC 8707). */
export type RegisteredApi = {
  /** An absolute URI without a fragment; the `aud` of the API's tokens. */
  resource: string;
  scope: readonly string[];
  /** Seconds. Default: the server's lifetime. */
  accessTokenLifetime?: number | undefined;
  /** The `typ` of its tokens. Default: `at+jwt` (RFC 9068 §2.1). */
  accessTokenTyp?: AccessTokenTyp | undefined;
  /** Whether its tokens have the claims of the granted scope. Default: only userinfo has them. */
  accessTokenClaims?: boolean | undefined;
  /** The clients that may introspect the API's tokens (RFC 7662). Default: none, the API verifies their signature. */
  introspectedBy?: readonly string[] | undefined;
};

/** Introspecting clients are listed by id. An unregistered id does no harm: it cannot authenticate. */
const clientIds = v.array(
  v.pipe(v.string('is not a client id'), v.regex(/^[\x21-\x7e]{1,255}$/, 'is not a client id')),
  'is not a list of client ids',
);

/** No API decides who manages this server. */
const apiScope = v.pipe(
  v.string('is not a text'),
  v.check((text) => parseScope(text).ok, 'has a character that a scope value cannot have'),
  v.check((text) => !text.split(' ').some((value) => value.startsWith('pixy:')), 'has a value of the management API'),
);

/** RFC 3986 §6.2.3: an empty path after an authority means the same as `/`. Nothing else is made alike. */
const withRootPath = (uri: string): string => uri.replace(/^([^:/?]+:\/\/[^/?]+)(?=\?|$)/, '$1/');

/** Finds the API that a `resource` names, with or without the slash of an empty path. An exact match comes first. */
export const findByResource = (apis: readonly RegisteredApi[], resource: string): RegisteredApi | undefined =>
  apis.find((api) => api.resource === resource) ??
  apis.find((api) => withRootPath(api.resource) === withRootPath(resource));

const description = v.strictObject({
  resource: v.pipe(
    v.string('is missing or not a text'),
    v.check(isResource, 'is not an absolute URI without a fragment'),
  ),
  scope: v.optional(apiScope, ''),
  access_token_lifetime: v.optional(
    v.pipe(
      v.number('is not a number of seconds'),
      v.integer('is not a whole number of seconds'),
      v.minValue(60, 'is below 60 seconds'),
      v.maxValue(86_400, 'is over a day'),
    ),
  ),
  access_token_typ: v.optional(v.picklist(accessTokenTyps, `is not one of ${accessTokenTyps.join(', ')}`)),
  access_token_claims: v.optional(v.boolean('is not true or false')),
  introspected_by: v.optional(clientIds),
});

/**
 * Parses `{ "resource", "scope", "access_token_lifetime", "access_token_typ", "access_token_claims", "introspected_by" }` from parsed
 * JSON; only `resource` is required. Refuses with every mistake it finds.
 */
export function parseApi(json: unknown): Result<RegisteredApi, readonly Mistake[]> {
  const parsed = v.safeParse(description, json);
  if (!parsed.success) return refuse(mistakesOf(json, parsed.issues, 'is not a member of an API'));
  const {
    resource,
    scope,
    access_token_lifetime: accessTokenLifetime,
    access_token_typ: accessTokenTyp,
    access_token_claims: accessTokenClaims,
    introspected_by: introspectedBy,
  } = parsed.output;
  return ok({
    resource,
    scope: [...new Set(scope.split(' ').filter((value) => value !== ''))],
    ...(accessTokenLifetime !== undefined && { accessTokenLifetime }),
    ...(accessTokenTyp !== undefined && accessTokenTyp !== 'at+jwt' && { accessTokenTyp }),
    ...(accessTokenClaims && { accessTokenClaims }),
    ...(introspectedBy !== undefined && introspectedBy.length > 0 && { introspectedBy: [...new Set(introspectedBy)] }),
  });
}

/** The inverse of `parseApi`. */
export const apiDocument = ({
  resource,
  scope,
  accessTokenLifetime,
  accessTokenTyp,
  accessTokenClaims,
  introspectedBy,
}: RegisteredApi) => ({
  resource,
  scope: scope.join(' '),
  ...(accessTokenLifetime !== undefined && { access_token_lifetime: accessTokenLifetime }),
  ...(accessTokenTyp !== undefined && { access_token_typ: accessTokenTyp }),
  ...(accessTokenClaims && { access_token_claims: true }),
  ...(introspectedBy !== undefined && { introspected_by: introspectedBy }),
});
