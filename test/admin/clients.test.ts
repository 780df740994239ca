import { describe, expect, test } from 'vitest';
import { pathSegment } from '../../shared/http/path-segment.ts';
import { clientCredentials, machine } from '../support/lifecycle.ts';
import { startTestServer } from '../support/server.ts';
import { type Json, managementToken, manager, robot } from './admin.ts';

const server = await startTestServer({ clients: [robot] });
const manage = manager(server, await managementToken(server));
const redirect_uris = ['https://app.example/callback'];

async function add(members: Json): Promise<Json> {
  const { status, json, body } = await manage('POST', '/clients', { body: { redirect_uris, ...members } });
  if (status !== 201) throw new Error(body);
  return json;
}

const service = (client_id: string) => ({
  client_id,
  redirect_uris: [],
  grant_types: ['client_credentials'],
  token_endpoint_auth_method: 'client_secret_basic',
  scope: 'api:read',
});
const worksWith = async (client_id: string, client_secret: string) =>
  (await clientCredentials(server, { ...machine, client_id, client_secret })).status === 200;

describe('adding a client', () => {
  test('answers with the client, its address and its version', async () => {
    const { status, headers, json, etag } = await manage('POST', '/clients', {
      body: { client_id: 'new', redirect_uris },
    });
    expect(status).toBe(201);
    expect(headers.location).toBe(`${server.issuer}/admin/clients/new`);
    expect(headers['cache-control']).toBe('no-store');
    expect(etag).toBe('"1"');
    expect(json).toMatchObject({ client_id: 'new', token_endpoint_auth_method: 'none', version: 1, client_secrets: 0 });
    expect(json.effective_policy).toMatchObject({ policy: 'S256', origin: 'global default' });
  });

  test('shows the secret that was made for it once, and it works', async () => {
    const { client_secret, client_secrets } = await add(service('with-secret'));
    expect(client_secret).toMatch(/^[\w-]{43}$/);
    expect(client_secrets).toBe(1);
    expect((await manage('GET', '/clients/with-secret')).body).not.toContain(client_secret);
    expect((await manage('GET', '/policy/log?client=with-secret')).body).not.toContain(client_secret);
    expect(await worksWith('with-secret', client_secret)).toBe(true);
  });

  test('does not show a secret that the request brought', async () => {
    const json = await add({ ...service('brought'), client_secret: 'a secret from elsewhere, long enough' });
    expect(json).not.toHaveProperty('client_secret');
    expect(await worksWith('brought', 'a secret from elsewhere, long enough')).toBe(true);
  });

  test('names every member that is wrong', async () => {
    const body = { client_id: 'a b', redirect_uris: ['https://ok.example', 'nope'], pkce_policy: 'maybe', 'x/~y': 1 };
    const { status, json } = await manage('POST', '/clients', { body });
    expect({ status, reason: json.reason }).toEqual({ status: 422, reason: 'document_invalid' });
    const pointers = json.errors.map(({ pointer }: Json) => pointer);
    expect(new Set(pointers)).toEqual(new Set(['#/client_id', '#/redirect_uris/1', '#/pkce_policy', '#/x~1~0y']));
  });

  test('refuses a public client without PKCE', async () => {
    const { status, json } = await manage('POST', '/clients', {
      body: { client_id: 'p', redirect_uris, pkce_policy: 'none' },
    });
    expect(status).toBe(422);
    expect(json.errors).toEqual([expect.objectContaining({ pointer: '#/pkce_policy' })]);
  });

  test('refuses an id that is taken, and leaves that client alone', async () => {
    await add({ client_id: 'taken', client_name: 'First' });
    const { status, json } = await manage('POST', '/clients', { body: { client_id: 'taken', redirect_uris } });
    expect({ status, conflict: json.conflict }).toEqual({ status: 409, conflict: 'client_exists' });
    expect((await manage('GET', '/clients/taken')).json.client_name).toBe('First');
  });
});

describe('a client', () => {
  test.each(['https://client.example/app?x=1#y', 'a/b', '100%25', '~tilde', '..', "o'brien@x:y;z", 'x'.repeat(255)])(
    'is found at its address, whatever its id: %.40s',
    async (client_id) => {
      const made = await manage('POST', '/clients', { body: { client_id, redirect_uris } });
      const path = new URL(made.headers.location ?? '').pathname.slice('/admin'.length);
      expect((await manage('GET', path)).json.client_id).toBe(client_id);
      expect((await manage('PATCH', path, { body: { client_name: 'N' }, ifMatch: made.etag })).json.client_name).toBe(
        'N',
      );
    },
  );

  test('is found with its id in base64url as well', async () => {
    await add({ client_id: 'simple' });
    expect((await manage('GET', `/clients/~${Buffer.from('simple').toString('base64url')}`)).status).toBe(200);
  });

  test.each(['nobody', '%', '%zz', '~', '~!', '~YQ==', 'a%2Fb', 'x'.repeat(256), `${pathSegment('robot')}/`, '%00'])(
    'that is not there is 404: %.20s',
    async (segment) => {
      const { status, json } = await manage('GET', `/clients/${segment}`);
      expect({ status, reason: json.reason }).toEqual({ status: 404, reason: 'resource_not_found' });
    },
  );
});

describe('changing a client', () => {
  test('changes what is named, and null takes away', async () => {
    await add({ client_id: 'changing', client_name: 'Name', pkce_policy: 'any' });
    const body = { pkce_policy: 'S256', client_name: null };
    const { status, json, etag } = await manage('PATCH', '/clients/changing', { body, ifMatch: '"1"' });
    expect({ status, etag }).toEqual({ status: 200, etag: '"2"' });
    expect(json).toMatchObject({ pkce_policy: 'S256', redirect_uris, version: 2 });
    expect(json).not.toHaveProperty('client_name');
  });

  test('takes application/merge-patch+json', async () => {
    const headers = { 'content-type': 'application/merge-patch+json; charset=utf-8' };
    const answer = await manage('PATCH', '/clients/changing', { headers, body: { client_name: 'B' }, ifMatch: '*' });
    expect(answer.json.client_name).toBe('B');
  });

  test('that changes nothing writes nothing', async () => {
    const { etag } = await manage('GET', '/clients/changing');
    const same = await manage('PATCH', '/clients/changing', { body: { client_name: 'B' }, ifMatch: etag });
    const empty = await manage('PATCH', '/clients/changing', { body: {}, ifMatch: etag });
    expect([same.status, same.etag, empty.etag]).toEqual([200, etag, etag]);
  });

  test('shows the secret of a client that starts to authenticate with one', async () => {
    await add({ client_id: 'starting' });
    const body = {
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: ['client_credentials'],
      scope: 'api:read',
    };
    const { json } = await manage('PATCH', '/clients/starting', { body, ifMatch: '*' });
    expect(await worksWith('starting', json.client_secret)).toBe(true);
  });

  test.each([
    [{ client_secret: 'a new secret for the client, long' }, '#/client_secret'],
    [{ client_id: 'other' }, '#/client_id'],
    [{ effective_policy: {} }, '#/effective_policy'],
    [{ version: 9 }, '#/version'],
    [{ secretHashes: [] }, '#/secretHashes'],
    [JSON.parse('{"__proto__":{"disabled":true}}'), '#/__proto__'],
    [{ constructor: 1 }, '#/constructor'],
    [{ redirect_uris: null }, '#/redirect_uris'],
    [{ disabled: 'yes' }, '#/disabled'],
    [{ pkce_waiver: { owner: 'x' } }, '#/pkce_waiver/reason'],
  ])('refuses %j by name', async (body, pointer) => {
    await manage('POST', '/clients', { body: { client_id: 'fixed', redirect_uris } });
    const { status, json } = await manage('PATCH', '/clients/fixed', { body, ifMatch: '*' });
    expect(status).toBe(422);
    expect(json.errors.map((error: Json) => error.pointer)).toContain(pointer);
    expect((await manage('GET', '/clients/fixed')).json.version).toBe(1);
  });

  test('goes into a waiver, as RFC 7396 has it', async () => {
    await add({ client_id: 'waived', pkce_waiver: { owner: 'ada', reason: 'old app', until: day(30) } });
    const body = { pkce_waiver: { until: day(60) } };
    const { json } = await manage('PATCH', '/clients/waived', { body, ifMatch: '*' });
    expect(json.pkce_waiver).toMatchObject({ owner: 'ada', until: day(60) });
  });

  test('says who and why in the change log', async () => {
    await add({ client_id: 'logged' });
    const headers = { 'pixy-reason': 'audit finding 12: caf%C3%A9' };
    await manage('PATCH', '/clients/logged', { headers, body: { disabled: true }, ifMatch: '*' });
    const { json } = await manage('GET', '/policy/log?client=logged');
    // Both changes were made in one second of the clock; their ids tell the order.
    expect(json.changes[0]).toMatchObject({ by: 'robot', why: 'audit finding 12: café', client: 'logged' });
    expect(json.changes[0].after.disabled).toBe(true);
    expect(json.changes[1]).toMatchObject({ by: 'robot', why: '' });
  });
});

const day = (days: number) => `${new Date((server.clock.now() + days * 86_400) * 1_000).toISOString().slice(0, 19)}Z`;

describe('removing a client', () => {
  test('answers with its last version, and it is gone', async () => {
    await add({ client_id: 'going' });
    const { status, json } = await manage('DELETE', '/clients/going', { ifMatch: '"1"' });
    expect({ status, json }).toEqual({ status: 200, json: { client_id: 'going', removed: true, version: 2 } });
    expect((await manage('GET', '/clients/going')).status).toBe(404);
    expect((await manage('DELETE', '/clients/going', { ifMatch: '*' })).status).toBe(404);
  });

  test('does not let an old ETag match the client that comes after it', async () => {
    const { etag } = await manage('POST', '/clients', { body: { client_id: 'going', redirect_uris } });
    expect(etag).toBe('"3"');
    expect((await manage('DELETE', '/clients/going', { ifMatch: '"1"' })).status).toBe(412);
  });
});

describe('the secrets of a client', () => {
  const path = '/clients/rotating/secrets';

  test('are rotated with both valid, until the old one is dropped', async () => {
    const { client_secret: first } = await add(service('rotating'));
    const rotated = await manage('POST', path, { ifMatch: '"1"' });
    expect(rotated.status).toBe(201);
    expect(rotated.json).toMatchObject({ client_secrets: 2, version: 2 });
    const second = rotated.json.client_secret;
    server.clock.advance(31);
    const again = manager(server, await managementToken(server));
    expect([await worksWith('rotating', first), await worksWith('rotating', second)]).toEqual([true, true]);

    const third = await again('POST', path, { ifMatch: '*' });
    expect({ status: third.status, conflict: third.json.conflict }).toEqual({ status: 409, conflict: 'two_secrets' });
    const dropped = await again('DELETE', path, { ifMatch: rotated.etag });
    expect(dropped.json).toMatchObject({ client_secrets: 1 });
    expect(dropped.json).not.toHaveProperty('client_secret');
    server.clock.advance(31);
    expect([await worksWith('rotating', first), await worksWith('rotating', second)]).toEqual([false, true]);
  });

  test('are replaced at once when the request says so', async () => {
    const token = await managementToken(server);
    const { json } = await manage('POST', path, { body: { drop_old: true }, ifMatch: '*', token });
    expect(json.client_secrets).toBe(1);
  });

  test('refuses unknown members, and what is not true or false', async () => {
    const token = await managementToken(server);
    const { status, json } = await manage('POST', path, { body: { drop_old: 'yes', a: 1, b: 2 }, ifMatch: '*', token });
    expect(status).toBe(422);
    expect(json.errors.map((error: Json) => error.pointer).sort()).toEqual(['#/a', '#/b', '#/drop_old']);
  });

  test('of a public client cannot be rotated, and the only one is not dropped', async () => {
    const token = await managementToken(server);
    const ask = (method: string, id: string) => manage(method, `/clients/${id}/secrets`, { ifMatch: '*', token });
    expect((await ask('POST', 'new')).json.conflict).toBe('no_secrets');
    expect((await ask('DELETE', 'rotating')).json.conflict).toBe('one_secret');
    expect((await ask('POST', 'nobody')).status).toBe(404);
  });
});

describe('the waiver of a client', () => {
  const path = '/clients/excused/waiver';
  const waiver = () => ({ owner: 'ada', reason: 'the vendor ships PKCE in March', until: day(90) });

  test('lifts the floors, is named in the log, and ends when it is taken away', async () => {
    const token = await managementToken(server);
    await manage('POST', '/clients', { token, body: { client_id: 'excused', redirect_uris } });
    const granted = await manage('PUT', path, { token, body: waiver(), ifMatch: '"1"' });
    expect(granted.status).toBe(200);
    expect(granted.json.pkce_waiver).toEqual(waiver());
    const weaker = await manage('PATCH', '/clients/excused', { token, body: { pkce_policy: 'none' }, ifMatch: '*' });
    expect(weaker.json.effective_policy).toMatchObject({ policy: 'none', origin: 'waiver' });
    const { json } = await manage('GET', '/policy/log?client=excused', { token });
    expect(json.changes.map(({ why }: Json) => why)).toContain(waiver().reason);
    const revoked = await manage('DELETE', path, { token, ifMatch: weaker.etag });
    expect(revoked.json.effective_policy).toMatchObject({ policy: 'any', origin: 'public client floor' });
    expect((await manage('DELETE', path, { token, ifMatch: '*' })).json.conflict).toBe('no_waiver');
  });

  test('refuses what is wrong by name', async () => {
    const token = await managementToken(server);
    const put = async (body: Json) => {
      const { json } = await manage('PUT', path, { token, body, ifMatch: '*' });
      return json.errors.map((error: Json) => error.pointer).sort();
    };
    expect(await put({ ...waiver(), until: day(366) })).toEqual(['#/until']);
    expect(await put({ ...waiver(), until: day(-1) })).toEqual(['#/until']);
    expect(await put({ ...waiver(), until: 'soon', x: 1, y: 2 })).toEqual(['#/until', '#/x', '#/y']);
    expect(await put({})).toEqual(['#/owner', '#/reason', '#/until']);
  });
});

describe('the list of clients', () => {
  test('comes page by page, in the order of ids, each once', async () => {
    const token = await managementToken(server);
    const seen: string[] = [];
    let cursor = '';
    let pages = 0;
    do {
      const { status, json } = await manage('GET', `/clients?limit=5${cursor && `&cursor=${cursor}`}`, { token });
      expect(status).toBe(200);
      expect(json.clients.length).toBeLessThanOrEqual(5);
      seen.push(...json.clients.map(({ client_id }: Json) => client_id));
      cursor = json.next_cursor ?? '';
      pages += 1;
    } while (cursor !== '');
    expect(pages).toBeGreaterThan(3);
    expect(seen).toEqual([...new Set(seen)].sort());
    expect(seen).toContain('robot');
  });

  test.each([
    'limit=0',
    'limit=101',
    'limit=1e1',
    'limit=-1',
    'cursor=!',
    'cursor=YQ==',
    'limit=5&limit=5',
    'limt=5',
    'constructor=1',
    'limit=%ff',
  ])('refuses ?%s by name', async (query) => {
    const { status, json } = await manage('GET', `/clients?${query}`, { token: await managementToken(server) });
    expect({ status, reason: json.reason }).toEqual({ status: 400, reason: 'query_invalid' });
    expect(json.errors[0].parameter).toBe(query.split('=')[0]);
  });
});
