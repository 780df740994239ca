import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll } from 'vitest';
import type { TestClient } from './clients.ts';

/** What is served at a path. Default: 200, as JSON. */
type Served = { status?: number; headers?: Record<string, string>; body: string };

/**
 * A host of client metadata documents on this machine, which a local run accepts; closed after the tests of the file. `urlOf` names a
 * path, `put` serves a document there, and `asked` are the paths that were fetched.
 */
export async function startDocumentHost() {
  const served = new Map<string, Served>();
  const asked: string[] = [];
  const server = createServer((request, response: ServerResponse) => {
    const path = request.url ?? '';
    asked.push(path);
    const { status = 200, headers = {}, body } = served.get(path) ?? { status: 404, body: 'nothing here' };
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(body);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  const urlOf = (path: string) => `http://127.0.0.1:${port}${path}`;
  const serve = (path: string, what: Served) => void served.set(path, what);

  /** A public client with the redirect URI https://{name}.example/callback, unless `members` say otherwise. */
  const put = (path: string, members: object = {}, headers?: Record<string, string>): TestClient => {
    const document = {
      client_id: urlOf(path),
      client_name: 'Agent <b>',
      redirect_uris: ['https://agent.example/callback'],
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      ...members,
    };
    serve(path, { body: JSON.stringify(document), ...(headers && { headers }) });
    return document;
  };
  const fetched = (path: string) => asked.filter((one) => one === path).length;
  return { port, urlOf, serve, put, asked, fetched };
}
