import * as v from 'valibot';
import { type Mistake, mistakesOf } from '../mistake.ts';
import { parseScope } from '../oauth/scope.ts';
import { ok, type Result, refuse } from '../result.ts';

/** An API that access tokens can be for (RFC 8707): its URI, the scope values it knows, and how long its tokens live. */
export type RegisteredApi = {
  /** An absolute URI without a fragment; the `aud` of its tokens. */
  resource: string;
  scope: readonly string[];
  /** Seconds; absent: the server's. */
  accessTokenLifetime?: number | undefined;
};

/** RFC 8707 §2: an absolute URI, no fragment. */
export const isResource = (text: string): boolean =>
  text.length <= 1_000 && /^[a-z][a-z0-9+.-]*:[\x21-\x7e]+$/i.test(text) && !text.includes('#') && URL.canParse(text);

const description = v.strictObject({
  resource: v.pipe(
    v.string('is missing or not a text'),
    v.check(isResource, 'is not an absolute URI without a fragment'),
  ),
  scope: v.optional(
    v.pipe(
      v.string('is not a text'),
      v.check((text) => parseScope(text).ok, 'has a character that a scope value cannot have'),
    ),
    '',
  ),
  access_token_lifetime: v.optional(
    v.pipe(
      v.number('is not a number of seconds'),
      v.integer(),
      v.minValue(60, 'is below 60 seconds'),
      v.maxValue(86_400, 'is over a day'),
    ),
  ),
});

/** Takes parsed JSON: `{ "resource", "scope", "access_token_lifetime" }`. Refuses with the member that is wrong. */
export function parseApi(json: unknown): Result<RegisteredApi, Mistake> {
  const parsed = v.safeParse(description, json);
  const [mistake] = mistakesOf(json, parsed.issues, 'is not a member of an API');
  if (mistake || !parsed.success) return refuse(mistake ?? { member: 'entry', problem: 'is not an object' });
  const { resource, scope, access_token_lifetime: accessTokenLifetime } = parsed.output;
  return ok({
    resource,
    scope: scope.split(' ').filter((value) => value !== ''),
    ...(accessTokenLifetime !== undefined && { accessTokenLifetime }),
  });
}
