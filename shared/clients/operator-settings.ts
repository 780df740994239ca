import * as v from 'valibot';
import { pkcePolicies } from '../pkce/policy.ts';
import { ok, type Result, refuse } from '../result.ts';
import { parseTime, writtenTime } from '../time.ts';
import type { RegisteredClient } from './registered-client.ts';
import type { Mistake } from './registration.ts';
import { longestWaiver } from './waiver.ts';

/*
 * What an operator decides about a client beyond its registration metadata. A client cannot ask for these.
 */

export type OperatorSettings = Pick<RegisteredClient, 'disabled' | 'pkce'>;

const trueOrFalse = v.boolean('is not true or false');

const time = v.pipe(
  v.string('is not a text'),
  v.metadata({ pattern: writtenTime.source }),
  v.check((text) => parseTime(text) !== undefined, 'is not a day like 2026-12-01 or a time like 2026-12-01T09:30:00Z'),
  v.transform((text) => parseTime(text) as number),
);

const text = (maximum: number) =>
  v.pipe(
    v.string('is not a text'),
    v.trim(),
    v.minLength(1, 'is empty'),
    v.maxLength(maximum, `is longer than ${maximum} characters`),
  );

/** Operator settings as members of a client document. */
export const settings = v.object({
  disabled: v.optional(trueOrFalse, false),
  pkce_policy: v.optional(
    v.picklist([...pkcePolicies, 'inherit'], `is not one of ${pkcePolicies.join(', ')}, inherit`),
    'inherit',
  ),
  pkce_mode: v.optional(v.picklist(['enforce', 'report'], 'is not one of enforce, report')),
  pkce_enforce_after: v.optional(time),
  pkce_waiver: v.optional(
    v.strictObject({ owner: text(200), reason: text(1_000), until: time }, ({ expected }) => {
      if (expected === 'never') return 'is not a member of a waiver';
      return expected === 'Object' ? 'is not an object' : 'is missing';
    }),
  ),
  pkce_accept_lowercase_method: v.optional(trueOrFalse),
  pkce_accept_short_verifier: v.optional(trueOrFalse),
});

const names = new Set(Object.keys(settings.entries));

export const isOperatorSetting = (name: string): boolean => names.has(name);

/**
 * Parses the operator settings in a client document and ignores its other members. Refuses with every mistake. `now` is in epoch
 * seconds.
 */
export function parseOperatorSettings(document: object, now: number): Result<OperatorSettings, Mistake[]> {
  const own = Object.fromEntries(
    Object.entries(document).filter(([name, value]) => isOperatorSetting(name) && value !== null),
  );
  const parsed = v.safeParse(settings, own);
  if (!parsed.success) {
    return refuse(parsed.issues.map((issue) => ({ member: v.getDotPath(issue) ?? 'entry', problem: issue.message })));
  }
  const { disabled, pkce_policy, pkce_mode, pkce_enforce_after, pkce_waiver, ...switches } = parsed.output;
  const mistakes = [...contradictions(parsed.output, now)];
  if (mistakes.length > 0) return refuse(mistakes);
  return ok({
    disabled,
    pkce: {
      policy: pkce_policy,
      ...(pkce_mode && { mode: pkce_mode }),
      ...(pkce_enforce_after !== undefined && { enforceAfter: pkce_enforce_after }),
      ...(pkce_waiver && { waiver: pkce_waiver }),
      ...(switches.pkce_accept_lowercase_method && { acceptLowercaseMethod: true }),
      ...(switches.pkce_accept_short_verifier && { acceptShortVerifier: true }),
    },
  });
}

function* contradictions(input: v.InferOutput<typeof settings>, now: number): Generator<Mistake> {
  if (input.pkce_enforce_after !== undefined && input.pkce_mode !== 'report') {
    yield { member: 'pkce_enforce_after', problem: 'is given, and pkce_mode is not report' };
  }
  const until = input.pkce_waiver?.until ?? now + longestWaiver;
  if (until <= now) yield { member: 'pkce_waiver.until', problem: 'is not in the future' };
  if (until > now + longestWaiver) yield { member: 'pkce_waiver.until', problem: 'is more than 365 days away' };
}
