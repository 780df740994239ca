import { expect, test } from 'vitest';
import { spa } from '../support/clients.ts';
import { startDocumentHost } from '../support/document-host.ts';
import { send } from '../support/http.ts';
import { authorizeTarget } from '../support/protocol.ts';
import { startTestServer } from '../support/server.ts';

const host = await startDocumentHost();
const server = await startTestServer({ clients: [spa] });

test('CI7: while documents are off, a URL is an unknown client, nothing is fetched, and the metadata says nothing', async () => {
  const client = host.put('/client.json');
  const { status, body } = await send(server.port, authorizeTarget(client));
  expect([status, body.includes('client_unknown')]).toEqual([400, true]);
  expect(host.asked).toEqual([]);
  for (const target of ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server']) {
    expect(JSON.parse((await send(server.port, target)).body)).not.toHaveProperty(
      'client_id_metadata_document_supported',
    );
  }
});
