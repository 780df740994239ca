import type { HttpApiHandler } from '../../../shared/http/endpoint.ts';
import { playgroundPage, playgroundPart, playgroundParts } from '../../../shared/pages/playground/serve-file.ts';

const at = '/demo';

/** Serves the playground for local runs: a page that performs a whole sign-in in the browser, and breaks it, and below it its modules. */
export const demoRoutes = (): [path: string, handler: HttpApiHandler][] => [
  ['/', async () => ({ statusCode: 303, headers: { location: at } })],
  [at, async () => playgroundPage(at)],
  ...playgroundParts().map((name): [string, HttpApiHandler] => [
    `${at}/${name}`,
    async () => playgroundPart(name) ?? { statusCode: 404 },
  ]),
];
