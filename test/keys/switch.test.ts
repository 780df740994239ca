import { randomBytes } from 'node:crypto';
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import { afterAll, describe, expect, test } from 'vitest';
import { compose as composeRotateKeys } from '../../functions/rotate-keys/compose.ts';
import { openRuntime } from '../../functions/runtime.ts';
import { startEmbeddedDynamoDB } from '../../infra/local/embedded-dynamodb.ts';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { keyStore } from '../../shared/keys/key-store.ts';
import { type KeyPlace, placeOf } from '../../shared/keys/signing-key.ts';
import { send } from '../support/http.ts';
import { clientCredentials, machine } from '../support/lifecycle.ts';
import { startTestServer, type TestServer, tables } from '../support/server.ts';
import { kmsStub } from './kms-stub.ts';

/*
 * A stage changes from keys in memory to keys in KMS, and back. Two servers on one database stand for the functions of before and
 * after the deployment, which run beside each other for a while; somebody takes and verifies a token at both every two hours.
 */

/** As long as verifiers may keep a JWKS without asking again; longer than a token lives. */
const twoHours = 7_200;
const kms = await kmsStub();
process.env['AWS_ENDPOINT_URL_KMS'] = kms.endpoint;
const database = await startEmbeddedDynamoDB();
afterAll(() => database.close());

const PIXY_WRAPPING_KEY = randomBytes(32).toString('base64url');
const start = (PIXY_SIGNING: KeyPlace): Promise<TestServer> =>
  startTestServer({
    clients: [machine],
    accounts: [],
    dynamodb: database.endpoint,
    environment: { PIXY_WRAPPING_KEY, PIXY_SIGNING },
  });

const inMemory = await start('memory');
const inKms = await start('kms');
const servers = [inMemory, inKms];
const { clock } = inKms;
const store = keyStore(openDatabase(), tables.keys);

const rotateWith = (PIXY_SIGNING: KeyPlace) =>
  composeRotateKeys(
    openRuntime(
      {
        PIXY_ISSUER: inKms.issuer,
        PIXY_GRANTS_TABLE: tables.grants,
        PIXY_CLIENTS_TABLE: tables.clients,
        PIXY_PEOPLE_TABLE: tables.people,
        PIXY_KEYS_TABLE: tables.keys,
        PIXY_WRAPPING_KEY,
        PIXY_SIGNING,
      },
      { now: clock.now },
    ),
  );

/** Lives on for four days under a setting: which keys signed, and which tokens some verifier could not verify. */
async function liveOn(setting: KeyPlace): Promise<{ signedIn: KeyPlace[]; failures: string[] }> {
  const failures: string[] = [];
  const signedIn: KeyPlace[] = [];
  // Verifiers ask either server, just now or two hours ago.
  let held: JSONWebKeySet | undefined;
  for (let step = 0; step < 48; step += 1) {
    if (step % 12 === 0) await rotateWith(setting)();
    const stored = await store.list();
    const fresh = JSON.parse((await send((servers[step % 2] as TestServer).port, '/jwks')).body) as JSONWebKeySet;
    for (const server of servers) {
      const answer = await clientCredentials(server, machine);
      if (answer.status !== 200) {
        failures.push(`step ${step}: ${answer.body}`);
        continue;
      }
      const jwt = answer.json.access_token ?? '';
      const { kid } = JSON.parse(Buffer.from(jwt.split('.')[0] ?? '', 'base64url').toString());
      const key = stored.find((one) => one.kid === kid);
      if (key) signedIn.push(placeOf(key));
      for (const [name, jwks] of Object.entries({ fresh, held: held ?? fresh })) {
        const currentDate = new Date(clock.now() * 1_000);
        await jwtVerify(jwt, createLocalJWKSet(jwks), { currentDate }).catch((error: Error) =>
          failures.push(`step ${step}, ${name} JWKS: ${error.message}`),
        );
      }
    }
    held = fresh;
    for (const server of servers) server.clock.advance(twoHours);
  }
  return { signedIn, failures };
}

const placesInTable = async () => (await store.list()).map(placeOf);
const firsts = (places: readonly KeyPlace[]) => places.filter((place, index) => place !== places[index - 1]);

describe('PIXY_SIGNING is changed while tokens are issued and verified all the time', () => {
  test('the deployment publishes a key of the new kind, and running it again changes nothing', async () => {
    expect((await placesInTable()).sort()).toEqual(['kms', 'memory']);
    expect(await rotateWith('kms')()).toEqual({ published: [], retired: [] });
  });

  test('from memory to KMS: the key in memory signs until the one in KMS takes over, and no token fails', async () => {
    const { signedIn, failures } = await liveOn('kms');
    expect(failures).toEqual([]);
    expect(firsts(signedIn)).toEqual(['memory', 'kms']);
    expect(signedIn.filter((place) => place === 'memory')).toHaveLength(2 * 13);
    expect(await placesInTable()).toEqual(['kms']);
  });

  test('and back: the key in KMS signs until then, no token fails, and KMS is told to delete it', async () => {
    expect(kms.calls).not.toContain('ScheduleKeyDeletion');
    const { signedIn, failures } = await liveOn('memory');
    expect(failures).toEqual([]);
    expect(firsts(signedIn)).toEqual(['kms', 'memory']);
    expect(await placesInTable()).toEqual(['memory']);
    expect(kms.calls.filter((call) => call === 'ScheduleKeyDeletion')).toHaveLength(1);
  });

  test('to KMS and back before the new key ever signed: it is replaced in its turn, and no token fails', async () => {
    const [before] = await store.list();
    await rotateWith('kms')();
    for (const server of servers) server.clock.advance(twoHours);
    const { failures } = await liveOn('memory');
    expect(failures).toEqual([]);
    const [after, ...others] = await store.list();
    expect(others).toEqual([]);
    expect(after && placeOf(after)).toBe('memory');
    expect(after?.kid).not.toBe(before?.kid);
  });
});
