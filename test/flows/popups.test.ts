import { describe, expect, test } from 'vitest';
import { spa } from '../support/clients.ts';
import { send } from '../support/http.ts';
import { newPerson, signedInPerson } from '../support/person.ts';
import { authorizeTarget } from '../support/protocol.ts';
import { startTestServer } from '../support/server.ts';

/*
 * Cross-Origin-Opener-Policy. Apps open signing in and signing out in a popup and wait for the window that comes back to their own
 * origin, so these pages keep the tie. Nothing opens the pages of an account.
 */

const server = await startTestServer({ clients: [spa] });
const person = await signedInPerson(server);
const policyOf = (headers: NodeJS.Dict<string | string[]>) => headers['cross-origin-opener-policy'];

describe('S26: a page that nothing opens has no tie to another window', () => {
  test.each([
    '/account',
    '/account/password',
    '/account/authenticator',
    '/account/recovery-codes',
    '/account/passkey',
    '/invitation',
    '/invitation?token=unknown',
  ])('%s, signed in or not', async (path) => {
    const visits = [await person.open(path), await newPerson(server).open(path)];
    for (const { headers } of visits) expect(policyOf(headers)).toBe('same-origin');
    const wrong = await send(server.port, path, { method: 'PUT' });
    expect([wrong.status, policyOf(wrong.headers)]).toEqual([405, 'same-origin']);
  });
});

describe('S26: a page that an app may open in a popup keeps the tie', () => {
  test.each([authorizeTarget(spa), '/authorize', '/sign-in', '/register', '/sign-out', '/consent'])(
    '%.20s',
    async (path) => {
      expect(policyOf((await newPerson(server).open(path)).headers)).toBeUndefined();
    },
  );
});
