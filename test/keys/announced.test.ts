import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { compose as composeRotateKeys } from '../../functions/rotate-keys/compose.ts';
import { openRuntime } from '../../functions/runtime.ts';
import { rotationSettings } from '../../shared/keys/key-ring.ts';
import { send } from '../support/http.ts';
import { startTestServer, tables } from '../support/server.ts';

/* MD3, MD6: what the metadata says about keys, for a server without RS256, and when an algorithm was taken out of its settings. */

const PIXY_WRAPPING_KEY = randomBytes(32).toString('base64url');
const server = await startTestServer({
  environment: { PIXY_WRAPPING_KEY, PIXY_SIGNING_ALGORITHMS: 'ES256' },
});

const rotateWith = (algorithms: string) =>
  composeRotateKeys(
    openRuntime(
      {
        PIXY_ISSUER: server.issuer,
        PIXY_GRANTS_TABLE: tables.grants,
        PIXY_CLIENTS_TABLE: tables.clients,
        PIXY_PEOPLE_TABLE: tables.people,
        PIXY_KEYS_TABLE: tables.keys,
        PIXY_WRAPPING_KEY,
        PIXY_SIGNING_ALGORITHMS: algorithms,
      },
      { now: server.clock.now },
    ),
  )();

const get = async (target: string) => JSON.parse((await send(server.port, target)).body);
const announced = async (): Promise<string[]> =>
  (await get('/.well-known/openid-configuration')).id_token_signing_alg_values_supported;
const published = async (): Promise<string[]> =>
  (await get('/jwks')).keys.map(({ alg }: { alg: string }) => alg).sort();

test('MD3: RS256 is not announced by a server that has no key for it', async () => {
  expect(await announced()).toEqual(['ES256']);
  expect(await published()).toEqual(['ES256']);
});

test('MD3: an algorithm that is not in the settings is not announced while its key is still published', async () => {
  await rotateWith('ES256 EdDSA');
  server.clock.advance(61);
  expect(await published()).toEqual(['ES256', 'EdDSA']);
  expect(await announced()).toEqual(['ES256']);
});

test('an algorithm that was taken out of the settings loses its key when its last token has expired', async () => {
  expect((await rotateWith('ES256')).retired).toEqual([]);
  server.clock.advance(86_400 + rotationSettings.keepAfter + 1);
  expect((await rotateWith('ES256')).retired).toHaveLength(1);
  server.clock.advance(61);
  expect(await published()).toEqual(['ES256']);
});

test('MD6: the JWKS may be kept for less than the time that a key is published ahead', async () => {
  const { headers } = await send(server.port, '/jwks');
  const [, seconds] = /^public, max-age=(\d+)$/.exec(headers['cache-control'] ?? '') ?? [];
  expect(Number(seconds)).toBeGreaterThan(0);
  expect(Number(seconds)).toBeLessThan(7_200);
  expect(Number(seconds)).toBeLessThan(rotationSettings.publishBefore);
});
