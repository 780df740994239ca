import { describe, expect, test } from 'vitest';
import { memberDescriptions } from '../../functions/admin/openapi/member-descriptions.ts';
import { operations } from '../../functions/admin/operations/index.ts';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { clientStore } from '../../shared/clients/client-store.ts';
import type { RegisteredClient } from '../../shared/clients/registered-client.ts';
import { refusalCatalogue } from '../../shared/oauth/refusal-catalogue.ts';
import { send } from '../support/http.ts';
import { signedInPerson } from '../support/person.ts';
import { startTestServer, tables } from '../support/server.ts';
import { type AdminAnswer, type Json, managementToken, manager, robot } from './admin.ts';
import { violations } from './json-schema.ts';

const server = await startTestServer({ clients: [robot] });
const answer = await send(server.port, '/admin/openapi.json');
const document: Json = JSON.parse(answer.body);
const clients = clientStore(openDatabase(), tables.clients, server.clock.now);
const manage = manager(server, await managementToken(server));

const everyOperation: [string, string, Json][] = Object.entries<Json>(document.paths).flatMap(([path, item]) =>
  Object.entries<Json>(item).map(([method, operation]): [string, string, Json] => [method, path, operation]),
);

describe('the document', () => {
  test('is OpenAPI 3.1, for everybody, and may be kept for a while', () => {
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/json');
    expect(answer.headers['cache-control']).toBe('public, max-age=300');
    expect(answer.headers['access-control-allow-origin']).toBe('*');
    expect(document).toMatchObject({ openapi: '3.1.0', servers: [{ url: server.issuer }] });
  });

  test('has every operation once, under a name of its own', () => {
    expect(everyOperation).toHaveLength(operations.length);
    expect(new Set(everyOperation.map(([, , { operationId }]) => operationId)).size).toBe(operations.length);
  });

  test('has every schema that it refers to, and refers to every one it has', () => {
    const named = [...answer.body.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name);
    expect(new Set(named)).toEqual(new Set(Object.keys(document.components.schemas)));
  });

  test('describes every member of a client', () => {
    const { NewClient, ClientChange } = document.components.schemas;
    expect(Object.keys(NewClient.properties).sort()).toEqual(Object.keys(memberDescriptions).sort());
    expect(Object.keys(ClientChange.properties)).not.toContain('client_secret');
  });

  test('says the rules that are checked', () => {
    const { NewClient, NewPolicy, Waiver } = document.components.schemas;
    expect(NewClient).toMatchObject({ required: ['client_id'], additionalProperties: false });
    expect(NewClient.properties.pkce_policy).toMatchObject({
      enum: ['none', 'any', 'S256', 'inherit'],
      default: 'inherit',
    });
    expect(NewClient.properties.client_id).toMatchObject({ type: 'string', pattern: '^[\\x21-\\x7e]{1,255}$' });
    expect(NewClient.properties.redirect_uris).toMatchObject({ type: 'array', maxItems: 100 });
    expect(NewClient.properties.refresh_token_lifetime).toMatchObject({ type: 'integer', minimum: 60 });
    expect(NewPolicy.required).toEqual(['default', 'floor', 'mode']);
    expect(Waiver).toMatchObject({ required: ['owner', 'reason', 'until'], additionalProperties: false });
  });

  test('says how times, ids, scope values, cursors and headers are written, not only that they are texts', () => {
    const { schemas } = document.components;
    const parameter = (method: string, path: string, name: string) =>
      document.paths[path][method].parameters.find((one: Json) => one.name === name).schema;
    const ofPolicy = (name: string) => parameter('put', '/admin/policy', name);
    const sessions = '/admin/accounts/{sub}/sessions';
    const takes: [Json, string[], string[]][] = [
      [schemas.Waiver.properties.until, ['2027-03-01', '2027-03-01T09:30:00+01:00'], ['', 'soon', '1.3.2027']],
      [schemas.NewClient.properties.pkce_enforce_after, ['2027-03-01'], ['']],
      [schemas.NewScope.properties.scope, ['orders:read'], ['orders read', 'über']],
      [parameter('delete', sessions, 'session'), ['a'.repeat(43)], ['a', 'a b'.padEnd(43, 'a')]],
      [parameter('get', '/admin/clients', 'cursor'), ['YXBw', ''], ['ü']],
      [parameter('get', '/admin/policy/log', 'client'), ['app'], ['an app', '']],
      [parameter('get', '/admin/policy/explain', 'at'), ['2027-03-01'], ['soon']],
      [ofPolicy('If-Match'), ['"3"', '*', 'W/"3", "4"'], ['3', '']],
      [ofPolicy('Pixy-Reason'), ['100%25 gr%C3%BCn', ''], ['grün', '100%']],
    ];
    for (const [schema, right, wrong] of takes) {
      expect(right.filter((text) => violations(schema, text, schemas).length > 0)).toEqual([]);
      expect(wrong.filter((text) => violations(schema, text, schemas).length === 0)).toEqual([]);
    }
  });
});

describe.each(everyOperation)('%s %s', (method, path, operation) => {
  test('says its scope, what it answers, and every status it refuses with', () => {
    expect(operation.security).toEqual([{ pixy: [method === 'get' ? 'pixy:read' : 'pixy:write'] }]);
    expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['400', '401', '403', '500', '503']));
    const hasIfMatch = operation.parameters?.some((one: Json) => one.name === 'If-Match' && one.required);
    expect('428' in operation.responses).toBe(Boolean(hasIfMatch));
    expect('413' in operation.responses).toBe('requestBody' in operation);
  });

  test('has every parameter of its path', () => {
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const described = (operation.parameters ?? []).filter((one: Json) => one.in === 'path');
    expect(described.map(({ name }: Json) => name)).toEqual(named);
  });

  test('names reasons that there are', () => {
    const text = JSON.stringify(operation.responses);
    const reasons = [...text.matchAll(/(?:"|\\n)([a-z_]+): /g)].map(([, reason]) => reason ?? '');
    expect(reasons.length).toBeGreaterThan(5);
    expect(reasons.filter((reason) => !(reason in refusalCatalogue))).toEqual([]);
  });
});

describe('real answers', () => {
  /** What is wrong with an answer by the document. */
  function check(method: string, path: string, { status, json, headers }: AdminAnswer): string[] {
    const response = document.paths[path][method].responses[status];
    if (response === undefined) return [`${status} is not described`];
    const type = String(headers['content-type']);
    const content = response.content[type];
    if (content === undefined) return [`${type} is not described`];
    const missing = Object.keys(response.headers ?? {}).filter((name) => !(name.toLowerCase() in headers));
    return [...missing.map((name) => `no ${name}`), ...violations(content.schema, json, document.components.schemas)];
  }

  test('are what the document says, from the first to the last', async () => {
    const problems: string[] = [];
    const seen = new Set<string>();
    const ask = async (method: string, path: string, request: Json = {}, names: Record<string, string> = {}) => {
      const target = path.replace(/\{(\w+)\}/g, (_, name: string) => names[name] ?? 'app').slice('/admin'.length);
      const got = await manage(method.toUpperCase(), target + (request.query ?? ''), request);
      seen.add(`${method} ${path} ${got.status}`);
      problems.push(...check(method, path, got).map((problem) => `${method} ${target} ${got.status}: ${problem}`));
      return got;
    };
    const any = { ifMatch: '*' };
    const jwks = { keys: [{ kty: 'RSA', n: 'AQAB', e: 'AQAB' }] };
    const redirect_uris = ['https://app.example/callback'];
    const full = {
      client_id: 'app', client_name: 'App', redirect_uris, token_endpoint_auth_method: 'client_secret_post', may_introspect: true,
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials'], response_types: ['code', 'code id_token'],
      post_logout_redirect_uris: redirect_uris, id_token_signed_response_alg: 'ES256', refresh_token_lifetime: 3_600,
      refresh_token_idle_lifetime: 600, refresh_token_grace: 60, rotate_refresh_tokens: false, strict_auth_method: true, accept_dotless_schemes: true, pkce_mode: 'report', pkce_enforce_after: '2027-12-01', first_party: true,
      pkce_waiver: { owner: 'a', reason: 'b', until: '2027-03-01' }, pkce_accept_short_verifier: true, disabled: false,
      pkce_accept_lowercase_method: true, software_id: 'x', scope: 'openid api:read', claims: ['department'],
    }; // biome-ignore format: a list of members
    const keyed = { client_id: 'keyed', redirect_uris, token_endpoint_auth_method: 'private_key_jwt', jwks };
    const one = '/admin/clients/{client_id}';

    await ask('post', '/admin/clients', { body: full });
    await ask('post', '/admin/clients', { body: keyed });
    await ask('post', '/admin/clients', { body: full });
    await ask('post', '/admin/clients', { body: { client_id: 1, x: 1 } });
    await ask('post', '/admin/clients', { body: '{' });
    await ask('post', '/admin/clients', { body: '{}', headers: { 'content-type': 'text/plain' } });
    await ask('post', '/admin/clients', { body: 'x'.repeat(70_000) });
    await ask('get', '/admin/clients');
    await ask('get', '/admin/clients', { query: '?limit=1' });
    await ask('get', '/admin/clients', { query: '?limit=x' });
    await ask('get', '/admin/clients', { token: 'x' });
    await ask('get', one);
    await ask('get', one, {}, { client_id: 'keyed' });
    await ask('get', one, {}, { client_id: 'nobody' });
    const itself = {
      ...((await clients.find('keyed')) as RegisteredClient),
      clientId: 'dcr-x',
      clientClass: 'dynamic',
    } as const;
    await clients.put('dcr-x', itself, { by: 'dcr-x', why: 'registered itself' });
    expect((await ask('get', one, {}, { client_id: 'dcr-x' })).json.client_class).toBe('dynamic');
    await ask('get', '/admin/clients');
    await ask('patch', one, { body: { client_class: null }, ...any }, { client_id: 'dcr-x' });
    await ask('patch', one, { body: { client_name: null } });
    await ask('patch', one, { body: { client_name: null }, ifMatch: '"9"' });
    await ask('patch', one, { body: { client_name: null }, ...any });
    await ask('patch', one, { body: { client_name: 1 }, ...any });
    await ask('post', `${one}/secrets`, any);
    await ask('post', `${one}/secrets`, any);
    await ask('delete', `${one}/secrets`, any);
    await ask('put', `${one}/waiver`, { body: full.pkce_waiver, ...any });
    await ask('delete', `${one}/waiver`, any);
    await ask('delete', `${one}/waiver`, any);
    await ask('get', '/admin/policy');
    await ask('put', '/admin/policy', { body: { default: 'S256', floor: 'any', mode: 'report' }, ...any });
    await ask('get', '/admin/policy');
    await ask('delete', one, any);
    await ask('get', '/admin/policy/explain', { query: '?client_id=keyed' });
    await ask('get', '/admin/policy/explain', { query: '?client_id=keyed&scope=openid%20orders' });
    await ask('get', '/admin/policy/explain', { query: '?client_id=keyed&code_challenge_method=s256' });
    await ask('get', '/admin/policy/explain');
    const group = { scope: 'groups', claims: ['groups'], description: 'Groups', descriptions: { de: 'Gruppen' } };
    const groups = '/admin/scopes/{scope}';
    await ask('post', '/admin/scopes', { body: group });
    await ask('post', '/admin/scopes', { body: group });
    await ask('post', '/admin/scopes', { body: { scope: 'openid' } });
    await ask('get', '/admin/scopes');
    await ask('get', groups, {}, { scope: 'groups' });
    await ask('get', groups, {}, { scope: 'nothing' });
    await ask('patch', groups, { body: { descriptions: { de: null } }, ...any }, { scope: 'groups' });
    await ask('patch', groups, { body: { claims: [] }, ...any }, { scope: 'groups' });
    await ask('delete', groups, any, { scope: 'groups' });
    await signedInPerson(server);
    const sessions = '/admin/accounts/{sub}/sessions';
    const ofAda = { sub: 'ada-0001' };
    const [session] = (await ask('get', sessions, {}, ofAda)).json.sessions;
    await ask('get', sessions, {}, { sub: 'nobody' });
    await ask('delete', sessions, {}, ofAda);
    await ask('delete', sessions, { query: `?session=${session.id}` }, ofAda);
    await ask('delete', sessions, { query: `?session=${session.id}` }, ofAda);
    const { changes } = (await ask('get', '/admin/policy/log', { query: '?limit=100' })).json;
    const rollback = '/admin/policy/log/{change_id}/rollback';
    for (const { id } of changes) await ask('post', rollback, {}, { change_id: id });
    await ask('post', rollback, {}, { change_id: 'x' });

    expect(problems).toEqual([]);
    const succeeded = [...seen].filter((line) => /20\d$/.test(line)).map((line) => line.replace(/ \d+$/, ''));
    expect(new Set(succeeded)).toEqual(new Set(everyOperation.map(([method, path]) => `${method} ${path}`)));
    expect(seen.size).toBeGreaterThan(25);
  });
});
