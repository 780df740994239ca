import type { Registered, ScopeStore } from '../../../shared/apis/api-store.ts';
import { parseRegisteredScope, type RegisteredScope, scopeDocument } from '../../../shared/apis/registered-scope.ts';
import { differences } from '../../../shared/clients/roll-back.ts';
import { formatTime } from '../../../shared/time.ts';
import type { Answer, Context } from '../../context.ts';
import { Failure } from '../../failure.ts';
import { shown } from '../../output.ts';

export async function openScopes(context: Context): Promise<ScopeStore> {
  return (await context.open()).scopes;
}

/** Returns a registered scope value. Fails when there is none. */
export async function findScope(context: Context, value: string): Promise<Registered<RegisteredScope>> {
  const found = await (await openScopes(context)).find(value);
  if (found === undefined) throw new Failure(`There is no scope ${value}.`);
  return found;
}

export const nameOf = (value: string): string => `Scope ${value}`;

/** Returns the scope value, or fails with every mistake. */
export function mustParseScope(document: Record<string, unknown>): RegisteredScope {
  const parsed = parseRegisteredScope(document);
  if (parsed.ok) return parsed.value;
  const problems = parsed.refusal.map(({ member, problem }) => `${member} ${problem}`);
  throw new Failure(`${nameOf(String(document['scope']))}: ${problems.join('; ')}.`);
}

/** The scope value as JSON, with its version and who last changed it. */
export function describeScope({ value, version, changed }: Registered<RegisteredScope>): Record<string, unknown> {
  const by = changed && { changed: { at: formatTime(changed.at), by: changed.by, why: changed.why } };
  return { ...scopeDocument(value), version, ...by };
}

/** Answers a change with the differences and the scope value as it is now. */
export function answerScope(
  done: string,
  before: RegisteredScope | undefined,
  scope: RegisteredScope,
  version: number,
): Answer {
  const changed = before ? differences(scopeDocument(before), scopeDocument(scope)) : [];
  const lines = changed.map(({ member, before: old, after }) => `  ${member}: ${shown(old)} → ${shown(after)}`);
  return {
    json: { ...scopeDocument(scope), version },
    text: `${[`${done} (version ${version}).`, ...lines].join('\n')}\n`,
  };
}
