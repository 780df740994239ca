import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startServer } from '../../infra/local/server.ts';
import { send } from '../support/http.ts';
import { startTestServer } from '../support/server.ts';

const server = await startTestServer();
const get = (target: string, headers = {}, method = 'GET') => send(server.port, target, { method, headers });

test('a password manager is led to the page that changes passwords', async () => {
  const { status, headers } = await get('/.well-known/change-password');
  expect([status, headers.location]).toEqual([303, '/account/password']);
});

test('a browser finds the origins and the pages of passkeys', async () => {
  const [webauthn, passkeys] = [await get('/.well-known/webauthn'), await get('/.well-known/passkey-endpoints')];
  expect(JSON.parse(webauthn.body)).toEqual({ origins: [server.issuer] });
  expect(webauthn.headers['content-type']).toMatch(/^application\/json/);
  expect(JSON.parse(passkeys.body)).toEqual({
    enroll: `${server.issuer}/account/passkey`,
    manage: `${server.issuer}/account`,
  });
});

test('D11: the bare address leads people to their account, where there is no demo', async () => {
  const own = await startServer({
    port: 0,
    data: 'memory',
    accountsFile: await emptyList(),
    clientsFile: await emptyList(),
  });
  onTestFinished(() => own.close());
  const ask = (accept: string) => send(Number(new URL(own.issuer).port), '/', { headers: { accept } });
  const person = await ask('text/html,*/*');
  expect([person.status, person.headers.location]).toEqual([303, '/account']);
  expect((await ask('application/json')).status).toBe(404);
});

/** A file of clients or accounts that has none, so that there is no demo either. */
async function emptyList(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'pixy-empty-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'empty.json'), '[]');
  return join(folder, 'empty.json');
}

describe('what is nowhere', () => {
  test.each(['/nowhere', '/account/nowhere', '/.well-known/nowhere', '/%3Cscript%3E'])(
    'is a page for people (%s), which repeats nothing of the request',
    async (target) => {
      const { status, headers, body } = await get(target, { accept: 'text/html,*/*', 'accept-language': 'de' });
      expect([status, headers['content-type']]).toEqual([404, 'text/html; charset=utf-8']);
      expect(body).toContain('Hier ist keine Seite');
      expect(body).not.toContain('nowhere');
      expect(headers['x-content-type-options']).toBe('nosniff');
    },
  );

  test.each(['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS'])(
    'is what API Gateway says to a program (%s)',
    async (method) => {
      const { status, headers, body } = await get('/nowhere', {}, method);
      expect([status, headers['content-type'], body]).toEqual([404, 'application/json', '{"message":"Not Found"}']);
    },
  );
});
