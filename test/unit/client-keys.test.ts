import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { clientKeys } from '../../shared/clients/client-keys.ts';
import { fetchJwks } from '../../shared/clients/fetch-jwks.ts';
import { startDocumentHost } from '../support/document-host.ts';

const host = await startDocumentHost();
const jwk = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' });
const bytes = (count: number) => randomBytes(count).toString('base64url');

const keysAt = (path: string) =>
  clientKeys({ jwksUri: host.urlOf(path) }, 'no.kid.here', (url) => fetchJwks(url, true));

test('DC3: what is no key among those that a client publishes is left out', async () => {
  host.serve('/odd', { body: JSON.stringify({ keys: [null, 5, 'key', [], jwk] }) });
  expect(await keysAt('/odd')).toEqual({ keys: [jwk] });
});

test.each([
  ['a symmetric one', { kty: 'oct', k: bytes(32) }],
  ['an RSA key of 16,384 bits', { kty: 'RSA', n: bytes(2_048), e: 'AQAB' }],
  ['an RSA key with an exponent of 3,072 bits', { kty: 'RSA', n: bytes(384), e: bytes(384) }],
  ['an RSA key whose parts are no texts', { kty: 'RSA', n: 5, e: ['AQAB'] }],
])('CI8: %s costs no time', async (_, key) => {
  host.serve('/costly', { body: JSON.stringify({ keys: [key, jwk] }) });
  expect(await keysAt('/costly')).toEqual({ keys: [jwk] });
});
