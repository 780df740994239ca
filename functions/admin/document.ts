import * as v from 'valibot';
import type { JsonObject } from '../../shared/http/json-document.ts';
import { type Problem, pointerTo } from '../../shared/http/problem.ts';
import { type Mistake, mistakesOf } from '../../shared/mistake.ts';
import { ok, type Result, refuse } from '../../shared/result.ts';

/** A body by its schema. Refuses with every member that is wrong, missing or unknown. */
export function parseDocument<Output>(
  schema: v.GenericSchema<unknown, Output> & { entries: object },
  body: JsonObject,
): Result<Output, Problem> {
  const parsed = v.safeParse(schema, body);
  const found = mistakesOf(body, parsed.issues, 'is unknown');
  // The schema names the first stranger alone.
  const strangers = Object.keys(body).filter(
    (name) => !Object.hasOwn(schema.entries, name) && !found.some(({ member }) => member === name),
  );
  const mistakes = [...found, ...strangers.map((member) => ({ member, problem: 'is unknown' }))];
  return parsed.success && mistakes.length === 0 ? ok(parsed.output) : refuse(invalidDocument(mistakes, body));
}

export const invalidDocument = (mistakes: readonly Mistake[], body: object): Problem => ({
  refusal: { reason: 'document_invalid' },
  errors: mistakes.map(({ member, problem }) => ({
    pointer: pointerTo(member, body),
    detail: `${member === 'entry' ? 'The body' : member} ${problem}`,
  })),
});

/** `conflict` is for programs, the sentence for people. */
export const stateConflict = (conflict: string, detail: string): Problem => ({
  refusal: { reason: 'state_conflict' },
  conflict,
  detail,
});

export const notFound = (detail: string): Problem => ({ refusal: { reason: 'resource_not_found' }, detail });
