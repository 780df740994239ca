import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { compose as composeAuthorize } from '../../functions/authorize/compose.ts';
import { openRuntime } from '../../functions/runtime.ts';
import { compose as composeToken } from '../../functions/token/compose.ts';
import { memoryDatabase } from '../memory-database.ts';
import { type Algorithm, newWrappingKey, pixyEnvironment, redirectUri } from '../pixy/environment.ts';
import { setUp } from '../pixy/set-up.ts';
import type { Contender, Handler } from './contender.ts';

const issuer = 'https://auth.example';

/** Nobody has so many grants that a limit ends some. */
export const people = 20;

function contender(functions: ReadonlyMap<string, Handler>, cookies: readonly string[]): Contender {
  return {
    handle: (event, context) => {
      const handler = functions.get(event.rawPath);
      if (handler === undefined) throw new Error(`nothing answers ${event.rawPath}`);
      return handler(event, context);
    },
    paths: { authorize: '/authorize', token: '/token', push: '/par' },
    issuer,
    redirectUri,
    // As the cookie is called where the issuer is https.
    cookies: cookies.map((cookie) => `__Host-${cookie}`),
  };
}

/** The bundles as they are deployed, each called for its path. */
export async function pixy([folder = '', algorithm = '', wrappingKey = '', ...cookies]: string[]): Promise<Contender> {
  Object.assign(process.env, pixyEnvironment(issuer, algorithm as Algorithm, wrappingKey), {
    PIXY_PUSHED_REQUESTS: 'accepted',
  });
  const functions = new Map<string, Handler>();
  for (const name of ['authorize', 'token', 'par']) {
    const file = join(folder, name, 'index.mjs');
    if (!existsSync(file)) continue; // Earlier versions have no pushed requests.
    const bundle = (await import(pathToFileURL(file).href)) as { handler: Handler };
    functions.set(`/${name}`, bundle.handler);
  }
  return contender(functions, cookies);
}

/** The same handlers with a Map instead of the database. */
export async function pixyInMemory([algorithm = '']: string[]): Promise<Contender> {
  const environment = pixyEnvironment(issuer, algorithm as Algorithm, newWrappingKey());
  const database = memoryDatabase();
  const cookies = await setUp(database, environment, people);
  const runtime = { ...openRuntime(environment), database };
  const functions = { '/authorize': composeAuthorize(runtime), '/token': composeToken(runtime) };
  return contender(new Map(Object.entries(functions) as [string, Handler][]), cookies);
}
