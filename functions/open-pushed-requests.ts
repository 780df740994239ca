import { once } from '../shared/cached.ts';
import type { pushedRequests } from './pushed-requests.ts';
import type { Runtime } from './runtime.ts';

/** Loads what finds the requests that clients pushed, once. Absent where none can. */
export type PushedRequests = (() => Promise<ReturnType<typeof pushedRequests>>) | undefined;

export const openPushedRequests = (runtime: Runtime): PushedRequests =>
  runtime.config.pushedRequests === 'off'
    ? undefined
    : once(async () => (await import('./pushed-requests.ts')).pushedRequests(runtime));
