import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Algorithm, pixyEnvironment, redirectUri } from '../pixy/environment.ts';
import type { Contender, Handler } from './contender.ts';

/** The bundles as they are deployed, each called for its path. */
export async function pixy([folder = '', algorithm = '', wrappingKey = '', cookie = '']: string[]): Promise<Contender> {
  const issuer = 'https://auth.example';
  Object.assign(process.env, pixyEnvironment(issuer, algorithm as Algorithm, wrappingKey), {
    PIXY_PUSHED_REQUESTS: 'accepted',
  });
  const functions = new Map<string, Handler>();
  for (const name of ['authorize', 'token', 'par']) {
    const bundle = (await import(pathToFileURL(join(folder, name, 'index.mjs')).href)) as { handler: Handler };
    functions.set(`/${name}`, bundle.handler);
  }
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
    cookie: `__Host-${cookie}`,
  };
}
