import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerTheParent } from '../server-process.ts';
import { makeOidcProvider } from './make-oidc-provider.ts';
import { dynamoAdapter } from './oidc-dynamodb-adapter.ts';

/* oidc-provider.ts <algorithm> [endpoint of the database]: behind a server of its own. */

const [algorithm = '', endpoint] = process.argv.slice(2);
const server = createServer();
await once(server.listen(0, '127.0.0.1'), 'listening');
const { port } = server.address() as AddressInfo;
const adapter = endpoint === undefined ? undefined : await dynamoAdapter(endpoint);
server.on('request', makeOidcProvider({ issuer: `http://localhost:${port}`, algorithm, adapter }));
answerTheParent({
  port,
  target: {
    port,
    authorize: '/auth',
    token: '/token',
    clientId: 'bench',
    redirectUri: 'https://client.example/callback',
    scope: 'openid profile email',
    keepsCookies: true,
  },
});
