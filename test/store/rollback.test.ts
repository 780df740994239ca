import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { apiStore, scopeStore } from '../../shared/apis/api-store.ts';
import { detailTypeStore } from '../../shared/apis/detail-type.ts';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { keyStore } from '../../shared/keys/key-store.ts';
import { userHandleOf } from '../../shared/people/passkey.ts';
import { passkeyStore } from '../../shared/people/passkey-store.ts';
import { linkStore } from '../../shared/upstream/link-store.ts';
import { trustStore } from '../../shared/upstream/trust-store.ts';
import { pixy as pixyOfToday } from '../cli/pixy.ts';
import { account, addPasskey, addTotp, atCodePage, signedIn, waitingForCode } from '../people/account-flows.ts';
import { send } from '../support/http.ts';
import { mobile, obtainTokens, portal, refresh, userinfo } from '../support/lifecycle.ts';
import { payment } from '../support/payment-type.ts';
import { newPerson, type Person } from '../support/person.ts';
import { authorizeTarget, obtainCode, redeem } from '../support/protocol.ts';
import { startTestServer, tables } from '../support/server.ts';
import { unpackBefore, versionBefore, whyNotBefore } from './version-before.ts';

/*
 * A rollback: the version before, by its own code, on tables that this version has written. A new kind of item in docs/storage.md has to
 * say here what comes of it; what the version before cannot read, the changelog says.
 */

/** The test below that has an item of this kind read. */
const read = (test: keyof typeof tests) => ({ test });
/** It is in a partition that the version before reads, which it does not know: the test that reads past it. */
const beside = (test: keyof typeof tests) => ({ test });
/** No code of the version before says this. */
const unknown = (text: string) => ({ text });
/** It lasts for minutes. At worst, somebody begins again, or has a few more tries. */
const brief = {};

const kinds: Readonly<Record<string, { test?: keyof typeof tests; text?: string }>> = {
  'grant, `id` = hash of the code': read('grants'),
  '`assertion#<hash>`': brief,
  '`throttle#<hash>#<end>`': brief,
  '`user-code#<hash>`': unknown('user-code'),
  '`client#<id>` / `record`': read('clients'),
  '`client#dcr-<hash>` / `record`': read('clients'),
  '`registration` / `<hash>`': unknown("'registration', sk"),
  '`global` / `policy`': read('policy'),
  '`global` / `exceptions`': read('policy'),
  '`directory` / `<client id>`': read('clients'),
  '`changes` / `<change id>`': read('policy'),
  '`documents` / `<client id>`': unknown("'documents'"),
  '`roll-up#<day>` / `client#<name>`, `others`': unknown('roll-up#'),
  '`apis` / `<resource>`': read('apis'),
  '`apis` / `scope#<value>`': beside('apis'),
  '`apis` / `details#<type>`': beside('apis'),
  '`apis` / `trust#<name>`': beside('apis'),
  '`username#<name>` / `username`': read('password'),
  '`sessions#<sub>` / hash': read('sessions'),
  '`consents#<sub>` / client id': read('sessions'),
  '`dead-address#<hash>` / `dead-address`': unknown('dead-address'),
  '`mail-code#<hash>` / `mail-code`': unknown('mail-code'),
  '`removals` / time and subject': unknown("'removals'"),
  '`passkeys#<user handle>` / hash of the credential id': read('ways'),
  '`challenge#<hash>` / `challenge`': brief,
  '`totp#<sub>` / `totp`': read('app'),
  '`totp#<sub>` / `pending`': brief,
  '`totp#<sub>` / `spent#<hash>`': unknown('spent#'),
  '`pending#<hash>` / `pending`': read('app'),
  '`upstream-flow#<hash>` / `flow`': brief,
  '`upstream#<hash>` / `link`': read('ways'),
  '`links#<sub>` / hash': read('ways'),
  '`throttle#account#<hash>` / end': brief,
  '`throttle#known#<hash>` / end': brief,
  '`throttle#address#<ip>` / end': brief,
  '`throttle#proof#<hash>` / end': brief,
  '`throttle#known-proof#<hash>` / end': brief,
  '`throttle#own-proof#<hash>` / end': brief,
  '`throttle#registration#<ip>` / end': brief,
  '`throttle#pushed#<ip>` / end': brief,
  '`throttle#device#<ip>` / end': brief,
  '`throttle#user-code#<hash or ip>` / end': brief,
  '`throttle#mail-address#<ip>` / end': brief,
  '`throttle#mail-name#<hash>` / end': brief,
  '`throttle#mail-code-name#<hash>` / end': brief,
  '`throttle#mail#<kind>#<hash>` / end': brief,
  '`throttle#client-registration#<ip>` / end': brief,
  '`account#<sub>` / `account`': read('password'),
  '`signing` / `<kid>`': read('keys'),
  '`unfinished` / `<id>`': beside('keys'),
  '`refresh` / `<id>`': read('password'),
  '`pairwise` / `only`': beside('keys'),
  '`nonce` / `<id>`': beside('keys'),
};

test('every kind of item in docs/storage.md says what comes of it', () => {
  const rows = readFileSync('docs/storage.md', 'utf8').matchAll(/^\| (grant,.*?|`.*?`.*?) +\|/gm);
  const inTables = Array.from(rows, ([, first = '']) => first);
  expect(inTables.sort()).toEqual(Object.keys(kinds).sort());
});

const PIXY_WRAPPING_KEY = randomBytes(32).toString('base64url');
const third = { ...portal, client_id: 'third', first_party: false };
const server = await startTestServer({
  clients: [mobile, portal, third],
  accounts: ['ann', 'ben', 'cem'].map(account),
  environment: { PIXY_WRAPPING_KEY, PIXY_CLIENT_REGISTRATION: 'open' },
});
const { clock } = server;
const database = openDatabase();
const author = { by: 'ada', why: 'a reason' };
const api = 'https://api.example/orders';

const ann = await signedIn(server, 'ann');
const tokens = await obtainTokens(server, ann, mobile);
await obtainTokens(server, ann, third, { scope: 'openid' });
const { code, verifier } = await obtainCode(ann, portal);
await addPasskey(server, ann, { name: 'A phone' });
const grace = { issuer: 'https://upstream.example', subject: 'grace' };
await linkStore(database, tables.people).claim(
  grace,
  'sub-of-ann',
  { provider: 'example', label: 'grace@upstream.example' },
  clock.now(),
);
const ben = await signedIn(server, 'ben');
const app = await addTotp(ben);
const {
  codes: [recoveryCode = ''],
} = await app.confirm(app.codeAt(clock.now()));
const atCode = await waitingForCode(server, 'ben');
const now = () => clock.now();
await apiStore(database, tables.clients, now).put({ resource: api, scope: ['orders:read'] }, author);
await scopeStore(database, tables.clients, now).put(
  { value: 'groups', claims: ['groups'], description: 'See your groups' },
  author,
);
await detailTypeStore(database, tables.clients, now).put(payment, author);
await trustStore(database, tables.clients, now).put(
  {
    name: 'builds',
    kind: 'workload',
    issuer: 'https://token.example',
    clients: ['portal'],
    claims: { repository: ['one'] },
  },
  author,
);
const named = Object.entries(tables).flatMap(([table, name]) => ['--table', `${table}=${name}`]);
await pixyOfToday(['clients', 'set', 'third', '--policy', 'any', '--by', 'ada', '--why', 'a reason', ...named], {
  now: now(),
});
await pixyOfToday(['policy', 'set', '--floor', 'any', '--by', 'ada', '--why', 'a reason', ...named], { now: now() });

const registered = await send(server.port, '/clients', {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ redirect_uris: ['https://agent.example/callback'], token_endpoint_auth_method: 'none' }),
});
const { client_id: agent } = JSON.parse(registered.body) as { client_id: string };
const keys = keyStore(database, tables.keys);
await keys.noteUnfinished('ES256', 'a-key-of-kms');
await keys.addPairwiseKey({ wrapped: randomBytes(60), createdAt: clock.now() });

const missing = whyNotBefore();
const before = missing === undefined ? unpackBefore() : undefined;
let rolledBack: Awaited<ReturnType<NonNullable<typeof before>['start']>>;
afterAll(async () => {
  await rolledBack?.close();
  before?.remove();
});
beforeAll(async () => {
  if (before === undefined) return;
  clock.advance(30);
  const environment = { PIXY_WRAPPING_KEY, PIXY_ISSUER: server.issuer };
  rolledBack = await before.start({ dynamodb: server.dynamodb, now: clock.now(), environment });
});
const pixy = (...parameters: string[]) => rolledBack.pixy(tables, ...parameters);

/** The same browser at the version before. */
function sameBrowser(person: Person) {
  const browser = newPerson(rolledBack);
  for (const [name, value] of person.cookies) browser.cookies.set(name, value);
  return browser;
}

const tests = {
  async grants() {
    const redeemed = await redeem(rolledBack, portal, { code, code_verifier: verifier });
    expect(redeemed.status).toBe(200);
    expect((await userinfo(rolledBack, tokens.access_token)).json).toMatchObject({ sub: 'sub-of-ann' });
    expect(
      (await redeem(rolledBack, mobile, { code: tokens.code, code_verifier: tokens.verifier })).json,
    ).toMatchObject({
      reason: 'code_spent',
    });
  },

  async clients() {
    const listed = (await pixy('clients', 'list')) as { client_id: string }[];
    expect(listed.map(({ client_id }) => client_id).sort()).toEqual(['mobile', 'portal', 'third']);
    expect(await pixy('clients', 'show', agent)).toMatchObject({ client_id: agent });
  },

  async policy() {
    expect(await pixy('policy', 'show')).toMatchObject({ default: 'S256', floor: 'any', changed: { by: 'ada' } });
    const { code_challenge_methods_supported: methods } = JSON.parse(
      (await send(rolledBack.port, '/.well-known/openid-configuration')).body,
    );
    expect(methods).toEqual(['S256', 'plain']);
    const log = (await pixy('policy', 'log')) as { why: string }[];
    expect(log.filter(({ why }) => why === 'a reason').length).toBeGreaterThan(4);
  },

  async apis() {
    expect(await pixy('apis', 'list')).toMatchObject([{ resource: api, scope: 'orders:read' }]);
  },

  async keys() {
    const jwks = createLocalJWKSet(JSON.parse((await send(rolledBack.port, '/jwks')).body));
    const options = { issuer: server.issuer, currentDate: new Date(clock.now() * 1_000) };
    expect((await jwtVerify(tokens.access_token ?? '', jwks, options)).payload.sub).toBe('sub-of-ann');
    expect(await pixy('keys', 'list')).toMatchObject([{ state: 'signing', custody: 'memory' }]);
  },

  async password() {
    const cem = newPerson(rolledBack);
    const { username, password } = account('cem');
    expect((await cem.submit(await cem.open('/sign-in'), { username, password })).status).toBe(200);
    const taken = await obtainTokens(rolledBack, cem, mobile);
    expect((await refresh(rolledBack, mobile, taken.refresh_token)).status).toBe(200);
  },

  async sessions() {
    const browser = sameBrowser(ann);
    expect((await browser.open('/account')).status).toBe(200);
    // Consent was given before.
    expect((await browser.open(authorizeTarget(third, { scope: 'openid' }))).status).toBe(302);
  },

  async ways() {
    const page = await sameBrowser(ann).open('/account');
    expect(page.body).toContain('A phone');
    expect(page.body).toContain('grace@upstream.example');
    const [passkey] = await passkeyStore(database, tables.people).list('sub-of-ann');
    const handle = [userHandleOf('sub-of-ann'), passkey?.credentialId];
    const find = (file: string, store: string, ...asked: readonly unknown[]) =>
      rolledBack.find(`/shared/${file}`, store, tables.people, ...asked);
    expect(await find('people/passkey-store.ts', 'passkeyStore', ...handle)).toMatchObject({ name: 'A phone' });
    expect(await find('upstream/link-store.ts', 'linkStore', grace)).toMatchObject({ sub: 'sub-of-ann' });
  },

  async app() {
    const waiting = sameBrowser(atCode.person);
    const page = await waiting.open('/sign-in/code');
    expect((await waiting.submit(page, { code: app.codeAt(clock.now()) })).status).toBe(200);
  },
};

describe(`version ${versionBefore}, on what this version wrote, reads`, () => {
  beforeEach(({ skip }) => {
    if (missing !== undefined) skip(missing);
  });

  test.each(Object.entries(tests))('%s', async (_, run) => {
    await run();
    expect(rolledBack.auditLines.filter((line) => line.includes('"failed"'))).toEqual([]);
  });

  test('nothing of the kinds that it does not know', () => {
    const texts = Object.values(kinds).flatMap(({ text }) => text ?? []);
    expect(texts.length).toBeGreaterThan(5);
    expect(texts.filter((text) => before?.sources().includes(text))).toEqual([]);
  });

  /** What a line of the changelog says that is marked. */
  const marked = (mark: 'stored' | 'tokens'): string =>
    readFileSync('CHANGELOG.md', 'utf8')
      .split('\n')
      .filter((line) => line.includes(`**${mark}**`))
      .join('\n');

  test('no refresh token of this version, as the changelog says', async () => {
    expect((await refresh(rolledBack, mobile, tokens.refresh_token)).json).toMatchObject({
      reason: 'refresh_token_unknown',
    });
    expect(marked('tokens')).toContain('a refresh token contains its encrypted person');
  });

  test('no recovery code of this version, as the changelog says', async () => {
    const { person, page } = await atCodePage(rolledBack, 'ben');
    expect((await person.submit(page, { code: recoveryCode })).status).toBe(400);
    expect(marked('stored')).toContain('Recovery codes have 120 random bits instead of 80');
  });
});
