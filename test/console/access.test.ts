import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { clientStore } from '../../shared/clients/client-store.ts';
import { documentStore } from '../../shared/clients/document-store.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { formType } from '../support/http.ts';
import { withoutOwnScripts } from '../support/markup.ts';
import { newPerson } from '../support/person.ts';
import { startTestServer, tables } from '../support/server.ts';
import { atConsole, consoleSettings, grace, norm, rae } from './operator.ts';

const hostile = '<script>alert(1)</script>"\'&';

const web = { redirect_uris: ['https://app.example/cb'], token_endpoint_auth_method: 'none' };

const server = await startTestServer({
  clients: [
    { ...web, client_id: 'app', client_name: hostile },
    { ...web, client_id: 'a/b?c', client_name: 'Odd' },
  ],
  accounts: [grace, rae, norm],
  environment: consoleSettings,
});

const paths = ['', '/adoption', '/policy', '/clients', '/clients/app', '/waivers', '/refusals', '/changes', '/audit'];
const accounts = accountStore(openDatabase(), tables.people);
const clients = clientStore(openDatabase(), tables.clients, server.clock.now);

describe('somebody who is not signed in', () => {
  test('is sent to /authorize with a challenge, and there is no token in any address', async () => {
    const { status, headers } = await newPerson(server).open('/console/clients?q=app');
    expect(status).toBe(303);
    const url = new URL(headers.location ?? '', server.issuer);
    expect(url.pathname).toBe('/authorize');
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      client_id: 'pixy-console',
      response_type: 'code',
      code_challenge_method: 'S256',
      scope: 'pixy:read pixy:write',
      redirect_uri: `${server.issuer}/console/callback`,
    });
    expect(url.searchParams.get('code_challenge')).toMatch(/^[\w-]{43}$/);
  });

  test('changes nothing by a form, and learns it', async () => {
    const body = 'default=none&floor=none&mode=enforce&why=x&version=0&form_token=x';
    const page = await newPerson(server).open('/console/policy', { method: 'POST', headers: formType, body });
    expect([page.status, page.body.includes('Nothing was changed')]).toEqual([403, true]);
    expect(await clients.policyVersion()).toBeUndefined();
  });
});

test('whoever signs in comes back to the page that they wanted', async () => {
  const page = await (await atConsole(server)).visit('/clients?q=app');
  expect([page.status, page.target]).toEqual([200, '/console/clients?q=app']);
  expect(page.body).toContain('value="app"');
});

test('a callback that another browser began signs nobody in', async () => {
  const { headers } = await newPerson(server).open('/console');
  const query = new URL(headers.location ?? '', server.issuer).searchParams;
  const other = await atConsole(server);
  const page = await other.open(`/console/callback?code=x&state=${query.get('state')}&iss=${server.issuer}`);
  expect([page.status, page.body.includes('Not signed in')]).toEqual([400, true]);
  expect(other.cookies.get('pixy_console')).toBeUndefined();
});

test.each(paths)('/console%s is a page with a strict policy, and holds no token', async (path) => {
  const operator = await atConsole(server);
  const { status, headers, body } = await operator.visit(path);
  expect(status).toBe(200);
  expect(headers['content-security-policy']).toMatch(
    /^default-src 'none'; style-src 'sha256-[\w+/]+='; img-src data:; base-uri 'none'; frame-ancestors 'none'; script-src 'sha256-[\w+/]{43}='$/,
  );
  expect(headers['cache-control']).toBe('no-store');
  expect(withoutOwnScripts(body)).not.toMatch(/<script|\bstyle="|\bon[a-z]+="|eyJ[\w-]+\./);
});

test('a name with markup is text', async () => {
  const operator = await atConsole(server);
  for (const path of ['/clients', '/clients/app']) {
    const { body } = await operator.visit(path);
    expect(body).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&quot;');
  }
});

test('an id that cannot stand in a path has a page, too', async () => {
  const operator = await atConsole(server);
  const link = /href="(\/console\/clients\/~[^"]+)"/.exec((await operator.visit('/clients')).body)?.[1] ?? '';
  expect((await operator.follow(link)).body).toContain('<h1>a/b?c</h1>');
});

test('a client by metadata document is shown as it was seen, and not changed', async () => {
  const app = await clients.find('app');
  if (!app) throw new Error('there is no such client');
  const clientId = 'https://agent.example/client.json';
  const seen = { ...app, clientId, clientName: 'Agent', clientClass: 'url', documentHash: 'x' } as const;
  await documentStore(openDatabase(), tables.clients).note(seen, server.clock.now());
  const operator = await atConsole(server);
  const { body } = await operator.visit('/clients?kind=not%20registered');
  expect(body).toContain('by a document of agent.example');
  const link = /href="(\/console\/clients\/~[^"]+)"/.exec(body)?.[1] ?? '';
  const page = await operator.follow(link);
  expect([page.status, page.body.includes('Agent'), page.body.includes(`${link}/edit`)]).toEqual([200, true, false]);
  expect((await operator.follow(`${link}/edit`)).status).toBe(404);
});

test('there is a page for what is not there', async () => {
  const operator = await atConsole(server);
  for (const path of ['/nothing', '/clients/none', '/changes/none', '/clients/app/nothing', '/clients/~']) {
    expect([path, (await operator.visit(path)).status]).toEqual([path, 404]);
  }
});

describe('somebody without rights', () => {
  test('reads a sentence, and how to ask for them', async () => {
    const { status, body } = await (await atConsole(server, norm)).visit();
    expect(status).toBe(403);
    expect(body).toContain('not one of the operators');
    expect(body).toContain('pixy accounts set norm-0001 --claim groups=support');
    expect(server.auditLines.at(-1)).toContain('"reason":"not_an_operator"');
  });

  test('who may read and not write is told so, and nothing is written', async () => {
    const reader = await atConsole(server, rae);
    const page = await reader.visit('/policy?default=none&floor=none&mode=enforce');
    expect(page.body).toContain('You may read, and not change it');
    expect((await reader.visit('/clients/app/edit')).status).toBe(403);
    expect((await reader.visit('/add-client')).status).toBe(403);
    const fields = { default: 'none', floor: 'none', mode: 'enforce', version: '0', why: 'x' };
    const sent = await reader.send(page, fields, '/console/policy');
    expect([sent.status, sent.body.includes('You may read, and not change')]).toEqual([403, true]);
    expect(await clients.policyVersion()).toBeUndefined();
  });

  test('whoever leaves the group is out at the next page, and whoever is disabled', async () => {
    const operator = await atConsole(server, rae);
    expect((await operator.visit()).status).toBe(200);
    const account = await accounts.findBySubject('rae-0001');
    if (!account) throw new Error('there is no such account');
    await accounts.change(account, { claims: { ...account.claims, groups: [] } }, server.clock.now());
    expect((await operator.visit()).status).toBe(403);
    await accounts.put({ ...rae, password: undefined });
    expect((await operator.visit()).status).toBe(200);
    await accounts.disable('rae-0001', server.clock.now());
    expect((await operator.open('/console')).status).toBe(401);
    await accounts.enable('rae-0001');
  });
});

describe('the session', () => {
  test('goes on after the token is over, without a sign-in', async () => {
    const operator = await atConsole(server);
    await operator.visit();
    const before = operator.cookies.get('pixy_console');
    server.clock.advance(601);
    expect((await operator.open('/console/clients')).status).toBe(200);
    expect(operator.cookies.get('pixy_console')).not.toBe(before);
  });

  test('ends with the session at the server', async () => {
    const operator = await atConsole(server);
    await operator.visit();
    operator.cookies.delete('pixy_session');
    expect((await operator.open('/console')).headers.location).toContain('/authorize?');
  });

  test('ends with the sign-out, and its cookie is worth nothing any more', async () => {
    const operator = await atConsole(server);
    const page = await operator.visit();
    const kept = operator.cookies.get('pixy_console') ?? '';
    const out = await operator.send(page, {}, '/console/sign-out');
    expect([out.status, out.body.includes('You have left the console')]).toEqual([200, true]);
    operator.cookies.set('pixy_console', kept);
    expect((await operator.open('/console')).status).toBe(401);
  });

  test('is worth nothing in a cookie that was changed', async () => {
    const operator = await atConsole(server);
    await operator.visit();
    const kept = operator.cookies.get('pixy_console') ?? '';
    operator.cookies.set('pixy_console', `${kept.slice(0, -6)}AAAAAA`);
    expect((await operator.open('/console')).status).toBe(303);
  });
});

describe('a form', () => {
  const fields = { default: 'any', floor: 'none', mode: 'enforce', version: '0', why: 'x' };

  test.each([
    ['without its token', { form_token: undefined }],
    ['with the token of somebody else', { form_token: 'A'.repeat(43) }],
  ])('%s changes nothing', async (_, other) => {
    const operator = await atConsole(server);
    const page = await operator.visit('/policy');
    const sent = await operator.send(page, { ...fields, ...other }, '/console/policy');
    expect(sent.status).toBeGreaterThanOrEqual(400);
    expect(server.auditLines.at(-1)).toContain('"reason":"form_token_invalid"');
    expect(sent.body).toContain('<a href="/console/policy">Open the page again</a>');
    expect(await clients.policyVersion()).toBeUndefined();
  });

  test('at a page that takes none is refused', async () => {
    const operator = await atConsole(server);
    expect((await operator.send(await operator.visit('/waivers'), {})).status).toBe(405);
  });
});

test('the console is a client that may be disabled like any other', async () => {
  const found = await clients.findVersion('pixy-console');
  expect(found?.value).toMatchObject({ tokenEndpointAuthMethod: 'none', scope: ['pixy:read', 'pixy:write'] });
  if (!found?.value) throw new Error('there is no such client');
  const operator = await atConsole(server);
  await operator.visit();
  await clients.put('pixy-console', { ...found.value, disabled: true }, { by: 'test', why: '' });
  expect((await operator.open('/console')).status).toBe(401);
  await clients.put('pixy-console', found.value, { by: 'test', why: '' });
});
