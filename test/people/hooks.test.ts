import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { readHooksFile } from '../../infra/local/hooks-file.ts';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { obtainTokens, portal, refresh, userinfo } from '../support/lifecycle.ts';
import { newPerson, signedInPerson } from '../support/person.ts';
import { claimsOf, obtainCode, redeem } from '../support/protocol.ts';
import { ada, startTestServer, tables } from '../support/server.ts';
import { countFailures } from '../support/throttle.ts';

/* The hooks `migrateAccount` and `claims`, as a module of the operator. The module asks this file what to do. */

type Event = Record<string, unknown>;
type Answer = (event: Event) => unknown;
const asked: Event[] = [];
const behaviour: { migrateAccount: Answer; claims: Answer } = {
  migrateAccount: () => ({ account: null }),
  claims: () => ({}),
};
(globalThis as Record<string, unknown>)['pixyTestHooks'] = (event: Event) => {
  asked.push(event);
  return behaviour[event['hook'] as 'claims'](event);
};

const folder = mkdtempSync(join(tmpdir(), 'pixy-hooks-'));
const file = join(folder, 'hooks.mjs');
const client = { ...portal, first_party: true };
const reader = { ...client, client_id: 'reader', id_token_claims: true };
writeFileSync(
  file,
  ['migrateAccount', 'claims']
    .map((name) => `export const ${name} = (event) => globalThis.pixyTestHooks(event);`)
    .join('\n'),
);
const hooks = JSON.parse(await readHooksFile(file)) as object;
const PIXY_WRAPPING_KEY = randomBytes(32).toString('base64url');
/** `timeout`: how many seconds a hook may take. */
const environment = (timeout: number) => ({ PIXY_HOOKS: JSON.stringify({ ...hooks, timeout }), PIXY_WRAPPING_KEY });
const server = await startTestServer({ clients: [client, reader], environment: environment(5) });
/** The same server without patience, where the hook never answers. */
const impatient = await startTestServer({
  clients: [client],
  environment: { ...environment(0.1), PIXY_ISSUER: server.issuer },
  dynamodb: server.dynamodb,
});
const accounts = accountStore(openDatabase(), tables.people);

afterAll(() => rmSync(folder, { recursive: true }));

beforeEach(() => {
  asked.length = 0;
  behaviour.migrateAccount = () => ({ account: null });
  behaviour.claims = () => ({});
  for (const { clock } of [server, impatient]) clock.advance(1_200); // the throttle starts anew
});

const never = () => new Promise(() => undefined);
const attempt = async (username: string, password: string, at = server) => {
  const person = newPerson(at);
  return person.submit(await person.open('/sign-in'), { username, password });
};
const serverFor = (answer: Answer) => (answer === never ? impatient : server);
const lastLine = (of = server) => JSON.parse(of.auditLines.at(-1) ?? '{}') as Record<string, unknown>;

describe('migrateAccount', () => {
  const linus = { account: { email: 'linus@example.com', claims: { name: 'Linus', email_verified: true } } };

  test('is asked about somebody who is not known here, and the account has the password from then on', async () => {
    behaviour.migrateAccount = ({ password }) => (password === 'the old password' ? linus : { account: null });
    expect((await attempt('linus@example.com', 'wrong')).status).toBe(400);
    expect((await attempt('linus@example.com', 'the old password')).status).toBe(200);
    expect(asked.at(-1)).toEqual({
      version: 1,
      hook: 'migrateAccount',
      username: 'linus@example.com',
      password: 'the old password',
      sourceIp: expect.stringMatching(/^(::ffff:)?127\.0\.0\.1$/),
    });
    behaviour.migrateAccount = () => ({ account: null });
    const count = asked.length;
    expect((await attempt('linus@example.com', 'the old password')).status).toBe(200);
    expect((await attempt('linus@example.com', 'wrong')).status).toBe(400);
    expect(asked.length).toBe(count);
    const account = await accounts.findByUsername('linus@example.com');
    expect(account).toMatchObject({ email: 'linus@example.com', claims: { name: 'Linus', email_verified: true } });
    expect(account?.passwordHash).toMatch(/^\$argon2id\$/);
  });

  test('is not asked about somebody who is known, nor without a password', async () => {
    await attempt(ada.username, 'wrong');
    await attempt('', 'x');
    await attempt('someone', '');
    expect(asked).toEqual([]);
  });

  test('without a name, the account gets the one that was typed', async () => {
    behaviour.migrateAccount = () => ({ account: {} });
    expect((await attempt('Margaret', 'a password of Margaret')).status).toBe(200);
    expect((await accounts.findByUsername('margaret'))?.username).toBe('Margaret');
  });

  test('five first sign-ins at once make one account', async () => {
    behaviour.migrateAccount = () => ({ account: { username: 'barbara' } });
    const pages = await Promise.all(Array.from({ length: 5 }, () => attempt('barbara', 'a password of Barbara')));
    expect(pages.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  });

  test('a name that is somebody else’s lets nobody in', async () => {
    behaviour.migrateAccount = () => ({ account: { username: ada.username } });
    expect((await attempt('mallory', 'any password')).status).toBe(503);
    expect((await signedInPerson(server)).cookies.has('pixy_session')).toBe(true);
  });

  test('guesses count, whoever is asked about them', async () => {
    await countFailures(server, Array<string>(9).fill('nobody'));
    expect((await attempt('nobody', 'the tenth guess')).status).toBe(400);
    expect(asked).toHaveLength(1);
    asked.length = 0;
    expect((await attempt('nobody', 'guess')).status).toBe(429);
    expect(asked).toEqual([]);
  });

  test.each<[string, Answer, string]>([
    ['throws', () => { throw new Error('the password is hunter2'); }, 'error'],
    ['does not answer', never, 'time'],
    ['answers nothing', () => undefined, 'answer'],
    ['answers true', () => true, 'answer'],
    ['misspells a member', () => ({ account: { user_name: 'x' } }), 'answer'],
    ['answers without account', () => ({}), 'answer'],
    ['answers an address that is none', () => ({ account: { email: 'x' } }), 'answer'],
    ['answers a username that looks like another (S3)', () => ({ account: { username: 'o\ufb03ce' } }), 'name malformed'],
    ['answers an address that looks like another (S3)', () => ({ account: { email: 'a\uff20b@example.com' } }), 'name malformed'],
  ])('a hook that %s lets nobody in', async (_, answer, how) => {
    behaviour.migrateAccount = answer;
    const at = serverFor(answer);
    const page = await attempt('somebody', 'hunter2 is the password', at);
    expect(page.status).toBe(503);
    expect(page.headers['retry-after']).toBe('1');
    expect(page.headers['set-cookie'] ?? []).not.toContainEqual(expect.stringContaining('pixy_session'));
    expect(lastLine(at)).toMatchObject({ verdict: 'failed', reason: 'hook_failed' });
    expect(lastLine(at)['cause']).toContain(`HookFailed migrateAccount ${how}`);
    expect(at.auditLines.join('')).not.toContain('hunter2');
  }); // biome-ignore format: one case per line
});

describe('claims', () => {
  const tokensOf = async () => obtainTokens(server, await signedInPerson(server), client, { scope: 'openid profile' });

  test('are added to the ID token, the access token and userinfo, each with its own', async () => {
    behaviour.claims = () => ({
      id_token: { role: 'chief' },
      access_token: { tenant: 7 },
      userinfo: { team: ['a', 'b'] },
    });
    const tokens = await tokensOf();
    expect(asked.at(-1)).toEqual({
      version: 1, hook: 'claims', sub: ada.claims.sub, client_id: client.client_id, scope: 'openid profile', issue: 'tokens',
    }); // biome-ignore format: one event
    expect(claimsOf(tokens.id_token)).toMatchObject({ role: 'chief', sub: ada.claims.sub });
    expect(claimsOf(tokens.id_token)).not.toHaveProperty('tenant');
    expect(claimsOf(tokens.access_token)).toMatchObject({ tenant: 7 });
    expect(claimsOf(tokens.access_token)).not.toHaveProperty('role');
    const told = await userinfo(server, tokens.access_token);
    expect(told.json).toMatchObject({ team: ['a', 'b'], sub: ada.claims.sub });
    expect(asked.at(-1)).toMatchObject({ issue: 'userinfo' });
  });

  test('K2: stand above those of the scope in the ID token of a client that wants them there', async () => {
    behaviour.claims = () => ({ id_token: { name: 'Chief' } });
    const tokens = await obtainTokens(server, await signedInPerson(server), reader, { scope: 'openid profile' });
    expect(claimsOf(tokens.id_token)).toMatchObject({ name: 'Chief', preferred_username: 'ada' });
    const next = await refresh(server, reader, tokens.refresh_token);
    expect(claimsOf(next.json.id_token)).toMatchObject({ name: 'Chief', preferred_username: 'ada' });
  });

  test('are asked for again at a refresh', async () => {
    const tokens = await tokensOf();
    behaviour.claims = () => ({ access_token: { tenant: 8 } });
    const next = await refresh(server, client, tokens.refresh_token);
    expect(claimsOf(next.json.access_token)).toMatchObject({ tenant: 8 });
  });

  test.each(['iss', 'sub', 'aud', 'exp', 'nonce', 'acr', 'amr', 'scope', 'client_id', 'sid', 'cnf', 'grant_id'])(
    'of the protocol stay as they are: %s',
    async (name) => {
      const { code, verifier } = await obtainCode(await signedInPerson(server), client);
      for (const where of ['id_token', 'access_token']) {
        behaviour.claims = () => ({ [where]: { [name]: 'mallory' } });
        const answer = await redeem(server, client, { code, code_verifier: verifier });
        expect(answer.status).toBe(503);
        expect(answer.json).toMatchObject({ error: 'temporarily_unavailable', reason: 'hook_failed' });
      }
    },
  );

  test.each<[string, Answer]>([
    ['throws', () => Promise.reject(new Error('x'))],
    ['does not answer', never],
    ['answers a list', () => []],
    ['answers a text', () => ({ id_token: 'x' })],
    ['answers more than fits', () => ({ access_token: { x: 'x'.repeat(4_000) } })],
  ])('a hook that %s: there are no tokens, and no userinfo', async (_, answer) => {
    const { access_token: token, refresh_token: old } = await tokensOf();
    behaviour.claims = answer;
    const at = serverFor(answer);
    const { code, verifier } = await obtainCode(await signedInPerson(server), client);
    expect((await redeem(at, client, { code, code_verifier: verifier })).status).toBe(503);
    expect((await userinfo(at, token)).status).toBe(503);
    expect((await refresh(at, client, old)).status).toBe(503);
    behaviour.claims = () => ({});
    expect((await refresh(server, client, old)).status).toBe(200);
  });
});

describe('claims, when the hook fails', () => {
  const fails: Answer = () => Promise.reject(new Error('down'));
  const newTokens = async () => obtainTokens(server, await signedInPerson(server), client);

  test('the code is not spent: the client sends it again', async () => {
    const { code, verifier } = await obtainCode(await signedInPerson(server), client);
    const again = () => redeem(server, client, { code, code_verifier: verifier });
    behaviour.claims = fails;
    expect((await again()).status).toBe(503);
    expect((await again()).status).toBe(503);
    behaviour.claims = () => ({ access_token: { tenant: 9 } });
    const { status, json } = await again();
    expect(status).toBe(200);
    expect(claimsOf(json.access_token)).toMatchObject({ tenant: 9 });
    expect((await again()).json).toMatchObject({ error: 'invalid_grant', reason: 'code_spent' });
  });

  test('the refresh token is not rotated: the client sends it again, long after the grace period too', async () => {
    const { refresh_token: token } = await newTokens();
    behaviour.claims = fails;
    expect((await refresh(server, client, token)).status).toBe(503);
    server.clock.advance(600);
    behaviour.claims = () => ({});
    const { status, json } = await refresh(server, client, token);
    expect(status).toBe(200);
    expect((await refresh(server, client, json.refresh_token)).status).toBe(200);
  });
});

describe('claims, asked before anything is spent', () => {
  const newCode = async () => {
    const { code, verifier } = await obtainCode(await signedInPerson(server), client);
    return { code, code_verifier: verifier };
  };

  test('ten redemptions at once: one gets tokens', async () => {
    const form = await newCode();
    const answers = await Promise.all(Array.from({ length: 10 }, () => redeem(server, client, form)));
    const winners = answers.filter(({ status }) => status === 200);
    expect(winners).toHaveLength(1);
    const others = answers.filter(({ status }) => status !== 200);
    expect(new Set(others.map(({ json }) => json.reason))).toEqual(new Set(['code_spent']));
  });

  test('ten refreshes at once get the same successor', async () => {
    const { json } = await redeem(server, client, await newCode());
    const answers = await Promise.all(Array.from({ length: 10 }, () => refresh(server, client, json.refresh_token)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map((answer) => answer.json.refresh_token)).size).toBe(1);
  });

  test('a replayed code revokes the grant, and the hook is not asked', async () => {
    const form = await newCode();
    const { json } = await redeem(server, client, form);
    asked.length = 0;
    expect((await redeem(server, client, form)).json.reason).toBe('code_spent');
    expect((await userinfo(server, json.access_token)).status).toBe(401);
    expect(asked).toEqual([]);
  });

  test('a replayed refresh token revokes the grant, and the hook is not asked', async () => {
    const { json: first } = await redeem(server, client, await newCode());
    const { json: replaced } = await refresh(server, client, first.refresh_token);
    const { json: second } = await refresh(server, client, replaced.refresh_token);
    server.clock.advance(31);
    asked.length = 0;
    expect((await refresh(server, client, first.refresh_token)).json['reason']).toBe('refresh_token_replayed');
    expect((await refresh(server, client, second.refresh_token)).json['reason']).toBe('grant_revoked');
    expect(asked).toEqual([]);
  });

  test('a wrong proof spends the code, and the hook is not asked', async () => {
    const form = await newCode();
    asked.length = 0;
    const wrong = { ...form, code_verifier: 'w'.repeat(43) };
    expect((await redeem(server, client, wrong)).json.reason).toBe('code_verifier_mismatch');
    expect((await redeem(server, client, form)).json.reason).toBe('code_spent');
    expect(asked).toEqual([]);
  });
});

describe('the module', () => {
  test('that exports no hook, or cannot be loaded, is told at the start', async () => {
    const empty = join(folder, 'empty.mjs');
    writeFileSync(empty, 'export const authenticates = () => undefined;');
    await expect(readHooksFile(empty)).rejects.toThrow(
      'exports no function called authenticate, migrateAccount, claims',
    );
    await expect(readHooksFile(join(folder, 'missing.mjs'))).rejects.toThrow('cannot be loaded');
  });
});
