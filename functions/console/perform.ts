import type { Change } from '../../shared/clients/change.ts';
import type { JsonObject } from '../../shared/http/json-document.ts';
import { single } from '../../shared/oauth/parameters.ts';
import { ok, type Result, refuse } from '../../shared/result.ts';
import { parseReason } from '../admin/author.ts';
import { entityTag } from '../admin/if-match.ts';
import type { Operation, OperationDeps, Success } from '../admin/operation.ts';
import type { Sent } from './visit.ts';

/**
 * Why a form did not change anything. `stale`: what it was made from is not there any more. `why`: its reason is missing or too long.
 * `wrong`: sentences about what it says.
 */
export type NotPerformed =
  | { because: 'stale' }
  | { because: 'why'; problem: string }
  | { because: 'wrong'; sentences: string[] };

/**
 * Performs an operation of the management API for the operator who sent a form, on the version that the form was made from. What manages
 * this server is left to others.
 */
export async function perform(
  operation: Operation,
  { name, body = {} }: { name: string; body?: JsonObject },
  { form, operator }: Pick<Sent, 'form' | 'operator'>,
  deps: OperationDeps,
): Promise<Result<Success, NotPerformed>> {
  const why = readWhy(single(form, 'why'));
  if (!why.ok) return refuse({ because: 'why', problem: why.refusal });
  const version = single(form, 'version');
  // A form without a version changes nothing that is there: it adds.
  if (operation.ifMatch === 'required' && version === undefined) return refuse({ because: 'stale' });
  const outcome = await operation.perform(
    {
      name,
      query: {},
      body,
      ifMatch: version === undefined ? undefined : new Set([entityTag(Number(version))]),
      author: { by: operator.by, why: why.value },
      mayDelegate: false,
      now: deps.now(),
    },
    deps,
  );
  if (outcome.ok) return ok(outcome.value);
  const { refusal, detail, errors } = outcome.refusal;
  if (refusal.reason === 'precondition_failed') return refuse({ because: 'stale' });
  const sentences = errors?.map(({ detail: one }) => `${one}.`) ?? [detail ?? 'The server refused it.'];
  return refuse({ because: 'wrong', sentences });
}

/** The reason of a form: there has to be one, and it is as long as the management API takes it. */
export function readWhy(why: string | undefined): Result<string, string> {
  const said = why?.trim() ?? '';
  if (said === '') return refuse('Say why: whoever reads the change log later was not there.');
  const parsed = parseReason(encodeURIComponent(said));
  return parsed.ok ? parsed : refuse(`The reason ${parsed.refusal.errors?.[0]?.detail ?? 'cannot be kept'}.`);
}

/** The changes among these that were made since a version; each change's id says which version it made. */
export const changesSince = (changes: readonly Change[], version: number): Change[] =>
  changes.filter(({ id }) => Number(/^\w+-(\d{6,})-/.exec(id)?.[1] ?? 0) > version);
