import type { BaseIssue } from 'valibot';
import * as v from 'valibot';

/** What is wrong with something that an operator wrote: the member, and a sentence that goes on from its name. */
export type Mistake = { member: string; problem: string };

/** Every mistake that a schema found, in words. `stranger` is said of members that the schema does not know. */
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
  // A required member that is not there is an issue of the object around it, without words of ours.
  const isMissing = issue.path?.at(-1)?.origin === 'key';
  return isMissing ? 'is missing or not a text' : issue.message;
}
