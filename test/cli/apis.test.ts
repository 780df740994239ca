import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startWorkbench } from './pixy.ts';

const orders = 'https://api.example/orders';

const bench = await startWorkbench();
const { pixy } = bench;

describe('apis add refuses', () => {
  test.each([
    [['orders'], 'resource is not an absolute URI without a fragment'],
    [[`${orders}#x`], 'resource is not an absolute URI without a fragment'],
    [[orders, '--scope', 'a"b'], 'scope has a character that a scope value cannot have'],
    [[orders, '--access-token-lifetime', '59'], 'access_token_lifetime is below 60 seconds'],
    [[orders, '--access-token-lifetime', '86401'], 'access_token_lifetime is over a day'],
    [[orders, '--access-token-lifetime', '1.5'], 'access_token_lifetime is not a whole number of seconds'],
    [[orders, '--access-token-lifetime', 'long'], 'access_token_lifetime is not a number of seconds'],
    [[orders, '--access-token-lifetime', '-1'], 'access_token_lifetime is not a number of seconds'],
    [[orders, '--scope', 'read pixy:write'], 'scope has a value of the management API'],
    [[orders, '--access-token-typ', 'jwt'], 'access_token_typ is not one of at+jwt, JWT'],
    [[orders, '--introspected-by', 'a b'], 'introspected_by.0 is not a client id'],
  ])('%j', async (argv, sentence) => {
    const { exitCode, errors } = await pixy('apis', 'add', ...argv);
    expect(errors).toContain(sentence);
    expect(exitCode).toBe(1);
  });

  test('and names everything that is wrong at once', async () => {
    const { errors } = await pixy('apis', 'add', 'x', '--scope', '"', '--access-token-lifetime', '1');
    expect(errors).toMatch(/^error: API x: resource [^;]+; scope [^;]+; access_token_lifetime [^;]+\.\n$/);
  });

  test('one that is there', async () => {
    await pixy('apis', 'add', 'urn:example:twice');
    const { exitCode, errors } = await pixy('apis', 'add', 'urn:example:twice');
    expect({ exitCode, errors }).toEqual({
      exitCode: 1,
      errors: 'error: There is already an API urn:example:twice: change it with pixy apis set.\n',
    });
    await pixy('apis', 'remove', 'urn:example:twice');
  });
});

test('K4: no client is called like an API with tokens of the type JWT', async () => {
  await pixy('clients', 'add', 'urn:example:both', '--redirect-uri', 'https://app.example/callback');
  const typed = ['urn:example:both', '--access-token-typ', 'JWT'];
  const sentence = 'error: API urn:example:both: access_token_typ is JWT, and a client has the resource as its id.\n';
  expect(await pixy('apis', 'add', ...typed)).toMatchObject({ exitCode: 1, errors: sentence });
  await pixy('apis', 'add', 'urn:example:both');
  expect(await pixy('apis', 'set', ...typed)).toMatchObject({ exitCode: 1, errors: sentence });
  await pixy('clients', 'remove', 'urn:example:both');
  expect((await pixy('apis', 'set', ...typed)).output).toContain('access_token_typ: absent → JWT');
  const late = await pixy('clients', 'add', 'urn:example:both', '--redirect-uri', 'https://app.example/callback');
  expect(late.errors).toBe(
    'error: Client urn:example:both: client_id is the resource of an API with access_token_typ JWT.\n',
  );
  const [removal] = (await pixy('policy', 'log', '--client', 'urn:example:both', '--json')).json();
  const back = await pixy('policy', 'rollback', removal.id);
  expect(back.errors).toContain('client_id is the resource of an API with access_token_typ JWT');
  expect(back.exitCode).toBe(1);
  const file = join(bench.folder, 'clients-like-apis.json');
  const redirect_uris = ['https://app.example/callback'];
  await writeFile(file, JSON.stringify([{ client_id: 'urn:example:both', redirect_uris }]));
  const imported = await pixy('clients', 'import', file, '--format', 'rfc7591');
  expect(imported.output).toContain('client_id is the resource of an API with access_token_typ JWT');
  expect(imported.exitCode).toBe(1);
  await pixy('apis', 'set', 'urn:example:both', '--access-token-typ', 'at+jwt');
  expect((await pixy('apis', 'show', 'urn:example:both')).output).toMatch(/^access token typ +at\+jwt$/m);
  await pixy('apis', 'remove', 'urn:example:both');
});

describe('an API', () => {
  test('has the scope values of every --scope', async () => {
    await pixy('apis', 'add', 'urn:example:two', '--scope', 'read write', '--scope', 'cancel');
    const { output } = await pixy('apis', 'show', 'urn:example:two');
    expect(output).toMatch(/^scope +read write cancel$/m);
    await pixy('apis', 'remove', 'urn:example:two');
  });

  test('is added, listed, shown, changed and removed', async () => {
    const flags = ['--scope', 'read write read', '--access-token-lifetime', '300', '--introspected-by', 'shop'];
    expect((await pixy('apis', 'add', orders, ...flags, '--why', 'it is live')).output).toBe(
      `Added API ${orders} (version 1).\n`,
    );
    const [listed] = (await pixy('apis', 'list', '--json')).json();
    expect(listed).toEqual({
      resource: orders,
      scope: 'read write',
      access_token_lifetime: 300,
      introspected_by: ['shop'],
      version: 1,
      changed: { at: '2026-11-22T12:00:00Z', by: expect.any(String), why: 'it is live' },
    });
    expect((await pixy('apis', 'list')).output).toMatch(/^https:\/\/api\.example\/orders +read write +300 s +shop$/m);

    const changed = await pixy('apis', 'set', orders, '--add-scope', 'cancel', '--remove-scope', 'write');
    expect(changed.output).toBe(`Changed API ${orders} (version 2).\n  scope: read write → read cancel\n`);
    const back = await pixy('apis', 'set', orders, '--access-token-lifetime', 'default', '--not-introspected');
    expect(back.output).toContain('access_token_lifetime: 300 → absent\n  introspected_by: ["shop"] → absent');
    expect((await pixy('apis', 'show', orders)).output).toMatch(/^introspected by +nobody$/m);
    expect((await pixy('apis', 'set', orders, '--scope', 'read cancel')).output).toContain('Nothing to change');

    expect((await pixy('apis', 'remove', orders)).output).toBe(`Removed API ${orders} (version 4).\n`);
    expect((await pixy('apis', 'list')).output).toBe('There are no APIs.\n');
    expect((await pixy('apis', 'add', orders)).output).toBe(`Added API ${orders} (version 5).\n`);
  });

  test.each([['show'], ['set', '--scope', 'x'], ['remove']])(
    'that is not there is told: %s',
    async (verb, ...flags) => {
      const { exitCode, errors } = await pixy('apis', verb, 'urn:example:nothing', ...flags);
      expect({ exitCode, errors }).toEqual({ exitCode: 1, errors: 'error: There is no API urn:example:nothing.\n' });
    },
  );

  test('is not changed by a command that does not say what', async () => {
    expect(await pixy('apis', 'set', orders)).toMatchObject({ exitCode: 2, output: '' });
  });

  test('that somebody else changed meanwhile is a conflict', async () => {
    await pixy('apis', 'add', 'urn:example:busy');
    await pixy('apis', 'set', 'urn:example:busy', '--scope', 'a');
    const late = await pixy('apis', 'set', 'urn:example:busy', '--scope', 'b', '--if-version', '1');
    expect(late).toMatchObject({ exitCode: 3, output: '' });
    expect(late.errors).toContain('API urn:example:busy was changed by somebody else and is now at version 2');
    expect((await pixy('apis', 'remove', 'urn:example:busy', '--if-version', '1')).exitCode).toBe(3);
  });

  test('changed by two at once is changed by one', async () => {
    await pixy('apis', 'add', 'urn:example:raced');
    const runs = await Promise.all(
      ['a', 'b', 'c', 'd'].map((scope) =>
        pixy('apis', 'set', 'urn:example:raced', '--scope', scope, '--if-version', '1'),
      ),
    );
    expect(runs.map(({ exitCode }) => exitCode).toSorted((a, b) => a - b)).toEqual([0, 3, 3, 3]);
  });

  test('is in the change log: who, what and why', async () => {
    await pixy('apis', 'add', 'urn:example:logged', '--scope', 'a', '--by', 'grace', '--why', 'new');
    await pixy('apis', 'set', 'urn:example:logged', '--scope', 'b', '--by', 'grace');
    await pixy('apis', 'remove', 'urn:example:logged', '--by', 'grace', '--why', 'gone');
    const log: { api?: string; id: string }[] = (await pixy('policy', 'log', '--json', '--limit', '50')).json();
    const mine = log.filter(({ api }) => api === 'urn:example:logged');
    expect(mine).toMatchObject([
      { by: 'grace', why: 'gone', before: { scope: 'b' } },
      { before: { scope: 'a' }, after: { scope: 'b' } },
      { why: 'new', after: { resource: 'urn:example:logged', scope: 'a' } },
    ]);
    expect((await pixy('policy', 'log', '--limit', '50')).output).toMatch(/API urn:example:logged .*removed$/m);
    const { exitCode, errors } = await pixy('policy', 'rollback', mine[0]?.id ?? '');
    expect({ exitCode, errors }).toEqual({
      exitCode: 1,
      errors: `error: ${mine[0]?.id} is about API urn:example:logged: change it with pixy apis.\n`,
    });
  });

  test('is known to the running server', async () => {
    await pixy('apis', 'add', 'urn:example:live', '--scope', 'live:read');
    bench.clock.now += 31;
    const metadata = await (await fetch(`${bench.server.issuer}/.well-known/openid-configuration`)).json();
    expect((metadata as { scopes_supported: string[] }).scopes_supported).toContain('live:read');
    await pixy('apis', 'remove', 'urn:example:live');
    bench.clock.now += 31;
    const after = await (await fetch(`${bench.server.issuer}/.well-known/openid-configuration`)).json();
    expect((after as { scopes_supported: string[] }).scopes_supported).not.toContain('live:read');
  });
});
