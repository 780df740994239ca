import type { BaseIssue } from 'valibot';
import * as v from 'valibot';

/** A mistake in an operator's input: the member, and a problem that completes a sentence starting with its name. */
export type Mistake = { member: string; problem: string };

/** Describes every issue that a schema found. `stranger` describes members that the schema does not know. */
export function mistakesOf(
  json: unknown,
  issues: readonly BaseIssue<unknown>[] | undefined,
  stranger: string,
): Mistake[] {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    return [{ member: 'entry', problem: 'is not an object' }];
  }
  return (issues ?? []).map((issue) => ({
    member: v.getDotPath(issue) ?? 'entry',
    problem: problemOf(issue, stranger),
  }));
}

function problemOf(issue: BaseIssue<unknown>, stranger: string): string {
  if (issue.expected === 'never') return stranger;
  // A missing required member is an issue of the enclosing object, so it carries no message of ours. A wrong name of a member does.
  const isMissing = issue.kind === 'schema' && issue.path?.at(-1)?.origin === 'key';
  return isMissing ? 'is missing or not a text' : issue.message;
}

/** Joins mistakes to half a sentence: `username is missing; claims.name is not a text`. */
export const inWords = (mistakes: readonly Mistake[]): string =>
  mistakes.map(({ member, problem }) => `${member} ${problem}`).join('; ');
