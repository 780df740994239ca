import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from '../../cli/run.ts';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { verifyClientSecret } from '../../shared/clients/client-secret.ts';
import { clientStore } from '../../shared/clients/client-store.ts';
import { askForCodes, decideFor, deviceGrant, poll } from '../support/device.ts';
import type { Fields } from '../support/http.ts';
import { signedInPerson } from '../support/person.ts';
import { pkcePair } from '../support/pkce.ts';
import { ada, startTestServer, tables } from '../support/server.ts';
import { emptyFolder } from './pixy.ts';

/* `pixy … --server`: the commands over the management API, as an operator who logged in and has no AWS credentials. */

const operators = { claim: 'groups', read: ['ops', 'support'], write: ['ops'] };
const cli = {
  client_id: 'pixy-cli',
  redirect_uris: [],
  token_endpoint_auth_method: 'none',
  grant_types: [deviceGrant, 'refresh_token'],
  scope: 'openid pixy:read pixy:write',
};
const people = { olga: 'ops', sam: 'support', nick: 'staff' };
const account = (username: string, groups: string) => ({
  username,
  password: ada.password,
  claims: { sub: `${username}-1`, groups: [groups] },
});
const server = await startTestServer({
  clients: [cli],
  accounts: Object.entries(people).map(([name, group]) => account(name, group)),
  environment: { PIXY_OPERATORS: JSON.stringify(operators) },
  clock: 'system',
});
const folder = await emptyFolder();
const clients = clientStore(openDatabase(), tables.clients, () => Math.floor(Date.now() / 1_000));

/** Runs a command line of somebody, with a clock that is `later` seconds ahead. */
function start(who: string, argv: readonly string[], later = 0) {
  const said = { output: '', errors: '' };
  const env = { PIXY_LOGINS: join(folder, `${who}.json`), HOME: folder };
  const ended = run(argv, {
    write: (text) => {
      said.output += text;
    },
    writeError: (text) => {
      said.errors += text;
    },
    readInput: async () => '',
    env,
    now: () => Math.floor(Date.now() / 1_000) + later,
  }).then((code) => ({ code, ...said }));
  return { said, ended };
}

const pixy = (who: string, ...argv: string[]) => start(who, [...argv, '--server', server.issuer]).ended;

async function done(...argv: string[]) {
  const ran = await pixy('olga', ...argv);
  if (ran.code !== 0) throw new Error(ran.errors);
  return { ...ran, json: () => JSON.parse(ran.output) };
}

/** What `pixy login` leaves, without the seconds between its polls. */
async function logIn(who: keyof typeof people, fields: Fields): Promise<void> {
  const { verifier, challenge } = pkcePair();
  const pkce = { code_challenge: challenge, code_challenge_method: 'S256' };
  const { json: codes } = await askForCodes(server, cli, { ...fields, ...pkce });
  await decideFor(await signedInPerson(server, account(who, '')), codes.user_code);
  const { json } = await poll(server, cli, codes.device_code, { code_verifier: verifier });
  if (json.access_token === undefined) throw new Error(`expected tokens, got ${JSON.stringify(json)}`);
  const { resource } = fields;
  const login = {
    client_id: cli.client_id,
    ...(resource !== undefined && { resource }),
    access_token: json.access_token,
    refresh_token: json.refresh_token,
    expires_at: Math.floor(Date.now() / 1_000) + (json.expires_in ?? 0),
  };
  writeFileSync(join(folder, `${who}.json`), JSON.stringify({ [server.issuer]: login }));
}

const managing = { scope: 'pixy:read pixy:write', resource: `${server.issuer}/admin` };

beforeAll(async () => {
  for (const who of Object.keys(people) as (keyof typeof people)[]) await logIn(who, managing);
});

describe('refused', () => {
  test.each<[string, string, string[], number, string]>([
    ['nobody is logged in', 'someone', ['clients', 'list'], 1, `Nobody is logged in at ${server.issuer}`],
    ['not an operator', 'nick', ['clients', 'list'], 1, 'not one of the operators who may do this'],
    ['may only read', 'sam', ['clients', 'add', 'x', '--redirect-uri', 'https://x.example/cb'], 1, 'not one of the operators'],
    ['a manager needs more', 'olga', ['clients', 'add', 'x', '--for', 'machine', '--scope', 'pixy:read'], 1, 'pixy:delegate'],
    ['what is wrong is named', 'olga', ['policy', 'set', '--floor', 'S256', '--by', 'me'], 2, 'leave out --by'],
    ['another place as well', 'olga', ['clients', 'list', '--stage', 'prod'], 2, 'Use only one of'],
    ['what needs the database', 'olga', ['accounts', 'list'], 1, 'The management API cannot do this: use --stage'],
    ['an unknown client', 'olga', ['clients', 'show', 'nobody'], 1, 'There is no client nobody.'],
    ['a version that is over', 'olga', ['clients', 'set', 'pixy-cli', '--name', 'x', '--if-version', '9'], 3, 'changed by somebody else'],
  ])('%s', async (_, who, argv, code, text) => {
    const ran = await pixy(who, ...argv);
    expect(ran).toMatchObject({ code, output: '' });
    expect(ran.errors).toContain(text);
  }); // biome-ignore format: a table

  test('a login that is for something else says so', async () => {
    await logIn('sam', { scope: 'openid' });
    expect((await pixy('sam', 'clients', 'list')).errors).toContain('run pixy login --manage');
    await logIn('sam', managing);
    expect((await pixy('sam', 'clients', 'list')).code).toBe(0);
  });

  test('--manage with another resource', async () => {
    const ran = await start('sam', ['login', '--issuer', server.issuer, '--manage', '--resource', 'https://a.example'])
      .ended;
    expect(ran).toMatchObject({ code: 2, errors: expect.stringContaining('Use only one of --manage and --resource') });
  });
});

test('clients: added with the secret of the server, changed, rotated, disabled, rolled back, removed', async () => {
  const added = await done('clients', 'add', 'shop', '--redirect-uri', 'https://shop.example/cb', '--auth-method',
    'client_secret_basic', '--policy', 'any', '--why', 'Grüße: 100 % "neu"', '--json'); // biome-ignore format: a command
  const { client_secret: secret } = added.json();
  expect(await verifyClientSecret(secret, (await clients.find('shop'))?.secretHashes[0] ?? '')).toBe(true);
  const [change] = await clients.changes(1, 'shop');
  expect(change).toMatchObject({ by: 'olga (olga-1) with pixy-cli', why: 'Grüße: 100 % "neu"' });

  const shown = (await done('clients', 'show', 'shop', '--json')).json();
  expect(shown).toMatchObject({ client_id: 'shop', pkce_policy: 'any', client_secrets: 1, version: 1 });
  expect((await done('clients', 'show', 'shop')).output).toContain('by olga (olga-1) with pixy-cli');
  expect((await done('clients', 'list')).output).toMatch(/^shop +confidential/m);

  await done('clients', 'set', 'shop', '--name', 'Shop', '--add-redirect-uri', 'https://shop.example/two');
  expect(await clients.find('shop')).toMatchObject({
    clientName: 'Shop',
    redirectUris: ['https://shop.example/cb', 'https://shop.example/two'],
  });
  expect((await done('clients', 'set', 'shop', '--name', 'Shop')).output).toContain('Nothing to change');

  const rotated = (await done('clients', 'set', 'shop', '--rotate-secret', '--json')).json();
  const { secretHashes } = (await clients.find('shop')) ?? { secretHashes: [] };
  expect(secretHashes).toHaveLength(2);
  expect(await verifyClientSecret(rotated.client_secret, secretHashes[0] ?? '')).not.toBe(
    await verifyClientSecret(rotated.client_secret, secretHashes[1] ?? ''),
  );
  await done('clients', 'set', 'shop', '--drop-old-secret');
  expect((await clients.find('shop'))?.secretHashes).toHaveLength(1);
  expect((await pixy('olga', 'clients', 'set', 'shop', '--rotate-secret', '--name', 'Other')).errors).toContain(
    'change the settings of a client first',
  );

  await done('clients', 'disable', 'shop');
  expect(await clients.find('shop')).toMatchObject({ disabled: true });
  const [disabled] = (await done('policy', 'log', '--client', 'shop', '--json')).json();
  await done('policy', 'rollback', disabled.id);
  expect(await clients.find('shop')).toMatchObject({ disabled: false });
  expect((await done('policy', 'log', '--client', 'shop', '--limit', '1')).output).toContain('disabled true → false');

  const { since } = (await clients.find('shop')) ?? {};
  await done('clients', 'remove', 'shop');
  expect(await clients.find('shop')).toBeUndefined();
  expect((await pixy('olga', 'clients', 'set', 'shop', '--name', 'x')).errors).toContain('There is no client shop');
  const [removed] = (await done('policy', 'log', '--client', 'shop', '--json')).json();
  const back = (await done('policy', 'rollback', removed.id, '--json')).json();
  expect(await verifyClientSecret(back.client_secret, (await clients.find('shop'))?.secretHashes[0] ?? '')).toBe(true);
  // It is the one that people know.
  expect((await clients.find('shop'))?.since).toBe(since);
});

test('the policy, waivers, explanations and scopes', async () => {
  await done('policy', 'set', '--default', 'any', '--mode', 'report', '--url-floor', 'S256', '--why', 'moving in');
  expect(await clients.policy()).toEqual({ default: 'any', floor: 'none', mode: 'report', floors: { url: 'S256' } });
  const shown = (await done('policy', 'show')).output;
  expect(shown).toContain('moving in');
  expect(shown).toContain('by olga (olga-1) with pixy-cli');

  await done(
    'clients',
    'add',
    'legacy',
    '--redirect-uri',
    'https://legacy.example/cb',
    '--auth-method',
    'client_secret_basic',
  );
  await done('waiver', 'grant', 'legacy', '--owner', 'ada', '--reason', 'in March', '--until', '30d');
  expect((await clients.find('legacy'))?.pkce.waiver).toMatchObject({ owner: 'ada', reason: 'in March' });
  expect((await done('waiver', 'list')).output).toMatch(/^legacy /m);
  await done('waiver', 'revoke', 'legacy');
  expect((await clients.find('legacy'))?.pkce.waiver).toBeUndefined();

  const explained = await done('policy', 'explain', 'legacy', '--no-challenge', '--scope', 'openid mail');
  expect(explained.output).toContain('allowed only by report mode');
  expect(explained.output).toContain('mail: the client is not registered for it');

  await done('scopes', 'add', 'groups', '--claim', 'groups', '--description', 'See your groups');
  await done('scopes', 'set', 'groups', '--claim', 'groups', '--claim', 'roles');
  expect((await done('scopes', 'list')).output).toMatch(/^groups +groups roles/m);
  expect((await done('scopes', 'show', 'groups', '--json')).json()).toMatchObject({
    claims: ['groups', 'roles'],
    version: 2,
  });
  await done('scopes', 'remove', 'groups');
  expect((await pixy('olga', 'scopes', 'show', 'groups')).errors).toContain('There is no scope groups');
});

test('a token that is about to expire is refreshed for the next command', async () => {
  const file = join(folder, 'olga.json');
  const before = JSON.parse(readFileSync(file, 'utf8'))[server.issuer];
  expect((await start('olga', ['policy', 'show', '--server', server.issuer], 595).ended).code).toBe(0);
  expect(JSON.parse(readFileSync(file, 'utf8'))[server.issuer].access_token).not.toBe(before.access_token);
});

test('a token that the server has come to refuse is refreshed, once, and the command goes on', async () => {
  const file = join(folder, 'olga.json');
  const { [server.issuer]: login } = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify({ [server.issuer]: { ...login, access_token: 'of a key that was retired' } }));
  expect((await done('clients', 'list')).errors).toBe('');
  writeFileSync(file, JSON.stringify({ [server.issuer]: { ...login, access_token: 'x', refresh_token: 'y' } }));
  const { code, errors } = await pixy('olga', 'clients', 'list');
  expect({ code, lines: errors.trim().split('\n') }).toEqual({ code: 1, lines: [expect.stringContaining('refused')] });
  await logIn('olga', managing);
});

test('a connection that breaks after a change was sent: it may have been made, and the sentence says so', async () => {
  const policy = { default: 'S256', floor: 'none', mode: 'enforce', version: 1 };
  const breaking = createServer((request, response) => {
    if (request.method === 'GET' && request.url === '/admin/policy') response.end(JSON.stringify(policy));
    else request.resume().on('end', () => request.socket.destroy());
  });
  await new Promise<void>((ready) => void breaking.listen(0, '127.0.0.1', ready));
  const issuer = `http://127.0.0.1:${(breaking.address() as { port: number }).port}`;
  const expires_at = 4_000_000_000;
  const login = { client_id: 'pixy-cli', resource: `${issuer}/admin`, access_token: 'a-token', expires_at };
  writeFileSync(join(folder, 'broken.json'), JSON.stringify({ [issuer]: login }));
  const set = await start('broken', ['policy', 'set', '--floor', 'any', '--server', issuer]).ended;
  const listed = await start('broken', ['clients', 'list', '--server', issuer]).ended;
  breaking.close();
  expect(listed.errors).toBe(`error: ${issuer} cannot be reached (UND_ERR_SOCKET).\n`);
  expect(set.errors).toBe(
    `error: ${issuer} cannot be reached (UND_ERR_SOCKET). The change may have been made all the same: look before you repeat it.\n`,
  );
});

describe('a server that answers with something else', () => {
  let answer: (path: string) => { status: number; body: string; headers?: Record<string, string> };
  const asked: string[] = [];
  const strange = createServer((request, response) => {
    asked.push(request.headers.authorization ?? '');
    const { status, body, headers = {} } = answer(request.url ?? '');
    response.writeHead(status, headers).end(body);
  });
  afterAll(() => void strange.close());

  test.each([
    ['HTML', { status: 200, body: '<!doctype html>', headers: { 'content-type': 'text/html' } }, 'gave an answer that cannot be used (status 200, text/html).'],
    ['the page of a proxy', { status: 502, body: '<html>', headers: { 'content-type': 'text/html; charset=utf-8' } }, '(status 502, text/html).'],
    ['a redirect, which is not followed with the token', { status: 302, body: '', headers: { location: '/elsewhere' } }, '(status 302).'],
    ['nothing', { status: 200, body: '' }, '(status 200).'],
    ['JSON that is no object', { status: 200, body: 'null', headers: { 'content-type': 'application/json' } }, '(status 200, application/json).'],
    ['JSON of something else', { status: 200, body: '{}' }, 'gave an answer that this pixy does not know'],
    ['a list', { status: 200, body: '[]', headers: { 'content-type': 'application/json' } }, '(status 200, application/json).'],
    ['the throttle of API Gateway', { status: 429, body: '{"message":"Too Many Requests"}' }, 'limits how many requests it takes (status 429): wait a moment and try again.'],
    ['a path that API Gateway does not know', { status: 404, body: '{"message":"Not Found"}' }, '(status 404).'],
    ['API Gateway without its function', { status: 503, body: '{"message":"Service Unavailable"}' }, '(status 503).'],
    ['a token that is refused, and no other', { status: 401, body: '{"title":"No.","reason":"access_token_invalid"}' }, 'does not take your login any more: run pixy login --manage --issuer http://127.0.0.1'],
    ['an error with control characters', { status: 500, body: '{"title":"a\\u001b[31mb","detail":"c"}' }, 'a'],
  ])('%s', async (_, given, text) => {
    if (!strange.listening) await new Promise<void>((ready) => void strange.listen(0, '127.0.0.1', ready));
    const { port } = strange.address() as { port: number };
    const issuer = `http://127.0.0.1:${port}`;
    mkdirSync(folder, { recursive: true });
    const login = { client_id: 'pixy-cli', resource: `${issuer}/admin`, access_token: 'a-token', expires_at: 4_000_000_000 };
    writeFileSync(join(folder, 'strange.json'), JSON.stringify({ [issuer]: login }));
    answer = () => given;
    asked.length = 0;
    const ran = await start('strange', ['policy', 'show', '--server', issuer]).ended;
    expect(ran.code).toBe(1);
    expect(ran.errors).toContain(text);
    expect(ran.errors).not.toContain('\u001b');
    expect(ran.errors).not.toContain('a-token');
    expect(asked).toEqual(['Bearer a-token']);
  }); // biome-ignore format: a table
});
