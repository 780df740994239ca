import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Secret as OtpSecret, TOTP } from 'otpauth';
import { describe, expect, test } from 'vitest';
import { startProgress } from '../../cli/commands/accounts/import/progress.ts';
import { batches } from '../../shared/aws/batches.ts';
import { clientStore } from '../../shared/clients/client-store.ts';
import { parseRegistration } from '../../shared/clients/registration.ts';
import { localWrapper } from '../../shared/keys/local-wrapper.ts';
import { accountImportStore } from '../../shared/people/account-import-store.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { accountKey } from '../../shared/people/standing-store.ts';
import { throttleStore } from '../../shared/people/throttle-store.ts';
import { usualShape } from '../../shared/people/totp.ts';
import { importedTotpItem, totpPartition, totpStore } from '../../shared/people/totp-store.ts';
import { verifySecondFactor } from '../../shared/people/totp-verify.ts';
import { linkStore, pairKey } from '../../shared/upstream/link-store.ts';
import { freshTables } from './store.ts';

const now = 1_800_000_000;
const { database, client, tables } = await freshTables();
const accounts = accountStore(database, tables.people);
const wrapper = localWrapper(Buffer.alloc(32, 7));
const storeWith = (isAlone: boolean) =>
  accountImportStore({ database, batches: batches(client), isAlone }, tables, async () => wrapper, {
    ...linkStore(database, tables.people),
    keyOf: pairKey,
  });
const given = (name: string, more: object = {}) => ({
  username: name,
  email: `${name}@example.com`,
  claims: {},
  ...more,
});

describe.each([
  ['alone', true],
  ['beside others', false],
])('an import %s', (label, isAlone) => {
  const store = storeWith(isAlone);
  const name = (text: string) => `${text}-${isAlone ? 'alone' : 'beside'}`;

  test('adds accounts that are found by every name, and that a second run finds unchanged', async () => {
    const many = Array.from({ length: 60 }, (_, at) => given(name(`user${at}`), { claims: { name: `User ${at}` } }));
    expect(new Set(await store.compare(many))).toEqual(new Set(['new']));
    expect(await store.add(many, now)).toEqual([]);
    const found = await accounts.findByUsername(`${name('user7')}@example.com`);
    expect(found).toMatchObject({
      username: name('user7'),
      claims: { name: 'User 7', email_verified: false },
      version: 1,
    });
    expect(await accounts.findByUsername(name('user59'))).toBeDefined();
    expect(new Set(await store.compare(many))).toEqual(new Set(['same']));
  });

  test('keeps subjects, and names what is taken', async () => {
    const sub = name('old-id');
    await store.add([given(name('kept'), { claims: { sub } })], now);
    expect((await accounts.findBySubject(sub))?.username).toBe(name('kept'));
    expect(
      await store.compare([
        given(name('kept'), { claims: { sub } }),
        given(name('kept')),
        given(name('kept'), { claims: { sub, name: 'Other' } }),
        { email: `${name('kept')}@example.com`, claims: {} },
        given(name('another'), { claims: { sub } }),
      ]),
    ).toEqual(['same', 'same', 'username', 'email', 'claims.sub']);
  });

  test(`never gives an account the id of a client (${label})`, async () => {
    const parsed = await parseRegistration({ client_id: name('robot'), redirect_uris: ['https://a.example/'] });
    if (parsed.ok)
      await clientStore(database, tables.clients, () => now).put(name('robot'), parsed.value, { by: 'ada', why: '' });
    expect(await store.compare([given(name('x'), { claims: { sub: name('robot') } })])).toEqual(['client']);
  });
});

describe.each([
  ['alone', true],
  ['beside others', false],
])('I12: an authenticator app that comes along in an import %s', (label, isAlone) => {
  const store = storeWith(isAlone);
  const secret = Buffer.from('a key that nobody may read');
  const totp = { secret, shape: { algorithm: 'SHA256', digits: 8, period: 30 } as const };
  const totps = totpStore(database, tables.people, wrapper);

  test.each([
    ['a new subject', undefined],
    ['its own subject', `kept-${label.replace(' ', '-')}`],
  ])('is stored as one from the account page, with %s', async (_, kept) => {
    const username = `factor-${kept ?? label.replace(' ', '-')}`;
    const claims: { sub?: string } = kept === undefined ? {} : { sub: kept };
    expect(await store.add([{ username, claims, totp }], now)).toEqual([]);
    const account = await accounts.findByUsername(username);
    const sub = account?.sub ?? '';
    expect(await totps.find(sub)).toEqual({
      secret,
      shape: totp.shape,
      lastStep: 0,
      drift: 0,
      off: undefined,
      codesLeft: 0,
    });
    expect(account && (await totps.look(account))).toEqual({ codesLeft: 0 });
    const shown = new TOTP({
      algorithm: 'SHA256',
      digits: 8,
      secret: new OtpSecret({ buffer: new Uint8Array(secret).buffer }),
    });
    const typed = shown.generate({ timestamp: now * 1_000 });
    const throttle = throttleStore(database, tables.people);
    const refusal = (code: string) =>
      verifySecondFactor({ sub, typed: code }, totps, () => throttle.countProof(sub, now), now);
    expect(await refusal(typed.slice(2))).toEqual({ ok: false, refusal: { reason: 'second_factor_wrong' } });
    expect(await refusal(typed)).toEqual({ ok: true, value: undefined });
    expect(await refusal(typed)).toEqual({ ok: false, refusal: { reason: 'second_factor_used' } });
    for (const Key of [accountKey(sub), { pk: totpPartition(sub), sk: 'totp' }]) {
      const item = await database.get({ TableName: tables.people, Key });
      const bytes = Object.values(item ?? {}).map((value) =>
        Buffer.from(value instanceof Uint8Array ? value : JSON.stringify(value ?? null)),
      );
      expect(Buffer.concat(bytes).includes(secret)).toBe(false);
      expect(item).not.toHaveProperty('totp');
    }
  });
});

describe.each([
  ['alone', true],
  ['beside others', false],
])('I12: links to upstream providers in an import %s', (label, isAlone) => {
  const store = storeWith(isAlone);
  const links = linkStore(database, tables.people);
  const issuer = 'https://accounts.example.com';
  const linkOf = (subject: string) => ({ issuer, subject: `${subject} ${label}`, provider: 'example', label: 'ada@x' });
  const name = (text: string) => `${text}-${isAlone ? 'alone' : 'beside'}`;

  test.each([
    ['a new subject', {}],
    ['its own subject', { sub: name('sub-of-linked') }],
  ])('lead to the account, with %s, and to no other', async (kind, claims) => {
    const link = linkOf(kind);
    const linked = given(name(`linked-${kind.slice(0, 1)}`), { claims, links: [link] });
    expect(await store.compare([linked])).toEqual(['new']);
    expect(await store.add([linked], now)).toEqual([]);
    const account = await accounts.findByUsername(linked.username);
    expect(await links.find(link)).toEqual({ sub: account?.sub, createdAt: now, epoch: 0 });
    expect(await links.list(account?.sub ?? '')).toMatchObject([{ provider: 'example', label: 'ada@x' }]);
    const key = accountKey(account?.sub ?? '');
    expect(await database.get({ TableName: tables.people, Key: key })).not.toHaveProperty('links');
    const other = given(name(`other-${kind.slice(0, 1)}`), { links: [link] });
    expect(await store.compare([linked, other])).toEqual(['same', 'links']);
    expect(await store.add([other], now + 1_000)).toEqual([other]);
    expect(await accounts.findByUsername(other.username)).toBeUndefined();
    expect((await links.find(link))?.sub).toBe(account?.sub);
  });

  test('that an interrupted import left behind are made anew after five minutes, and not before', async () => {
    const link = linkOf('left');
    await links.claim(link, 'nobody-any-more', { provider: 'example' }, now);
    const early = given(name('early'), { claims: { sub: name('early-sub') }, links: [link] });
    expect(await store.add([early], now + 300)).toEqual([early]);
    const late = given(name('late'), { claims: { sub: name('late-sub') }, links: [link] });
    expect(await store.add([late], now + 301)).toEqual([]);
    expect((await links.find(link))?.sub).toBe(name('late-sub'));
  });
});

test('an import beside others leaves the authenticator app of somebody who was added meanwhile alone, and replaces one left behind', async () => {
  const store = storeWith(false);
  const totps = totpStore(database, tables.people, wrapper);
  const keyOf = (text: string) => ({ secret: Buffer.from(text), shape: usualShape });
  const of = (sub: string, text: string) => ({ username: sub, claims: { sub }, totp: keyOf(text) });
  await store.add([of('met', 'the first key')], now);
  expect(await store.add([of('met', 'another key')], now + 1_000)).toHaveLength(1);
  expect((await totps.find('met'))?.secret).toEqual(Buffer.from('the first key'));

  // Interrupted between the two writes: the app is there, and its account is not.
  await database.put({ TableName: tables.people, Item: await importedTotpItem('broken', keyOf('old'), wrapper, now) });
  expect(await store.add([of('broken', 'too early')], now + 300)).toHaveLength(1);
  expect(await accounts.findBySubject('broken')).toBeUndefined();
  expect(await store.add([of('broken', 'in time')], now + 301)).toEqual([]);
  expect((await totps.find('broken'))?.secret).toEqual(Buffer.from('in time'));
});

test('an import alone with a database that has many items finds a name among them', async () => {
  const others = Array.from({ length: 1_001 }, (_, at) => ({ pk: `other#${at}`, sk: 'x' }));
  await batches(client).put(tables.people, others);
  await accounts.add({ username: 'among-many', claims: {} }, now);
  const compared = await storeWith(true).compare([given('Among-Many'), given('among-few')]);
  expect(compared).toEqual(['username', 'new']);
});

test('an import beside others adds no account whose name somebody took meanwhile, and leaves that one alone', async () => {
  const store = storeWith(false);
  const both = [given('raced'), given('unraced')];
  expect(await store.compare(both)).toEqual(['new', 'new']);
  await accounts.add({ username: 'raced', claims: { name: 'First' } }, now);
  expect((await store.add(both, now)).map(({ username }) => username)).toEqual(['raced']);
  expect(await accounts.findByUsername('raced')).toMatchObject({ claims: { name: 'First' } });
  expect(await accounts.findByUsername('raced@example.com')).toBeUndefined();
  expect(await accounts.findByUsername('unraced@example.com')).toBeDefined();
});

test('what a throttled table leaves undone is sent again, and nothing is lost', async () => {
  let calls = 0;
  const throttled = new Proxy(client, {
    get(target, property: keyof DynamoDBClient) {
      if (property !== 'send') return target[property];
      return async (command: { input: { RequestItems: Record<string, unknown[]> } }) => {
        calls += 1;
        if (calls === 1) throw Object.assign(new Error('slow down'), { name: 'ThrottlingException' });
        const [[table, requests] = ['', []]] = Object.entries(command.input.RequestItems);
        // Only the first half is written.
        const half = Math.ceil(requests.length / 2);
        command.input.RequestItems = { [table]: requests.slice(0, half) };
        const answer = await (target.send as (given: object) => Promise<object>)(command);
        return { ...answer, UnprocessedItems: requests.length > half ? { [table]: requests.slice(half) } : {} };
      };
    },
  });
  const items = Array.from({ length: 7 }, (_, at) => ({ pk: `throttled#${at}`, sk: 'x' }));
  await batches(throttled).put(tables.people, items);
  const found = await batches(client).get(tables.people, items);
  expect(found.size).toBe(7);
});

describe('the progress of an import', () => {
  const run = (isTerminal: boolean) => {
    const written: string[] = [];
    let time = 0;
    const progress = startProgress({ writeError: (text) => written.push(text), isTerminal }, 3_000, () => time);
    for (const at of [5_000, 11_000, 20_000]) {
      time = at;
      progress.advance(1_000);
    }
    progress.end();
    return written;
  };

  test('is a line every ten seconds', () => {
    expect(run(false)).toEqual(['2,000 of 3,000 accounts, 182 a second, 6 s left\n']);
  });

  test('is written again and again on a terminal, and wiped at the end', () => {
    const lines = run(true);
    expect(lines).toHaveLength(4);
    expect(lines[2]).toBe('\r\u001b[K3,000 of 3,000 accounts, 150 a second, 0 s left');
    expect(lines[3]).toBe('\r\u001b[K');
  });
});
