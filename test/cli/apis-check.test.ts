import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readChallenge } from '../../cli/check-resource/read-challenge.ts';
import { resourceMetadataUrl } from '../../shared/oauth/protected-resource.ts';
import { pixy, startWorkbench } from './pixy.ts';

const bench = await startWorkbench();

type Behaviour = { document: object; type: string; bare: string; broken: string; weak: string; status: number };
let behaviour: Behaviour;

/** A resource that behaves as each test says. */
const server = createServer((request: IncomingMessage, response) => {
  const { authorization } = request.headers;
  if (request.url === '/.well-known/oauth-protected-resource/orders') {
    response.writeHead(200, { 'content-type': behaviour.type }).end(JSON.stringify(behaviour.document));
  } else if (authorization === 'Bearer weak') {
    response.writeHead(403, { 'www-authenticate': behaviour.weak }).end();
  } else {
    const challenge = authorization === undefined ? behaviour.bare : behaviour.broken;
    response.writeHead(behaviour.status, { 'www-authenticate': challenge }).end();
  }
}).listen(0, '127.0.0.1');
await once(server, 'listening');
afterAll(() => void server.close());

const resource = `http://127.0.0.1:${(server.address() as AddressInfo).port}/orders`;
const where = `resource_metadata="${resourceMetadataUrl(resource)}"`;

beforeAll(async () => {
  await bench.pixy('apis', 'add', resource, '--scope', 'orders:read orders:write');
});

beforeEach(() => {
  behaviour = {
    document: {
      resource,
      authorization_servers: [bench.server.issuer],
      scopes_supported: ['orders:read', 'orders:write'],
      bearer_methods_supported: ['header'],
    },
    type: 'application/json',
    bare: `Bearer ${where}`,
    broken: `Bearer error="invalid_token", ${where}`,
    weak: `Bearer error="insufficient_scope", scope="orders:read orders:write", ${where}`,
    status: 401,
  };
});

const check = (...more: string[]) =>
  pixy(['apis', 'check', resource, '--local', bench.folder, ...more], { env: { PIXY_WEAK_TOKEN: 'weak' } });

test('PR1, PR2, PR3: a resource that answers as it should passes', async () => {
  const { exitCode, output } = await check();
  expect(output).not.toMatch(/failed|skipped/);
  expect({ exitCode, checks: output.match(/^passed/gm)?.length }).toEqual({ exitCode: 0, checks: 9 });
});

describe('what is wrong is named', () => {
  const wrong: [string, (right: Behaviour) => Partial<Behaviour>, string][] = [
    [
      'PR1: another resource',
      (right) => ({ document: { ...right.document, resource: `${resource}/` } }),
      'resource is http',
    ],
    [
      'PR1: another server',
      (right) => ({ document: { ...right.document, authorization_servers: ['https://x.example'] } }),
      'authorization_servers does not have',
    ],
    [
      'PR3: offline_access',
      (right) => ({ document: { ...right.document, scopes_supported: ['offline_access'] } }),
      'scopes_supported has offline_access',
    ],
    [
      'a scope value that is not registered',
      (right) => ({ document: { ...right.document, scopes_supported: ['orders:read', 'orders:write', 'x'] } }),
      'not registered for it: x',
    ],
    [
      'a scope value that is left out',
      (right) => ({ document: { ...right.document, scopes_supported: ['orders:read'] } }),
      'missing in scopes_supported: orders:write',
    ],
    [
      'no header',
      (right) => ({ document: { ...right.document, bearer_methods_supported: ['body'] } }),
      'bearer_methods_supported does not have header',
    ],
    ['a document that is none', () => ({ document: ['x'] }), 'it is no object'],
    ['HTML', () => ({ type: 'text/html' }), 'it is not application/json'],
    ['PR2: no resource_metadata without a token', () => ({ bare: 'Bearer' }), 'resource_metadata is missing'],
    [
      'PR2: another resource_metadata',
      () => ({ bare: 'Bearer resource_metadata="https://x.example"' }),
      'resource_metadata is https://x.example',
    ],
    ['an error without a token', (right) => ({ bare: right.broken }), 'an error is named although no token was sent'],
    ['no Bearer', () => ({ bare: 'Basic realm="x"' }), 'there is no WWW-Authenticate header with Bearer'],
    ['no error for a bad token', (right) => ({ broken: right.bare }), 'error is missing'],
    ['403 with another error', (right) => ({ weak: right.broken }), 'error is invalid_token'],
    ['403 without scope', () => ({ weak: `Bearer error="insufficient_scope", ${where}` }), 'scope is missing'],
    [
      '403 without resource_metadata',
      () => ({ weak: 'Bearer error="insufficient_scope", scope="orders:read"' }),
      'resource_metadata is missing',
    ],
    ['200 without a token', () => ({ status: 200 }), 'the status is 200'],
  ];
  test.each(wrong)('%s', async (_, change, sentence) => {
    behaviour = { ...behaviour, ...change(behaviour) };
    const { exitCode, output } = await check();
    expect(exitCode).toBe(1);
    expect(output).toMatch(/^failed {3}/m);
    expect(output).toContain(sentence);
  });

  test('an API that is not registered, and one that does not answer', async () => {
    const unknown = await check('--json');
    expect(unknown.json()).toMatchObject({ ok: true, issuer: bench.server.issuer });
    const { exitCode, output } = await pixy(['apis', 'check', `${resource}/x`, '--local', bench.folder]);
    expect(exitCode).toBe(1);
    expect(output).toContain('it is not: add it with pixy apis add');
    expect((await pixy(['apis', 'check', 'orders', '--local', bench.folder])).exitCode).toBe(2);
  });
});

test.each([
  ['https://api.example', 'https://api.example/.well-known/oauth-protected-resource'],
  ['https://api.example/', 'https://api.example/.well-known/oauth-protected-resource'],
  ['https://api.example/a/b', 'https://api.example/.well-known/oauth-protected-resource/a/b'],
  ['https://api.example/a/?t=1', 'https://api.example/.well-known/oauth-protected-resource/a/?t=1'],
])('PR1: the metadata of %s is at %s', (of, at) => {
  expect(resourceMetadataUrl(of)).toBe(at);
});

test.each([
  [null, undefined],
  ['Basic realm="bearer x"', undefined],
  ['Basic realm="x, bearer a=1"', undefined],
  ['bearer', {}],
  ['Basic realm="x", Bearer a="1,2", B=c', { a: '1,2', b: 'c' }],
  ['Bearer a="q\\"q" , b="" ', { a: 'q"q', b: '' }],
])('the challenge in %j is read', (header, expected) => {
  const challenge = readChallenge(header);
  expect(challenge && Object.fromEntries(challenge)).toEqual(expected);
});
