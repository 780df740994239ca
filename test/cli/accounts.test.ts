import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hashSync } from 'bcryptjs';
import { describe, expect, test } from 'vitest';
import { run } from '../../cli/run.ts';
import { localTableNames } from '../../infra/local/create-tables.ts';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { grantStore } from '../../shared/grants/grant-store.ts';
import { isOwnHash } from '../../shared/password.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { sessionStore } from '../../shared/people/session-store.ts';
import { linkStore } from '../../shared/upstream/link-store.ts';
import { newPerson } from '../support/person.ts';
import { pixy as pixyElsewhere, type Ran, startWorkbench } from './pixy.ts';

const bench = await startWorkbench();
const { pixy } = bench;
const port = Number(new URL(bench.server.issuer).port);

const people = localTableNames.people;
const accounts = () => accountStore(openDatabase(), people);
const sessions = () => sessionStore(openDatabase(), people);
const withInput = (input: string, ...argv: string[]): Promise<Ran> =>
  pixyElsewhere([...argv, '--local', bench.folder], { now: bench.clock.now, input });

async function done(...argv: string[]): Promise<Ran> {
  const ran = await pixy(...argv);
  if (ran.exitCode !== 0) throw new Error(ran.errors);
  return ran;
}

async function signsIn(username: string, password: string): Promise<boolean> {
  const person = newPerson({ port });
  return (await person.submit(await person.open('/sign-in'), { username, password })).status === 200;
}

/** A session as a sign-in starts it, without the time that the password takes. */
async function startSession(username: string): Promise<void> {
  const { sub = '', epoch = 0 } = (await accounts().findByUsername(username)) ?? {};
  await sessions().start({ sub, epoch, amr: ['pwd'], now: bench.clock.now, lifetime: 3_600 });
}

/** A file in the data folder. */
async function fileOf(name: string, content: unknown): Promise<string> {
  const file = join(bench.folder, name);
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

const good = 'quiet orange river';

describe('a username that is the subject of somebody else', () => {
  const sub = '5f0a6c1e-victim';
  const squatterSub = '5f0a6c1e-squatter';
  const ambiguous = `error: ${sub} is a name of one account and the sub of another: write sub:${squatterSub} or sub:${sub}.\n`;

  test('is refused by every command, which changes nobody', async () => {
    await done('accounts', 'add', 'victim', '--sub', sub);
    await done('accounts', 'add', sub, '--sub', squatterSub);
    const commands = [
      ['show'],
      ['disable'],
      ['enable'],
      ['set', '--claim', 'nickname=x'],
      ['set-password', '--generate'],
      ['set-password', '--link'],
      ['invite'],
      ['sessions'],
      ['revoke-sessions'],
      ['export'],
      ['remove', '--yes'],
    ];
    for (const [command = '', ...flags] of commands) {
      const { exitCode, errors } = await pixy('accounts', command, sub, ...flags);
      expect({ command, exitCode, errors }).toEqual({ command, exitCode: 1, errors: ambiguous });
    }
    const versions = [await accounts().findBySubject(sub), await accounts().findBySubject(squatterSub)];
    expect(versions.map((account) => account?.version)).toEqual([1, 1]);
  });

  test('does not become the account that another name means', async () => {
    expect((await done('accounts', 'disable', 'victim')).output).toContain('Disabled account victim.');
    expect((await accounts().findBySubject(squatterSub))?.disabledAt).toBeUndefined();
    const { output } = await done('accounts', 'enable', 'victim', '--json');
    expect(JSON.parse(output)).toMatchObject({ sub, username: 'victim' });
  });

  test('is told from the subject by sub:, which is never a name', async () => {
    expect(JSON.parse((await done('accounts', 'show', `sub:${sub}`, '--json')).output)).toMatchObject({ sub });
    expect(JSON.parse((await done('accounts', 'show', `sub:${squatterSub}`, '--json')).output)).toMatchObject({
      sub: squatterSub,
    });
    await done('accounts', 'add', 'sub:nobody');
    const { errors } = await pixy('accounts', 'disable', 'sub:nobody');
    expect(errors).toBe('error: There is no account sub:nobody.\n');
  });
});

describe('S3: a username from before that is compared as an address', () => {
  const username = 'squatted\uff20example.com';
  const added = () => accounts().add({ username, claims: {} }, bench.clock.now);

  test('gets no link that is meant for the address, and stays when something else changes', async () => {
    await added();
    for (const command of [['invite'], ['set-password', '--link']]) {
      const { errors } = await pixy('accounts', ...command, 'squatted@example.com');
      expect(errors).toContain('There is no account with the address squatted@example.com');
    }
    expect((await pixy('accounts', 'show', 'squatted@example.com')).errors).toContain('There is no account');
    const file = await fileOf('taken.json', [{ email: 'squatted@example.com' }]);
    expect((await pixy('accounts', 'import', file)).output).toContain(
      'email belongs to an account that already exists',
    );
    await done('accounts', 'set', username, '--claim', 'name=Before');
    expect(await accounts().findByUsername(username)).toMatchObject({ username, claims: { name: 'Before' } });
    expect((await pixy('accounts', 'set', username, '--username', 'o\ufb03ce')).errors).toContain(
      'another form of “ffi”',
    );
    expect((await done('accounts', 'set', username, '--username', 'squatter')).output).toContain(
      'Changed account squatter',
    );
    await done('accounts', 'add', '--email', 'squatted@example.com');
    expect((await done('accounts', 'invite', 'Squatted@Example.com')).output).toContain(
      'Invited account squatted@example.com',
    );
  });

  test('a username with an @ is no address either', async () => {
    await done('accounts', 'add', 'named@example.com');
    expect((await pixy('accounts', 'invite', 'named@example.com')).errors).toContain('no account with the address');
    expect((await done('accounts', 'show', 'named@example.com')).output).toContain('named@example.com');
  });
});

describe('accounts add refuses', () => {
  test.each([
    [['add'], 'username is missing, and so is email'],
    [['add', '  '], 'username is empty'],
    [['add', 'x'.repeat(201)], 'username is longer than 200 characters'],
    [['add', 'refused', '--email', 'nobody'], 'email is not an email address'],
    [['add', 'refused', '--sub', 'with space'], 'claims.sub is not 1 to 255 visible ASCII characters'],
    [['add', 'demo'], 'There is already an account demo'],
    [['add', 'o\ufb03ce'], 'username has “\ufb03” (U+FB03), another form of “ffi”'],
    [['add', 'refused', '--email', 'a\uff20b@example.com'], 'email has “\uff20” (U+FF20), another form of “@”'],
    [['add', 'refused', '--email', 'DEMO'], 'email is not an email address'],
  ])('%j', async (argv, sentence) => {
    const ran = await pixy('accounts', ...argv);
    expect(ran).toMatchObject({ exitCode: 1, output: '', errors: expect.stringContaining(sentence) });
    expect(await accounts().findByUsername('refused')).toBeUndefined();
  });

  test.each([
    [['--claim', 'novalue'], 'is not of the form name=value'],
    [['--claim', 'address={"a":'], 'looks like JSON but is not valid JSON'],
    [['--generate', '--password-stdin'], 'Use only one of --password, --password-stdin and --generate'],
    [['--password'], 'There is no terminal to ask for the password'],
  ])('a command line with %j', async (flags, sentence) => {
    const ran = await pixy('accounts', 'add', 'refused', ...flags);
    expect(ran).toMatchObject({ exitCode: 2, errors: expect.stringContaining(sentence) });
  });

  test.each([
    ['short', 'is shorter than 10 characters'],
    ['aaaaaaaaaaaaaa', 'repeats the same one to three characters'],
    ['Basketball', 'is one of the most common ones'],
    ['refused@example.com', 'is the same as the username or the email address'],
  ])('the password %s, without repeating it', async (typed, sentence) => {
    const ran = await withInput(
      `${typed}\n`,
      'accounts',
      'add',
      'refused',
      '--email',
      'refused@example.com',
      '--password-stdin',
    );
    expect(ran.errors).toContain(`The password ${sentence}`);
    expect(ran.errors).not.toContain(`"${typed}"`);
    expect(await accounts().findByUsername('refused')).toBeUndefined();
  });

  test('a password as an argument', async () => {
    expect((await pixy('accounts', 'add', 'refused', '--password', good)).exitCode).toBe(2);
  });
});

test('an account that is not there is told so by every command that names one', async () => {
  for (const argv of [
    ['show'],
    ['disable'],
    ['enable'],
    ['remove', '--yes'],
    ['invite'],
    ['sessions'],
    ['revoke-sessions'],
    ['set-password', '--generate'],
    ['set', '--claim', 'name=x'],
    ['export'],
  ]) {
    const [command = '', ...flags] = argv;
    const ran = await pixy('accounts', command, 'nobody-at-all', ...flags);
    expect(ran).toMatchObject({ exitCode: 1, errors: expect.stringContaining('There is no account nobody-at-all') });
  }
});

test('an account that is added with a password from standard input signs in with it, by name and address', async () => {
  const ran = await withInput(
    `${good}\n`,
    'accounts',
    'add',
    'Ada',
    '--email',
    'ada@example.com',
    '--claim',
    'name=Ada Lovelace',
    '--claim',
    'email_verified=true',
    '--claim',
    'address={"country":"GB"}',
    '--password-stdin',
    '--json',
  );
  expect(ran.json()).toMatchObject({
    username: 'Ada',
    email: 'ada@example.com',
    claims: { name: 'Ada Lovelace', email: 'ada@example.com', email_verified: true, address: { country: 'GB' } },
    disabled: false,
    password: 'argon2id',
  });
  expect(ran.output).not.toContain(good);
  expect(await signsIn('ada', good)).toBe(true);
  expect(await signsIn('ada@example.com', good)).toBe(true);
});

test('a password that is made is shown once, and works', async () => {
  const { generated_password: made, ...shown } = (
    await done('accounts', 'add', 'generated', '--generate', '--json')
  ).json();
  expect(made).toMatch(/^([a-z2-9]{5}-){3}[a-z2-9]{5}$/);
  expect(await signsIn('generated', made)).toBe(true);
  expect((await done('accounts', 'show', 'generated', '--json')).json()).toEqual(shown);
});

test('a password can be asked for, twice and unseen', async () => {
  const ask = async (...answers: string[]) => {
    let errors = '';
    const questions: string[] = [];
    const exitCode = await run(['accounts', 'set-password', 'generated', '--password', '--local', bench.folder], {
      write: () => {},
      writeError: (text) => {
        errors += text;
      },
      readInput: async () => '',
      askSecret: async (question) => {
        questions.push(question);
        return answers.shift() ?? '';
      },
      env: {},
      now: () => bench.clock.now,
    });
    return { exitCode, errors, questions };
  };
  expect(await ask(good, 'something else')).toMatchObject({
    exitCode: 1,
    errors: expect.stringContaining('not the same'),
  });
  expect(await ask(good, good)).toMatchObject({ exitCode: 0, questions: ['Password: ', 'Again: '] });
  expect(await signsIn('generated', good)).toBe(true);
});

describe('accounts set', () => {
  test('changes names and claims, takes claims away, and leaves the rest', async () => {
    await done(
      'accounts',
      'add',
      'before',
      '--email',
      'before@example.com',
      '--claim',
      'nickname=B',
      '--claim',
      'name=Be Fore',
    );
    const changed = (
      await done(
        'accounts',
        'set',
        'before',
        '--username',
        'after',
        '--email',
        'after@example.com',
        '--claim',
        'nickname=',
        '--json',
      )
    ).json();
    expect(changed).toMatchObject({ username: 'after', email: 'after@example.com', version: 2 });
    expect(changed.claims).toEqual({ name: 'Be Fore', email: 'after@example.com', email_verified: false });
    expect((await pixy('accounts', 'show', 'before@example.com')).exitCode).toBe(1);
    await done('accounts', 'add', 'before');
  });

  test('refuses nothing, the last name, the sub, the name of another, and a version that is over', async () => {
    const { version } = (await done('accounts', 'add', 'only', '--json')).json();
    expect((await pixy('accounts', 'set', 'only')).exitCode).toBe(2);
    expect((await pixy('accounts', 'set', 'only', '--no-username')).errors).toContain('username is missing');
    expect((await pixy('accounts', 'set', 'only', '--claim', 'sub=other')).errors).toContain('never changes');
    expect((await pixy('accounts', 'set', 'only', '--username', 'demo')).errors).toContain(
      'There is already an account demo',
    );
    expect(
      (await pixy('accounts', 'set', 'only', '--claim', 'name=x', '--if-version', String(version + 1))).exitCode,
    ).toBe(3);
  });
});

describe('accounts list', () => {
  test('comes in pages that have every account once', async () => {
    const all = (await done('accounts', 'list', '--all', '--json'))
      .json()
      .accounts.map(({ sub }: { sub: string }) => sub);
    const seen: string[] = [];
    let after: string[] = [];
    for (let pages = 0; pages < 20; pages += 1) {
      const page = (await done('accounts', 'list', '--limit', '2', ...after, '--json')).json();
      expect(page.accounts.length).toBeLessThanOrEqual(2);
      seen.push(...page.accounts.map(({ sub }: { sub: string }) => sub));
      if (page.next === undefined) break;
      after = ['--after', page.next];
    }
    expect(seen.toSorted()).toEqual(all.toSorted());
    expect(new Set(seen).size).toBe(seen.length);
  });

  test('finds people by the beginning of a name, in any spelling that counts as the same, and nobody by its middle', async () => {
    await done('accounts', 'add', 'zo\u00eb.west');
    await done('accounts', 'add', 'second', '--email', 'Zoo@example.com');
    const found = async (begins: string) =>
      (await done('accounts', 'list', '--begins', begins, '--all', '--json'))
        .json()
        .accounts.map(({ username }: { username: string }) => username);
    expect(await found('ZO')).toEqual(['second', 'zo\u00eb.west']);
    expect(await found('zoe\u0308')).toEqual(['zo\u00eb.west']);
    expect(await found('west')).toEqual([]);
    expect((await done('accounts', 'list', '--begins', 'x_%*')).output).toBe(
      'There is no account whose name begins with x_%*.\n',
    );
  });

  test('shows no hash, and how each account stands', async () => {
    await done('accounts', 'add', 'without');
    const { output } = await done('accounts', 'list', '--all');
    expect(output).toMatch(/^without .* none .* without password$/m);
    expect(output).not.toContain('$argon2id$');
    expect((await pixy('accounts', 'list', '--limit', '0')).exitCode).toBe(2);
  });
});

describe('accounts disable', () => {
  test('ends sessions and grants, and keeps the person out until enable', async () => {
    const { sub } = (await withInput(good, 'accounts', 'add', 'leaver', '--password-stdin', '--json')).json();
    const now = bench.clock.now;
    await startSession('leaver');
    const grants = grantStore(openDatabase(), localTableNames.grants);
    const grant = {
      id: 'grant-of-leaver', state: 'issued', clientId: 'demo-app', sub, epoch: 0, clientEpoch: 0, scope: ['openid'], resources: [], redirectUri: 'https://app.example/',
      redirectUriSent: true, authTime: now, amr: ['pwd'], acr: '1fa', issuedAt: now, expiresAt: now + 60,
    } as const; // biome-ignore format: a record
    await grants.issue(grant as Parameters<typeof grants.issue>[0]);
    await grants.issue({ ...grant, id: 'grant-of-other', sub: 'somebody-else' } as Parameters<typeof grants.issue>[0]);

    const disabled = (await done('accounts', 'disable', 'leaver', '--json')).json();
    expect(disabled).toMatchObject({ disabled: true, ended_sessions: 1, revoked_grants: 1 });
    expect(await sessions().list(sub, now)).toEqual([]);
    expect((await grants.find('grant-of-leaver'))?.state).toBe('revoked');
    expect((await grants.find('grant-of-other'))?.state).toBe('issued');
    expect(await signsIn('leaver', good)).toBe(false);
    expect((await pixy('accounts', 'invite', 'leaver')).errors).toContain('is disabled: enable it first');

    expect((await done('accounts', 'enable', 'leaver', '--json')).json()).toMatchObject({ disabled: false });
    expect(await signsIn('leaver', good)).toBe(true);
  });
});

describe('accounts remove', () => {
  test('asks for --yes, and then leaves nothing', async () => {
    const { sub } = (
      await withInput(
        good,
        'accounts',
        'add',
        'removed',
        '--email',
        'removed@example.com',
        '--password-stdin',
        '--json',
      )
    ).json();
    await startSession('removed');
    expect((await pixy('accounts', 'remove', 'removed')).errors).toContain('Add --yes');
    expect(await signsIn('removed', good)).toBe(true);
    for (const pk of [`consents#${sub}`, `totp#${sub}`]) {
      await openDatabase().put({ TableName: people, Item: { pk, sk: 'totp' } });
    }
    await done('accounts', 'remove', 'removed', '--yes');
    const left = await Promise.all(
      ['account', 'sessions', 'consents', 'totp'].map((kind) =>
        openDatabase().query({
          TableName: people,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': `${kind}#${sub}` },
        }),
      ),
    );
    expect(left.flat()).toEqual([]);
    await done('accounts', 'add', 'removed', '--email', 'removed@example.com');
  });
});

describe('accounts sessions', () => {
  test('are listed without their ids of the cookie, and end one by one or all', async () => {
    await withInput(good, 'accounts', 'add', 'roamer', '--password-stdin');
    expect(await signsIn('roamer', good)).toBe(true);
    await startSession('roamer');
    await startSession('roamer');
    const listed = (await done('accounts', 'sessions', 'roamer', '--json')).json();
    expect(listed).toHaveLength(3);
    expect(listed[0]).toMatchObject({ amr: ['pwd'], auth_time: '2026-11-22T12:00:00Z' });
    expect((await pixy('accounts', 'revoke-sessions', 'roamer', '--session', 'x')).exitCode).toBe(1);
    expect((await done('accounts', 'revoke-sessions', 'roamer', '--session', listed[0].id)).output).toContain(
      'Ended 1 session',
    );
    expect((await done('accounts', 'revoke-sessions', 'roamer', '--json')).json()).toMatchObject({ ended_sessions: 2 });
    expect((await done('accounts', 'sessions', 'roamer')).output).toContain('Nobody is signed in');
  });

  test('end with a new password, unless they are kept', async () => {
    await startSession('roamer');
    await done('accounts', 'set-password', 'roamer', '--generate', '--keep-sessions');
    expect((await done('accounts', 'sessions', 'roamer', '--json')).json()).toHaveLength(1);
    await done('accounts', 'set-password', 'roamer', '--generate');
    expect((await done('accounts', 'sessions', 'roamer', '--json')).json()).toEqual([]);
    expect(await signsIn('roamer', good)).toBe(false);
  });
});

describe('accounts invite', () => {
  const open = async (link: string) => newPerson({ port }).open(link.slice(bench.server.issuer.length));

  test('makes a link to the running server that works, and show does not tell it again', async () => {
    await done('accounts', 'add', 'guest');
    const { link, expires_at } = (await done('accounts', 'invite', 'guest', '--json')).json();
    expect(expires_at).toBe('2026-11-29T12:00:00Z');
    expect((await open(link)).status).toBe(200);
    const shown = await done('accounts', 'show', 'guest', '--json');
    expect(shown.json().invitation).toEqual({ purpose: 'invitation', expires_at });
    expect(shown.output).not.toContain(link.split('.').at(-1));
    const { output } = await done('accounts', 'invite', 'guest', '--expires', '2d');
    expect(output).toContain('until 2026-11-24 12:00 UTC');
    expect((await open(link)).status).toBe(404);
  });

  test.each([
    [['--expires', '2020-01-01'], 'is in the past'],
    [['--expires', '31d'], 'more than 30 days away'],
    [['--issuer', 'https://sign-in.example.com/'], 'is not an origin'],
  ])('refuses %j', async (flags, sentence) => {
    expect(await pixy('accounts', 'invite', 'guest', ...flags)).toMatchObject({
      exitCode: 2,
      errors: expect.stringContaining(sentence),
    });
  });

  test('is for those without a password; for the others there is set-password --link', async () => {
    expect((await pixy('accounts', 'invite', 'demo')).errors).toContain(
      'already has a password: run pixy accounts set-password --link',
    );
    const { link, expires_at } = (await done('accounts', 'set-password', 'demo', '--link', '--json')).json();
    expect(expires_at).toBe('2026-11-23T12:00:00Z');
    expect((await open(link)).status).toBe(200);
    expect(await signsIn('demo', 'pixie-dust')).toBe(true);
    expect((await pixy('accounts', 'set-password', 'demo', '--link', '--generate')).exitCode).toBe(2);
  });

  test('S13: with --everything, the link says that it removes everything, and so do show and the page', async () => {
    const { output } = await done('accounts', 'set-password', 'demo', '--link', '--everything');
    expect(output).toContain('also removes every passkey, every linked account and the authenticator app');
    expect((await open(/http\S+/.exec(output)?.[0] ?? '')).body).toContain('This link also removes');
    expect((await done('accounts', 'show', 'demo')).output).toContain('reset of everything, until 2026-11-23');
    expect((await done('accounts', 'show', 'demo', '--json')).json().invitation).toMatchObject({ everything: true });
    expect((await pixy('accounts', 'set-password', 'demo', '--generate', '--everything')).errors).toContain(
      'add --link',
    );
    await done('accounts', 'set-password', 'demo', '--link');
    expect((await done('accounts', 'show', 'demo')).output).not.toContain('everything');
  });
});

describe('accounts import', () => {
  const hash = hashSync(good, 4);

  test('writes nothing when one entry is refused, and names file, entry and member', async () => {
    const file = await fileOf('mixed.json', [
      { username: 'taken-over' },
      { username: 'demo' },
      { username: 'bad', password_hash: 'hunter2' },
    ]);
    const ran = await pixy('accounts', 'import', file);
    expect(ran.exitCode).toBe(1);
    expect(ran.output).toContain('entry 2 (demo)  username belongs to an account that already exists');
    expect(ran.output).toContain('entry 3 (bad)');
    expect(ran.errors).toContain('2 entries cannot be imported');
    expect(ran.output + ran.errors).not.toContain('hunter2');
    expect(await accounts().findByUsername('taken-over')).toBeUndefined();
    expect((await done('accounts', 'import', file, '--skip-refused')).output).toContain('Added 1 account, skipped 2');
  });

  test.each([
    ['{', [], 1, 'is not a JSON array'],
    ['a,a\n', ['--format', 'csv'], 1, 'has the same name for columns 1 and 2'],
    ['username,a,a[]\nx,1,2\n', ['--format', 'csv', '--claim-column', 'a'], 1, 'has the column a twice'],
    ['[]', ['--format', 'firebase'], 2, 'together: without the parameters'],
    ['[]', ['--format', 'xml'], 2, 'Allowed choices'],
    ['{"realm":"x","users":[]}', [], 1, 'is a Keycloak realm export: use --format keycloak'],
    [
      'username,user_pass\nada,x\n',
      ['--format', 'csv'],
      1,
      'has the column user_pass, which is no member of an account',
    ],
    ['[]', ['--claim-map', '/dev/null'], 1, '/dev/null is not a JSON object of texts'],
  ])('refuses a file %j with %j', async (text, flags, exitCode, sentence) => {
    const ran = await pixy('accounts', 'import', await fileOf('unreadable', text), ...flags);
    expect(ran).toMatchObject({ exitCode, errors: expect.stringContaining(sentence) });
  });

  test('a second run of a file changes nothing and says so, and goes on with what is missing', async () => {
    const file = await fileOf('twice.json', [{ username: 'first-run', claims: { name: 'First' } }]);
    expect((await done('accounts', 'import', file)).output).toContain('Added 1 account, skipped 0.');
    const before = await accounts().findByUsername('first-run');
    expect((await done('accounts', 'import', file)).output).toContain(
      'Added 0 accounts, skipped 0, 1 there already and unchanged.',
    );
    expect(await accounts().findByUsername('first-run')).toEqual(before);
    const longer = await fileOf('longer.json', [
      { username: 'first-run', claims: { name: 'First' } },
      { username: 'second-run' },
    ]);
    expect((await done('accounts', 'import', longer)).output).toContain('Added 1 account, skipped 0, 1 there already');
  });

  test('I12: takes an authenticator app over, which the server then asks for', async () => {
    const file = await fileOf('factor.csv', 'username,totp_secret\nfactored,GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ\n');
    const { output } = await done('accounts', 'import', file, '--format', 'csv');
    expect(output).toContain('authenticator app');
    expect(output).not.toContain('GEZD');
    const sub = (await accounts().findByUsername('factored'))?.sub ?? '';
    const key = { pk: `totp#${sub}`, sk: 'totp' };
    const item = await openDatabase().get({ TableName: people, Key: key });
    expect(item).toMatchObject({ lastStep: 0, shape: { algorithm: 'SHA1', digits: 6, period: 30 } });
  });

  test('I12: takes links over, by the issuer of a provider', async () => {
    const users = [{ username: 'linked', federatedIdentities: [{ identityProvider: 'Google', userId: '1102' }] }];
    const file = await fileOf('links.json', users);
    const flags = [file, '--format', 'keycloak', '--provider'] as const;
    const wrong = await pixy('accounts', 'import', ...flags, 'Google=accounts.google.com');
    expect(wrong.errors).toContain('--provider Google=accounts.google.com: the issuer is not an issuer like');
    await done('accounts', 'import', ...flags, 'Google=https://accounts.google.com#google');
    const links = linkStore(openDatabase(), people);
    const link = await links.find({ issuer: 'https://accounts.google.com', subject: '1102' });
    expect(link?.sub).toBe((await accounts().findByUsername('linked'))?.sub);
    expect(await links.list(link?.sub ?? '')).toMatchObject([{ provider: 'google' }]);
  });

  test('says which columns become claims', async () => {
    const file = await fileOf('columns.csv', 'username,dept\ncolumned,Engines\n');
    const { output } = await done('accounts', 'import', file, '--format', 'csv', '--claim-column', 'dept');
    expect(output).toContain('Columns that become claims: dept.');
    expect((await accounts().findByUsername('columned'))?.claims).toMatchObject({ dept: 'Engines' });
  });

  test('names what stays behind, and takes it over as the note says', async () => {
    const users = ['with-groups', 'with-more'].map((username) => ({
      username,
      groups: ['/staff'],
      realmRoles: ['buyer'],
    }));
    const file = await fileOf('groups.json', users);
    const flags = [file, '--format', 'keycloak'] as const;
    const { output } = await done('accounts', 'import', ...flags, '--dry-run');
    expect(output).toMatch(/^LEFT BEHIND {2}ACCOUNTS {2}NOTE$/m);
    expect(output).toMatch(/^groups +2 +becomes a claim with --claim-column groups$/m);
    const json = (await done('accounts', 'import', ...flags, '--dry-run', '--json')).json();
    expect(json.left_behind).toContainEqual({
      member: 'realmRoles', accounts: 2, note: 'becomes a claim with --claim-column roles=realmRoles',
    }); // biome-ignore format: a table
    const wrong = await pixy('accounts', 'import', ...flags, '--claim-column', 'roles=');
    expect(wrong).toMatchObject({ exitCode: 2, errors: expect.stringContaining('write a claim and the member') });
    const taken = await done(
      'accounts', 'import', ...flags, '--claim-column', 'groups', '--claim-column', 'roles=realmRoles',
    ); // biome-ignore format: a command
    expect(taken.output).not.toContain('LEFT BEHIND');
    const { claims } = (await accounts().findByUsername('with-groups')) ?? {};
    expect(claims).toMatchObject({ groups: ['/staff'], roles: ['buyer'] });
  });

  test('takes hashes over: people sign in as ever, and are upgraded', async () => {
    const file = await fileOf('people.json', [
      { username: 'mover', email: 'mover@example.com', claims: { sub: 'old-id', name: 'Mover' }, password_hash: hash },
      { username: 'mover-disabled', disabled: true, password_hash: hash },
    ]);
    expect((await done('accounts', 'import', file, '--dry-run')).output).toContain('this is a dry run');
    expect(await accounts().findByUsername('mover')).toBeUndefined();
    await done('accounts', 'import', file);
    expect((await done('accounts', 'show', 'mover', '--json')).json()).toMatchObject({
      sub: 'old-id',
      password: 'bcrypt, imported',
    });
    expect(await signsIn('mover@example.com', good)).toBe(true);
    expect(await signsIn('mover-disabled', good)).toBe(false);
    expect(isOwnHash((await accounts().findByUsername('mover'))?.passwordHash ?? '')).toBe(true);
  });

  test('reads what export writes; hashes are in it only when they are asked for', async () => {
    const plain = (await done('accounts', 'export', 'mover', 'mover-disabled')).output;
    expect(plain).not.toContain('password');
    const output = join(bench.folder, 'export.json');
    const ran = await done(
      'accounts',
      'export',
      'mover',
      'mover-disabled',
      '--with-password-hashes',
      '--output',
      output,
    );
    expect(ran.errors).toContain('warning: The export has the hashes of passwords');
    expect((await stat(output)).mode & 0o777).toBe(0o600);
    const written = await readFile(output, 'utf8');
    expect(written).not.toContain(good);
    expect(JSON.parse(written)[1]).toMatchObject({ username: 'mover-disabled', disabled: true, password_hash: hash });
    expect((await pixy('accounts', 'export', '--output', output)).errors).toContain('already exists');
    await done('accounts', 'remove', 'mover', '--yes');
    await done('accounts', 'remove', 'mover-disabled', '--yes');
    await done('accounts', 'import', output);
    expect((await done('accounts', 'show', 'mover', '--json')).json().sub).toBe('old-id');
    expect(await signsIn('mover', good)).toBe(true);
  });
});

test('help has examples for every command of the group', async () => {
  const { output } = await pixyElsewhere(['accounts', '--help']);
  const commands = [...output.matchAll(/^ {2}([a-z-]+) /gm)].map(([, name]) => name).filter((name) => name !== 'help');
  expect(commands).toHaveLength(13);
  for (const command of commands) {
    expect((await pixyElsewhere(['accounts', command ?? '', '--help'])).output).toContain('Examples:');
  }
});
