import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { clientStore } from '../../shared/clients/client-store.ts';
import { obtainTokens, portal, refresh } from '../support/lifecycle.ts';
import { signedInPerson } from '../support/person.ts';
import { ada, startTestServer, tables } from '../support/server.ts';
import { auditor, managementToken, manager, robot } from './admin.ts';

/* Where people are signed in, and the end of one session. */

const odd = { username: 'odd', claims: { sub: 'a/b' } };
const server = await startTestServer({ clients: [robot, auditor, portal], accounts: [ada, odd] });
const manage = manager(server, await managementToken(server));
const look = manager(server, await managementToken(server, auditor));
const clients = clientStore(openDatabase(), tables.clients, server.clock.now);

const path = '/accounts/ada-0001/sessions';
const unknown = 'A'.repeat(43);

describe('nothing is told or ended', () => {
  test('without a token, and nothing ended without the right to write', async () => {
    expect((await manage('GET', path, { token: '' })).status).toBe(401);
    expect((await manage('DELETE', `${path}?session=${unknown}`, { token: '' })).status).toBe(401);
    const refused = await look('DELETE', `${path}?session=${unknown}`);
    expect([refused.status, refused.json.reason]).toEqual([403, 'scope_insufficient']);
  });

  test.each(['/accounts/nobody/sessions', '/accounts/~/sessions', '/accounts/account%23ada-0001/sessions'])(
    'of an account that is not there: %s',
    async (other) => {
      expect((await manage('GET', other)).status).toBe(404);
      expect((await manage('DELETE', `${other}?session=${unknown}`)).status).toBe(404);
    },
  );

  test.each([
    ['', 400],
    ['?session=', 400],
    ['?session=a b', 400],
    [`?session=${'A'.repeat(3_000)}`, 400],
    [`?session=${unknown}&session=${unknown}`, 400],
    [`?session=${unknown}&all=true`, 400],
    [`?session=${unknown}`, 404],
  ])('for the question %s', async (query, status) => {
    const person = await signedInPerson(server);
    expect((await manage('DELETE', path + query.replace(' ', '%20'))).status).toBe(status);
    expect((await person.open('/account')).status).toBe(200);
  });

  test('of the session of somebody else', async () => {
    await signedInPerson(server);
    const [session] = (await manage('GET', path)).json.sessions;
    const { status } = await manage('DELETE', `/accounts/~YS9i/sessions?session=${session.id}`);
    expect(status).toBe(404);
    expect((await manage('GET', path)).json.sessions).toContainEqual(session);
  });
});

test('one session ends, the others go on, and so do the apps; the change log has it', async () => {
  for (const { id } of (await manage('GET', path)).json.sessions) await manage('DELETE', `${path}?session=${id}`);
  const lost = await signedInPerson(server);
  const tokens = await obtainTokens(server, lost, portal);
  server.clock.advance(60);
  const kept = await signedInPerson(server);
  const { sessions } = (await look('GET', path)).json;
  expect(sessions).toHaveLength(2);
  expect(sessions[0].auth_time > sessions[1].auth_time).toBe(true);
  expect(Object.keys(sessions[0])).toEqual(
    expect.arrayContaining(['id', 'auth_time', 'amr', 'expires_at', 'idle_until']),
  );

  const why = { 'pixy-reason': 'lost laptop' };
  const ended = await manage('DELETE', `${path}?session=${sessions[1].id}`, { headers: why });
  expect([ended.status, ended.json]).toEqual([200, { sub: 'ada-0001', ended_sessions: 1 }]);
  expect((await lost.open('/account')).status).toBe(303);
  expect((await kept.open('/account')).status).toBe(200);
  expect((await refresh(server, portal, tokens.refresh_token ?? '')).status).toBe(200);
  expect((await manage('DELETE', `${path}?session=${sessions[1].id}`)).status).toBe(404);
  const [change] = await clients.changes(1);
  expect(change).toMatchObject({
    account: 'ada-0001',
    by: 'robot',
    why: 'lost laptop',
    after: { did: 'one session ended' },
  });
});

test('a subject that cannot stand in a path is written as its base64url', async () => {
  const { status, json } = await manage('GET', '/accounts/~YS9i/sessions');
  expect([status, json]).toEqual([200, { sessions: [] }]);
});
