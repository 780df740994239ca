import { describe, expect, test } from 'vitest';
import { demoAdminClient } from '../../infra/local/demo/demo-data.ts';
import { startWorkbench } from '../cli/pixy.ts';
import { type Json, type Manage, managementToken, manager } from './admin.ts';

/*
 * The management API and the command line on one database: what one writes the other one shows, in the same JSON.
 */

const bench = await startWorkbench();
const port = Number(new URL(bench.server.issuer).port);
const ask = manager({ port }, await managementToken({ port }, { ...demoAdminClient }));
/** The log is in the order of time, so every request has a second of its own. */
const manage: Manage = (...request) => {
  bench.clock.now += 1;
  return ask(...request);
};
const redirect_uris = ['https://app.example/callback'];
const policy = (changes: Json = {}) => ({ default: 'S256', floor: 'none', mode: 'enforce', ...changes });

async function pixy(...argv: string[]): Promise<Json> {
  bench.clock.now += 1;
  const ran = await bench.pixy(...argv, '--json');
  if (ran.exitCode !== 0) throw new Error(ran.errors);
  return ran.json();
}

const add = (members: Json) => manage('POST', '/clients', { body: { redirect_uris, ...members } });
const latestChange = async (query = 'limit=1'): Promise<string> =>
  (await manage('GET', `/policy/log?${query}`)).json.changes[0].id;
const rollBack = (id: string, ask = {}) => manage('POST', `/policy/log/${id}/rollback`, ask);

describe('the same JSON as the command line', () => {
  test('a client', async () => {
    await add({ client_id: 'shared', pkce_policy: 'any', pkce_mode: 'report', pkce_enforce_after: '2027-01-01' });
    expect((await manage('GET', '/clients/shared')).json).toEqual(await pixy('clients', 'show', 'shared'));
  });

  test('the list of clients', async () => {
    const listed: Json[] = await pixy('clients', 'list', '--no-last-seen');
    expect((await manage('GET', '/clients?limit=100')).json).toEqual({ clients: listed });
  });

  test('the global policy, before and after it was set', async () => {
    expect((await manage('GET', '/policy')).json).toEqual(await pixy('policy', 'show'));
    await manage('PUT', '/policy', {
      body: policy({ floor: 'any' }),
      ifMatch: '"0"',
      headers: { 'pixy-reason': 'why' },
    });
    const shown = await pixy('policy', 'show');
    expect((await manage('GET', '/policy')).json).toEqual(shown);
    expect(shown).toMatchObject({ floor: 'any', version: 1, changed: { by: 'demo-admin', why: 'why' } });
  });

  test('the change log', async () => {
    const logged = await pixy('policy', 'log', '--limit', '50');
    expect((await manage('GET', '/policy/log?limit=50')).json).toEqual({ changes: logged });
  });

  test.each([
    ['', []],
    ['&code_challenge_method=plain', ['--method', 'plain']],
    ['&code_challenge_method=s256', ['--method', 's256']],
    ['&no_challenge=true', ['--no-challenge']],
    ['&no_method=true', ['--no-method']],
    ['&scope=openid%20orders', ['--scope', 'openid orders']],
    ['&code_challenge=short', ['--challenge', 'short']],
    ['&at=2027-06-01&no_challenge=true', ['--at', '2027-06-01', '--no-challenge']],
  ])('an explanation: %s', async (query, flags) => {
    const at = '2026-11-25T00:00:00Z';
    const fixed = query.includes('at=') ? '' : `&at=${at}`;
    const explained = await manage('GET', `/policy/explain?client_id=shared${query}${fixed}`);
    expect(explained.status).toBe(200);
    expect(explained.json).toEqual(
      await pixy('policy', 'explain', 'shared', ...flags, ...(fixed === '' ? [] : ['--at', at])),
    );
  });
});

describe('explaining', () => {
  test('names every parameter that is wrong', async () => {
    const { status, json } = await manage('GET', '/policy/explain?at=soon&no_method=maybe&method=x');
    expect({ status, reason: json.reason }).toEqual({ status: 400, reason: 'query_invalid' });
    const named = json.errors.map(({ parameter }: Json) => parameter);
    expect(named.sort()).toEqual(['at', 'client_id', 'method', 'no_method']);
  });

  test('a client that is not there is 404', async () => {
    expect((await manage('GET', '/policy/explain?client_id=nobody')).status).toBe(404);
  });
});

describe('the global policy', () => {
  test.each([
    [{}, ['#/default', '#/floor', '#/mode']],
    [{ ...policy(), floor: 'S512' }, ['#/floor']],
    [{ ...policy(), floor: null }, ['#/floor']],
    [{ ...policy(), version: 1, changed: {} }, ['#/changed', '#/version']],
  ])('refuses %j by name', async (body, pointers) => {
    const { status, json } = await manage('PUT', '/policy', { body, ifMatch: '*' });
    expect(status).toBe(422);
    expect(json.errors.map(({ pointer }: Json) => pointer).sort()).toEqual(pointers);
  });

  test('that is set to what it is writes nothing', async () => {
    const { json, etag } = await manage('GET', '/policy');
    const body = { default: json.default, floor: json.floor, mode: json.mode };
    expect((await manage('PUT', '/policy', { body, ifMatch: etag })).etag).toBe(etag);
  });
});

describe('the change log', () => {
  test('comes page by page, the latest first, each change once', async () => {
    const whole: Json[] = (await manage('GET', '/policy/log?limit=100')).json.changes;
    const seen: string[] = [];
    let cursor = '';
    do {
      const { json } = await manage('GET', `/policy/log?limit=2${cursor && `&cursor=${cursor}`}`);
      expect(json.changes.length).toBeLessThanOrEqual(2);
      seen.push(...json.changes.map(({ id }: Json) => id));
      cursor = json.next_cursor ?? '';
    } while (cursor !== '');
    expect(seen).toEqual(whole.map(({ id }) => id));
    expect(seen.length).toBeGreaterThan(3);
  });

  test('of one client comes page by page, too', async () => {
    for (const client_name of ['a', 'b', 'c', 'd']) {
      await manage('PATCH', '/clients/shared', { body: { client_name }, ifMatch: '*' });
      await add({ client_id: `between-${client_name}` });
    }
    const first = await manage('GET', '/policy/log?client=shared&limit=3');
    const second = await manage('GET', `/policy/log?client=shared&limit=3&cursor=${first.json.next_cursor}`);
    expect(first.json.changes).toHaveLength(3);
    expect(second.json.changes).toHaveLength(2);
    expect(second.json).not.toHaveProperty('next_cursor');
    const all = [...first.json.changes, ...second.json.changes];
    expect(all.every(({ client }) => client === 'shared')).toBe(true);
    expect(new Set(all.map(({ id }) => id)).size).toBe(5);
  });
});

describe('a rollback', () => {
  test('of the policy gives back what it was, as a new change that says so', async () => {
    const { json: before, etag } = await manage('GET', '/policy');
    await manage('PUT', '/policy', { body: policy({ floor: 'S256' }), ifMatch: etag });
    const id = await latestChange();
    const { status, json } = await rollBack(id);
    expect({ status, floor: json.floor }).toEqual({ status: 200, floor: before.floor });
    expect((await manage('GET', '/policy')).json.changed).toMatchObject({ by: 'demo-admin', why: `rollback of ${id}` });
    expect((await rollBack(id)).json.conflict).toBe('undone_already');
  });

  test('of a client keeps what others changed since', async () => {
    await add({ client_id: 'rolled', client_name: 'Old' });
    await manage('PATCH', '/clients/rolled', { body: { client_name: 'New' }, ifMatch: '"1"' });
    const id = await latestChange('client=rolled&limit=1');
    await manage('PATCH', '/clients/rolled', { body: { pkce_policy: 'any' }, ifMatch: '"2"' });
    const { json, etag } = await rollBack(id, { headers: { 'pixy-reason': 'broke the app' } });
    expect(json).toMatchObject({ client_name: 'Old', pkce_policy: 'any' });
    expect(etag).toBe('"4"');
    const { changes } = (await manage('GET', '/policy/log?client=rolled&limit=1')).json;
    expect(changes[0].why).toBe('broke the app');
  });

  test('of what was changed again since is a conflict', async () => {
    await manage('PATCH', '/clients/rolled', { body: { client_name: 'One' }, ifMatch: '*' });
    const id = await latestChange('client=rolled&limit=1');
    await manage('PATCH', '/clients/rolled', { body: { client_name: 'Two' }, ifMatch: '*' });
    const { status, json } = await rollBack(id);
    expect({ status, conflict: json.conflict }).toEqual({ status: 409, conflict: 'changed_since' });
    expect((await manage('GET', '/clients/rolled')).json.client_name).toBe('Two');
  });

  test('of a removal brings the client back, with a new secret if it needs one', async () => {
    const made = await add({ client_id: 'back', token_endpoint_auth_method: 'client_secret_basic' });
    await manage('DELETE', '/clients/back', { ifMatch: made.etag });
    const { json } = await rollBack(await latestChange('client=back&limit=1'));
    expect(json.client_secret).toMatch(/^[\w-]{43}$/);
    expect(json.client_secret).not.toBe(made.json.client_secret);
  });

  test('of an addition removes the client', async () => {
    await add({ client_id: 'brief' });
    const { json } = await rollBack(await latestChange('client=brief&limit=1'));
    expect(json).toEqual({ client_id: 'brief', removed: true, version: 2 });
    expect((await manage('GET', '/clients/brief')).status).toBe(404);
  });

  test('of secrets alone is a conflict', async () => {
    await manage('POST', '/clients/back/secrets', { ifMatch: '*' });
    expect((await rollBack(await latestChange('client=back&limit=1'))).json.conflict).toBe('secrets_alone');
  });

  test('holds an If-Match that is there', async () => {
    const id = await latestChange('client=rolled&limit=1');
    expect((await rollBack(id, { ifMatch: '"1"' })).status).toBe(412);
  });

  test.each(['20261122T031459Z-000002-4f9a2c', 'x', '%2e', 'a%2Fb'])('of an unknown change is 404: %s', async (id) => {
    expect((await rollBack(id)).json.reason).toBe('resource_not_found');
  });
});
