import { describe, expect, test } from 'vitest';
import { registerApi } from '../support/lifecycle.ts';
import { startTestServer } from '../support/server.ts';
import { auditor, type Json, managementToken, manager, robot } from './admin.ts';

/* Scope values and the claims that they bring, over HTTP. */

const server = await startTestServer({ clients: [robot, auditor], accounts: [] });
const manage = manager(server, await managementToken(server));
const groups = { scope: 'groups', claims: ['groups'], description: 'Groups', descriptions: { de: 'Gruppen' } };

describe('the management API refuses', () => {
  test('a scope value with names that are reserved, each of them', async () => {
    const body = { scope: 'openid', claims: ['sub', 'groups', 'jti'], colour: 'red' };
    const { status, json } = await manage('POST', '/scopes', { body });
    expect(status).toBe(422);
    expect(json.errors).toEqual([
      { pointer: '#/scope', detail: 'scope is a scope value of OpenID Connect' },
      { pointer: '#/claims/0', detail: 'claims.0 is sub, a claim that the server makes itself' },
      { pointer: '#/claims/2', detail: 'claims.2 is jti, a claim that the server makes itself' },
      { pointer: '#/colour', detail: 'colour is not a member of a registered scope' },
    ]);
  });

  test('to write for a client that may only read', async () => {
    const token = await managementToken(server, auditor);
    expect((await manage('POST', '/scopes', { body: groups, token })).status).toBe(403);
    expect((await manage('GET', '/scopes', { token })).status).toBe(200);
  });

  test('one that is there, a change without its version, and another name', async () => {
    await manage('POST', '/scopes', { body: { ...groups, scope: 'busy' } });
    const again = await manage('POST', '/scopes', { body: { ...groups, scope: 'busy' } });
    expect(again).toMatchObject({ status: 409, json: { conflict: 'scope_exists' } });
    const body = { claims: ['roles'] };
    expect((await manage('PATCH', '/scopes/busy', { body })).status).toBe(428);
    expect((await manage('PATCH', '/scopes/busy', { body, ifMatch: '"7"' })).status).toBe(412);
    const renamed = await manage('PATCH', '/scopes/busy', { body: { scope: 'other' }, ifMatch: '*' });
    expect(renamed.json.errors).toEqual([{ pointer: '#/scope', detail: 'scope cannot be changed' }]);
    expect((await manage('DELETE', '/scopes/nothing', { ifMatch: '*' })).status).toBe(404);
  });

  test('K4: a client that is called like an API with tokens of the type JWT', async () => {
    await registerApi({ resource: 'urn:example:typed', scope: [], accessTokenTyp: 'JWT' });
    const body = { client_id: 'urn:example:typed', redirect_uris: ['https://a.example/cb'] };
    const { json } = await manage('POST', '/clients', { body: { ...body, token_endpoint_auth_method: 'none' } });
    expect(json.errors).toEqual([
      {
        pointer: '#/client_id',
        detail: 'client_id is the resource of an API with access_token_typ JWT',
      },
    ]);
  });
});

test('a scope value is added, shown, changed member by member and removed', async () => {
  const added = await manage('POST', '/scopes', { body: groups });
  expect(added).toMatchObject({ status: 201, json: { ...groups, version: 1 }, etag: '"1"' });
  expect(added.headers.location).toBe(`${server.issuer}/admin/scopes/groups`);
  const change = { claims: ['groups', 'roles'], description: null, descriptions: { fr: 'Groupes', de: null } };
  const changed = await manage('PATCH', '/scopes/groups', { body: change, ifMatch: added.etag });
  expect(changed.json).toEqual({
    scope: 'groups',
    claims: ['groups', 'roles'],
    descriptions: { fr: 'Groupes' },
    version: 2,
  });
  const same = await manage('PATCH', '/scopes/groups', {
    body: { claims: ['groups', 'roles'] },
    ifMatch: changed.etag,
  });
  expect(same.etag).toBe('"2"');
  expect((await manage('GET', '/scopes')).json.scopes).toContainEqual(changed.json);
  const removed = await manage('DELETE', '/scopes/groups', { ifMatch: '"2"' });
  expect(removed.json).toEqual({ scope: 'groups', removed: true, version: 3 });
  expect((await manage('GET', '/scopes/groups')).status).toBe(404);
});

test('a scope value that is a URL stands in the path as a client id does', async () => {
  const body = { scope: 'https://api.example/groups?x', claims: ['groups'] };
  const added = await manage('POST', '/scopes', { body });
  const path = (added.headers.location ?? '').slice(`${server.issuer}/admin`.length);
  expect(path).toMatch(/^\/scopes\/~[\w-]+$/);
  expect((await manage('GET', path)).json).toEqual({ ...body, version: 1 });
});

test('the change log names it, and a rollback says that it is not managed there', async () => {
  await manage('POST', '/scopes', { body: { ...groups, scope: 'logged' } });
  const { changes } = (await manage('GET', '/policy/log')).json;
  const change = changes.find(({ scope }: Json) => scope === 'logged');
  expect(change).toMatchObject({ scope: 'logged', by: 'robot' });
  const { status, json } = await manage('POST', `/policy/log/${change.id}/rollback`);
  expect({ status, conflict: json.conflict }).toEqual({ status: 409, conflict: 'of_another_thing' });
});
