import type { requestObjects } from './request-objects.ts';
import type { Runtime } from './runtime.ts';

/** Loads what reads request objects, once. Absent where requests cannot be kept either. */
export type RequestObjects = (() => Promise<ReturnType<typeof requestObjects>>) | undefined;

export function openRequestObjects(runtime: Runtime): RequestObjects {
  if (runtime.config.pushedRequests === 'off') return undefined;
  let opened: Promise<ReturnType<typeof requestObjects>> | undefined;
  return () => {
    opened ??= import('./request-objects.ts').then((module) => module.requestObjects(runtime));
    return opened;
  };
}
