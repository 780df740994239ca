import type { Place } from '../../shared/homes.ts';
import { invokeFunction } from '../../shared/hooks/invoke-function-store.ts';
import { openPatience } from './patience.ts';

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

const patience = openPatience(() => performance.now());

/** By Lambda's own Invoke, in one attempt: a request that may be done once is not sent twice. */
export const sendByLambda: Send = async ({ region, functionPrefix }, functionName, event) => {
  const started = performance.now();
  const wait = patience.waitFor(region, longestWait(functionName));
  const tooLate = AbortSignal.timeout(wait);
  try {
    return await invokeFunction(functionPrefix + functionName, event, tooLate, region);
  } finally {
    if (tooLate.aborted) patience.stayedSilent(region, performance.now() - started - wait);
    else patience.answered(region);
  }
};
