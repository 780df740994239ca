import type { Place } from '../../shared/homes.ts';
import { invokeFunction } from '../../shared/hooks/invoke-function-store.ts';

/** Has a function of another region take an event. Resolves with what it returns; rejects when it gave no answer. */
export type Send = (place: Place, functionName: string, event: object) => Promise<unknown>;

/** Shorter than the 10 s that a function has itself, so that it can still say that the other one did not answer. */
const longestMs = 8_000;

/** By Lambda's own Invoke, in one attempt: a request that may be done once is not sent twice. */
export const sendByLambda: Send = ({ region, functionPrefix }, functionName, event) =>
  invokeFunction(functionPrefix + functionName, event, AbortSignal.timeout(longestMs), region);
