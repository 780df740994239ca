import { randomBytes, verify } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { importJWK, jwtVerify } from 'jose';
import { describe, expect, test, vi } from 'vitest';
import { rotateKeys } from '../../functions/rotate-keys/rotate.ts';
import { StoreUnavailable } from '../../shared/aws/dynamodb.ts';
import { joseSignature } from '../../shared/keys/der-signature.ts';
import { eitherCustody } from '../../shared/keys/either-custody.ts';
import { rotationSettings } from '../../shared/keys/key-ring.ts';
import { keyStore } from '../../shared/keys/key-store.ts';
import { kmsCustody } from '../../shared/keys/kms-custody.ts';
import { kmsWrapper } from '../../shared/keys/kms-wrapper.ts';
import { localWrapper } from '../../shared/keys/local-wrapper.ts';
import { memoryCustody } from '../../shared/keys/memory-custody.ts';
import { signJws } from '../../shared/keys/sign.ts';
import { type KeyCustody, placeOf, signingAlgorithms } from '../../shared/keys/signing-key.ts';
import { freshTables } from '../store/store.ts';
import { kmsStub } from './kms-stub.ts';

const kms = await kmsStub();
const [ofRotation, ofOneKey] = [await freshTables(), await freshTables()];

async function signsAndVerifies(custody: KeyCustody, algorithm: (typeof signingAlgorithms)[number]) {
  const stored = await custody.generate(algorithm, 0);
  const key = await custody.open(stored);
  const published = await importJWK(stored.publicJwk, algorithm);
  for (let round = 0; round < 20; round += 1) {
    const token = await signJws({ typ: 'JWT' }, { round }, key);
    const { payload } = await jwtVerify(token, published);
    expect(payload).toEqual({ round });
  }
}

describe('keys in memory', () => {
  test.each(signingAlgorithms)('sign %s tokens that jose verifies', (algorithm) =>
    signsAndVerifies(memoryCustody(localWrapper(randomBytes(32))), algorithm),
  );

  test('are wrapped by KMS when deployed, under their own kid only', async () => {
    const wrapper = kmsWrapper('alias/pixy', kms.client);
    const wrapped = await wrapper.wrap(Buffer.from('a private key'), 'kid-1');
    expect(Buffer.from(wrapped).toString('latin1')).not.toContain('a private key');
    expect(Buffer.from(await wrapper.unwrap(wrapped, 'kid-1')).toString()).toBe('a private key');
    await expect(wrapper.unwrap(wrapped, 'kid-2')).rejects.toThrow(StoreUnavailable);
  });
});

test('a wrapping key of another region is asked there, with the ARN that says so', async () => {
  const scopes: string[] = [];
  const service = createServer((request, response) => {
    scopes.push(/Credential=[^/]+\/\d+\/([a-z0-9-]+)\/kms/.exec(request.headers.authorization ?? '')?.[1] ?? '');
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end('{"CiphertextBlob":"AA=="}');
  });
  await once(service.listen(0, '127.0.0.1'), 'listening');
  const { port } = service.address() as AddressInfo;
  vi.stubEnv('AWS_ENDPOINT_URL_KMS', `http://127.0.0.1:${port}`);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  try {
    for (const key of ['arn:aws:kms:eu-central-1:111122223333:key/one', 'arn:aws-cn:kms:cn-north-1:1:key/one', 'one']) {
      await kmsWrapper(key).wrap(Buffer.from('a'), 'kid');
    }
  } finally {
    vi.unstubAllEnvs();
    service.close();
    service.closeAllConnections();
  }
  expect(scopes).toEqual(['eu-central-1', 'cn-north-1', 'us-east-1']);
});

describe('keys in KMS', () => {
  test.each(['RS256', 'PS256', 'ES256'] as const)('sign %s tokens that jose verifies', (algorithm) =>
    signsAndVerifies(kmsCustody(kms.client), algorithm),
  );

  test('never leave it: nothing private is stored', async () => {
    const stored = await kmsCustody(kms.client).generate('ES256', 0);
    expect(Object.keys(stored.private)).toEqual(['kmsKeyId']);
    expect(Object.keys(stored.publicJwk).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
  });

  test('are deleted in KMS when they retire', async () => {
    const custody = kmsCustody(kms.client);
    await custody.destroy(await custody.generate('ES256', 0));
    expect(kms.calls.at(-1)).toBe('ScheduleKeyDeletion');
  });

  test('cannot be EdDSA, and say so', async () => {
    await expect(kmsCustody(kms.client).generate('EdDSA', 0)).rejects.toThrow('KMS does not sign with EdDSA');
  });

  test.each([
    [400, 'ThrottlingException'],
    [400, 'DisabledException'],
    [400, 'AccessDeniedException'],
    [500, 'KMSInternalException'],
  ])('H22: an error of KMS (%i %s) is an unavailable store, never an unsigned token', async (status, type) => {
    const custody = kmsCustody(kms.client);
    const key = await custody.open(await custody.generate('ES256', 0));
    kms.failWith({ status, type });
    await expect(signJws({ typ: 'JWT' }, {}, key)).rejects.toThrow(StoreUnavailable);
    kms.failWith(undefined);
  });
});

describe('D12: a key that KMS has made and whose public part it does not tell', () => {
  const algorithms = ['RS256', 'PS256', 'ES256'] as const;

  /** A rotation in a table of its own while KMS refuses an operation. Returns how many keys it made. */
  async function keysMadeBy(rotate: () => Promise<unknown>, operation?: string): Promise<number> {
    const before = kms.calls.length;
    kms.failWith(operation === undefined ? undefined : { status: 400, type: 'AccessDeniedException', operation });
    const failed = await rotate().then(
      () => undefined,
      (error: unknown) => error,
    );
    kms.failWith(undefined);
    expect(failed instanceof StoreUnavailable).toBe(operation !== undefined);
    return kms.calls.slice(before).filter((call) => call === 'CreateKey').length;
  }

  test('is used by the next run, so that one key is made however long the denial lasts', async () => {
    const { database, tables } = ofRotation;
    const store = keyStore(database, tables.keys);
    const rotate = () => rotateKeys(store, kmsCustody(kms.client), algorithms, rotationSettings, 0);
    expect(await keysMadeBy(rotate, 'GetPublicKey')).toBe(1);
    expect(await keysMadeBy(rotate, 'GetPublicKey')).toBe(0);
    expect(await keysMadeBy(rotate)).toBe(2);
    expect((await store.list()).map(({ algorithm }) => algorithm).sort()).toEqual(['ES256', 'PS256', 'RS256']);
    expect(await keysMadeBy(rotate)).toBe(0);
    const left = await database.query({
      TableName: tables.keys,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': 'unfinished' },
    });
    expect(left).toEqual([]);
  });

  test('is not used twice, if it was stored and then not forgotten', async () => {
    const { database, tables } = ofOneKey;
    const store = keyStore(database, tables.keys);
    const custody = kmsCustody(kms.client);
    const first = await custody.generate('ES256', 0, store);
    await store.put(first);
    await store.noteUnfinished('ES256', (first.private as { kmsKeyId: string }).kmsKeyId);
    expect((await custody.generate('ES256', 1, store)).kid).not.toBe(first.kid);
  });
});

describe('a server whose setting was changed', () => {
  test.each(['memory', 'kms'] as const)('makes keys in %s and uses those of either place', async (place) => {
    const custodies = { memory: memoryCustody(localWrapper(randomBytes(32))), kms: kmsCustody(kms.client) };
    const custody = eitherCustody(place, custodies);
    expect(placeOf(await custody.generate('ES256', 0))).toBe(place);
    for (const each of Object.values(custodies)) {
      const stored = await each.generate('ES256', 0);
      const token = await signJws({ typ: 'JWT' }, { sub: 'x' }, await custody.open(stored));
      await expect(jwtVerify(token, await importJWK(stored.publicJwk, 'ES256'))).resolves.toBeDefined();
    }
  });

  test('deletes a key where it is', async () => {
    const inKms = kmsCustody(kms.client);
    const memory = memoryCustody(localWrapper(randomBytes(32)));
    const custody = eitherCustody('memory', { memory, kms: inKms });
    const [first, second] = [await inKms.generate('ES256', 0), await memory.generate('ES256', 0)];
    kms.calls.length = 0;
    await custody.destroy(first);
    await custody.destroy(second);
    expect(kms.calls).toEqual(['ScheduleKeyDeletion']);
  });
});

describe('an ECDSA signature in DER', () => {
  const integer = (bytes: Buffer) => {
    const trimmed = bytes.subarray(bytes.findIndex((byte) => byte !== 0));
    const value = (trimmed[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), trimmed]) : trimmed;
    return Buffer.concat([Buffer.from([2, value.length]), value]);
  };
  const positive = fc.uint8Array({ minLength: 32, maxLength: 32 }).filter((bytes) => bytes.some((byte) => byte !== 0));

  test('becomes r and s in 32 bytes each, whatever their leading zeros and high bits', () => {
    fc.assert(
      fc.property(positive, positive, (r, s) => {
        const body = Buffer.concat([integer(Buffer.from(r)), integer(Buffer.from(s))]);
        const der = Buffer.concat([Buffer.from([0x30, body.length]), body]);
        expect(joseSignature(der)).toEqual(Buffer.concat([r, s]));
      }),
    );
  });

  test('of any other form is refused, not guessed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        fc.pre(bytes[0] !== 0x30);
        expect(() => joseSignature(Buffer.from(bytes))).toThrow('not a DER signature');
      }),
    );
  });
});

test('the signature of RS256 is the one of RFC 7518 §3.3', async () => {
  const custody = memoryCustody(localWrapper(randomBytes(32)));
  const stored = await custody.generate('RS256', 0);
  const key = await custody.open(stored);
  const input = Buffer.from('header.payload');
  const signature = await key.sign(input);
  expect(verify('sha256', input, { key: stored.publicJwk as never, format: 'jwk' }, signature)).toBe(true);
});
