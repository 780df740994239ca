import type { HttpApiHandler } from '../shared/http/endpoint.ts';

/** One function behind several routes: the handler of the path, which has a route of its own, or the first one. */
export const byPath =
  (first: HttpApiHandler, others: Readonly<Record<string, HttpApiHandler>>): HttpApiHandler =>
  (event, context) =>
    (others[event.rawPath] ?? first)(event, context);
