import { describe, expect, test } from 'vitest';
import type { TestClient } from '../support/clients.ts';
import { askForCodes, deviceGrant, poll } from '../support/device.ts';
import { send } from '../support/http.ts';
import { newPerson } from '../support/person.ts';
import { startTestServer } from '../support/server.ts';

const television: TestClient = {
  client_id: 'television',
  redirect_uris: [],
  token_endpoint_auth_method: 'none',
  grant_types: [deviceGrant],
};
const server = await startTestServer({
  clients: [television],
  environment: { PIXY_DEVICE_AUTHORIZATION: 'off' },
});

describe('where device authorization is switched off', () => {
  test('DF1: it is not announced', async () => {
    const metadata = JSON.parse((await send(server.port, '/.well-known/oauth-authorization-server')).body);
    expect(metadata).not.toHaveProperty('device_authorization_endpoint');
    expect(metadata.grant_types_supported).not.toContain(deviceGrant);
  });

  test('DF1: nobody gets codes or tokens, not even a client that is registered for it', async () => {
    const asked = await askForCodes(server, television);
    expect({ status: asked.status, reason: asked.json.reason }).toEqual({
      status: 404,
      reason: 'device_authorization_off',
    });
    expect((await poll(server, television, 'x')).json.error).toBe('unsupported_grant_type');
  });

  test('the page says so in words', async () => {
    const { status, body } = await newPerson(server).open('/device?user_code=BCD-FGH-JKL');
    expect(status).toBe(404);
    expect(body).toContain('You cannot connect a device here');
  });
});
