import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import cdkJson from '../../cdk.json' with { type: 'json' };
import { createTables } from '../../infra/local/create-tables.ts';
import { type EmbeddedDynamoDB, startEmbeddedDynamoDB } from '../../infra/local/embedded-dynamodb.ts';
import { httpApiEvent } from '../../infra/local/http-api-event.ts';
import { refusalCatalogue } from '../../shared/oauth/refusal-catalogue.ts';
import { constructIds, functionsOf, type TemplateJson } from './synthesize.ts';

const names = [...Object.values(constructIds), 'CheckToken'];
/** Bytes. A bundle that grows by a library shows up here before it shows up as a slower start. */
const largest = 500_000;

/** What every sign-in starts: 159 kB and 123 kB on 2026-11-22. */
const onTheHotPath: Record<string, number> = { Authorize: 215_000, Token: 215_000 };
/** The functions in which people set passwords have the list of common ones. */
const withPasswordList = ['Account', 'Invitation', 'Register'];
/** WebAuthn reads certificates of many forms, and only two functions do it. */
const larger: Record<string, number> = { Passkey: 750_000, Invitation: 810_000, Account: 560_000 };

const folder = mkdtempSync(join(tmpdir(), 'pixy-bundles-'));
const bundles = new Map<string, string>();
const tables = { grants: 'grants', clients: 'clients', people: 'people', keys: 'keys' };
let database: EmbeddedDynamoDB | undefined;

const credentials = { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local', AWS_SESSION_TOKEN: 'local' };
const lambdaEnvironment = () => ({
  AWS_REGION: 'eu-west-1',
  AWS_ENDPOINT_URL_DYNAMODB: database?.endpoint ?? '',
  PIXY_ISSUER: 'https://sign-in.example.com',
  PIXY_GRANTS_TABLE: tables.grants,
  PIXY_CLIENTS_TABLE: tables.clients,
  PIXY_PEOPLE_TABLE: tables.people,
  PIXY_KEYS_TABLE: tables.keys,
  PIXY_CHECK_AUDIENCE: 'https://api.example.com',
  PIXY_KMS_KEY_ID: 'arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d',
});

beforeAll(async () => {
  const context = {
    ...cdkJson.context,
    'aws:cdk:enable-path-metadata': true,
    'aws:cdk:enable-asset-metadata': true,
    // As after `cdk bootstrap` and `cdk destroy`.
    'aws:cdk:bundling-stacks': [],
  };
  const env = { ...process.env, CDK_VALIDATION: 'true', CDK_OUTDIR: folder, CDK_CONTEXT_JSON: JSON.stringify(context) };
  // The app of the example has everything: the stacks of Pixy, and an API with the function that only APIs have.
  const synthesis = spawnSync(process.execPath, ['examples/protected-api/app.ts'], { env, encoding: 'utf8' });
  if (synthesis.status !== 0) throw new Error(synthesis.stderr);
  for (const stack of ['ProtectedApi', 'Pixy-dev-Api']) {
    const template = JSON.parse(readFileSync(join(folder, `${stack}.template.json`), 'utf8')) as TemplateJson;
    for (const [name, { Metadata }] of functionsOf(template)) {
      bundles.set(name, join(folder, Metadata?.['aws:asset:path'] ?? 'without-an-asset', 'index.mjs'));
    }
  }
  database = await startEmbeddedDynamoDB();
  const client = new DynamoDBClient({
    endpoint: database.endpoint,
    region: 'eu-west-1',
    credentials: async () => ({ accessKeyId: 'local', secretAccessKey: 'local' }),
  });
  await createTables(client, tables);
});

afterAll(async () => {
  await database?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a module in a process with the environment of a function and nothing else. */
async function run(code: string, environment: Record<string, string> = {}) {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code], {
    env: { ...lambdaEnvironment(), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (errors += chunk));
  const [exitCode] = await once(child, 'close');
  return { exitCode, output, errors };
}

it('D13: where the CDK leaves bundling out, the functions are bundled all the same', () => {
  const files = readdirSync(dirname(bundles.get('Token') ?? ''));
  expect(files).toContain('index.mjs');
  expect(files.filter((file) => file.endsWith('.ts'))).toEqual([]);
});

describe.each(names)('the bundle of %s', (name) => {
  it('is not larger than it has to be', () => {
    expect(readFileSync(bundles.get(name) ?? '').byteLength).toBeLessThan(
      onTheHotPath[name] ?? larger[name] ?? largest,
    );
  });

  it('has nothing of the SDK but what infra/bundling/sdk puts in its place', () => {
    const map = JSON.parse(readFileSync(`${bundles.get(name)}.map`, 'utf8')) as { sources: string[] };
    expect(map.sources.filter((source) => /@aws-sdk|@smithy/.test(source))).toEqual([]);
  });
});

test.each([
  ['Token', refusalCatalogue.code_expired],
  ['Authorize', refusalCatalogue.code_challenge_required],
])('the bundle of %s says what it refuses, whatever other functions there are', (name, { means }) => {
  expect(readFileSync(bundles.get(name) ?? '', 'utf8')).toContain(means);
});

test('what fetches documents and keys of clients is a file of its own, and nothing of it is in the bundle', () => {
  for (const name of ['Authorize', 'Token', 'Consent']) {
    const bundle = bundles.get(name) ?? '';
    const sourcesOf = (file: string) =>
      (JSON.parse(readFileSync(`${file}.map`, 'utf8')) as { sources: string[] }).sources;
    const isFetching = (source: string) => /guarded-fetch|document-reader|read-document|fetch-jwks/.test(source);
    expect([name, sourcesOf(bundle).filter(isFetching)]).toEqual([name, []]);
    expect(sourcesOf(join(dirname(bundle), 'document-reader.mjs')).filter(isFetching)).toHaveLength(3);
  }
});

test('and is loaded when the first client with a document comes', async () => {
  const code = `const { documentReader } = await import(${JSON.stringify(join(dirname(bundles.get('Token') ?? ''), 'document-reader.mjs'))});
    const read = documentReader({ hosts: 'any', allowLoopback: false }, () => 0);
    console.log((await read('https://127.0.0.1/client.json')).refusal.because);`;
  expect((await run(code)).output).toBe('The client_id is not an https URL of a public host, without a port.\n');
});

test('S25: only functions that set passwords have the list of common ones', () => {
  const hasList = (name: string) => /fxa-common-password-list/.test(readFileSync(`${bundles.get(name)}.map`, 'utf8'));
  expect(names.filter(hasList).toSorted()).toEqual(withPasswordList);
});

test('DPoP proofs are verified by a file of its own, which is read when the first one comes', async () => {
  for (const name of ['Token', 'Userinfo', 'Admin', 'CheckToken']) {
    const bundle = bundles.get(name) ?? '';
    const later = join(dirname(bundle), 'verify-proof.mjs');
    expect([name, readFileSync(bundle, 'utf8').includes('import("./verify-proof.mjs")')]).toEqual([name, true]);
    expect([name, readFileSync(`${bundle}.map`, 'utf8').includes('read-proof')]).toEqual([name, false]);
    const code = `const { verifyProof } = await import(${JSON.stringify(later)});
      console.log((await verifyProof('x', { method: 'POST', urls: [], now: 0 })).refusal.because);`;
    expect((await run(code)).output).toBe('It is not a signed JWT.\n');
  }
  expect(readFileSync(bundles.get('Authorize') ?? '', 'utf8')).not.toContain('verify-proof');
});

test('authorization details are judged by files of their own, which are read when the first ones come', async () => {
  const sourcesOf = (file: string) =>
    (JSON.parse(readFileSync(`${file}.map`, 'utf8')) as { sources: string[] }).sources;
  const isValidator = (source: string) => /@cfworker\/json-schema|parse-details/.test(source);
  for (const [name, chunk] of [
    ['Authorize', 'admit-details'],
    ['Consent', 'admit-details'],
    ['Token', 'parse-details'],
  ] as const) {
    const bundle = bundles.get(name) ?? '';
    expect([name, readFileSync(bundle, 'utf8').includes(`import("./${chunk}.mjs")`)]).toEqual([name, true]);
    expect([name, sourcesOf(bundle).filter(isValidator)]).toEqual([name, []]);
  }
  const code = `const { admitDetails } = await import(${JSON.stringify(join(dirname(bundles.get('Authorize') ?? ''), 'admit-details.mjs'))});
    const schema = { additionalProperties: false, properties: { type: {} } };
    const reader = { list: async () => [], others: async () => [{ type: 'a', schema, description: '' }] };
    const client = { authorizationDetailsTypes: ['a'] };
    for (const text of ['[{"type":"a"}]', '[{"type":"a","b":1}]'])
      console.log(JSON.stringify(await admitDetails(text, client, reader)));`;
  expect((await run(code)).output.split('\n')).toEqual([
    '{"ok":true,"value":{"details":["{\\"type\\":\\"a\\"}"],"resources":[]}}',
    '{"ok":false,"refusal":{"reason":"authorization_details_invalid","because":"Element 0 does not match its type: the member b is unknown."}}',
    '',
  ]);
});

test.each([
  ['Authorize', 'authorize-pages', /shared\/pages\/(style|page|error-page)/],
  ['Authorize', 'id-token-hint', /id-token-hint|jws_verify/],
  ['Token', 'client-assertion', /client-assertion|jws_verify/],
  ['Token', 'stored-password', /foreign-hashes|bcryptjs/],
  ['Token', 'hook-answers', /shared\/hooks\/answers/],
  ['Token', 'invoke-function', /client-lambda|rest-call/],
] as const)(
  '%s shows no page, verifies nothing of others and asks no hook before it has to: %s',
  (name, chunk, late) => {
    const bundle = bundles.get(name) ?? '';
    const sourcesOf = (file: string) =>
      (JSON.parse(readFileSync(`${file}.map`, 'utf8')) as { sources: string[] }).sources;
    expect(readFileSync(bundle, 'utf8')).toContain(`import("./${chunk}.mjs")`);
    expect(sourcesOf(bundle).filter((source) => late.test(source))).toEqual([]);
    expect(sourcesOf(join(dirname(bundle), `${chunk}.mjs`)).filter((source) => late.test(source))).not.toEqual([]);
  },
);

test('a stack names the sources, and the map is read when somebody reads the stack', async () => {
  const code = `await import(${JSON.stringify(bundles.get('Token'))}).catch((error) => console.log(error.stack));`;
  expect((await run(code, { PIXY_ISSUER: '' })).output).toMatch(/at .*shared\/config\.ts:\d+:\d+\)/);
});

test('and what reads it is a module of Node that no start waits for', async () => {
  const code = `await import(${JSON.stringify(bundles.get('Token'))});
    console.log(process.moduleLoadList.filter((name) => name.endsWith('/source_map')));`;
  expect((await run(code, credentials)).output).toBe('[]\n');
});

test('the answer of a hook is read by a file of its own, where one is set', async () => {
  const code = `const { readHookAnswer } = await import(${JSON.stringify(join(dirname(bundles.get('Token') ?? ''), 'hook-answers.mjs'))});
    for (const answer of [{ id_token: { tier: 'gold' } }, { id_token: { iss: 'x' } }, []])
      console.log(JSON.stringify(readHookAnswer('claims', answer)));`;
  expect((await run(code)).output.split('\n')).toEqual([
    '{"id_token":{"tier":"gold"},"userinfo":{},"access_token":{}}',
    'undefined',
    'undefined',
    '',
  ]);
});

test.each([
  ['jwt-bearer', 'oauth-id-jag+jwt'],
  ['device-code', 'isTooSoon'],
])(
  'what few deployments need of /token is a file beside its bundle, which is read when it is needed: %s',
  async (name, text) => {
    const bundle = bundles.get('Token') ?? '';
    const later = bundle.replace(/index\.mjs$/, `${name}.mjs`);
    expect(readFileSync(bundle, 'utf8')).toContain(`import("./${name}.mjs")`);
    expect(readFileSync(bundle, 'utf8')).not.toContain(text);
    const { output, errors } = await run(`console.log(typeof (await import(${JSON.stringify(later)})).compose);`);
    expect({ output, errors }).toEqual({ output: 'function\n', errors: '' });
  },
);

test('every bundle starts on its own, without node_modules', async () => {
  const files = JSON.stringify(names.map((name) => bundles.get(name)));
  const code = `for (const file of ${files}) console.log(typeof (await import(file)).handler);`;
  const { exitCode, output, errors } = await run(code);
  expect({ exitCode, output, errors }).toEqual({ exitCode: 0, output: 'function\n'.repeat(names.length), errors: '' });
});

describe('a bundle in a function', () => {
  const answer = async (environment: Record<string, string>) => {
    const event = httpApiEvent({
      method: 'GET',
      rawPath: '/.well-known/openid-configuration',
      rawQueryString: '',
      httpVersion: '1.1',
      headers: {},
      body: Buffer.alloc(0),
      sourceIp: '127.0.0.1',
      port: 443,
      requestId: 'request',
      receivedAt: new Date(0),
      traceId: 'Root=1-00000000-000000000000000000000000',
    });
    const code = `import { handler } from ${JSON.stringify(bundles.get('Metadata'))};
      console.log('answer ' + JSON.stringify(await handler(${JSON.stringify(event)}, { awsRequestId: 'request' })));`;
    const { output, errors } = await run(code, environment);
    const line = output.split('\n').find((candidate) => candidate.startsWith('answer '));
    return line === undefined ? expect.unreachable(errors) : JSON.parse(line.slice('answer '.length));
  };

  it('reads its tables with the credentials of its role', async () => {
    const { statusCode, body } = await answer(credentials);
    expect(statusCode).toBe(200);
    expect(JSON.parse(body).issuer).toBe('https://sign-in.example.com');
  });

  it('answers 503 without credentials', async () => {
    expect(await answer({})).toMatchObject({ statusCode: 503 });
  });
});
