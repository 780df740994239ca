import { describe, expect, onTestFinished, test } from 'vitest';
import { compose } from '../../functions/console/compose.ts';
import type { ConsoleDeps } from '../../functions/console/console-deps.ts';
import { relayRequest } from '../../functions/console/playground/relay-request.ts';
import type { Visit } from '../../functions/console/visit.ts';
import { openRuntime } from '../../functions/runtime.ts';
import { startGateway } from '../../infra/local/http-api-gateway.ts';
import { consoleRoutes } from '../../infra/routes.ts';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { clientStore } from '../../shared/clients/client-store.ts';
import { parseParameters } from '../../shared/oauth/parameters.ts';
import { auditor, managementToken, manager } from '../admin/admin.ts';
import { newPerson } from '../support/person.ts';
import { startTestServer, tables } from '../support/server.ts';
import { atConsole, consoleSettings, grace, norm, rae } from './operator.ts';

/* The playground as a part of the console: who gets it, and what the server tells its page. test/browser/console-playground.test.ts uses it. */

const wrappingKey = Buffer.alloc(32, 7).toString('base64url');
const other = { client_id: 'other', redirect_uris: ['https://other.example/cb'], token_endpoint_auth_method: 'none' };

const server = await startTestServer({
  clients: [auditor, other],
  accounts: [grace, rae, norm],
  environment: { ...consoleSettings, PIXY_WRAPPING_KEY: wrappingKey },
});
const clients = clientStore(openDatabase(), tables.clients, server.clock.now);

const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
const own = {
  response_type: 'code',
  client_id: 'pixy-playground',
  redirect_uri: `${server.issuer}/console/playground`,
  scope: 'openid',
  state: 'a-state',
  code_challenge: challenge,
  code_challenge_method: 'S256',
};
const answerTo = (request: Record<string, string>) => `/console/playground/answer?${new URLSearchParams(request)}`;

async function atPlayground(account = rae) {
  const operator = await atConsole(server, account);
  await operator.visit('/playground');
  return operator;
}

describe('the page', () => {
  test('is not for somebody who is not signed in, who comes back to it', async () => {
    const { status, headers } = await newPerson(server).open('/console/playground');
    expect([status, headers.location]).toEqual([303, expect.stringContaining('/authorize?')]);
    expect((await (await atConsole(server, rae)).visit('/playground')).target).toBe('/console/playground');
  });

  test('is not for somebody without rights, who reads a sentence, and makes no client', async () => {
    await clients.put('pixy-playground', undefined, { by: 'test', why: '' });
    const page = await (await atConsole(server, norm)).visit('/playground');
    expect([page.status, page.body.includes('not one of the operators')]).toEqual([403, true]);
    expect(await clients.find('pixy-playground')).toBeUndefined();
  });

  test('is there for whoever may read, with scripts of its own origin alone, and a way back', async () => {
    const { status, headers, body } = await (await atPlayground()).visit('/playground');
    expect([status, headers['content-security-policy']]).toEqual([200, expect.stringContaining("script-src 'self';")]);
    expect(headers['content-security-policy']).toContain("trusted-types 'none'");
    expect(headers['cache-control']).toBe('no-store');
    expect(body).not.toMatch(/<script>|\bstyle="|\bon[a-z]+="|\{\{\w+\}\}/);
    expect(body).toContain('data-client="pixy-playground"');
    expect(body).toContain('<a href="/console">Back to the console</a>');
  });

  test('every page of the console leads to it', async () => {
    expect((await (await atPlayground()).visit()).body).toContain('href="/console/playground"');
  });
});

test('its client has one redirect URI, no scope of the management API, and gets no refresh tokens', async () => {
  await atPlayground();
  expect(await clients.find('pixy-playground')).toMatchObject({
    redirectUris: [own.redirect_uri],
    postLogoutRedirectUris: [own.redirect_uri],
    tokenEndpointAuthMethod: 'none',
    grantTypes: ['authorization_code'],
    firstParty: true,
  });
  expect((await clients.find('pixy-playground'))?.scope.join(' ')).not.toContain('pixy:');
});

describe('how a request was answered', () => {
  test('is told neither to somebody who is not signed in nor to somebody without rights', async () => {
    const nobody = await newPerson(server).open(answerTo(own));
    const person = await atConsole(server, norm);
    await person.visit();
    const refused = await person.open(answerTo(own));
    expect([nobody.status, refused.status]).toEqual([303, 403]);
    expect(nobody.body + refused.body).not.toContain('code=');
  });

  test.each([
    ['of another client', answerTo({ ...own, client_id: 'other', redirect_uri: 'https://other.example/cb' })],
    ['of no client', answerTo({ ...own, client_id: '' })],
    ['of two clients', `${answerTo({ ...own, client_id: 'other' })}&client_id=pixy-playground`],
  ])('%s is not asked for', async (_, target) => {
    const operator = await atPlayground();
    const lines = server.auditLines.length;
    const { status, body } = await operator.open(target);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(body).not.toContain('code=');
    expect(server.auditLines.slice(lines).join('\n')).not.toContain('"endpoint":"authorize"');
  });

  test('of another client is not told by the name under which that pushed it', async () => {
    const operator = await atPlayground();
    const body = new URLSearchParams({ ...own, client_id: 'other', redirect_uri: 'https://other.example/cb' });
    const pushed = (await (await fetch(`${server.issuer}/par`, { method: 'POST', body })).json()) as {
      request_uri: string;
    };
    const { request_uri } = pushed;
    const { status, body: answer } = await operator.open(answerTo({ client_id: 'pixy-playground', request_uri }));
    expect([status, JSON.parse(answer).status]).toEqual([200, 400]);
    expect(answer).toContain('request_uri_of_another_client');
    expect(answer).not.toContain('code=');
  });

  test('that asks for a scope of the management API is told without one', async () => {
    const operator = await atPlayground(grace);
    const { body } = await operator.open(answerTo({ ...own, scope: 'openid pixy:read pixy:write pixy:delegate' }));
    expect(JSON.parse(body).headers.location).toContain('code=');
    const line = server.auditLines.findLast((one) => one.includes('"endpoint":"authorize"')) ?? '';
    expect(JSON.parse(line)).toMatchObject({ verdict: 'allowed', client: 'pixy-playground', dropped: 'scope' });
  });

  test.each(['cross-site', 'same-site', 'none'])('is not told to another page (%s)', async (site) => {
    const operator = await atPlayground();
    const { status, body } = await operator.open(answerTo(own), { headers: { 'sec-fetch-site': site } });
    expect([status, body]).toEqual([403, '{}']);
  });

  test('is told with its headers, without cookies, to the page alone', async () => {
    const operator = await atPlayground();
    const { status, headers, body } = await operator.open(answerTo(own), {
      headers: { 'sec-fetch-site': 'same-origin' },
    });
    expect([status, headers['cross-origin-resource-policy']]).toEqual([200, 'same-origin']);
    expect(headers['access-control-allow-origin']).toBeUndefined();
    const told = JSON.parse(body);
    expect(told).toMatchObject({ status: 302, body: '' });
    expect(told.headers.location).toMatch(/\/console\/playground\?code=[\w-]+&state=a-state&iss=/);
    expect(told.headers['x-request-id']).toBeDefined();
    expect(Object.keys(told.headers)).not.toContain('set-cookie');
  });

  test('is told when it is a refusal, with and without an address to go to', async () => {
    const operator = await atPlayground();
    const { code_challenge: _, code_challenge_method: __, ...without } = own;
    const missing = JSON.parse((await operator.open(answerTo(without))).body);
    expect(missing.headers.location).toContain('error=invalid_request');
    const lost = JSON.parse((await operator.open(answerTo({ ...own, redirect_uri: 'https://evil.example/' }))).body);
    expect([lost.status, lost.headers.location]).toEqual([400, undefined]);
    expect(lost.body).toContain('/errors#redirect_uri_not_registered');
  });

  test('is not known where the server cannot reach its own address', async () => {
    const rawQuery = String(new URLSearchParams(own));
    const query = parseParameters(rawQuery);
    if (!query.ok) throw new Error('the query cannot be read');
    const request = { rawQuery, header: () => undefined, cookies: new Map() };
    const visit = { request, query: query.value } as unknown as Visit;
    const shown = await relayRequest(visit, { issuer: 'http://localhost:1' } as ConsoleDeps);
    expect(shown).toMatchObject({ reply: { statusCode: 503, body: '{}' }, refused: 'store_unavailable' });
  });
});

describe('the audit line of a request', () => {
  test.each(['', 'unknown', 'a"b', 'x'.repeat(500)])('%j is not there', async (id) => {
    const operator = await atPlayground();
    const { status, body } = await operator.open(`/console/playground/decision?request=${encodeURIComponent(id)}`);
    expect([status, body]).toEqual([404, '{}']);
  });

  test('is told by its id, also when midnight was a moment ago', async () => {
    const operator = await atPlayground();
    const { code_challenge: _, code_challenge_method: __, ...without } = own;
    const told = JSON.parse((await operator.open(answerTo(without))).body);
    const ask = async () =>
      operator.open(`/console/playground/decision?request=${told.headers['x-request-id']}`).then(({ body }) => body);
    const line = JSON.parse(await ask());
    expect(line).toMatchObject({ verdict: 'refused', reason: 'code_challenge_required' });
    expect(JSON.parse(line.line)).toMatchObject({ endpoint: 'authorize', client: 'pixy-playground' });
    expect(line.words).toContain('pixy-playground');
  });

  test('is a 503 where the log cannot be searched, and the page does not ask for it before somebody does', async () => {
    const operator = await atPlayground();
    const alone = await startAlone();
    for (const [name, value] of operator.cookies) alone.person.cookies.set(name, value);
    const page = await alone.person.open('/console/playground');
    expect([page.status, page.body.includes('data-log="remote"')]).toEqual([200, true]);
    expect((await alone.person.open('/console/playground/decision?request=abc')).status).toBe(503);
  });
});

test('the rules are those of the management API, and nothing else is answered', async () => {
  const operator = await atPlayground();
  const query = 'client_id=pixy-playground&code_challenge_method=plain&scope=openid%20orders';
  const managed = await manager(server, await managementToken(server, auditor))('GET', `/policy/explain?${query}`);
  const shown = await operator.open(`/console/playground/explanation?${query}`);
  expect([managed.status, shown.status]).toEqual([200, 200]);
  expect(JSON.parse(shown.body)).toEqual(managed.json);
  for (const [asked, status] of [
    ['', 400],
    ['client_id=nobody', 404],
    ['client_id=pixy-playground&what=ever', 400],
  ]) {
    expect([asked, (await operator.open(`/console/playground/explanation?${asked}`)).status]).toEqual([asked, status]);
  }
});

test('what the page is made of is the same for everybody, and leaves no audit line', async () => {
  const lines = server.auditLines.length;
  for (const [name, type] of [
    ['main.js', 'text/javascript'],
    ['playground.css', 'text/css'],
  ]) {
    const { status, headers } = await newPerson(server).open(`/console/playground/${name}`);
    expect([status, headers['content-type']]).toEqual([200, `${type}; charset=utf-8`]);
  }
  expect(server.auditLines.length).toBe(lines);
  for (const name of ['playground.html', 'nothing.js', '__proto__', '..%2Ffiles.ts', 'files.ts']) {
    expect([name, (await newPerson(server).open(`/console/playground/${name}`)).status]).toEqual([name, 303]);
  }
});

test('no form is taken', async () => {
  const operator = await atConsole(server);
  const page = await operator.visit();
  for (const path of ['', '/answer', '/decision', '/explanation']) {
    expect((await operator.send(page, {}, `/console/playground${path}`)).status).toBe(405);
  }
});

/** The console by itself, as when it is deployed: without the lines of the audit log. */
async function startAlone() {
  const variables = Object.entries(tables).map(([table, name]) => [`PIXY_${table.toUpperCase()}_TABLE`, name]);
  const env = {
    ...Object.fromEntries(variables),
    ...consoleSettings,
    PIXY_ISSUER: server.issuer,
    PIXY_WRAPPING_KEY: wrappingKey,
  };
  const handler = compose(openRuntime(env, { now: server.clock.now, writeLine: () => undefined }));
  const gateway = await startGateway({ port: 0, routes: new Map(consoleRoutes.map(({ path }) => [path, handler])) });
  onTestFinished(() => gateway.close());
  return { person: newPerson({ ...server, port: gateway.port }) };
}
