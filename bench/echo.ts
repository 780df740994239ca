import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { answerTheParent } from './server-process.ts';

/* A process that reads what it is sent. */

const server = createServer((socket) => socket.resume());
await once(server.listen(0, '127.0.0.1'), 'listening');
answerTheParent({ port: (server.address() as AddressInfo).port });
