import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { clientStore } from '../../shared/clients/client-store.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { obtainTokens, portal, refresh } from '../support/lifecycle.ts';
import { signedInPerson } from '../support/person.ts';
import { ada, startTestServer, tables } from '../support/server.ts';
import { atConsole, consoleSettings, grace, rae } from './operator.ts';

const server = await startTestServer({
  clients: [portal],
  accounts: [grace, rae, { ...ada, email: 'ada@example.com', claims: { sub: 'ada-0001', name: '<i>Ada</i>' } }],
  environment: consoleSettings,
});

const accounts = accountStore(openDatabase(), tables.people);
const clients = clientStore(openDatabase(), tables.clients, server.clock.now);
const ofAda = () => accounts.findBySubject('ada-0001');

test.each(['ada', 'ADA@example.com', 'ada-0001'])('an account is found by %s', async (name) => {
  const operator = await atConsole(server, rae);
  const { status, body } = await operator.visit(`/people?q=${encodeURIComponent(name)}`);
  expect([status, body.includes('href="/console/people/ada-0001"')]).toEqual([200, true]);
});

test('nobody is found by a part of a name, and nothing is listed', async () => {
  const operator = await atConsole(server);
  expect((await operator.visit('/people?q=ad')).status).toBe(404);
  expect((await operator.visit('/people')).body).not.toContain('ada');
  expect((await operator.visit('/people/nobody')).status).toBe(404);
});

test('whoever takes the subject of somebody else as a username does not stand in their place', async () => {
  await accounts.put({ username: 'ada-0001', claims: { sub: 'eve-0001' } });
  const { body } = await (await atConsole(server)).visit('/people?q=ada-0001');
  expect(Array.from(body.matchAll(/href="\/console\/people\/([^"]+)"/g), ([, sub]) => sub)).toEqual([
    'ada-0001',
    'eve-0001',
  ]);
});

test.each([256, 3_000])('nobody is found by %i characters', async (length) => {
  const operator = await atConsole(server);
  await operator.visit();
  expect((await operator.visit(`/people?q=${'x'.repeat(length)}`)).status).toBe(404);
});

test('a page tells who somebody is, where they are signed in, and what apps have, and shows no hash', async () => {
  await obtainTokens(server, await signedInPerson(server), portal);
  const { body } = await (await atConsole(server, rae)).visit('/people/ada-0001');
  expect(body).toContain('&lt;i&gt;Ada&lt;/i&gt;');
  expect(body).toContain('1 grant to apps');
  expect(body).toMatch(/Signed in with \d+ browser/);
  expect(body).not.toMatch(/argon2|\/people\/ada-0001\/disable/);
});

test('what a client of the same id had before is not shown', async () => {
  await obtainTokens(server, await signedInPerson(server), portal);
  const settings = await clients.find(portal.client_id);
  await clients.put(portal.client_id, undefined, { by: 'test', why: '' });
  expect((await (await atConsole(server, rae)).visit('/people/ada-0001')).body).not.toContain('0 grants to apps');
  await clients.put(portal.client_id, settings, { by: 'test', why: '' });
  expect((await (await atConsole(server, rae)).visit('/people/ada-0001')).body).toContain('0 grants to apps');
  server.clock.advance(31);
});

test('who may only read changes nobody', async () => {
  const reader = await atConsole(server, rae);
  expect((await reader.visit('/people/ada-0001/disable')).status).toBe(403);
  const page = await reader.visit('/people/ada-0001');
  expect((await reader.send(page, { version: '0', why: 'x' }, '/console/people/ada-0001/disable')).status).toBe(403);
  expect((await ofAda())?.disabledAt).toBeUndefined();
});

describe('an operator', () => {
  test('takes access back from one app', async () => {
    const tokens = await obtainTokens(server, await signedInPerson(server), portal);
    const operator = await atConsole(server);
    const page = await operator.visit(`/people/ada-0001/end-app?app=${portal.client_id}`);
    const done = await operator.send(
      page,
      { app: portal.client_id, why: 'lost laptop' },
      '/console/people/ada-0001/end-app',
    );
    expect([done.status, done.body.includes('0 grants to apps')]).toEqual([200, true]);
    expect((await refresh(server, portal, tokens.refresh_token ?? '')).status).toBe(400);
  });

  test('signs somebody out everywhere', async () => {
    const person = await signedInPerson(server);
    const operator = await atConsole(server);
    const page = await operator.visit('/people/ada-0001/end-sessions');
    const done = await operator.send(page, { why: 'lost laptop' });
    expect(done.body).toContain('Nobody is signed in');
    expect((await person.open('/account')).status).toBe(303);
    // The same form again is about what is not there any more.
    const twice = await operator.send(page, { why: 'again' }, page.target);
    expect([twice.status, twice.body.includes('Somebody changed this account since')]).toEqual([400, true]);
  });

  test('disables and enables an account, with a reason', async () => {
    const operator = await atConsole(server);
    const page = await operator.visit('/people/ada-0001/disable');
    expect((await operator.send(page, { why: '' })).status).toBe(400);
    expect((await ofAda())?.disabledAt).toBeUndefined();
    server.clock.advance(1); // the log sorts by seconds
    expect((await operator.send(page, { why: 'left the company' })).status).toBe(200);
    expect((await ofAda())?.disabledAt).toBe(server.clock.now());
    const [change] = await clients.changes(1);
    expect(change).toMatchObject({
      account: 'ada-0001',
      by: 'grace (grace-0001) with pixy-console',
      why: 'left the company',
      after: { did: 'disabled' },
    });
    const log = await operator.visit('/changes');
    expect(log.body).toContain('account ada-0001');
    expect((await operator.visit(`/changes/${change?.id}`)).body).not.toContain('Roll it back');
    await operator.send(await operator.visit('/people/ada-0001/enable'), { why: 'came back' });
    expect((await ofAda())?.disabledAt).toBeUndefined();
  });

  test('makes a link that is shown once and works', async () => {
    const operator = await atConsole(server);
    const made = await operator.send(await operator.visit('/people/ada-0001/link'), { why: 'forgot it' });
    const link = /<code>(http[^<]+)<\/code>/.exec(made.body)?.[1] ?? '';
    expect((await operator.visit('/people/ada-0001')).body).not.toContain(link);
    expect(
      [...server.auditLines, ...(await clients.changes(5)).map((one) => JSON.stringify(one))].join(),
    ).not.toContain(new URL(link).searchParams.get('token'));
    const opened = await (await signedInPerson(server, rae)).open(link.slice(server.issuer.length));
    expect([opened.status, opened.body.includes('name="password"')]).toEqual([200, true]);
  });

  test('makes no link for another operator', async () => {
    const operator = await atConsole(server);
    expect((await operator.visit('/people/rae-0001/link')).status).toBe(403);
    const page = await operator.visit('/people/rae-0001/disable');
    expect((await operator.send(page, { why: 'x' }, '/console/people/rae-0001/link')).status).toBe(403);
    expect((await accounts.findBySubject('rae-0001'))?.invitation).toBeUndefined();
  });
});

describe('one session', () => {
  const ended = '/console/people/ada-0001/end-session';
  const sessionsOf = (body: string) =>
    Array.from(body.matchAll(/end-session\?session=([\w-]+)"/g), ([, id]) => id ?? '');

  test('is not ended by somebody who may only read, without a reason, or when it is not there', async () => {
    const person = await signedInPerson(server);
    const operator = await atConsole(server);
    const [id = ''] = sessionsOf((await operator.visit('/people/ada-0001')).body);
    const reader = await atConsole(server, rae);
    expect(sessionsOf((await reader.visit('/people/ada-0001')).body)).toEqual([]);
    const sent = await reader.send(await reader.visit('/people/ada-0001'), { session: id, why: 'x' }, ended);
    expect(sent.status).toBe(403);
    const page = await operator.visit(`/people/ada-0001/end-session?session=${id}`);
    const silent = await operator.send(page, { session: id, why: '' }, ended);
    expect(silent.body).toContain('Say why');
    for (const session of ['A'.repeat(43), 'A'.repeat(3_000), '', 'a b']) {
      const missed = await operator.send(page, { session, why: 'x' }, ended);
      expect([session.length, missed.body.includes('Nothing was written')]).toEqual([session.length, true]);
    }
    expect((await person.open('/account')).status).toBe(200);
  });

  test('ends, and the others go on', async () => {
    server.clock.advance(60);
    const lost = await signedInPerson(server);
    server.clock.advance(60);
    const kept = await signedInPerson(server);
    const operator = await atConsole(server);
    const [, id = ''] = sessionsOf((await operator.visit('/people/ada-0001')).body);
    const page = await operator.visit(`/people/ada-0001/end-session?session=${id}`);
    const done = await operator.send(page, { session: id, why: 'lost laptop' }, ended);
    expect([done.status, sessionsOf(done.body).includes(id)]).toEqual([200, false]);
    expect((await lost.open('/account')).status).toBe(303);
    expect((await kept.open('/account')).status).toBe(200);
    const [change] = await clients.changes(1);
    expect(change).toMatchObject({ account: 'ada-0001', why: 'lost laptop', after: { did: 'one session ended' } });
  });
});
