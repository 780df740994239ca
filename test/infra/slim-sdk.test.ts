import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import {
  CloudWatchLogsClient,
  GetQueryResultsCommand,
  LimitExceededException,
  StartQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DecryptCommand, EncryptCommand, KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import * as sdk from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeEach, describe, expect, it, test, vi } from 'vitest';
import * as slimLogs from '../../infra/bundling/sdk/client-cloudwatch-logs.ts';
import * as slimDynamoDB from '../../infra/bundling/sdk/client-dynamodb.ts';
import * as slimKms from '../../infra/bundling/sdk/client-kms.ts';
import * as slimSsm from '../../infra/bundling/sdk/client-ssm.ts';
import * as slim from '../../infra/bundling/sdk/lib-dynamodb.ts';
import { authorization } from '../../infra/bundling/sdk/signature.ts';
import { createTables, localTableNames } from '../../infra/local/create-tables.ts';
import { startEmbeddedDynamoDB } from '../../infra/local/embedded-dynamodb.ts';

/*
 * What takes the place of the SDK in the bundles does what the SDK does: both are asked the same, of the same database, and of
 * a service that fails as told.
 */

type Received = { headers: IncomingHttpHeaders; body: string; path: string };
type Reply = { status: number; body: object | null; headers?: Record<string, string> } | 'cut' | 'silence';

const received: Received[] = [];
let replies: Reply[] = [];

/** A service that writes down what it is asked, and answers as it was told; the last answer stays. */
const service = createServer(async (request, response) => {
  const body = (await buffer(request)).toString();
  received.push({ headers: request.headers, body, path: request.url ?? '' });
  const reply = (replies.length > 1 ? replies.shift() : replies[0]) ?? { status: 200, body: {} };
  if (reply === 'silence') return;
  if (reply === 'cut') {
    request.socket.destroy();
    return;
  }
  response.writeHead(reply.status, { 'content-type': 'application/x-amz-json-1.0', ...reply.headers });
  response.end(JSON.stringify(reply.body));
});
const endpoint = await listen(service);

const database = await startEmbeddedDynamoDB();
const secretAccessKey = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
const environment = { ...process.env };
Object.assign(process.env, {
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: secretAccessKey,
});
await createTables(new DynamoDBClient({ endpoint: database.endpoint }), localTableNames);

afterAll(async () => {
  service.close();
  service.closeAllConnections();
  await database.close();
  restore(environment);
});

/** The other files of the folder run in the same process. */
function restore(before: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
  Object.assign(process.env, before);
}

async function listen(server: Server): Promise<string> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function useEndpoint(url: string): void {
  for (const name of ['DYNAMODB', 'KMS', 'SSM', 'LOGS', 'CLOUDWATCH_LOGS'])
    process.env[`AWS_ENDPOINT_URL_${name}`] = url;
}

beforeEach(() => {
  received.length = 0;
  replies = [];
  useEndpoint(endpoint);
  // The pause before another attempt is a random part of a second or two.
  vi.spyOn(Math, 'random').mockReturnValue(0.01);
});
afterEach(() => vi.restoreAllMocks());

type Sends = { send(command: never): Promise<unknown> };

const documents = {
  sdk: (): Sends => sdk.DynamoDBDocumentClient.from(new DynamoDBClient({ maxAttempts: 3 }), marshalling) as Sends,
  /** Patient, unless a test says otherwise. */
  slim: (settings: ConstructorParameters<typeof slimDynamoDB.DynamoDBClient>[0] = {}): Sends => {
    const requestHandler = { connectionTimeout: 60_000, requestTimeout: 60_000, ...settings.requestHandler };
    const client = new slimDynamoDB.DynamoDBClient({ ...settings, requestHandler });
    return slim.DynamoDBDocumentClient.from(client, marshalling) as Sends;
  },
};
const marshalling = { marshallOptions: { removeUndefinedValues: true } } as const;

const item = {
  pk: 'partition',
  sk: 'ünïcode ✓',
  number: 1_790_000_000,
  fraction: 0.25,
  yes: true,
  none: null,
  absent: undefined,
  bytes: new Uint8Array([0, 1, 254, 255]),
  list: ['a', 1, { nested: ['b'] }],
  map: { empty: {}, absent: undefined, text: '' },
  members: new Set(['a', 'b']),
};

describe('the signature', () => {
  it('is the one that the SDK makes for the same request', async () => {
    process.env['AWS_SESSION_TOKEN'] = 'a session token';
    await documents.sdk().send(new sdk.PutCommand({ TableName: 'table', Item: item }) as never);
    delete process.env['AWS_SESSION_TOKEN'];
    const [{ headers, body, path }] = received as [Received];
    const [, signedHeaders = ''] = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? '') ?? [];
    const signed = Object.fromEntries(signedHeaders.split(';').map((name) => [name, String(headers[name])]));
    const made = authorization(
      { headers: signed, body, path, date: String(headers['x-amz-date']), region: 'eu-west-1', service: 'dynamodb' },
      { accessKeyId: 'AKIDEXAMPLE', secretAccessKey, sessionToken: undefined },
    );
    expect(made).toBe(headers.authorization);
  });

  it('covers the session token of a role', async () => {
    process.env['AWS_SESSION_TOKEN'] = 'a session token';
    await documents.slim().send(new slim.GetCommand({ Key: {} }) as never);
    delete process.env['AWS_SESSION_TOKEN'];
    expect(received[0]?.headers['x-amz-security-token']).toBe('a session token');
    expect(received[0]?.headers.authorization).toContain('x-amz-security-token');
  });

  it('fails without credentials before anything is sent', async () => {
    delete process.env['AWS_SECRET_ACCESS_KEY'];
    await expect(documents.slim().send(new slim.GetCommand({ Key: {} }) as never)).rejects.toThrow(
      'no AWS credentials',
    );
    process.env['AWS_SECRET_ACCESS_KEY'] = secretAccessKey;
    expect(received).toEqual([]);
  });
});

const key = { pk: 'partition', sk: 'ünïcode ✓' };
const commands = {
  Put: [{ TableName: localTableNames.people, Item: item }],
  Get: [
    { TableName: localTableNames.people, Key: key, ConsistentRead: true },
    { TableName: localTableNames.people, Key: { pk: 'nobody', sk: 'x' } },
  ],
  Update: [
    {
      TableName: localTableNames.people,
      Key: key,
      UpdateExpression: 'SET #number = :next ADD members :more REMOVE fraction',
      ConditionExpression: '#number = :number',
      ExpressionAttributeNames: { '#number': 'number' },
      ExpressionAttributeValues: { ':next': 2, ':number': 1_790_000_000, ':more': new Set(['c']) },
      ReturnValues: 'ALL_NEW',
    },
  ],
  Query: [
    {
      TableName: localTableNames.people,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': 'partition' },
      Limit: 1,
    },
    {
      TableName: localTableNames.people,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': 'partition' },
      ExclusiveStartKey: { pk: 'partition', sk: 'a' },
    },
  ],
  BatchGet: [{ RequestItems: { [localTableNames.people]: { Keys: [key], ConsistentRead: true } } }],
  Delete: [{ TableName: localTableNames.people, Key: key }],
  BatchWrite: [
    { RequestItems: { [localTableNames.people]: [{ DeleteRequest: { Key: { pk: 'partition', sk: 'a' } } }] } },
  ],
} as const;

/** Without what the SDK adds about the call itself. */
const plain = (output: unknown): unknown => {
  const { $metadata: _metadata, ...rest } = output as { $metadata?: unknown };
  return rest;
};

const commandOf = (library: object, name: string, input: unknown) =>
  new ((library as Record<string, unknown>)[`${name}Command`] as new (input: unknown) => unknown)(input) as never;

const each = Object.entries(commands).flatMap(([name, inputs]) =>
  inputs.map((input, index) => ({ name, index, input })),
);

describe('DynamoDB', () => {
  test.each(each)('$name $index: sends what the SDK sends', async ({ name, input }) => {
    await documents.sdk().send(commandOf(sdk, name, input));
    await documents.slim().send(commandOf(slim, name, input));
    const [one, other] = received.map(({ headers, body, path }) => ({
      body: JSON.parse(body) as unknown,
      path,
      target: headers['x-amz-target'],
      type: headers['content-type'],
    }));
    expect(other).toEqual(one);
  });

  it('answers what the SDK answers, call after call', async () => {
    useEndpoint(database.endpoint);
    const answersOf = async (client: Sends, library: object) => {
      const answers: unknown[] = [];
      for (const { name, input } of each) answers.push(plain(await client.send(commandOf(library, name, input))));
      return answers;
    };
    const answers = await answersOf(documents.slim(), slim);
    expect(answers).toEqual(await answersOf(documents.sdk(), sdk));
    expect(answers).toContainEqual(expect.objectContaining({ Item: expect.objectContaining({ bytes: item.bytes }) }));
  });

  it('tells a condition that did not hold apart', async () => {
    useEndpoint(database.endpoint);
    const input = { TableName: localTableNames.people, Item: key, ConditionExpression: 'attribute_exists(pk)' };
    const failure = (client: Sends, library: object) =>
      client.send(commandOf(library, 'Put', input)).catch((error) => error);
    expect(await failure(documents.sdk(), sdk)).toBeInstanceOf(ConditionalCheckFailedException);
    const failed = await failure(documents.slim(), slim);
    expect(failed).toBeInstanceOf(slimDynamoDB.ConditionalCheckFailedException);
    expect(failed).toMatchObject({ name: 'ConditionalCheckFailedException', $metadata: { httpStatusCode: 400 } });
  });

  test.each([
    ['a number that is not exact', Number.MAX_SAFE_INTEGER + 1],
    ['no number', Number.NaN],
    ['an empty set', new Set()],
    ['a set of different things', new Set(['a', 1])],
    ['a date', new Date(0)],
    ['a function', () => 0],
  ])('refuses %s', (_, value) => {
    expect(() => new slim.PutCommand({ Item: { value } })).toThrow(TypeError);
  });

  it('does not read a number that it cannot keep exactly', async () => {
    replies = [{ status: 200, body: { Item: { big: { N: '9007199254740993' } } } }];
    await expect(documents.slim().send(new slim.GetCommand({ Key: {} }) as never)).rejects.toThrow('exactly');
  });
});

const fault = (type: string, status = 400): Reply => ({
  status,
  body: { __type: `com.amazonaws#${type}`, message: 'why' },
});
const success: Reply = { status: 200, body: { Item: { a: { S: 'b' } } } };

describe.each(['sdk', 'slim'] as const)('retries of %s', (library) => {
  const get = () =>
    documents[library]().send(commandOf(library === 'sdk' ? sdk : slim, 'Get', { TableName: 't', Key: {} }));

  test.each([
    ['an error of the service', fault('InternalServerError', 500)],
    ['no capacity', fault('ProvisionedThroughputExceededException')],
    ['throttling', fault('ThrottlingException')],
    ['a connection that was cut', 'cut'],
    ['a gateway without an answer', { status: 503, body: {} }],
    ['a gateway whose answer is nothing', { status: 503, body: null }],
  ] as const)('%s is tried again', async (_, failure) => {
    replies = [failure, failure, success];
    const answer = await get();
    expect(plain(answer)).toEqual({ Item: { a: 'b' } });
    expect(answer).toMatchObject({ $metadata: { attempts: 3 } });
    expect(received).toHaveLength(3);
  });

  test.each([
    ['a request that is wrong', fault('ValidationException')],
    ['a right that is missing', fault('AccessDeniedException')],
    ['a condition that did not hold', fault('ConditionalCheckFailedException')],
    ['a table that is not there', fault('ResourceNotFoundException')],
  ])('%s is not', async (_, failure) => {
    replies = [failure];
    await expect(get()).rejects.toMatchObject({ name: expect.stringMatching(/Exception$/) });
    expect(received).toHaveLength(1);
  });

  it('there are three attempts', async () => {
    replies = [fault('InternalServerError', 500)];
    await expect(get()).rejects.toMatchObject({ name: 'InternalServerError' });
    expect(received).toHaveLength(3);
  });
});

describe('an attempt', () => {
  it('ends when it takes too long, and is tried again', async () => {
    replies = ['silence', success];
    const settings = { requestHandler: { requestTimeout: 2_000 } };
    expect(await documents.slim(settings).send(new slim.GetCommand({ Key: {} }) as never)).toMatchObject({
      Item: { a: 'b' },
    });
    expect(received).toHaveLength(2);
  });

  it('says that it took too long', async () => {
    replies = ['silence'];
    const settings = { maxAttempts: 1, requestHandler: { requestTimeout: 40 } };
    const call = documents.slim(settings).send(new slim.GetCommand({ Key: {} }) as never);
    await expect(call).rejects.toMatchObject({ name: 'TimeoutError' });
    // It may reach a busy server after that, which the next test would count.
    await expect.poll(() => received).toHaveLength(1);
  });

  it('S7: is not late while it waits for a socket, of which there are fifty', async () => {
    replies = [...Array.from({ length: 50 }, () => 'silence' as const), success];
    const client = documents.slim({ maxAttempts: 1, requestHandler: { requestTimeout: 500 } });
    const get = () => client.send(new slim.GetCommand({ Key: {} }) as never);
    const outcomes = await Promise.allSettled(Array.from({ length: 60 }, get));
    expect(received).toHaveLength(60);
    expect(outcomes.map(({ status }) => status)).toEqual([
      ...Array.from({ length: 50 }, () => 'rejected'),
      ...Array.from({ length: 10 }, () => 'fulfilled'),
    ]);
  });

  it('uses the connection of the one before, and a new one when that was closed', async () => {
    const client = documents.slim();
    const get = () => client.send(new slim.GetCommand({ Key: {} }) as never);
    replies = [success];
    await get();
    service.closeIdleConnections();
    expect(plain(await get())).toEqual({ Item: { a: 'b' } });
  });

  it('takes the time of the service when ours is wrong', async () => {
    const ahead = new Date(Date.now() + 3_600_000);
    const skewed: Reply = {
      status: 400,
      body: { __type: 'x#RequestTimeTooSkewed' },
      headers: { date: ahead.toUTCString() },
    };
    replies = [skewed, success];
    await documents.slim().send(new slim.GetCommand({ Key: {} }) as never);
    expect(received[1]?.headers['x-amz-date']?.slice(0, 11)).toBe(
      ahead.toISOString().replaceAll(/[-:]/g, '').slice(0, 11),
    );
  });

  it('of many failures at once, few are tried again', async () => {
    replies = [fault('InternalServerError', 500)];
    const client = documents.slim();
    const get = () => client.send(new slim.GetCommand({ Key: {} }) as never).catch(() => undefined);
    await Promise.all(Array.from({ length: 100 }, get));
    received.length = 0;
    await Promise.all(Array.from({ length: 10 }, get));
    expect(received).toHaveLength(10);
  });
});

describe('the other services', () => {
  test.each([
    [
      'Encrypt',
      EncryptCommand,
      slimKms.EncryptCommand,
      { KeyId: 'k', Plaintext: item.bytes, EncryptionContext: { a: 'b' } },
    ],
    ['Decrypt', DecryptCommand, slimKms.DecryptCommand, { CiphertextBlob: item.bytes, EncryptionContext: { a: 'b' } }],
    [
      'Sign',
      SignCommand,
      slimKms.SignCommand,
      { KeyId: 'k', Message: item.bytes, MessageType: 'RAW', SigningAlgorithm: 'ECDSA_SHA_256' },
    ],
  ] as const)('KMS %s: the same request and the same answer', async (_, Full, Slim, input) => {
    replies = [
      { status: 200, body: { Plaintext: 'AAH+/w==', CiphertextBlob: 'AAH+/w==', Signature: 'AAH+/w==', KeyId: 'k' } },
    ];
    const one = plain(await new KMSClient({}).send(new (Full as typeof SignCommand)(input as never)));
    const other = await new slimKms.KMSClient().send(new Slim(input as never));
    expect(other).toMatchObject(one as object);
    const [first, second] = received.map(({ headers, body }) => [
      headers['x-amz-target'],
      headers['content-type'],
      JSON.parse(body),
    ]);
    expect(second).toEqual(first);
  });

  test('SSM: the same request and the same answer', async () => {
    replies = [{ status: 200, body: { Parameter: { Value: 'secret' } } }];
    const input = { Name: '/a/b', WithDecryption: true };
    const one = plain(await new SSMClient({}).send(new GetParameterCommand(input)));
    const other = plain(await new slimSsm.SSMClient().send(new slimSsm.GetParameterCommand(input)));
    expect(other).toEqual(one);
    const [first, second] = received.map(({ headers, body }) => [
      headers['x-amz-target'],
      headers['content-type'],
      JSON.parse(body),
    ]);
    expect(second).toEqual(first);
  });

  test('CloudWatch Logs: the same requests and the same answers', async () => {
    const query = { logGroupNames: ['a', 'b'], startTime: 1, endTime: 2, queryString: 'fields @message', limit: 9 };
    const results = [[{ field: '@message', value: '{}' }]];
    replies = [{ status: 200, body: { queryId: 'q', status: 'Complete', results } }];
    const [full, slim] = [new CloudWatchLogsClient({}), new slimLogs.CloudWatchLogsClient()];
    const one = [
      plain(await full.send(new StartQueryCommand(query))),
      plain(await full.send(new GetQueryResultsCommand({ queryId: 'q' }))),
    ];
    const other = [
      plain(await slim.send(new slimLogs.StartQueryCommand(query))),
      plain(await slim.send(new slimLogs.GetQueryResultsCommand({ queryId: 'q' }))),
    ];
    expect(other).toMatchObject(one);
    const requests = received.map(({ headers, body }) => [
      headers['x-amz-target'],
      headers['content-type'],
      JSON.parse(body),
    ]);
    expect(requests.slice(2)).toEqual(requests.slice(0, 2));
  });

  test('CloudWatch Logs: too many queries at once have the same name', async () => {
    replies = [{ status: 400, body: { __type: 'LimitExceededException', message: 'too many' } }];
    const query = { logGroupNames: ['a'], startTime: 1, endTime: 2, queryString: 'x', limit: 1 };
    const failed = await new slimLogs.CloudWatchLogsClient({ maxAttempts: 1 })
      .send(new slimLogs.StartQueryCommand(query))
      .catch((error: Error) => error);
    expect(failed).toMatchObject({ name: LimitExceededException.name });
  });
});

test('a client of another region signs for that region', async () => {
  useEndpoint(endpoint);
  replies = [{ status: 200, body: { CiphertextBlob: 'AA==' } }];
  const command = new slimKms.EncryptCommand({ KeyId: 'arn', Plaintext: new Uint8Array([1]) });
  await new slimKms.KMSClient({ region: 'eu-central-1' }).send(command);
  expect(received.at(-1)?.headers['authorization']).toContain('/eu-central-1/kms/aws4_request');
  const before = { ...process.env };
  delete process.env['AWS_ENDPOINT_URL_KMS'];
  try {
    expect(new slimKms.KMSClient({ region: 'eu-central-1' }).endpoint.hostname).toBe('kms.eu-central-1.amazonaws.com');
  } finally {
    restore(before);
  }
});

test.each([
  ['dynamodb', 'eu-west-1', {}, 'dynamodb.eu-west-1.amazonaws.com'],
  ['dynamodb', 'cn-north-1', {}, 'dynamodb.cn-north-1.amazonaws.com.cn'],
  ['kms', 'us-gov-west-1', { AWS_USE_FIPS_ENDPOINT: 'true' }, 'kms-fips.us-gov-west-1.amazonaws.com'],
  ['dynamodb', 'eu-west-1', { AWS_USE_DUALSTACK_ENDPOINT: 'true' }, 'dynamodb.eu-west-1.api.aws'],
])('the endpoint of %s in %s with %o is the one of the SDK', async (name, region, settings, host) => {
  const before = { ...process.env };
  for (const variable of ['DYNAMODB', 'KMS']) delete process.env[`AWS_ENDPOINT_URL_${variable}`];
  Object.assign(process.env, { AWS_REGION: region, ...settings });
  try {
    const { endpoint: own } = name === 'kms' ? new slimKms.KMSClient() : new slimDynamoDB.DynamoDBClient();
    expect(own.hostname).toBe(host);
    const full = name === 'kms' ? new KMSClient({}) : new DynamoDBClient({});
    const resolved = full.config.endpointProvider({
      Region: region,
      UseFIPS: 'AWS_USE_FIPS_ENDPOINT' in settings,
      UseDualStack: 'AWS_USE_DUALSTACK_ENDPOINT' in settings,
    } as never);
    expect(resolved.url.hostname).toBe(host);
  } finally {
    restore(before);
  }
});
