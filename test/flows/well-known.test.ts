import { describe, expect, test } from 'vitest';
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
