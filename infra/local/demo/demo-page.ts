import type { HttpApiHandler } from '../../../shared/http/endpoint.ts';
import {
  type PlaygroundPlace,
  playgroundPage,
  playgroundPart,
  playgroundParts,
} from '../../../shared/pages/playground/serve-file.ts';
import { demoPublicClient } from './demo-data.ts';

const at = '/demo';

const place: PlaygroundPlace = {
  at,
  clientId: demoPublicClient.client_id,
  scheme: 'com.example.demo:/callback',
  relays: false,
  log: 'here',
  about: 'The verifiers, codes and tokens are your own, made here and good for nothing but this local run.',
};

/** Serves the playground for local runs: a page that performs a whole sign-in in the browser, and breaks it, and below it its modules. */
export const demoRoutes = (): [path: string, handler: HttpApiHandler][] => [
  ['/', async () => ({ statusCode: 303, headers: { location: at } })],
  [at, () => playgroundPage(place)],
  ...playgroundParts().map((name): [string, HttpApiHandler] => [
    `${at}/${name}`,
    async () => playgroundPart(name) ?? { statusCode: 404 },
  ]),
];
