import { serve } from '@hono/node-server';
import { answerTheParent } from '../server-process.ts';
import { makeOpenauth } from './make-openauth.ts';

/* openauth.ts [endpoint of the database]: behind a server of its own. */

const [endpoint] = process.argv.slice(2);
const app = await makeOpenauth(endpoint);
const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => {
  answerTheParent({
    port,
    target: {
      port,
      authorize: '/authorize',
      token: '/token',
      clientId: 'bench',
      redirectUri: 'http://localhost/callback',
      scope: 'openid',
    },
  });
});
server.on('error', (error) => {
  throw error;
});
