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
});

export type CheckTokenVariable = keyof v.InferInput<typeof environment>;

export type CheckTokenSettings = { audience: readonly string[]; scope: readonly string[] };

/** Reads the environment. Throws when no audience is named: a token for somebody else must not open this API. */
export function readSettings(env: Record<string, string | undefined>): CheckTokenSettings {
  const parsed = v.safeParse(environment, env);
  if (!parsed.success) {
    const problems = parsed.issues.map((issue) => `${v.getDotPath(issue) ?? 'environment'} ${issue.message}`);
    throw new Error(`the configuration is not usable: ${problems.join('; ')}`);
  }
  return { audience: parsed.output.PIXY_CHECK_AUDIENCE, scope: parsed.output.PIXY_CHECK_SCOPE };
}
