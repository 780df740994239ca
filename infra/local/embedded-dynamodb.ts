import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import dynalite from 'dynalite';

export type EmbeddedDynamoDB = { endpoint: string; close(): Promise<void> };

/**
 * DynamoDB in this process, on a free port of 127.0.0.1 only (it accepts any signature). `folder` keeps the data; absent: memory.
 */
export async function startEmbeddedDynamoDB(folder?: string): Promise<EmbeddedDynamoDB> {
  const server = dynalite({ ...(folder !== undefined && { path: folder }), createTableMs: 0 });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}
