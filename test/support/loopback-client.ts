import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { onTestFinished } from 'vitest';

/** 127.0.0.1, and ::1 on a machine that has it. */
export const loopbackAddresses = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .filter(({ internal, address }) => internal && ['127.0.0.1', '::1'].includes(address))
  .map(({ address }) => address);

/**
 * A native app that waits for its redirect on a free port (RFC 8252 §7.3), until the test has finished. `arrive` goes to an
 * address as the browser would, and returns it as the app has seen it.
 */
export async function listenOnLoopback(address: string) {
  let arrived: URL | undefined;
  const server = createServer((request, response) => {
    arrived = new URL(request.url ?? '', `http://${request.headers.host}`);
    response.end('You can close this window.');
  });
  await once(server.listen(0, address), 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return {
    redirectUri: `http://${address.includes(':') ? `[${address}]` : address}:${port}/callback`,
    arrive: async (redirected: URL): Promise<URL> => {
      await (await fetch(redirected)).text();
      if (!arrived) throw new Error(`nothing arrived from ${redirected.origin}`);
      return arrived;
    },
  };
}
