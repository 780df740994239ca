import * as v from 'valibot';
import { fromProblem } from '../../shared/mail/address.ts';

const environment = v.object({
  /** The address that mails come from. Absent: a hook sends, and nobody else. */
  PIXY_MAIL_FROM: v.optional(
    v.pipe(
      v.string(),
      v.check((from) => fromProblem(from) === undefined, 'is not an address'),
    ),
  ),
  /** The configuration set of SES that tells of bounces and complaints. */
  PIXY_MAIL_CONFIGURATION_SET: v.optional(v.string()),
});

export type MailVariable = keyof v.InferInput<typeof environment>;

export type MailSettings = { from: string | undefined; configurationSet: string | undefined };

/** Reads the environment; throws when it is not usable. */
export function readSettings(env: Record<string, string | undefined>): MailSettings {
  const parsed = v.safeParse(environment, env);
  if (!parsed.success) {
    const problems = parsed.issues.map((issue) => `${v.getDotPath(issue) ?? 'environment'} ${issue.message}`);
    throw new Error(`the configuration is not usable: ${problems.join('; ')}`);
  }
  const { PIXY_MAIL_FROM: from, PIXY_MAIL_CONFIGURATION_SET: configurationSet } = parsed.output;
  return { from, configurationSet };
}
