import type { Place } from '../../shared/homes.ts';
import { invokeFunction } from '../../shared/hooks/invoke-function-store.ts';

/** Has a function of another region take an event. Resolves with what it returns; rejects when it gave no answer. */
export type Send = (place: Place, functionName: string, event: object) => Promise<unknown>;

/** Milliseconds, where a function has more time than the others. */
const longer: ReadonlyMap<string, number> = new Map([
  ['console', 26_000],
  ['upstream', 23_000],
]);

/**
 * How long to wait for a function of another region, in milliseconds: two seconds less than both have themselves (infra/functions.ts), so
 * that this one can still say that the other one did not answer.
 */
export const longestWait = (functionName: string): number => longer.get(functionName) ?? 8_000;

/** By Lambda's own Invoke, in one attempt: a request that may be done once is not sent twice. */
export const sendByLambda: Send = ({ region, functionPrefix }, functionName, event) =>
  invokeFunction(functionPrefix + functionName, event, AbortSignal.timeout(longestWait(functionName)), region);
