import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { localTableNames } from '../../infra/local/create-tables.ts';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { verifyClientSecret } from '../../shared/clients/client-secret.ts';
import { clientStore } from '../../shared/clients/client-store.ts';
import type { RegisteredClient } from '../../shared/clients/registered-client.ts';
import { authorize, day, noon, pixy as pixyElsewhere, type Ran, startWorkbench } from './pixy.ts';

const bench = await startWorkbench();
const { pixy } = bench;

const callback = 'https://app.example/callback';
const redirectUri = ['--redirect-uri', callback];
const confidential = [...redirectUri, '--auth-method', 'client_secret_basic'];

const stored = (clientId: string): Promise<RegisteredClient | undefined> =>
  clientStore(openDatabase(), localTableNames.clients, () => bench.clock.now).find(clientId);

async function add(clientId: string, ...flags: string[]): Promise<Ran> {
  const ran = await pixy('clients', 'add', clientId, ...flags, '--json');
  if (ran.exitCode !== 0) throw new Error(ran.errors);
  return ran;
}

/** Writes the list; a line of it, by its client. */
async function listLines() {
  const { output } = await pixy('clients', 'list');
  const lineOf = (clientId: string) => output.split('\n').find((line) => line.startsWith(`${clientId} `)) ?? '';
  return { output, lineOf };
}

describe('clients add refuses', () => {
  test.each([
    [['--redirect-uri', 'http://app.example/cb'], 'redirect_uris.0 is http on a host that is not a loopback address'],
    [['--redirect-uri', `${callback}#part`], 'redirect_uris.0 has a fragment'],
    [[], 'redirect_uris is empty'],
    [[...redirectUri, '--policy', 'none'], 'pkce_policy is none, and a public client must use PKCE'],
    [[...redirectUri, '--policy', 's256'], 'pkce_policy is not one of none, any, S256, inherit'],
    [[...redirectUri, '--mode', 'soft'], 'pkce_mode is not one of enforce, report'],
    [[...redirectUri, '--enforce-after', '30d'], 'pkce_enforce_after is given, and pkce_mode is not report'],
    [[...redirectUri, '--auth-method', 'tls'], 'token_endpoint_auth_method is not one of'],
    [[...redirectUri, '--grant-type', 'password'], 'grant_types.0 is not one of'],
    [[...redirectUri, '--grant-type', 'client_credentials'], 'grant_types has client_credentials'],
    [[...redirectUri, '--scope', 'a"b'], 'scope has a character that a scope value cannot have'],
    [[...redirectUri, '--claim', 'sub'], 'claims.0 is a claim that the server makes itself'],
  ])('%j', async (flags, sentence) => {
    const { exitCode, output, errors } = await pixy('clients', 'add', 'refused', ...flags);
    expect(errors).toContain(`Client refused: ${sentence}`);
    expect({ exitCode, output }).toEqual({ exitCode: 1, output: '' });
    expect(await stored('refused')).toBeUndefined();
  });

  test('and names every member that is wrong, of a file too', async () => {
    const document = { redirect_uris: ['x', callback, 'y'], scope: 7, pkce_mode: 'soft', disabled: 'no', nonsense: 1 };
    const file = join(bench.folder, 'wrong.json');
    await writeFile(file, JSON.stringify(document));
    const { errors } = await pixy('clients', 'add', 'wrong', '--file', file);
    for (const member of ['redirect_uris.0', 'redirect_uris.2', 'scope', 'pkce_mode', 'disabled', 'nonsense']) {
      expect(errors).toContain(`${member} `);
    }
    expect(errors).not.toContain('redirect_uris.1');
  });

  test('an id that is taken, a file that cannot be read, is no JSON, is a list, or names another client', async () => {
    const file = join(bench.folder, 'file.json');
    const withFile = (...argv: string[]) => pixy('clients', 'add', ...argv, '--file', file);
    expect(await pixy('clients', 'add', 'demo-app', ...redirectUri)).toMatchObject({
      exitCode: 1,
      errors: expect.stringContaining('There is already a client demo-app'),
    });
    expect((await withFile()).errors).toContain('cannot be read (ENOENT)');
    await writeFile(file, '{"client_secret": "hunter2",,}');
    const broken = await withFile('x');
    expect(broken.errors).toContain('is not JSON');
    expect(broken.errors).not.toContain('hunter2');
    await writeFile(file, '[]');
    expect(await withFile('x')).toMatchObject({ exitCode: 2, errors: expect.stringContaining('clients import') });
    await writeFile(file, '{"client_id": "one"}');
    expect(await withFile('two')).toMatchObject({
      exitCode: 2,
      errors: expect.stringContaining('client_id in the file is not two'),
    });
  });
});

describe('clients add', () => {
  test('registers the values of every --scope', async () => {
    const { output } = await add('twice', ...redirectUri, '--scope', 'openid', '--scope', 'profile email');
    expect(JSON.parse(output)).toMatchObject({ scope: 'openid profile email' });
  });

  test('registers a public client that inherits', async () => {
    expect((await add('public', ...redirectUri, '--name', 'Public app')).json()).toMatchObject({
      client_id: 'public',
      client_name: 'Public app',
      token_endpoint_auth_method: 'none',
      client_secrets: 0,
      pkce_policy: 'inherit',
      effective_policy: { policy: 'S256', origin: 'global default', mode: 'enforce', enforced: 'S256' },
      version: 1,
    });
  });

  test('takes metadata from standard input, and a secret that it brings is not shown', async () => {
    const secret = 'a-secret-that-another-server-made-000000';
    const input = JSON.stringify({ client_id: 'brought', redirect_uris: [callback], client_secret: secret });
    const ran = await pixyElsewhere(['clients', 'add', '--file', '-', '--local', bench.folder, '--json'], { input });
    expect(ran.exitCode).toBe(0);
    expect(ran.output).not.toContain(secret);
    expect(await verifyClientSecret(secret, (await stored('brought'))?.secretHashes[0] ?? '')).toBe(true);
  });

  test('lets in what an operator decides beside the registration', async () => {
    const flags = ['--mode', 'report', '--enforce-after', '2027-03-01', '--accept-lowercase-method', '--first-party'];
    expect((await add('operated', ...redirectUri, ...flags)).json()).toMatchObject({
      first_party: true,
      pkce_mode: 'report',
      pkce_enforce_after: '2027-03-01T00:00:00Z',
      pkce_accept_lowercase_method: true,
    });
    expect((await stored('operated'))?.pkce.enforceAfter).toBe(Date.parse('2027-03-01') / 1_000);
  });
});

describe('refresh tokens', () => {
  test('K12: of a client that keeps its own are among its switches, and can rotate again', async () => {
    const flags = ['--no-rotate-refresh-tokens', '--refresh-grace', '300'];
    expect((await add('keeper', ...confidential, ...flags)).json()).toMatchObject({
      rotate_refresh_tokens: false,
      refresh_token_grace: 300,
    });
    expect((await pixy('clients', 'list')).output).toMatch(/^keeper .*no rotation/m);
    const changed = ['--rotate-refresh-tokens', '--refresh-grace', 'inherit'];
    const { output } = await pixy('clients', 'set', 'keeper', ...changed, '--json');
    expect(JSON.parse(output)).toMatchObject({ rotate_refresh_tokens: true });
    expect(output).not.toContain('refresh_token_grace');
    expect((await pixy('clients', 'list')).output).not.toContain('no rotation');
  });

  test.each([
    ['--no-rotate-refresh-tokens', 'rotate_refresh_tokens is false, and the refresh tokens of a public client must'],
    ['--refresh-grace=soon', 'refresh_token_grace is not a number of seconds'],
    ['--refresh-grace=3601', 'refresh_token_grace is over an hour'],
  ])('are not kept or graced as a public client likes: %s', async (flag, sentence) => {
    const { exitCode, errors } = await pixy('clients', 'add', 'eager', ...redirectUri, flag);
    expect(errors).toContain(sentence);
    expect(exitCode).toBe(1);
  });
});

describe('IN3: a client that introspects', () => {
  test('is not a public one', async () => {
    const { exitCode, errors } = await pixy('clients', 'add', 'open-mail', ...redirectUri, '--may-introspect');
    expect(errors).toContain('may_introspect is true, and a public client cannot prove that it is the one asking');
    expect(exitCode).toBe(1);
  });

  test('is registered by a flag, which can be taken back', async () => {
    expect((await add('mail', '--for', 'machine', '--may-introspect')).json()).toMatchObject({ may_introspect: true });
    const { output } = await pixy('clients', 'set', 'mail', '--no-may-introspect', '--json');
    expect(JSON.parse(output)).toMatchObject({ may_introspect: false });
  });
});

describe('DP11: proofs of possession', () => {
  test('are needed of a client that is set so, which is listed, exported and can be taken back', async () => {
    const flags = ['--dpop-bound-access-tokens', '--dpop-nonce-required', '--dpop-replay-detection'];
    const members = { dpop_bound_access_tokens: true, dpop_nonce_required: true, dpop_replay_detection: true };
    expect((await add('proving-keys', ...redirectUri)).json()).not.toHaveProperty('dpop_bound_access_tokens');
    await pixy('clients', 'set', 'proving-keys', ...flags);
    expect((await pixy('clients', 'list')).output).toMatch(/^proving-keys .*bound tokens/m);
    const exported = JSON.parse((await pixy('clients', 'export', 'proving-keys')).output);
    expect(exported).toMatchObject([members]);
    const back = flags.map((flag) => flag.replace('--', '--no-'));
    const { output } = await pixy('clients', 'set', 'proving-keys', ...back, '--json');
    expect(JSON.parse(output)).toMatchObject({ dpop_bound_access_tokens: false, dpop_replay_detection: false });
    expect((await pixy('clients', 'list')).output).not.toContain('bound tokens');
  });
});

describe('switches', () => {
  test.each([
    ['strict', confidential, 'strict-auth-method', 'strict auth method'],
    ['pusher', confidential, 'require-pushed-authorization-requests', 'pushed requests only'],
    ['talkative', redirectUri, 'ignore-public-client-secret', 'ignored secret'],
    ['editor', redirectUri, 'accept-dotless-schemes', 'dotless schemes'],
  ])(
    'K1 K6 K11: %s is off, is listed and explained when it is on, and can be taken back',
    async (id, flags, name, shown) => {
      const member = name.replaceAll('-', '_');
      const added = await add(id, ...flags);
      expect(added.json()).not.toHaveProperty(member);
      expect((await pixy('policy', 'explain', id)).output).not.toContain(name.replaceAll('-', ' '));
      await pixy('clients', 'set', id, `--${name}`);
      expect((await pixy('clients', 'list')).output).toMatch(new RegExp(`^${id} .*${shown}`, 'm'));
      expect((await pixy('policy', 'explain', id)).output).toMatch(
        new RegExp(`^ +${name.replaceAll('-', ' ')} +on `, 'm'),
      );
      const { output } = await pixy('clients', 'set', id, `--no-${name}`, '--json');
      expect(JSON.parse(output)).toMatchObject({ [member]: false });
      expect((await pixy('clients', 'list')).output).not.toContain(shown);
    },
  );

  test('K6: a scheme without a dot is refused with what lets it in, and cannot outlive that', async () => {
    const uris = [...redirectUri, '--redirect-uri', 'cursor://editor/cb'];
    const { exitCode, errors } = await pixy('clients', 'add', 'dotless', ...uris);
    const sentence = 'redirect_uris.1 has a private-use scheme without a dot: use a reversed domain name, or switch on';
    expect(errors).toContain(sentence);
    expect(exitCode).toBe(1);
    await add('dotless', ...uris, '--accept-dotless-schemes');
    const taken = await pixy('clients', 'set', 'dotless', '--no-accept-dotless-schemes');
    expect(taken.errors).toContain(sentence);
    expect(taken.exitCode).toBe(1);
  });

  test('K11: a client that starts to authenticate cannot have its secret ignored', async () => {
    await add('proving', ...redirectUri, '--ignore-public-client-secret');
    const { exitCode, errors } = await pixy('clients', 'set', 'proving', '--auth-method', 'client_secret_basic');
    expect(errors).toContain('ignore_public_client_secret is true, and the client is not public');
    expect(exitCode).toBe(1);
  });
});

describe('a secret', () => {
  test('is shown once, stored as a hash, and in no answer after that', async () => {
    const { client_secret: secret } = (await add('secretive', ...confidential)).json();
    expect(secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
    const [hash = ''] = (await stored('secretive'))?.secretHashes ?? [];
    expect(hash).toMatch(/^sha256\$/);
    expect(await verifyClientSecret(secret, hash)).toBe(true);

    const commands = [
      ['clients', 'list'],
      ['clients', 'show', 'secretive'],
      ['clients', 'set', 'secretive', '--name', 'Secretive'],
      ['clients', 'export'],
      ['policy', 'log', '--limit', '1000'],
      ['policy', 'explain', 'secretive'],
    ];
    for (const command of commands) {
      for (const form of [[], ['--json']]) {
        const { exitCode, output } = await pixy(...command, ...form);
        expect(exitCode).toBe(0);
        expect(output).not.toContain(secret);
        expect(output).not.toContain(hash.slice('sha256$'.length));
      }
    }
  });

  test('is rotated: two are active until the old one is dropped, and a third has to wait', async () => {
    const { client_secret: old } = (await add('rotating', ...confidential)).json();
    const rotate = (...flags: string[]) => pixy('clients', 'set', 'rotating', ...flags, '--json');
    const works = async (secret: string) => {
      const hashes = (await stored('rotating'))?.secretHashes ?? [];
      return (await Promise.all(hashes.map((hash) => verifyClientSecret(secret, hash)))).includes(true);
    };
    expect(await rotate('--drop-old-secret')).toMatchObject({
      exitCode: 1,
      errors: expect.stringContaining('only one secret'),
    });

    const { client_secret: next, client_secrets: count } = (await rotate('--rotate-secret')).json();
    expect([count, await works(old), await works(next)]).toEqual([2, true, true]);
    expect((await rotate('--rotate-secret')).errors).toContain('already has two secrets');

    expect((await rotate('--drop-old-secret')).json()).toMatchObject({ client_secrets: 1 });
    expect([await works(old), await works(next)]).toEqual([false, true]);

    const { client_secret: last } = (await rotate('--rotate-secret', '--drop-old-secret')).json();
    expect([await works(next), await works(last)]).toEqual([false, true]);
  });

  test('is made for a client that starts to authenticate, and gone for one that stops', async () => {
    await add('turning', ...redirectUri);
    const set = (...flags: string[]) => pixy('clients', 'set', 'turning', ...flags, '--json');
    expect((await set('--rotate-secret')).errors).toContain('has no secret');
    expect((await set('--auth-method', 'client_secret_post')).json()).toMatchObject({
      client_secrets: 1,
      client_secret: expect.any(String),
    });
    expect((await set('--auth-method', 'client_secret_basic')).json()).not.toHaveProperty('client_secret');
    expect((await set('--auth-method', 'none')).json()).toMatchObject({ client_secrets: 0 });
  });
});

describe('clients set', () => {
  test('refuses a client that is not there', async () => {
    expect(await pixy('clients', 'set', 'nobody', '--policy', 'any')).toMatchObject({
      exitCode: 1,
      errors: 'error: There is no client nobody.\n',
    });
  });

  test('refuses a public client without PKCE, from whichever side it comes', async () => {
    await add('side-a', ...redirectUri);
    await add('side-b', ...confidential, '--policy', 'none');
    for (const [clientId, flags] of [
      ['side-a', ['--policy', 'none']],
      ['side-b', ['--auth-method', 'none']],
    ] as const) {
      const { exitCode, errors } = await pixy('clients', 'set', clientId, ...flags);
      expect(errors).toContain('pkce_policy is none, and a public client must use PKCE');
      expect(exitCode).toBe(1);
    }
    expect((await stored('side-b'))?.tokenEndpointAuthMethod).toBe('client_secret_basic');
  });

  test('refuses a redirect URI to remove that is not there, and what cannot be set', async () => {
    await add('fixed', ...confidential);
    const file = join(bench.folder, 'patch.json');
    await writeFile(file, JSON.stringify({ client_secret: 'mine', client_id: 'other', version: 9 }));
    expect((await pixy('clients', 'set', 'fixed', '--file', file)).errors).toMatch(
      /client_secret cannot be set; rotate it; client_id cannot be changed; version is not a member/,
    );
    expect((await pixy('clients', 'set', 'fixed', '--remove-redirect-uri', 'https://x.example')).errors).toContain(
      'has no redirect URI https://x.example',
    );
  });

  test('changes what is named and leaves the rest', async () => {
    await add('changing', ...confidential, '--name', 'Changing', '--scope', 'openid api');
    const flags = ['--add-redirect-uri', 'https://b.example/cb', '--remove-redirect-uri', callback, '--no-first-party'];
    const { output } = await pixy('clients', 'set', 'changing', ...flags, '--policy', 'any', '--why', 'moved');
    expect(output).toBe(
      [
        'Changed client changing (version 2).',
        `  redirect_uris: ["${callback}"] → ["https://b.example/cb"]`,
        '  pkce_policy: inherit → any',
        '  effective policy: any (client)',
        '',
      ].join('\n'),
    );
    expect(await stored('changing')).toMatchObject({ clientName: 'Changing', scope: ['openid', 'api'] });
  });

  test('S10: replaces the claims that it may ask for by name, and shows them', async () => {
    await add('asking', ...redirectUri, '--claim', 'department', '--claim', 'team', '--claim', 'team');
    expect((await stored('asking'))?.claims).toEqual(['department', 'team']);
    await pixy('clients', 'set', 'asking', '--claim', 'team');
    expect((await pixy('clients', 'show', 'asking')).output).toMatch(/^claims +\["team"\]$/m);
    const file = join(bench.folder, 'no-claims.json');
    await writeFile(file, '{"claims": null}');
    await pixy('clients', 'set', 'asking', '--file', file);
    expect(await stored('asking')).not.toHaveProperty('claims');
  });

  test('takes members away with null, and the date with report mode', async () => {
    await add('leaving', ...redirectUri, '--name', 'Leaving', '--mode', 'report', '--enforce-after', '90d');
    const file = join(bench.folder, 'null.json');
    await writeFile(file, '{"client_name": null}');
    const left = (await pixy('clients', 'set', 'leaving', '--file', file, '--mode', 'inherit', '--json')).json();
    for (const member of ['client_name', 'pkce_mode', 'pkce_enforce_after']) expect(left).not.toHaveProperty(member);
  });

  test('writes nothing when nothing changes', async () => {
    await add('same', ...redirectUri);
    const { output } = await pixy('clients', 'set', 'same', '--policy', 'inherit');
    expect(output).toContain('Nothing to change in client same (version 1)');
    expect((await pixy('policy', 'log', '--client', 'same', '--json')).json()).toHaveLength(1);
  });
});

describe('two admins who write at once', () => {
  test('the second gets a conflict, and the first loses nothing', async () => {
    await add('contended', ...redirectUri);
    const outcomes = await Promise.all(
      ['ada', 'grace', 'linus', 'barbara'].map((by) => pixy('clients', 'set', 'contended', '--name', by, '--by', by)),
    );
    const codes = outcomes.map(({ exitCode }) => exitCode);
    expect(codes.filter((code) => code !== 0 && code !== 3)).toEqual([]);
    expect(codes).toContain(0);
    const log: { by: string }[] = (await pixy('policy', 'log', '--client', 'contended', '--json')).json();
    const winners = ['ada', 'grace', 'linus', 'barbara'].filter((_, index) => codes[index] === 0);
    expect(log.map(({ by }) => by).filter((by) => winners.includes(by))).toHaveLength(winners.length);
    expect(log).toHaveLength(winners.length + 1);
    expect(log[0]?.by).toBe((await stored('contended'))?.clientName);
  });

  test('--if-version refuses to write over what somebody else wrote since', async () => {
    await add('versioned', ...redirectUri);
    await pixy('clients', 'set', 'versioned', '--name', 'First', '--if-version', '1');
    for (const command of [
      ['clients', 'set', 'versioned', '--name', 'Second'],
      ['clients', 'disable', 'versioned'],
      ['clients', 'remove', 'versioned'],
      ['waiver', 'grant', 'versioned', '--owner', 'ada', '--reason', 'x', '--until', '10d'],
    ]) {
      const { exitCode, errors } = await pixy(...command, '--if-version', '1');
      expect(errors).toContain('is now at version 2. Nothing was written');
      expect(exitCode).toBe(3);
    }
    expect(await stored('versioned')).toMatchObject({ clientName: 'First', disabled: false });
  });
});

describe('clients list', () => {
  test('shows every effective policy with its origin, mode, waiver, switches and state', async () => {
    await add('l-default', ...redirectUri);
    await add('l-own', ...confidential, '--policy', 'none');
    await add('l-waived', ...redirectUri);
    const waiver = ['--owner', 'ada', '--reason', 'the vendor', '--until', '2026-12-01'];
    await pixy('waiver', 'grant', 'l-waived', ...waiver);
    await pixy('clients', 'set', 'l-waived', '--policy', 'none');
    const flags = [
      '--mode',
      'report',
      '--enforce-after',
      '2027-01-01',
      '--accept-lowercase-method',
      '--accept-short-verifier',
    ];
    await add('l-report', ...confidential, '--policy', 'any', ...flags);
    await pixy('clients', 'disable', 'l-default');

    const { output, lineOf } = await listLines();
    expect(lineOf('l-default')).toMatch(/^l-default +public +S256 \(global default\) +enforce .*disabled$/);
    expect(lineOf('l-own')).toMatch(/^l-own +confidential +none \(client\) +enforce/);
    expect(lineOf('l-waived')).toMatch(/none \(waiver until 2026-12-01\) +enforce +until 2026-12-01/);
    expect(lineOf('l-report')).toMatch(/any \(client\) +report until 2027-01-01 +lowercase method, short verifier/);
    expect(output).toContain('Waivers that end within 14 days: l-waived (9 days left)');
  });

  test('shows floors, and what a waiver leaves behind when it ends', async () => {
    bench.clock.now = noon + 30 * day;
    expect((await listLines()).lineOf('l-waived')).toMatch(/any \(public client floor\) +enforce +ended 2026-12-01/);
    await pixy('policy', 'set', '--floor', 'any');
    expect((await listLines()).lineOf('l-own')).toMatch(/any \(floor\)/);
    await pixy('policy', 'set', '--floor', 'none');
    bench.clock.now = noon;
  });

  test('is by id, in JSON of RFC 7591 member names', async () => {
    const listed: { client_id: string }[] = (await pixy('clients', 'list', '--json')).json();
    const ids = listed.map(({ client_id: id }) => id);
    expect(ids).toEqual(ids.toSorted());
    expect(listed.find(({ client_id: id }) => id === 'l-report')).toMatchObject({
      redirect_uris: [callback],
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: ['authorization_code'],
      pkce_policy: 'any',
      pkce_mode: 'report',
      effective_policy: { policy: 'any', origin: 'client', mode: 'report', enforced: 'none' },
    });
  });

  test('shows no control character of a name', async () => {
    await add('painted', ...redirectUri, '--name', 'a\u001b[2Jb\nc');
    expect((await pixy('clients', 'show', 'painted')).output).toContain(
      'client_name                 a\ufffd[2Jb\ufffdc',
    );
  });
});

test('clients show tells of a client who changed it last, and of none that there is none', async () => {
  await add('shown', ...redirectUri, '--by', 'ada', '--why', 'for show');
  const { output } = await pixy('clients', 'show', 'shown');
  expect(output).toContain('effective policy            S256 (global default)');
  expect(output).toContain('changed                     2026-11-22 12:00 by ada: for show');
  expect(await pixy('clients', 'show', 'nobody')).toMatchObject({
    exitCode: 1,
    errors: expect.stringContaining('There is no client nobody'),
  });
});

test('a client with keys of its own has no secret', async () => {
  const file = join(bench.folder, 'keys.json');
  const jwks = { keys: [{ kty: 'EC', crv: 'P-256', x: 'x', y: 'y' }] };
  await writeFile(
    file,
    JSON.stringify({ redirect_uris: [callback], token_endpoint_auth_method: 'private_key_jwt', jwks }),
  );
  const added = (await add('keyed', '--file', file)).json();
  expect(added).toMatchObject({ client_secrets: 0, jwks });
  expect(added).not.toHaveProperty('client_secret');
  expect((await pixy('clients', 'set', 'keyed', '--policy', 'none', '--name', 'Keyed', '--json')).json()).toMatchObject(
    {
      jwks,
      pkce_policy: 'none',
      client_name: 'Keyed',
    },
  );
});

test('a record that cannot be understood is told, never taken for a client without PKCE', async () => {
  await add('broken', ...redirectUri);
  const database = openDatabase();
  const policy = async (value: string) =>
    database.update({
      TableName: localTableNames.clients,
      Key: { pk: 'client#broken', sk: 'record' },
      UpdateExpression: 'SET #value.pkce.#policy = :policy',
      ExpressionAttributeNames: { '#value': 'value', '#policy': 'policy' },
      ExpressionAttributeValues: { ':policy': value },
    });
  await policy('off');
  const { exitCode, errors } = await pixy('clients', 'show', 'broken');
  expect(errors).toMatch(
    /^error: The record client#\S+ cannot be read: pkce\.policy: [^\n]+ Put it right in the Clients table\.\n$/,
  );
  expect(exitCode).toBe(1);
  await policy('any');
});

test('clients remove takes a client out, and its id can be used again', async () => {
  await add('removed', ...redirectUri);
  expect((await pixy('clients', 'remove', 'removed', '--json')).json()).toEqual({
    client_id: 'removed',
    removed: true,
    version: 2,
  });
  expect((await pixy('clients', 'remove', 'removed')).exitCode).toBe(1);
  expect((await add('removed', ...redirectUri)).json()).toMatchObject({ version: 3 });
});

test('clients export writes what clients add takes, without secrets and waivers, and no file over another', async () => {
  await add('exported', ...redirectUri, '--mode', 'report', '--enforce-after', '90d', '--name', 'Exported');
  await pixy('waiver', 'grant', 'exported', '--owner', 'ada', '--reason', 'x', '--until', '10d');
  const file = join(bench.folder, 'export.json');
  expect((await pixy('clients', 'export', 'exported', '--output', file)).exitCode).toBe(0);
  expect((await pixy('clients', 'export', '--output', file)).errors).toContain('already exists');
  expect((await pixy('clients', 'export', 'nobody')).exitCode).toBe(1);

  const [document] = JSON.parse(await readFile(file, 'utf8')) as [Record<string, unknown>];
  const one = join(bench.folder, 'one.json');
  await writeFile(one, JSON.stringify({ ...document, client_id: 'copied' }));
  await pixy('clients', 'add', '--file', one);
  const { since, ...copied } = (await stored('copied')) as RegisteredClient;
  const original = (await stored('exported')) as RegisteredClient;
  const { waiver: _, ...pkce } = original.pkce;
  expect(since).not.toBe(original.since);
  expect(copied).toEqual({ ...original, clientId: 'copied', since: undefined, pkce });
});

test('a running server follows a change within 30 seconds', async () => {
  await add('followed', ...confidential);
  const none = { state: 'x' };
  expect(await authorize(bench, 'followed', callback, none)).toBe('code_challenge_required');
  await pixy('clients', 'set', 'followed', '--policy', 'none');
  bench.clock.now += 30;
  expect(await authorize(bench, 'followed', callback, none)).toBe('/sign-in');
  await pixy('policy', 'set', '--floor', 'S256');
  bench.clock.now += 30;
  expect(await authorize(bench, 'followed', callback, none)).toBe('code_challenge_required');
  await pixy('policy', 'set', '--floor', 'none');
  await pixy('clients', 'disable', 'followed');
  bench.clock.now += 30;
  expect(await authorize(bench, 'followed', callback)).toMatch(/^page 40/);
});
