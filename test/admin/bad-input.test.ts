import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { clientKey, policyKey } from '../../shared/clients/records.ts';
import { startDatabaseProxy } from '../support/database-proxy.ts';
import { startTestServer, tables } from '../support/server.ts';
import { type AdminAnswer, managementToken, manager, robot } from './admin.ts';

const database = await startDatabaseProxy();
const server = await startTestServer({ clients: [robot], dynamodb: database.endpoint });
const manage = manager(server, await managementToken(server));
await manage('POST', '/clients', { body: { client_id: 'app', redirect_uris: ['https://app.example/callback'] } });

/** Every refusal is a problem that says the same in its status, its type and its reason (RFC 9457). */
function expectProblem({ status, headers, json }: AdminAnswer, expected: number, reason: string): void {
  expect({ status, reason: json.reason }).toEqual({ status: expected, reason });
  expect(headers['content-type']).toBe('application/problem+json');
  expect(headers['cache-control']).toBe('no-store');
  expect(json).toMatchObject({
    status: expected,
    type: `${server.issuer}/errors#${reason}`,
    title: expect.any(String),
  });
}

const patch = (body: unknown, headers: Record<string, string> = {}) =>
  manage('PATCH', '/clients/app', { body, headers, ifMatch: '*' });

describe('a body', () => {
  test.each(['text/plain', 'application/x-www-form-urlencoded', 'application/jsonx', 'multipart/form-data', ''])(
    'of another type is 415: %s',
    async (type) => expectProblem(await patch('{"client_name":"x"}', { 'content-type': type }), 415, 'json_expected'),
  );

  test.each(['', ' ', '{', '[]', 'null', '1', '"x"', '{"a":1}{', '{a:1}', "{'a':1}", '\ufeff{}', '{"a":"\\ud800"}'])(
    'that is no JSON object is 400: %j',
    async (text) => expectProblem(await patch(text), 400, 'json_malformed'),
  );

  test('of 1 MB is 413', async () => {
    expectProblem(await patch({ client_name: 'x'.repeat(1_000_000) }), 413, 'body_too_large');
  });

  test.each([20, 1_000, 30_000])('of %i levels is 400', async (depth) => {
    expectProblem(await patch(`{"jwks":${'['.repeat(depth)}${']'.repeat(depth)}}`), 400, 'json_malformed');
    expectProblem(await patch(`${'{"a":'.repeat(depth / 5)}1${'}'.repeat(depth / 5 - 1)}`), 400, 'json_malformed');
  });

  test('with thousands of unknown members is refused with a hundred of them', async () => {
    const body = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`m${index}`, 1]));
    const answer = await patch(body);
    expectProblem(answer, 422, 'document_invalid');
    expect(answer.json.errors).toHaveLength(100);
  });

  test('is never quoted back, in case it is a secret', async () => {
    expect((await patch('{"client_secret": "hunter2-hunter2')).body).not.toContain('hunter2');
    expect((await patch({ client_secret: 'hunter2-hunter2' })).body).not.toContain('hunter2');
  });

  test('nothing of that was written', async () => {
    expect((await manage('GET', '/clients/app')).json.version).toBe(1);
  });
});

describe('a header', () => {
  test.each([
    '100% sure',
    '%ff',
    '%0a',
    'line%E2%80%A8break',
    '%E2%80%AEnoitcerid',
    'not%E2%80%8Bthere',
    'x'.repeat(501),
  ])('Pixy-Reason that cannot be kept is 400: %.20s', async (reason) => {
    const answer = await patch({ disabled: true }, { 'pixy-reason': reason });
    expectProblem(answer, 400, 'header_invalid');
    expect(answer.json.errors).toEqual([{ header: 'Pixy-Reason', detail: expect.any(String) }]);
  });
});

describe('an address', () => {
  test.each(['', '/'])('that is no route is the gateway’s 404: /admin%s', async (path) => {
    expect((await manage('GET', path)).status).toBe(404);
  });

  test.each(['/client', '/clients/', '/clients/app/', '/clients/app/other', '/policy/', '/clients//secrets'])(
    'that is none is 404: /admin%s',
    async (path) => expectProblem(await manage('GET', path), 404, 'resource_not_found'),
  );

  test.each([
    ['PUT', '/clients', 'GET, POST'],
    ['POST', '/clients/app', 'GET, PATCH, DELETE'],
    ['GET', '/clients/app/secrets', 'POST, DELETE'],
    ['GET', '/clients/app/waiver', 'PUT, DELETE'],
    ['DELETE', '/policy', 'GET, PUT'],
    ['OPTIONS', '/clients', 'GET, POST'],
    ['POST', '/openapi.json', 'GET'],
  ])('with another method is 405: %s %s', async (method, path, allow) => {
    const answer = await manage(method, path);
    expectProblem(answer, 405, 'method_not_allowed');
    expect(answer.headers.allow).toBe(allow);
  });

  test('is not open to other origins', async () => {
    const { headers } = await manage('GET', '/clients', { headers: { origin: 'https://evil.example' } });
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  });
});

describe('a record that cannot be read', () => {
  const broken = { pk: 'client#broken', sk: 'record' };

  test('is refused, whatever is asked of it, and stays as it is', async () => {
    const item = { ...clientKey('broken'), version: 3, value: { clientId: 'broken', pkce: { policy: 'never' } } };
    await openDatabase().put({ TableName: tables.clients, Item: item });
    const waiver = { owner: 'a', reason: 'b', until: '2027-03-01' };
    expectProblem(await manage('GET', '/clients/broken'), 500, 'server_error');
    expectProblem(await manage('PATCH', '/clients/broken', { body: {}, ifMatch: '*' }), 500, 'server_error');
    expectProblem(await manage('DELETE', '/clients/broken', { ifMatch: '*' }), 500, 'server_error');
    expectProblem(await manage('PUT', '/clients/broken/waiver', { body: waiver, ifMatch: '*' }), 500, 'server_error');
    expectProblem(await manage('GET', '/policy/explain?client_id=broken'), 500, 'server_error');
    expect(await openDatabase().get({ TableName: tables.clients, Key: broken })).toEqual(item);
  });

  test('of the global policy refuses every client, and is not overwritten', async () => {
    const item = { ...policyKey, version: 1, value: { default: 'whatever' } };
    await openDatabase().put({ TableName: tables.clients, Item: item });
    expectProblem(await manage('GET', '/policy'), 500, 'server_error');
    expectProblem(await manage('GET', '/clients/app'), 500, 'server_error');
    const body = { default: 'S256', floor: 'any', mode: 'enforce' };
    expectProblem(await manage('PUT', '/policy', { body, ifMatch: '*' }), 500, 'server_error');
    await openDatabase().remove({ TableName: tables.clients, Key: policyKey });
    expect((await manage('GET', '/policy')).json.version).toBe(0);
  });

  test('tells nobody what is in it', async () => {
    expect((await manage('GET', '/clients/broken')).body).not.toContain('never');
  });
});

describe('while the database is down', () => {
  test.each([
    ['GET', '/clients'],
    ['GET', '/policy'],
    ['DELETE', '/clients/app'],
  ])('%s %s is 503, and worth another try', async (method, path) => {
    const answer = await database.during({ status: 500, type: 'InternalServerError' }, () =>
      manage(method, path, { ifMatch: '*' }),
    );
    expectProblem(answer, 503, 'store_unavailable');
    expect(answer.headers['retry-after']).toBe('1');
  });

  test('nothing was lost', async () => {
    expect((await manage('GET', '/clients/app')).status).toBe(200);
  });
});
