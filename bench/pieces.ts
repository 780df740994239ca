import { createHmac, createSecretKey, generateKeyPairSync, randomBytes as generator, hash, sign } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { GetCommand } from '../infra/bundling/sdk/lib-dynamodb.ts';
import { readAnswer } from '../infra/bundling/sdk/read-answer.ts';
import { authorization } from '../infra/bundling/sdk/signature.ts';
import { hide } from '../shared/grants/hide.ts';
import { randomBytes } from '../shared/random-bytes.ts';
import { median } from './measure.ts';
import { startProcess } from './server-process.ts';
import { fixed, table } from './table.ts';

/*
 * npm run bench:pieces
 *
 * What the pieces of a sign-in take in a loop, and right after the process has waited for a millisecond, as it does for the database.
 * The second is what a function pays: meanwhile, the processor has forgotten the code, and may sleep.
 */

const count = { loop: 5_000, waits: 500 };

const key = createSecretKey(generator(32));
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const [random, subject] = [generator(32), generator(36)];
const claims = 'x'.repeat(700);
const attributes = Object.fromEntries(Array.from({ length: 25 }, (_, at) => [`attribute${at}`, { S: `value ${at}` }]));
const body = JSON.stringify({ Item: attributes });
const answer = Buffer.from(
  `HTTP/1.1 200 OK\r\nServer: Server\r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
);
const input = { TableName: 'pixy-grants', Key: { id: 'an id' } };
const command = new GetCommand(input);
const credentials = { accessKeyId: 'local', secretAccessKey: 'local', sessionToken: 'x'.repeat(900) };
const headers = {
  host: 'localhost',
  'x-amz-date': '20260130T235959Z',
  'x-amz-security-token': credentials.sessionToken,
};
const request = { headers, body, date: headers['x-amz-date'], region: 'eu-central-1', service: 'dynamodb' };
await import('../shared/proof/verify-proof.ts');

const pieces: Record<string, () => unknown> = {
  'signing a call of the database (SigV4)': () => authorization(request, credentials),
  'of that, one HMAC': () => createHmac('sha256', key).update(claims).digest(),
  'writing its JSON': () => JSON.stringify(command.body),
  'reading 25 attributes: HTTP, JSON, values': () =>
    command.read(JSON.parse(readAnswer(answer, false)?.answer.text ?? '') as never),
  'one signature, ES256': () => sign('sha256', Buffer.from(claims), privateKey),
  'one hash': () => hash('sha256', claims, 'base64url'),
  '16 random bytes of the generator': () => generator(16),
  '16 random bytes of `shared/random-bytes.ts`': () => randomBytes(16),
  'hiding a subject': () => hide(key, random, subject),
  '`import()` of what is loaded': () => import('../shared/proof/verify-proof.ts'),
};

/** Microseconds. */
async function measure(work: () => unknown): Promise<{ loop: number; afterWait: number }> {
  for (let done = 0; done < 2_000; done += 1) await work();
  const start = performance.now();
  for (let done = 0; done < count.loop; done += 1) await work();
  const loop = ((performance.now() - start) * 1_000) / count.loop;
  const waited: number[] = [];
  for (let done = 0; done < count.waits; done += 1) {
    await sleep(1);
    const before = performance.now();
    const result = work();
    if (result instanceof Promise) await result;
    waited.push((performance.now() - before) * 1_000);
  }
  return { loop, afterWait: median(waited) };
}

const rows: string[][] = [];
for (const [name, work] of Object.entries(pieces)) {
  const { loop, afterWait } = await measure(work);
  rows.push([name, fixed(loop, 1), fixed(afterWait, 1), fixed(afterWait / loop, 1)]);
}

const echo = await startProcess<{ port: number }>('echo.ts');
const socket = connect({ host: '127.0.0.1', port: echo.port, noDelay: true }).resume();
await once(socket, 'connect');
const { loop, afterWait } = await measure(() => void socket.write(answer));
rows.push(['writing to a socket of another process', fixed(loop, 1), fixed(afterWait, 1), fixed(afterWait / loop, 1)]);
socket.destroy();
await echo.stop();
console.log(table(['microseconds', 'in a loop', 'after 1 ms', 'ratio'], rows));
