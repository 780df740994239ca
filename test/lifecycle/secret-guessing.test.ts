import { once } from 'node:events';
import { request } from 'node:http';
import { json } from 'node:stream/consumers';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { secretLimit } from '../../shared/clients/secret-limit.ts';
import { secretThrottle } from '../../shared/clients/secret-throttle-store.ts';
import { startDatabaseProxy } from '../support/database-proxy.ts';
import { encodeFields, type Fields, formType } from '../support/http.ts';
import { credentialsOf, type FullClient, machine, mobile, warehouse } from '../support/lifecycle.ts';
import { startTestServer, type TestServer, tables } from '../support/server.ts';

/* H33, V8: the secret of a client cannot be guessed without limit at /token, /revoke and /introspect. */

const asker: FullClient = { ...warehouse, client_id: 'asker', scope: '' };
const poster: FullClient = { ...machine, client_id: 'poster', token_endpoint_auth_method: 'client_secret_post' };
/** A secret that could be a word, as legacy systems have them. */
const wordy: FullClient = { ...machine, client_id: 'wordy', client_secret: 'correct horse' };
/** The same, of a program that runs in many places. */
const spread: FullClient = { ...wordy, client_id: 'spread', client_secret: 'another horse' };
/** Its secret works in the header only. */
const strict: FullClient = { ...machine, client_id: 'strict', strict_auth_method: true };
const clients = [machine, warehouse, asker, poster, mobile, wordy, spread, strict];

const database = await startDatabaseProxy();
const server = await startTestServer({ clients, accounts: [], dynamodb: database.endpoint });
/** Another instance of the functions, with a memory of its own. */
const other = await startTestServer({ clients, accounts: [], dynamodb: database.endpoint });

type Told = { status: number; error?: string; reason?: string; retryAfter?: number; tried?: string };

async function post(at: TestServer, path: string, client: FullClient, from = '127.0.0.1', more: Fields = {}) {
  const { headers, fields } = credentialsOf(client);
  const body = encodeFields({ ...fields, grant_type: 'client_credentials', token: 'x', ...more });
  const options = { host: '127.0.0.1', port: at.port, path, method: 'POST', localAddress: from, agent: false };
  const [response] = await once(request({ ...options, headers: { ...formType, ...headers } }).end(body), 'response');
  const { error, reason } = (await json(response)) as { error?: string; reason?: string };
  const retryAfter = response.headers['retry-after'];
  const tried = response.headers['www-authenticate'];
  return {
    status: response.statusCode as number,
    ...(error !== undefined && { error, reason }),
    ...(retryAfter !== undefined && { retryAfter: Number(retryAfter) }),
    ...(tried !== undefined && { tried }),
  } as Told;
}

const guess = (path: string, client: FullClient, from?: string, at = server) =>
  post(at, path, { ...client, client_secret: 'a guess of the secret' }, from);

const throttled = { status: 429, error: 'temporarily_unavailable', reason: 'client_authentication_throttled' };
const wrong = { status: 401, error: 'invalid_client', reason: 'client_secret_wrong' };

const nextWindow = () => {
  for (const { clock } of [server, other]) clock.advance(secretLimit.window);
};

const exhaust = async (client: FullClient) => {
  for (let count = 0; count < 20; count += 1) await guess('/token', client);
};

const statusesOf = (answers: readonly Told[]) => {
  const of = (status: number) => answers.filter((answer) => answer.status === status).length;
  return { wrong: of(401), throttled: of(429) };
};

describe('H33, V8: fifty guesses at a secret', () => {
  beforeEach(nextWindow);

  test.each([
    ['/token', machine],
    ['/token', poster],
    ['/revoke', machine],
    ['/introspect', warehouse],
  ])('one after the other at %s: twenty are answered, then 429 with Retry-After', async (path, client) => {
    const answers: Told[] = [];
    for (let count = 0; count < 50; count += 1) answers.push(await guess(path, client));
    expect(answers[19]).toMatchObject(wrong);
    expect(answers[20]).toEqual({ ...throttled, retryAfter: secretLimit.window });
    expect(statusesOf(answers)).toEqual({ wrong: 20, throttled: 30 });
  });

  test.each(['/token', '/revoke', '/introspect'])('all at once at %s: the same', async (path) => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => guess(path, asker)));
    expect(statusesOf(answers)).toEqual({ wrong: 20, throttled: 30 });
  });

  test('at all three endpoints together: the same', async () => {
    const answers: Told[] = [];
    for (let count = 0; count < 48; count += 1) {
      answers.push(await guess(['/token', '/revoke', '/introspect'][count % 3] as string, asker));
    }
    // Each function has a memory of its own, and counts in the table all the same.
    expect(statusesOf(answers)).toEqual({ wrong: 20, throttled: 28 });
  });

  test('at many instances together: each learns it by its next wrong secret', async () => {
    await exhaust(machine);
    expect(await guess('/token', machine, undefined, other)).toMatchObject(throttled);
    expect(await post(other, '/token', machine)).toMatchObject(throttled);
  });
});

describe('S11: a secret that could be a word is counted before it is compared', () => {
  beforeEach(nextWindow);

  /** Attempts that instances with a memory of their own have counted. */
  async function counted(attempts: number): Promise<void> {
    const elsewhere = secretThrottle(openDatabase(), tables.grants, server.clock.now);
    for (let count = 0; count < attempts; count += 1) await elsewhere.countAttempt(wordy.client_id, '127.0.0.1');
  }

  test('of 10 guesses at once after 18, at instances that know nothing, two are compared, and the right one among the rest is not found', async () => {
    await counted(18);
    const compared = await Promise.all([guess('/token', wordy), guess('/token', wordy, undefined, other)]);
    expect(statusesOf(compared)).toEqual({ wrong: 2, throttled: 0 });
    const answers = await Promise.all([
      ...Array.from({ length: 7 }, () => guess('/token', wordy)),
      post(server, '/token', wordy),
    ]);
    expect(statusesOf(answers)).toEqual({ wrong: 0, throttled: 8 });
  });

  test('a cold start does not compare one more', async () => {
    await counted(20);
    expect(await post(other, '/token', wordy)).toMatchObject(throttled);
  });

  test('the right one takes its attempt back, and is not counted again', async () => {
    await counted(19);
    expect((await post(server, '/token', wordy)).status).toBe(200);
    const calls = await database.callsDuring(async () => {
      for (let count = 0; count < 10; count += 1) expect((await post(server, '/token', wordy)).status).toBe(200);
    });
    expect(calls).toEqual([]);
    expect(await guess('/token', wordy)).toMatchObject(wrong);
    expect(await guess('/token', wordy)).toMatchObject(throttled);
  });

  test('a program that starts in fifty places at once waits a moment where twenty are being compared, and no longer', async () => {
    const elsewhere = secretThrottle(openDatabase(), tables.grants, server.clock.now);
    const starting = await Promise.all(
      Array.from({ length: 50 }, () => elsewhere.countAttempt(spread.client_id, '127.0.0.1')),
    );
    const compared = starting.filter(({ retryAfter }) => retryAfter === undefined);
    expect(compared.length).toBe(20);
    const { retryAfter = 0, ...answer } = await post(server, '/token', spread);
    expect([answer.status, retryAfter]).toEqual([429, 3]);
    for (const { takeBack } of compared) await takeBack();
    server.clock.advance(retryAfter);
    expect((await post(server, '/token', spread)).status).toBe(200);
    server.clock.advance(-retryAfter);
  });

  test('who guessed wrong twenty times is refused until the window ends, out of memory', async () => {
    await Promise.all(Array.from({ length: 20 }, () => guess('/token', wordy)));
    expect(await guess('/token', wordy)).toEqual({ ...throttled, retryAfter: secretLimit.window });
    const calls = await database.callsDuring(() => guess('/token', wordy));
    expect(calls).toEqual([]);
  });
});

describe('over the limit', () => {
  beforeAll(async () => {
    nextWindow();
    await exhaust(machine);
  });

  test('the secret is not looked at any more: the right one is refused as well, and nothing is asked of the database', async () => {
    const calls = await database.callsDuring(async () => {
      expect(await post(server, '/token', machine)).toMatchObject(throttled);
      expect(await guess('/token', machine)).toMatchObject(throttled);
    });
    expect(calls).toEqual([]);
  });

  test('the right secret works from another address', async () => {
    expect((await post(server, '/token', machine, '127.0.0.2')).status).toBe(200);
  });

  test('other clients work from the same address', async () => {
    expect((await post(server, '/token', poster)).status).toBe(200);
    expect((await post(server, '/revoke', mobile, undefined, { client_secret: undefined })).status).toBe(200);
  });

  test('nobody is invited to try another way to authenticate', async () => {
    expect((await guess('/token', warehouse)).tried).toMatch(/^Basic /);
    expect((await guess('/token', machine)).tried).toBeUndefined();
  });

  test('the refusal is in the audit log, without the secret', async () => {
    await guess('/token', machine);
    expect(server.auditLines.at(-1)).toContain('client_authentication_throttled');
    expect(server.auditLines.at(-1)).not.toContain('a guess');
  });
});

test('everything works again when the window is over', async () => {
  nextWindow();
  await exhaust(machine);
  server.clock.advance(secretLimit.window - 1);
  expect(await post(server, '/token', machine)).toEqual({ ...throttled, retryAfter: 1 });
  server.clock.advance(1);
  expect((await post(server, '/token', machine)).status).toBe(200);
  expect(await guess('/token', machine)).toMatchObject(wrong);
});

describe('client ids that nobody has', () => {
  beforeEach(nextWindow);

  const unknown = (count: number): FullClient => ({ ...machine, client_id: `nobody-${count}` });

  test('share one counter per address, so they fill neither the table nor the memory', async () => {
    const answers: Told[] = [];
    const calls = await database.callsDuring(async () => {
      for (let count = 0; count < 50; count += 1) answers.push(await guess('/token', unknown(count)));
    });
    expect(statusesOf(answers)).toEqual({ wrong: 20, throttled: 30 });
    expect(calls.filter((call) => call === `UpdateItem ${tables.grants}`)).toHaveLength(20);
  });

  test('stand in nobody else’s way', async () => {
    for (let count = 0; count < 30; count += 1) await guess('/token', unknown(count));
    expect((await post(server, '/token', machine)).status).toBe(200);
    expect(await guess('/token', machine)).toMatchObject(wrong);
  });
});

describe('what is no guess is not counted', () => {
  beforeEach(nextWindow);

  test.each<[string, FullClient]>([
    ['an unknown public client', { ...mobile, client_id: 'nobody', client_secret: undefined as unknown as string }],
    [
      'a secret sent in another way than the registered one',
      { ...strict, token_endpoint_auth_method: 'client_secret_post' },
    ],
  ])('%s', async (_, client) => {
    await post(server, '/token', client);
    expect(await database.callsDuring(() => post(server, '/token', client))).not.toContain(
      `UpdateItem ${tables.grants}`,
    );
  });

  test('a right secret asks for nothing more, however often', async () => {
    await post(server, '/token', machine);
    const calls = await database.callsDuring(async () => {
      for (let count = 0; count < 30; count += 1) expect((await post(server, '/token', machine)).status).toBe(200);
    });
    expect(calls).toEqual([]);
  });
});

test('a database that does not answer is a 503, never a hint about the secret', async () => {
  nextWindow();
  await post(server, '/token', machine);
  const answer = await database.during({ status: 500, type: 'InternalServerError' }, () => guess('/token', machine));
  expect(answer.status).toBe(503);
});
