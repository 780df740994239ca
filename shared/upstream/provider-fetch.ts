import { AsyncLocalStorage } from 'node:async_hooks';
import type { CustomFetch } from 'openid-client';
import { UnusableAnswer } from './unusable-answer.ts';

/*
 * How a provider is called. The library limits the time of one call and nothing else: four slow ones take longer than the function has,
 * and a few kilobytes can be decompressed to more than fits into its memory.
 */

/** Bytes of an answer, decompressed. The largest sets of keys have some ten thousand. */
const largestAnswer = 1_000_000;

/** Milliseconds for all the calls of one step. The function has five seconds more (infra/functions.ts). */
const longestStep = 20_000;

const step = new AsyncLocalStorage<AbortSignal>();

/** Does the calls of one step of a sign-in. Beyond the time for all of them, each ends like one that took too long by itself. */
export const inOneStep = <Value>(work: () => Promise<Value>, milliseconds = longestStep): Promise<Value> =>
  step.run(AbortSignal.timeout(milliseconds), work);

/** `fetch`, but with the whole answer, in the time that the library gives it and the step has left. Throws {@link UnusableAnswer}. */
export const providerFetch: CustomFetch = async (url, { signal, ...options }) => {
  const signals = [signal, step.getStore()].filter((one) => one !== undefined && one !== null);
  const response = await fetch(url, { ...options, signal: AbortSignal.any(signals) } as RequestInit);
  const { status, statusText, headers } = response;
  const body = await readWhole(response);
  return new Response(body.length > 0 ? body : null, { status, statusText, headers });
};

async function readWhole({ body }: Response): Promise<Buffer<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > largestAnswer) throw new UnusableAnswer('too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
