import { type Parameters, parseParameters } from '../../shared/oauth/parameters.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import type { Result } from '../../shared/result.ts';

/** The reason of a refusal, or `accepted`. */
export const reasonOf = (result: Result<unknown, Refusal>): Refusal['reason'] | 'accepted' =>
  result.ok ? 'accepted' : result.refusal.reason;

/** The value of a result that a test relies on; fails the test when there is none. */
export function acceptedValue<Value>(result: Result<Value, unknown>): Value {
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result.refusal)}`);
  return result.value;
}

/** Parameters as they come out of a query string or a form body. */
export const parametersOf = (raw: string): Parameters => acceptedValue(parseParameters(raw));
