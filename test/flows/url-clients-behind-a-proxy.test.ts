import { expect, test } from 'vitest';
import { startDocumentHost } from '../support/document-host.ts';
import { send } from '../support/http.ts';
import { authorizeTarget } from '../support/protocol.ts';
import { startTestServer } from '../support/server.ts';

const host = await startDocumentHost();
const server = await startTestServer({
  issuer: 'https://sign-in.example',
  environment: { PIXY_METADATA_DOCUMENTS: 'any' },
});

test('CI8: a local run that people reach from elsewhere fetches nothing from its own machine for them', async () => {
  const client = host.put('/client.json');
  const { status, body } = await send(server.port, authorizeTarget(client));
  expect([status, body.includes('is not an https URL of a public host, without a port')]).toEqual([400, true]);
  expect(host.asked).toEqual([]);
});
