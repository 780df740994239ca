import { expect, test } from 'vitest';
import { isoDurationIn } from '../../shared/clients/import/duration.ts';
import { onlyClient, readImport } from './imported.ts';

/* Services of CAS, whose redirect URI is a regular expression. */

const service = (members: object) => ({
  '@class': 'org.apereo.cas.services.OidcRegisteredService',
  clientId: 'web',
  clientSecret: 't7Qm2vXc9LrB4kWz8NpY3hJd6FsG1eUa',
  serviceId: 'https://web.example.com/cb',
  name: 'Web',
  scopes: ['java.util.HashSet', ['openid']],
  ...members,
});
const read = (members: object) => readImport('cas', JSON.stringify(service(members)));

test.each([
  '^https://.+',
  'https://(www|web)\\.example\\.com/cb',
  'https?://web.example.com/cb',
  'https://web.example.com/[a-z]{2}/cb',
  'https://web.example.com/\\d',
  '^https://a.example/cb$|^https://b.example/cb$',
])('an expression for several addresses is refused: %s', async (serviceId) => {
  const { clients, refused } = await read({ serviceId });
  expect(clients).toEqual([]);
  expect(refused).toEqual([
    {
      entry: 'entry 1 (web)',
      member: 'serviceId',
      problem: 'is a pattern for several addresses: register every redirect URI in full',
    },
  ]);
});

test.each([
  ['https://web.example.com/cb'],
  ['^https://web.example.com/cb'],
  ['^https:\\/\\/web\\.example\\.com\\/cb$'],
  ['https://web\\.example\\.com/cb$'],
])('an expression for one address is that address: %s', async (serviceId) => {
  expect(onlyClient(await read({ serviceId })).redirectUris).toEqual(['https://web.example.com/cb']);
});

test('a question mark that is escaped belongs to the address', async () => {
  const { redirectUris } = onlyClient(await read({ serviceId: '^https://web\\.example\\.com/cb\\?client_name=cas$' }));
  expect(redirectUris).toEqual(['https://web.example.com/cb?client_name=cas']);
});

test('comments in a file are read over, and a class beside a list is none of its items', async () => {
  const text = `/* the shop */\n${JSON.stringify(service({ scopes: ['java.util.HashSet', ['openid', 'email']] }))}`;
  expect(onlyClient(await readImport('cas', text)).scope).toEqual(['openid', 'email']);
});

test('keys are taken from a URI or a text', async () => {
  const jwt = { clientSecret: undefined, tokenEndpointAuthenticationMethod: 'private_key_jwt' };
  expect(onlyClient(await read({ ...jwt, jwks: 'https://web.example.com/jwks' })).jwksUri).toBe(
    'https://web.example.com/jwks',
  );
  const { publicKey } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign']);
  const key = { ...(await crypto.subtle.exportKey('jwk', publicKey)), kid: 'a' };
  expect(onlyClient(await read({ ...jwt, jwks: JSON.stringify({ keys: [key] }) })).jwks?.keys).toHaveLength(1);
});

test.each([
  ['PT8H', 28_800],
  ['P14D', 1_209_600],
  [300, 300],
  ['8 hours', undefined],
])('a duration of %j in ISO 8601 is %j seconds', (given, seconds) => {
  expect(isoDurationIn(given)).toBe(seconds);
});
