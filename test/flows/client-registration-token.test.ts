import { expect, test } from 'vitest';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { registrationStore } from '../../shared/clients/registration-store.ts';
import { send } from '../support/http.ts';
import { startTestServer, tables } from '../support/server.ts';

const server = await startTestServer({ environment: { PIXY_CLIENT_REGISTRATION: 'token' } });
const metadata = JSON.stringify({
  redirect_uris: ['https://agent.example/callback'],
  token_endpoint_auth_method: 'none',
});

const register = (authorization?: string) =>
  send(server.port, '/clients', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(authorization !== undefined && { authorization }) },
    body: metadata,
  });

test('DC1: where a token is needed, nobody registers without one', async () => {
  const token = 'x'.repeat(43);
  const now = server.clock.now();
  await registrationStore(openDatabase(), tables.clients).addToken(token, {
    name: 'ci',
    by: 'ada',
    createdAt: now,
    expiresAt: now + 60,
    confidential: false,
  });
  const without = await register();
  expect([without.status, without.headers['www-authenticate']]).toEqual([401, 'Bearer realm="pixy"']);
  expect((await register('Bearer wrong')).status).toBe(401);
  expect((await register('Basic eDp5')).status).toBe(401);
  expect((await register(`Bearer ${token}`)).status).toBe(201);
  server.clock.advance(60);
  expect((await register(`Bearer ${token}`)).status).toBe(401);
});
