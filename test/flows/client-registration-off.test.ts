import { expect, test } from 'vitest';
import { send } from '../support/http.ts';
import { startTestServer } from '../support/server.ts';

const server = await startTestServer();

test('DC1: registration is off unless it is on: no endpoint, and nothing of it in the metadata', async () => {
  const sent = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' };
  expect((await send(server.port, '/clients', sent)).status).toBe(404);
  for (const target of ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server']) {
    expect(JSON.parse((await send(server.port, target)).body)).not.toHaveProperty('registration_endpoint');
  }
});
