import type { HttpApiHandler } from '../shared/http/endpoint.ts';
import type { Runtime } from './runtime.ts';

/**
 * Where a CDN is in front of the API (docs/cdn.md), returns a handler that answers only what came through it, with the viewer's address;
 * elsewhere `handler` itself.
 */
export function behindFront(handler: HttpApiHandler, runtime: Runtime): HttpApiHandler {
  const { frontSecrets } = runtime.config;
  if (frontSecrets.length === 0) return handler;
  const loading = import('./from-front.ts').then(({ fromFront }) => fromFront(handler, frontSecrets, runtime));
  return async (event, context) => (await loading)(event, context);
}
