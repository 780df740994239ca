import * as v from 'valibot';
import type { Problem, ProblemError } from '../../shared/http/problem.ts';
import { parseParameters } from '../../shared/oauth/parameters.ts';
import { ok, type Result, refuse } from '../../shared/result.ts';
import type { QueryParameter } from './operation.ts';

/** The query of a request as its operation describes it. Refuses with every parameter that is wrong, repeated, missing or unknown. */
export function parseQuery(
  rawQuery: string,
  described: Readonly<Record<string, QueryParameter>> = {},
): Result<Readonly<Record<string, unknown>>, Problem> {
  const parameters = parseParameters(rawQuery);
  if (!parameters.ok) return refuse({ refusal: parameters.refusal });
  const { values, duplicated, malformed } = parameters.value;
  const strangers = [...values.keys()].filter((name) => !Object.hasOwn(described, name));
  const errors: ProblemError[] = [
    ...[...duplicated].map((parameter) => ({ parameter, detail: 'is there more than once' })),
    ...[...malformed].map((parameter) => ({ parameter, detail: 'is not percent-encoded UTF-8' })),
    ...strangers.map((parameter) => ({ parameter, detail: 'is not a parameter of this request' })),
  ];
  const parsed = Object.entries(described).map(([parameter, { schema }]) => {
    const { success, output, issues } = v.safeParse(schema, values.get(parameter)?.[0]);
    if (!success) errors.push({ parameter, detail: issues[0].message });
    return [parameter, output] as const;
  });
  if (errors.length > 0) return refuse({ refusal: { reason: 'query_invalid' }, errors });
  return ok(Object.fromEntries(parsed.filter(([, value]) => value !== undefined)));
}
