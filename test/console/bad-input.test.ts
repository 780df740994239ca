import { describe, expect, test } from 'vitest';
import { auditor, managementToken, manager } from '../admin/admin.ts';
import { startTestServer } from '../support/server.ts';
import { atConsole, consoleSettings, grace } from './operator.ts';

/* Whatever stands in an address or in a form gets a page with a sentence: never a 500, and never a 503, which means that AWS is at fault. */

const web = { redirect_uris: ['https://app.example/cb'], token_endpoint_auth_method: 'none' };

const server = await startTestServer({
  clients: [auditor, { ...web, client_id: 'app' }],
  accounts: [grace],
  environment: consoleSettings,
});

const values = {
  long: 'a'.repeat(3_000),
  wide: '\u{1f600}'.repeat(700),
  empty: '',
  nul: '\0',
  control: '\u0007\r\n',
  markup: '<script>alert(1)</script>',
  quotes: '"\' ) or 1 = 1 \\',
  path: '../../etc/passwd',
  name: '__proto__',
  half: '\ud83d',
};

const pages = {
  '': [],
  '/adoption': ['target', 'safe', 'move'],
  '/policy': ['default', 'floor', 'mode', 'floor_url', 'floor_dynamic'],
  '/clients': ['q', 'kind', 'policy', 'state'],
  '/refusals': ['days', 'order'],
  '/people': ['q', 'after'],
  '/people/grace-0001/end-app': ['app'],
  '/people/grace-0001/end-session': ['session'],
  '/changes': ['client', 'after'],
  '/audit': ['day', 'client', 'verdict', 'reason', 'endpoint', 'request'],
  '/playground/decision': ['request'],
  '/playground/explanation': ['client_id', 'code_challenge', 'code_challenge_method', 'scope', 'at', 'no_method'],
};

const cases = Object.entries(pages).flatMap(([path, names]) => names.map((name) => [path, name] as const));

test.each(cases)('/console%s?%s= answers everything with a page', async (path, name) => {
  const operator = await atConsole(server);
  await operator.visit();
  for (const [kind, value] of Object.entries(values)) {
    const { status, body } = await operator.open(`/console${path}?${name}=${encodeURIComponent(toWellFormed(value))}`);
    expect([kind, status < 500]).toEqual([kind, true]);
    expect(body).not.toContain('<script>alert(1)');
  }
});

test.each(['/changes?after=%FF', '/audit?day=%', '/people?q=a&q=b', '/clients?%zz'])(
  '/console%s cannot be read, and that is a sentence',
  async (target) => {
    const operator = await atConsole(server);
    await operator.visit();
    const { status, body } = await operator.open(`/console${target}`);
    expect([400, 404, 200]).toContain(status);
    expect(body).not.toContain('You cannot sign in from here');
  },
);

test.each(['/clients/', '/people/', '/changes/', '/people/x/', '/audit/'])(
  '/console%s<name> is a page',
  async (place) => {
    const operator = await atConsole(server);
    await operator.visit();
    for (const [kind, value] of Object.entries(values)) {
      const { status } = await operator.open(`/console${place}${encodeURIComponent(toWellFormed(value))}`);
      expect([kind, status < 500]).toEqual([kind, true]);
    }
  },
);

describe('what is too long or no id is refused with a sentence', () => {
  test.each([
    ['/changes?after=', 'a'.repeat(3_000), 'no page of the change log'],
    ['/changes?after=', 'a b', 'no page of the change log'],
    ['/changes?client=', 'a'.repeat(256), 'is not the id of a client'],
    ['/audit?request=', 'a'.repeat(101), 'is longer than'],
    ['/audit?client=', 'a'.repeat(256), 'is longer than'],
    ['/audit?reason=', 'a'.repeat(65), 'is longer than'],
    ['/audit?endpoint=', 'a'.repeat(33), 'is longer than'],
    ['/audit?day=', '0000-01-01', 'That is not a day'],
    ['/audit?day=', '9999-12-31', 'That is not a day'],
  ])('/console%s%s', async (path, value, sentence) => {
    const operator = await atConsole(server);
    await operator.visit();
    const { status, body } = await operator.open(`/console${path}${encodeURIComponent(value)}`);
    expect([status, body.includes(sentence)]).toEqual([400, true]);
    expect(server.auditLines.at(-1)).toContain('"reason":"query_invalid"');
  });
});

test('a form that names no app takes nothing back, and says so', async () => {
  const operator = await atConsole(server);
  const page = await operator.visit('/people/grace-0001/end-app?app=app');
  for (const app of ['a'.repeat(3_000), '\0', '']) {
    const sent = await operator.send(page, { app, why: 'x' }, '/console/people/grace-0001/end-app');
    expect([sent.status, sent.body.includes('Nothing was written')]).toEqual([400, true]);
  }
});

describe('a slash at the end', () => {
  test.each([
    ['/console/', '/console'],
    ['/console//', '/console'],
    ['/console/clients/', '/console/clients'],
    ['/console/clients/?q=app', '/console/clients?q=app'],
    ['/console/playground/', '/console/playground'],
  ])('%s leads to %s', async (target, to) => {
    const operator = await atConsole(server);
    await operator.visit();
    const { status, headers } = await operator.open(target);
    expect([status, headers.location]).toEqual([303, to]);
  });

  test('leads nowhere else', async () => {
    const operator = await atConsole(server);
    await operator.visit();
    for (const target of ['/console/%2F%2Fevil.example/', '/console/%0d%0aset-cookie:x/', '/console/\\evil.example/']) {
      const { headers } = await operator.open(target);
      expect([target, headers.location ?? '/console'].join(' ')).toMatch(/ \/console[^\r\n\\]*$/);
      expect(headers['set-cookie']).toBeUndefined();
    }
  });
});

test('the management API answers every query with a reason of its own', async () => {
  const manage = manager(server, await managementToken(server, auditor));
  const queries = {
    '/clients': ['limit', 'cursor'],
    '/clients/app': ['any'],
    '/scopes': ['limit', 'cursor'],
    '/policy': ['any'],
    '/policy/log': ['limit', 'cursor', 'client'],
    '/policy/explain': ['client_id', 'code_challenge', 'code_challenge_method', 'scope', 'at', 'no_challenge'],
  };
  const cursor = (text: string) => Buffer.from(text).toString('base64url');
  const all = { ...values, longCursor: cursor('a'.repeat(255)), oddCursor: cursor('#'), large: '1'.repeat(300) };
  for (const [path, names] of Object.entries(queries)) {
    for (const name of names) {
      for (const [kind, value] of Object.entries(all)) {
        const more = name !== 'client_id' && path === '/policy/explain' ? '&client_id=app' : '';
        const { status } = await manage('GET', `${path}?${name}=${encodeURIComponent(toWellFormed(value))}${more}`);
        expect([path, name, kind, status < 500]).toEqual([path, name, kind, true]);
      }
    }
  }
  for (const value of Object.values(values)) {
    for (const path of ['/clients/', '/scopes/']) {
      const { status } = await manage('GET', `${path}${encodeURIComponent(toWellFormed(value))}`);
      expect(status).toBeLessThan(500);
    }
  }
});

/** Half of a pair of surrogates cannot be encoded: it becomes what a browser makes of it. */
function toWellFormed(text: string): string {
  return text.toWellFormed();
}
