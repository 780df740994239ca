import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { operatorScope, operatorsJson } from '../../shared/people/operators.ts';
import { type FullClient, obtainTokens, portal } from '../support/lifecycle.ts';
import { signedInPerson } from '../support/person.ts';
import { authorizeTarget, claimsOf } from '../support/protocol.ts';
import { startTestServer, tables } from '../support/server.ts';
import { managementToken, manager, robot } from './admin.ts';

/* People who manage: `operators` names a claim, and what its values may do. */

const setting = { claim: 'groups', read: ['support', 'ops'], write: ['ops'], delegate: ['security'] };
const managing = 'pixy:read pixy:write pixy:delegate';
const tool: FullClient & { first_party: boolean } = {
  ...portal, client_id: 'tool', first_party: true, grant_types: ['authorization_code', 'refresh_token'],
  scope: `openid api:read ${managing}`,
}; // biome-ignore format: a table
const reader = { ...tool, client_id: 'reader', scope: 'pixy:read' };
const other = { ...tool, client_id: 'other', scope: 'openid' };

const person = (username: string, groups?: unknown) => ({
  username,
  password: 'quiet orange river',
  claims: { sub: `${username}-1`, ...(groups !== undefined && { groups }) },
});
const people = {
  olga: person('olga', ['ops', 'staff']),
  sam: person('sam', 'support'),
  sue: person('sue', ['ops', 'security']),
  nick: person('nick'),
};

const server = await startTestServer({
  clients: [tool, reader, other, robot],
  accounts: Object.values(people),
  environment: { PIXY_OPERATORS: JSON.stringify(setting), PIXY_TOKEN_EXCHANGE: 'on' },
});
const resource = `${server.issuer}/admin`;
const manage = manager(server, '');

const accounts = () => accountStore(openDatabase(), tables.people);

/** A token for the management API, as the person gets it through a client. */
async function tokenOf(
  who: keyof typeof people,
  client: FullClient = tool,
  scope = managing,
  extra: Record<string, string> = { resource },
): Promise<string> {
  const { access_token } = await obtainTokens(server, await signedInPerson(server, people[who]), client, {
    scope,
    ...extra,
  });
  return access_token ?? '';
}

const look = (token: string) => manage('GET', '/clients', { token });
const change = (token: string, client_id: string, scope = 'openid') =>
  manage('POST', '/clients', {
    token,
    body: { client_id, scope, redirect_uris: ['https://app.example/cb'], token_endpoint_auth_method: 'none' },
  });

test.each([
  ['nobody', {}, []],
  ['a list', { groups: ['ops'] }, ['pixy:read', 'pixy:write']],
  ['one text', { groups: 'security' }, ['pixy:delegate']],
  ['another case', { groups: ['OPS'] }, []],
  ['an object', { groups: { ops: true } }, []],
  ['a list in a list', { groups: [['ops']] }, []],
  ['an inherited member', Object.create({ groups: ['ops'] }), []],
])('%s: %j may %j', (_, claims, scope) => expect(operatorScope(claims, setting)).toEqual(scope));

test.each([
  ['{"claim":"email","write":["a@example.com"]}', 'a claim that people have a say in'],
  ['{"claim":"preferred_username"}', 'a claim that people have a say in'],
  ['{"claim":""}', 'is empty'],
  ['{"claim":"groups","write":[""]}', 'is empty'],
  ['{"claim":"groups","admin":["x"]}', 'Invalid key'],
  ['{"read":["x"]}', 'claim'],
  ['groups', 'is not JSON'],
])('the setting %s is refused', (text, problem) => {
  expect(() => v.parse(operatorsJson, text)).toThrow(problem);
});

describe('a person', () => {
  test('who is no operator signs in, and is told what is missing', async () => {
    const answer = await look(await tokenOf('nick'));
    expect(answer.json).toMatchObject({ status: 403, reason: 'not_an_operator' });
    expect(answer.headers['www-authenticate']).toContain('error="insufficient_scope"');
  });

  test('who may read reads, and changes nothing', async () => {
    const token = await tokenOf('sam');
    expect((await look(token)).status).toBe(200);
    expect((await change(token, 'by-sam')).json.reason).toBe('not_an_operator');
  });

  test('who may write changes, under their name in the log, but makes no manager', async () => {
    const token = await tokenOf('olga');
    expect((await change(token, 'by-olga')).status).toBe(201);
    const { json } = await manage('GET', '/policy/log?client=by-olga', { token });
    expect(json.changes[0].by).toBe('olga (olga-1) with tool');
    expect((await change(token, 'manager', 'pixy:read')).json).toMatchObject({ reason: 'scope_insufficient' });
  });

  test('who may delegate makes one', async () => {
    expect((await change(await tokenOf('sue'), 'manager', 'pixy:read')).status).toBe(201);
  });

  test('has no more than the client asked for, and the client no more than it is registered for', async () => {
    expect((await change(await tokenOf('olga', tool, 'pixy:read'), 'no-1')).json.reason).toBe('scope_insufficient');
    expect(claimsOf(await tokenOf('olga', reader))).toMatchObject({ scope: 'pixy:read' });
    const { searchParams } = await (await signedInPerson(server, people.olga)).authorize(
      authorizeTarget(other, { scope: 'pixy:read', resource }),
    );
    expect(searchParams.get('error')).toBe('invalid_scope');
  });
});

describe('whoever loses the right is out at once', () => {
  test.each<[string, () => Promise<unknown>, string]>([
    ['the group', () => accounts().put({ ...people.olga, claims: { ...people.olga.claims, groups: ['staff'] } }), 'not_an_operator'],
    ['the account', () => accounts().disable('olga-1', server.clock.now()), 'access_token_invalid'],
  ])('%s', async (_, lose, reason) => {
    await accounts().put({ ...people.olga });
    const token = await tokenOf('olga');
    expect((await look(token)).status).toBe(200);
    await lose();
    expect((await look(token)).json.reason).toBe(reason);
  });
}); // biome-ignore format: a table

describe('a token for managing is for nothing else', () => {
  test('what else was granted is not in it, and it cannot be used elsewhere', async () => {
    const token = await tokenOf('sue', tool, `openid api:read ${managing}`);
    expect(claimsOf(token)).toMatchObject({ aud: resource, scope: managing });
    expect((await look(token)).status).toBe(200);
  });

  test('without a resource the scope says it; with any other value beside it there is no scope to manage', async () => {
    expect(claimsOf(await tokenOf('sue', tool, managing, {}))).toMatchObject({ aud: resource, scope: managing });
    const mixed = claimsOf(await tokenOf('sue', tool, `api:read ${managing}`, {}));
    expect(mixed).toMatchObject({ scope: 'api:read' });
    expect(mixed['aud']).not.toBe(resource);
  });

  test('clients still have theirs for themselves', async () => {
    expect((await look(await managementToken(server))).status).toBe(200);
  });
});
