import { expect, test } from 'vitest';
import { spa, web } from '../support/clients.ts';
import { send } from '../support/http.ts';
import { signedInPerson } from '../support/person.ts';
import { authorizeTarget, parametersOf } from '../support/protocol.ts';
import { pushFor } from '../support/pushed.ts';
import { startTestServer } from '../support/server.ts';

const server = await startTestServer({ clients: [spa, web], environment: { PIXY_PUSHED_REQUESTS: 'required' } });
const person = await signedInPerson(server);

test('PA10: FP2: where everybody has to push, the metadata says so, and nothing else is let through', async () => {
  const metadata = JSON.parse((await send(server.port, '/.well-known/oauth-authorization-server')).body);
  expect(metadata.require_pushed_authorization_requests).toBe(true);
  for (const client of [spa, web]) {
    const { headers } = await person.open(authorizeTarget(client));
    expect(parametersOf(new URL(headers.location ?? '')).error_uri).toContain('#pushed_request_required');
    const { target } = await pushFor(server, client);
    expect(parametersOf(await person.authorize(target)).code).toBeDefined();
  }
});
