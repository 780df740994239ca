import { describe, expect, test } from 'vitest';
import { native, spa, type TestClient } from '../support/clients.ts';
import type { Fields } from '../support/http.ts';
import { newPerson, signedInPerson } from '../support/person.ts';
import { authorizeTarget, responseOf, withoutChallenge } from '../support/protocol.ts';
import { startTestServer } from '../support/server.ts';

const server = await startTestServer({ clients: [spa, native] });
const person = await signedInPerson(server);

const answers: [string, TestClient, Fields][] = [
  ['a code', spa, {}],
  ['a code on a loopback port', native, { redirect_uri: 'http://127.0.0.1:49152/callback' }],
  ['a code on a private-use scheme', native, { redirect_uri: 'com.example.app:/callback' }],
  ['a code without state', spa, { state: undefined }],
  ['invalid_request', spa, withoutChallenge],
  ['invalid_scope', spa, { scope: 'unknown' }],
  ['unsupported_response_type', spa, { response_type: 'none' }],
  ['request_not_supported', spa, { request: 'x' }],
  ['request_uri_not_supported', spa, { request_uri: 'x' }],
];

describe('2: the authorization response', () => {
  test.each(answers)('IS1, BP17: names its issuer exactly once: %s', async (_, client, changes) => {
    const redirected = await person.authorize(authorizeTarget(client, changes));
    expect(redirected.searchParams.getAll('iss')).toEqual([server.issuer]);
  });

  test.each(['query', 'fragment', 'form_post'])(
    'IS3: names its issuer in the response mode %s',
    async (response_mode) => {
      for (const changes of [{}, withoutChallenge]) {
        const page = await person.arrive(authorizeTarget(spa, { response_mode, ...changes }));
        expect(responseOf(page)).toMatchObject({ iss: server.issuer, state: 'a-state' });
        expect(`${page.headers.location}${page.body}`.split('iss=').length + page.body.split('name="iss"').length).toBe(
          3,
        );
      }
    },
  );

  test('IS1: names its issuer when nobody is signed in and nobody may be asked', async () => {
    const redirected = await newPerson(server).authorize(authorizeTarget(spa, { prompt: 'none' }));
    expect(redirected.searchParams.get('error')).toBe('login_required');
    expect(redirected.searchParams.getAll('iss')).toEqual([server.issuer]);
  });

  test('IS1: names its issuer, not the one that the request names', async () => {
    const redirected = await person.authorize(`${authorizeTarget(spa)}&iss=https://evil.example`);
    expect(redirected.searchParams.getAll('iss')).toEqual([server.issuer]);
  });
});

describe('3: the metadata', () => {
  test('IS1, IS2: says so, with the same issuer', async () => {
    const { body } = await person.open('/.well-known/oauth-authorization-server');
    expect(JSON.parse(body)).toMatchObject({
      issuer: server.issuer,
      authorization_response_iss_parameter_supported: true,
    });
  });
});
