import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test, vi } from 'vitest';
import { restCaller } from '../../infra/bundling/sdk/rest-call.ts';

/** A service in a thread of its own. It answers once on each connection, closes it when `told[0]` is 1, and then makes `told[0]` 2. */
const service = `
  const { parentPort, workerData: told } = require('node:worker_threads');
  const server = require('node:net').createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', () => socket.write('HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\n{}', () => {
      if (Atomics.load(told, 0) === 2) return;
      Atomics.wait(told, 0, 0);
      socket.end(() => {
        Atomics.store(told, 0, 2);
        Atomics.notify(told, 0);
      });
    }));
  });
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;

test('a call of a process that was frozen uses no connection that was closed meanwhile', async () => {
  const told = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(service, { eval: true, workerData: told });
  onTestFinished(async () => void (await worker.terminate()));
  const [port] = (await once(worker, 'message')) as [number];
  vi.stubEnv('AWS_ENDPOINT_URL_LAMBDA', `http://127.0.0.1:${port}`);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  onTestFinished(() => void vi.unstubAllEnvs());
  const call = restCaller({ name: 'lambda', variable: 'LAMBDA', signedAs: 'lambda' }, 'eu-central-1');
  const asked = { path: '/', body: '{}', contentType: 'application/json' };
  expect((await call(asked)).status).toBe(200);
  // The connection goes back to where it is kept, and then nothing runs here.
  await new Promise((resolve) => setImmediate(resolve));
  Atomics.store(told, 0, 1);
  Atomics.notify(told, 0);
  Atomics.wait(told, 0, 1);
  expect((await call(asked)).status).toBe(200);
});
