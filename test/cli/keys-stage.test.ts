import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createTables } from '../../infra/local/create-tables.ts';
import { startEmbeddedDynamoDB } from '../../infra/local/embedded-dynamodb.ts';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import type { TableName } from '../../shared/aws/tables.ts';
import { keyStore } from '../../shared/keys/key-store.ts';
import { kmsCustody } from '../../shared/keys/kms-custody.ts';
import { kmsWrapper } from '../../shared/keys/kms-wrapper.ts';
import { memoryCustody } from '../../shared/keys/memory-custody.ts';
import { signJws } from '../../shared/keys/sign.ts';
import type { KeyCustody } from '../../shared/keys/signing-key.ts';
import { kmsStub } from '../keys/kms-stub.ts';
import { pixy as run, spawnPixy } from './pixy.ts';

/* The keys of a deployed stage: parameters from a stand-in for AWS, tables in the embedded database, and KMS by its protocol. */

const tables: Record<TableName, string> = { grants: 'Grants', clients: 'Clients', people: 'People', keys: 'Keys' };
const parameters: Record<string, string> = {
  ...Object.fromEntries(Object.entries(tables).map(([name, table]) => [`/pixy/dev/tables/${name}`, table])),
  ...Object.fromEntries(Object.entries(tables).map(([name, table]) => [`/pixy/old/tables/${name}`, table])),
  '/pixy/dev/wrapping-key': 'arn:aws:kms:eu-central-1:123456789012:key/wrapping',
};

const ssm = createServer((request, response) => {
  void text(request).then((body) => {
    const { Names: names } = JSON.parse(body) as { Names: string[] };
    response.setHeader('content-type', 'application/x-amz-json-1.1');
    const found = names.filter((name) => name in parameters).map((Name) => ({ Name, Value: parameters[Name] }));
    response.end(JSON.stringify({ Parameters: found, InvalidParameters: [] }));
  });
});

const embedded = await startEmbeddedDynamoDB();
await once(ssm.listen(0, '127.0.0.1'), 'listening');
const kms = await kmsStub();
const env = {
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_ENDPOINT_URL_SSM: `http://127.0.0.1:${(ssm.address() as AddressInfo).port}`,
  AWS_ENDPOINT_URL_DYNAMODB: embedded.endpoint,
  AWS_ENDPOINT_URL_KMS: kms.endpoint,
};
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
const client = new DynamoDBClient({ endpoint: embedded.endpoint, region: env.AWS_REGION, credentials });
await createTables(client, tables);
const store = keyStore(openDatabase(client), tables.keys);
afterAll(async () => {
  client.destroy();
  ssm.close();
  await embedded.close();
});

beforeEach(async () => {
  for (const { kid } of await store.list()) await store.remove(kid);
  kms.calls.length = 0;
  // The AWS SDK looks into the environment of the process.
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
});
afterEach(() => vi.unstubAllEnvs());

const pixy = (...argv: string[]) => run(['keys', ...argv, '--by', 'grace']);
const signs = async (custody: KeyCustody, kid: string) => {
  const key = (await store.list()).find((one) => one.kid === kid);
  if (!key) throw new Error(`there is no key ${kid}`);
  return (await signJws({ typ: 'JWT' }, {}, await custody.open(key))).split('.').length === 3;
};

describe('keys that are encrypted by KMS', () => {
  test('rotate: the new one is encrypted by the key of the stage, and the functions can open it', async () => {
    const custody = memoryCustody(kmsWrapper('arn', kms.client));
    await store.put(await custody.generate('ES256', 0));
    kms.calls.length = 0;
    const argv = ['keys', 'rotate', '--stage', 'dev', '--by', 'grace', '--json'];
    const { exitCode, errors, json } = await spawnPixy(argv, { env });
    expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: '' });
    expect(kms.calls).toEqual(['Encrypt']);
    expect(await signs(custody, json()[0].kid)).toBe(true);
  });

  test('rotate: a stage without the parameter, or tables without a key, is told what to do', async () => {
    await store.put(await memoryCustody(kmsWrapper('arn', kms.client)).generate('ES256', 0));
    expect((await pixy('rotate', '--stage', 'old')).errors).toContain('There is no parameter /pixy/old/wrapping-key');
    const named = ['--table', 'clients=Clients', '--table', 'keys=Keys'];
    expect(await pixy('rotate', ...named)).toMatchObject({
      exitCode: 2,
      errors: expect.stringContaining('--kms-key ID'),
    });
    expect(await pixy('rotate', ...named, '--kms-key', 'alias/pixy')).toMatchObject({ exitCode: 0, errors: '' });
  });
});

test('rotate --now: the new one signs in a minute, when every function knows it', async () => {
  await store.put(await memoryCustody(kmsWrapper('arn', kms.client)).generate('ES256', 0));
  const named = ['--table', 'clients=Clients', '--table', 'keys=Keys', '--kms-key', 'alias/pixy'];
  const answer = await pixy('rotate', '--now', ...named, '--json');
  expect(answer.json()[0]).toMatchObject({ change: 'published', sign_from: '2026-11-22T12:01:00Z' });
});

describe('D14: a stage that is set to KMS and has no key there yet', () => {
  beforeEach(async () => {
    await store.put(await memoryCustody(kmsWrapper('arn', kms.client)).generate('ES256', 0));
    kms.calls.length = 0;
  });

  test('rotate --now: the new one is made in KMS, as the stage says', async () => {
    parameters['/pixy/dev/signing'] = 'kms';
    const answer = await pixy('rotate', '--now', '--stage', 'dev', '--json');
    delete parameters['/pixy/dev/signing'];
    expect(answer).toMatchObject({ exitCode: 0, errors: '' });
    expect(kms.calls).toEqual(['CreateKey', 'GetPublicKey']);
    expect((await store.list()).find(({ kid }) => kid === answer.json()[0].kid)?.private).toHaveProperty('kmsKeyId');
  });

  test('rotate --now: tables that are named one by one need --signing for it', async () => {
    const named = ['--table', 'clients=Clients', '--table', 'keys=Keys', '--kms-key', 'alias/pixy'];
    expect((await pixy('rotate', '--now', ...named, '--signing', 'kms')).exitCode).toBe(0);
    expect(kms.calls).toEqual(['CreateKey', 'GetPublicKey']);
    expect((await pixy('rotate', '--now', ...named, '--signing', 'hsm')).exitCode).toBe(2);
  });
});

describe('D11: the tags that an organization demands of every key', () => {
  const keyTags = { 'cost-centre': '4711' };
  const tagsOf = async (kid: string) => {
    const kept = (await store.list()).find((key) => key.kid === kid)?.private;
    return kept && 'kmsKeyId' in kept ? kms.tags.get(kept.kmsKeyId) : undefined;
  };

  test('rotate and retire: a key that is made in KMS has those of the stage', async () => {
    const old = await kmsCustody(kms.client).generate('ES256', 0);
    await store.put(old);
    parameters['/pixy/dev/key-tags'] = JSON.stringify(keyTags);
    const rotated = await pixy('rotate', '--stage', 'dev', '--json');
    expect(await tagsOf(rotated.json()[0].kid)).toEqual({ ...keyTags, 'pixy-keys-table': 'Keys' });
    await store.remove(rotated.json()[0].kid);
    const retired = await pixy('retire', old.kid, '--stage', 'dev', '--json');
    delete parameters['/pixy/dev/key-tags'];
    expect(await tagsOf(retired.json().successor.kid)).toEqual({ ...keyTags, 'pixy-keys-table': 'Keys' });
  });

  test('rotate: those that are given go before, and one without a value is refused', async () => {
    await store.put(await kmsCustody(kms.client).generate('ES256', 0));
    const named = ['--table', 'clients=Clients', '--table', 'keys=Keys'];
    const given = ['--key-tag', 'cost-centre=12', '--key-tag', 'owner=a=b'];
    const { json } = await pixy('rotate', ...named, ...given, '--json');
    expect(await tagsOf(json()[0].kid)).toEqual({ 'cost-centre': '12', owner: 'a=b', 'pixy-keys-table': 'Keys' });
    expect(await pixy('rotate', ...named, '--key-tag', 'owner')).toMatchObject({
      exitCode: 2,
      errors: expect.stringContaining('It has to be NAME=VALUE.'),
    });
  });
});

describe('keys that never leave KMS', () => {
  test('D12: rotate: a call that makes a key is not made again when it fails, as it may have made one', async () => {
    await store.put(await kmsCustody(kms.client).generate('ES256', 0));
    kms.calls.length = 0;
    kms.failWith({ status: 500, type: 'KMSInternalException', operation: 'CreateKey' });
    const { exitCode } = await pixy('rotate', '--stage', 'dev');
    kms.failWith(undefined);
    expect(exitCode).toBe(1);
    expect(kms.calls).toEqual(['CreateKey']);
  });

  test('rotate: the new one is made there; retire: the old one is deleted there', async () => {
    const custody = kmsCustody(kms.client);
    const old = await custody.generate('ES256', 0);
    await store.put(old);
    kms.calls.length = 0;
    const { exitCode, errors, json } = await pixy('retire', old.kid, '--stage', 'dev', '--json');
    expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: '' });
    expect(kms.calls).toEqual(['CreateKey', 'GetPublicKey', 'ScheduleKeyDeletion']);
    expect(await signs(custody, json().successor.kid)).toBe(true);
    expect(await store.list()).toHaveLength(1);
  });

  test('retire: a key of a stage that keeps its keys encrypted by now is deleted where it was made', async () => {
    const old = await kmsCustody(kms.client).generate('ES256', 0);
    await store.put(old);
    await store.put(await memoryCustody(kmsWrapper('arn', kms.client)).generate('ES256', 1));
    kms.calls.length = 0;
    expect((await pixy('retire', old.kid, '--stage', 'dev')).exitCode).toBe(0);
    expect(kms.calls).toEqual(['ScheduleKeyDeletion']);
  });

  test('are left as they were when KMS does not let us', async () => {
    const old = await kmsCustody(kms.client).generate('ES256', 0);
    await store.put(old);
    kms.failWith({ status: 400, type: 'AccessDeniedException' });
    const { exitCode, errors } = await pixy('retire', old.kid, '--stage', 'dev');
    kms.failWith(undefined);
    expect(errors).toMatch(/^error: AWS KMS does not answer: [^\n]*AccessDenied[^\n]*\n$/);
    expect(exitCode).toBe(1);
    expect((await store.list()).map(({ kid }) => kid)).toEqual([old.kid]);
  });
});
