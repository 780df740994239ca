import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createTables } from '../../infra/local/create-tables.ts';
import { startEmbeddedDynamoDB } from '../../infra/local/embedded-dynamodb.ts';
import type { TableName } from '../../shared/aws/tables.ts';
import { pixy, spawnPixy } from './pixy.ts';

/*
 * A deployed stage: its parameters and its caller come from a stand-in for AWS, its tables are in the embedded database.
 */

const tables: Record<TableName, string> = {
  grants: 'Pixy-dev-Grants',
  clients: 'Pixy-dev-Clients',
  people: 'Pixy-dev-People',
  keys: 'Pixy-dev-Keys',
};

const parameters: Record<string, string> = {
  '/pixy/dev/issuer': 'https://sign-in.example',
  ...Object.fromEntries(Object.entries(tables).map(([name, table]) => [`/pixy/dev/tables/${name}`, table])),
};

const caller = 'arn:aws:sts::123456789012:assumed-role/Admin/ada';

const aws = createServer((request, response) => {
  const [, refused] = /Credential=(\w+Exception)\//.exec(request.headers.authorization ?? '') ?? [];
  if (refused !== undefined) {
    response.writeHead(400, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify({ __type: refused, message: 'as AWS says' }));
    return;
  }
  void text(request).then((body) => answer(body, response));
});

function answer(body: string, response: ServerResponse): void {
  if (body.includes('Action=GetCallerIdentity')) {
    const result = `<GetCallerIdentityResult><Arn>${caller}</Arn></GetCallerIdentityResult>`;
    response.end(`<GetCallerIdentityResponse>${result}</GetCallerIdentityResponse>`);
    return;
  }
  const { Names: names } = JSON.parse(body) as { Names: string[] };
  response.setHeader('content-type', 'application/x-amz-json-1.1');
  const found = names.filter((name) => name in parameters).map((Name) => ({ Name, Value: parameters[Name] }));
  response.end(JSON.stringify({ Parameters: found, InvalidParameters: [] }));
}

const embedded = await startEmbeddedDynamoDB();
await once(aws.listen(0, '127.0.0.1'), 'listening');
const address = `http://127.0.0.1:${(aws.address() as AddressInfo).port}`;
const env = {
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_ENDPOINT_URL_SSM: address,
  AWS_ENDPOINT_URL_STS: address,
  AWS_ENDPOINT_URL_DYNAMODB: embedded.endpoint,
};
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
const client = new DynamoDBClient({ endpoint: embedded.endpoint, region: env.AWS_REGION, credentials });
await createTables(client, tables);
client.destroy();
afterAll(async () => {
  aws.close();
  await embedded.close();
});

// The AWS SDK looks into the environment of the process.
beforeEach(() => {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
});
afterEach(() => vi.unstubAllEnvs());

const redirectUri = ['--redirect-uri', 'https://app.example/callback'];

test('a stage that is not deployed here is told', async () => {
  const { exitCode, errors } = await pixy(['clients', 'list', '--stage', 'prod']);
  expect(errors).toMatch(/^error: There is no parameter \/pixy\/prod\/tables\/clients [^\n]+\n$/);
  expect(exitCode).toBe(1);
});

test('works on the tables that the stage names, and logs the AWS caller', async () => {
  const added = await spawnPixy(['clients', 'add', 'app', ...redirectUri, '--stage', 'dev', '--why', 'first'], { env });
  expect(added).toMatchObject({ exitCode: 0, errors: '' });
  const log = await pixy(['policy', 'log', '--stage', 'dev', '--json']);
  expect(log.json()).toMatchObject([{ client: 'app', by: caller, why: 'first' }]);
});

test('D11: the place may stand in front of the command', async () => {
  for (const place of [['--stage', 'dev'], ['--stage=dev']]) {
    expect(await pixy([...place, 'policy', 'show'])).toMatchObject({ exitCode: 0, errors: '' });
  }
  const named = ['--table', `clients=${tables.clients}`, '--table', `people=${tables.people}`];
  expect(await pixy([...named, 'clients', 'list'])).toMatchObject({ exitCode: 0, errors: '' });
  expect((await pixy(['--stage'])).exitCode).toBe(2);
  expect((await pixy(['--nope', 'clients', 'list'])).exitCode).toBe(2);
});

test('works on tables that are named one by one', async () => {
  const named = ['--table', `clients=${tables.clients}`, '--table', `people=${tables.people}`];
  expect((await pixy(['clients', 'add', 'named', ...redirectUri, '--by', 'grace', ...named])).exitCode).toBe(0);
  expect((await pixy(['clients', 'list', ...named])).output).toMatch(/^named +public/m);
  const log = await pixy(['policy', 'log', '--client', 'named', '--json', ...named]);
  expect(log.json()).toMatchObject([{ client: 'named', by: 'grace' }]);
});

test('who cannot be named has to say who it is', async () => {
  vi.stubEnv('AWS_ENDPOINT_URL_STS', 'http://127.0.0.1:1');
  vi.stubEnv('AWS_MAX_ATTEMPTS', '1');
  const { exitCode, errors } = await pixy(['policy', 'set', '--floor', 'any', '--stage', 'dev']);
  expect(errors).toMatch(/^error: Your AWS identity cannot be determined, so name yourself with --by NAME/);
  expect(exitCode).toBe(1);
});

describe('without credentials that work, it says in one sentence what to do', () => {
  const nowhere = join(tmpdir(), 'there-is-no-such-file');
  const list = ['--stage', 'dev', 'clients', 'list'];

  beforeEach(() => {
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) vi.stubEnv(name, undefined);
    for (const name of ['AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE']) vi.stubEnv(name, nowhere);
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  });

  test('there are none', async () => {
    expect((await pixy(list)).errors).toBe(
      'error: The parameters of the stage cannot be read: there are no AWS credentials: sign in with the AWS CLI, and set AWS_PROFILE if they are those of a profile\n',
    );
  });

  test('there is no such profile', async () => {
    vi.stubEnv('AWS_PROFILE', 'prod-admin');
    expect((await pixy(list)).errors).toBe(
      'error: The parameters of the stage cannot be read: the profile prod-admin has no credentials that work: aws sts get-caller-identity says why, and aws configure list-profiles which profiles there are\n',
    );
  });

  test('there is no region', async () => {
    vi.stubEnv('AWS_REGION', undefined);
    vi.stubEnv('AWS_PROFILE', 'prod-admin');
    expect((await pixy(list)).errors).toBe(
      'error: The parameters of the stage cannot be read: no region is set: set AWS_REGION, or region in the profile prod-admin\n',
    );
  });

  test('they have expired', async () => {
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) vi.stubEnv(name, 'ExpiredTokenException');
    expect((await pixy(list)).errors).toBe(
      'error: The parameters of the stage cannot be read: the AWS credentials have expired: sign in with the AWS CLI again\n',
    );
  });

  test.each([
    ['UnrecognizedClientException', 'sign in with the AWS CLI again'],
    ['ThrottlingException', 'try again in a minute'],
    ['ResourceNotFoundException', 'look at AWS_PROFILE, AWS_REGION and the name'],
    ['AccessDeniedException', 'the AWS credentials may not do this: AccessDeniedException: as AWS says'],
  ])('%s', async (name, advice) => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', name);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', name);
    vi.stubEnv('AWS_MAX_ATTEMPTS', '1');
    expect((await pixy(list)).errors).toMatch(/^error: The parameters of the stage cannot be read: [^\n]+\n$/);
    expect((await pixy(list)).errors).toContain(advice);
  });

  test('where tables are named one by one as well', async () => {
    expect((await pixy(['--table', 'clients=one', 'clients', 'list'])).errors).toBe(
      'error: The database does not answer: there are no AWS credentials: sign in with the AWS CLI, and set AWS_PROFILE if they are those of a profile\n',
    );
  });
});
