import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterAll } from 'vitest';

/**
 * A TCP proxy in front of a database. `loseNextReply('UpdateItem')` lets the next such request through, waits until the database
 * has answered, and then breaks the connection instead of passing the answer on: the write is committed, its reply is lost.
 */
export async function lossyProxy(endpoint: string) {
  const { hostname, port } = new URL(endpoint);
  const sockets = new Set<Socket>();
  let losing: string | undefined;
  let lost = 0;

  const server = createServer((incoming) => {
    const outgoing = connect(Number(port), hostname);
    sockets.add(incoming).add(outgoing);
    let swallow = false;
    incoming.on('data', (chunk) => {
      if (losing !== undefined && chunk.toString('latin1').includes(`DynamoDB_20120810.${losing}\r\n`)) {
        losing = undefined;
        swallow = true;
      }
      outgoing.write(chunk);
    });
    outgoing.on('data', (chunk) => {
      if (!swallow) return incoming.write(chunk);
      lost += 1;
      return incoming.destroy();
    });
    for (const [socket, other] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        other.destroy();
        sockets.delete(socket);
      });
    }
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  afterAll(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    loseNextReply(operation: string) {
      losing = operation;
    },
    lostReplies: () => lost,
  };
}
