import * as v from 'valibot';

const words = v.pipe(
  v.string(),
  v.transform((text) => text.split(' ').filter((word) => word !== '')),
);

/** What the API behind this authorizer wants of a token; lists are separated by spaces. */
const environment = v.object({
  /** The audiences of the API, one at least: a token has to be for one of them. */
  PIXY_CHECK_AUDIENCE: v.pipe(words, v.minLength(1, 'names no audience')),
  /** Scope values that a token needs, every one of them. */
  PIXY_CHECK_SCOPE: v.optional(words, ''),
  /** Where clients reach the API: what a DPoP proof names before the path. Absent: no proof can be judged. */
  PIXY_CHECK_ORIGIN: v.optional(
    v.pipe(
      v.string(),
      v.check((text) => URL.canParse(text) && new URL(text).origin === text, 'is not an origin'),
    ),
  ),
  /** `required`: only tokens that are bound to a key open the API. */
  PIXY_CHECK_DPOP: v.optional(v.picklist(['required'], 'is not required')),
});

export type CheckTokenVariable = keyof v.InferInput<typeof environment>;

export type CheckTokenSettings = {
  audience: readonly string[];
  scope: readonly string[];
  origin?: string | undefined;
  dpop?: 'required' | undefined;
};

/** Reads the environment. Throws when no audience is named: a token for somebody else must not open this API. */
export function readSettings(env: Record<string, string | undefined>): CheckTokenSettings {
  const parsed = v.safeParse(environment, env);
  if (!parsed.success) {
    const problems = parsed.issues.map((issue) => `${v.getDotPath(issue) ?? 'environment'} ${issue.message}`);
    throw new Error(`the configuration is not usable: ${problems.join('; ')}`);
  }
  const { PIXY_CHECK_AUDIENCE, PIXY_CHECK_SCOPE, PIXY_CHECK_ORIGIN, PIXY_CHECK_DPOP } = parsed.output;
  return { audience: PIXY_CHECK_AUDIENCE, scope: PIXY_CHECK_SCOPE, origin: PIXY_CHECK_ORIGIN, dpop: PIXY_CHECK_DPOP };
}
