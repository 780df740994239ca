import { handle as honoHandler, type LambdaEvent } from 'hono/aws-lambda';
import serverless from 'serverless-http';
import type { Contender, Handler } from '../lambda/contender.ts';
import { redirectUri } from '../pixy/environment.ts';
import { makeOidcProvider } from './make-oidc-provider.ts';
import { makeOpenauth } from './make-openauth.ts';
import { dynamoAdapter } from './oidc-dynamodb-adapter.ts';
import { memoryAdapter } from './oidc-memory-adapter.ts';

/* Other servers behind the adapters that their documentation gives. Without the endpoint of a database, they keep things in memory. */

async function oidcProvider([algorithm = '', endpoint]: string[]): Promise<Contender> {
  const issuer = 'https://auth.example';
  const adapter = endpoint === undefined ? memoryAdapter() : await dynamoAdapter(endpoint);
  const answer = makeOidcProvider({ issuer, algorithm, adapter, highSecurity: true, isBehindProxy: true });
  return {
    handle: serverless(answer, { provider: 'aws' }) as unknown as Handler,
    paths: { authorize: '/auth', token: '/token', push: '/request' },
    issuer,
    redirectUri,
  };
}

export async function openauth([endpoint]: string[]): Promise<Contender> {
  const handle = honoHandler(await makeOpenauth(endpoint));
  return {
    handle: (event, context) => handle(event as unknown as LambdaEvent, context as never) as never,
    paths: { authorize: '/authorize', token: '/token', push: '' },
    issuer: 'https://auth.example',
    // Of its own accord it only allows redirects to this machine.
    redirectUri: 'http://localhost/callback',
  };
}

export { oidcProvider as 'oidc-provider' };
