import { describe, expect, test } from 'vitest';
import { spa, type TestClient } from '../support/clients.ts';
import { send } from '../support/http.ts';
import { signedInPerson } from '../support/person.ts';
import { authorizeTarget, parametersOf } from '../support/protocol.ts';
import { openingOf, pushed } from '../support/pushed.ts';
import { startTestServer } from '../support/server.ts';

const strict: TestClient = { ...spa, client_id: 'strict', require_pushed_authorization_requests: true };
const server = await startTestServer({ clients: [spa, strict], environment: { PIXY_PUSHED_REQUESTS: 'off' } });

describe('where pushed authorization requests are switched off', () => {
  test('PA10: they are not announced', async () => {
    const metadata = JSON.parse((await send(server.port, '/.well-known/oauth-authorization-server')).body);
    expect(metadata).not.toHaveProperty('pushed_authorization_request_endpoint');
    expect(metadata).not.toHaveProperty('require_pushed_authorization_requests');
  });

  test('nobody can push, and no name of a request is looked up', async () => {
    expect((await pushed(server, spa)).status).toBe(404);
    const request_uri = `urn:ietf:params:oauth:request_uri:${'A'.repeat(43)}`;
    const { headers } = await (await signedInPerson(server)).open(openingOf(spa, { request_uri }));
    expect(parametersOf(new URL(headers.location ?? '')).error).toBe('request_uri_not_supported');
  });

  test('JAR1: nor is a signed request taken, and the metadata says so', async () => {
    const metadata = JSON.parse((await send(server.port, '/.well-known/oauth-authorization-server')).body);
    expect(metadata.request_parameter_supported).toBe(false);
    expect(metadata).not.toHaveProperty('request_object_signing_alg_values_supported');
    const { headers } = await (await signedInPerson(server)).open(authorizeTarget(spa, { request: 'x.y.z' }));
    expect(parametersOf(new URL(headers.location ?? '')).error).toBe('request_not_supported');
  });

  test('PA10: a client that has to push can ask for nothing', async () => {
    const { headers } = await (await signedInPerson(server)).open(authorizeTarget(strict));
    expect(parametersOf(new URL(headers.location ?? '')).error_uri).toContain('#pushed_request_required');
  });
});
