import { once } from '../shared/cached.ts';
import type { requestObjects } from './request-objects.ts';
import type { Runtime } from './runtime.ts';

/** Loads what reads request objects, once. Absent where requests cannot be kept either. */
export type RequestObjects = (() => Promise<ReturnType<typeof requestObjects>>) | undefined;

export const openRequestObjects = (runtime: Runtime): RequestObjects =>
  runtime.config.pushedRequests === 'off'
    ? undefined
    : once(async () => (await import('./request-objects.ts')).requestObjects(runtime));
