import { hashSync } from 'bcryptjs';
import { beforeEach, describe, expect, test } from 'vitest';
import { hasGrown } from '../../functions/passkey/has-grown.ts';
import { clientKey } from '../../shared/clients/records.ts';
import { isOwnHash } from '../../shared/password.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { passkeyStore } from '../../shared/people/passkey-store.ts';
import { spa } from '../support/clients.ts';
import { encodeFields, formType, send } from '../support/http.ts';
import { newPerson } from '../support/person.ts';
import { pkcePair } from '../support/pkce.ts';
import { authorizeTarget, parametersOf, redeem } from '../support/protocol.ts';
import { type Region, signedInAt, startRegions } from '../support/regions.ts';
import { ada, tables } from '../support/server.ts';

/* What a sign-in writes besides: outside the first region it leaves that to the first, or leaves it out. */

const regions = await startRegions({ clients: [spa], environment: { PIXY_CLIENT_REGISTRATION: 'open' } });
const { a, b, replicas, sent, ways, advance } = regions;
const day = 86_400;

beforeEach(() => {
  ways.clear();
  sent.length = 0;
});

describe('a client that registered itself', () => {
  async function register(at: Region, client_name: string): Promise<string> {
    const body = JSON.stringify({
      client_name,
      redirect_uris: ['https://agent.example/callback'],
      token_endpoint_auth_method: 'none',
    });
    const answer = await send(at.port, '/clients', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(answer.status).toBe(201);
    return JSON.parse(answer.body).client_id;
  }

  const endOf = async ({ database }: Region, id: string): Promise<number> =>
    Number((await database.get({ TableName: tables.clients, Key: clientKey(id) }))?.['purgeAt']);

  async function use(id: string, at: Region) {
    const client = { ...spa, client_id: id, redirect_uris: ['https://agent.example/callback'] };
    const person = await signedInAt(at);
    const target = authorizeTarget(client, { code_challenge: pkcePair().challenge });
    return person.arrive(target);
  }

  test('is registered by the first region and kept by it, wherever it is used', async () => {
    const id = await register(b, 'Agent');
    expect(sent).toEqual(['b → a client-registration']);
    const unused = await endOf(a, id);
    expect((await use(id, b)).status).toBe(302);
    expect(sent.slice(1)).toEqual(['b → a authorize']);
    expect(await endOf(a, id)).toBeGreaterThan(unused + 30 * day);
    // Known in the other one as well, which asks no more.
    advance(31);
    expect((await use(id, b)).status).toBe(302);
    expect(sent).toHaveLength(2);
  });

  test.each([
    ['in this region', b],
    ['in the first', a],
  ])(
    '%s is used in this one at once, with every page on its way, before its copy comes',
    async (where, registeredAt) => {
      const person = await signedInAt(b);
      await replicas.late(async () => {
        const name = `An agent registered ${where}`;
        const id = await register(registeredAt, name);
        const client = { ...spa, client_id: id, redirect_uris: ['https://agent.example/callback'] };
        const { verifier, challenge } = pkcePair();
        const target = authorizeTarget(client, { code_challenge: challenge });
        // Somebody new reads its name on the sign-in page.
        expect((await newPerson(b).follow(target)).body).toContain(name);
        const { code = '' } = parametersOf(new URL((await person.arrive(target)).headers.location ?? ''));
        expect(code).toMatch(/^a\./);
        expect((await redeem(b, client, { code, code_verifier: verifier })).status).toBe(200);
      });
    },
  );

  test('is known as soon as its copy is there, also where somebody asked before', async () => {
    const id = await replicas.late(async () => {
      const early = await register(a, 'An early agent');
      const challenge = await send(b.port, '/token', {
        method: 'POST',
        headers: formType,
        body: encodeFields({ grant_type: 'client_credentials', client_id: early }),
      });
      expect(JSON.parse(challenge.body)).toMatchObject({ error: 'invalid_client' });
      return early;
    });
    const answer = await send(b.port, '/token', {
      method: 'POST',
      headers: formType,
      body: encodeFields({ grant_type: 'client_credentials', client_id: id }),
    });
    expect(JSON.parse(answer.body)).toMatchObject({ error: 'unauthorized_client' });
  });

  test('that there never was is asked for in the first region, and is unknown', async () => {
    const unknown = { ...spa, client_id: 'dcr-nobody', redirect_uris: ['https://agent.example/callback'] };
    const page = await newPerson(b).open(authorizeTarget(unknown));
    expect([page.status, sent]).toEqual([400, ['b → a authorize']]);
    expect(page.body).toContain('client_unknown');
    expect((await newPerson(a).open(authorizeTarget(unknown))).status).toBe(400);
    expect(sent).toHaveLength(1);
    ways.set('a', 'cut');
    expect(await newPerson(b).open(authorizeTarget(unknown))).toMatchObject({
      status: 503,
      headers: { 'retry-after': '1' },
    });
  });

  test('is used all the same while the first region gives no answer, and kept the next time', async () => {
    const id = await register(a, 'Another agent');
    ways.set('a', 'cut');
    expect((await use(id, b)).status).toBe(302);
    expect(b.auditLines.map((line) => JSON.parse(line))).toContainEqual(
      expect.objectContaining({ endpoint: 'tidy-up', verdict: 'failed', reason: 'region_unavailable' }),
    );
    ways.clear();
    expect((await use(id, b)).status).toBe(302);
    expect(await endOf(b, id)).toBeGreaterThan(b.clock.now() + 30 * day);
  });

  test('keeps nobody waiting while the first region is silent', async () => {
    const id = await register(a, 'A third agent');
    const lines = b.auditLines.length;
    ways.set('a', 'silent');
    expect((await use(id, b)).status).toBe(302);
    expect(b.auditLines.slice(lines).join('\n')).toContain('"reason":"region_unavailable"');
  });
});

test('a password hash of another server becomes ours in the first region alone', async () => {
  const accounts = accountStore(a.database, tables.people);
  await accounts.setPassword('ada-0001', hashSync(ada.password, 4));
  const isOurs = async () => isOwnHash((await accounts.findBySubject('ada-0001'))?.passwordHash ?? '');
  const signIn = async (region: Region) => {
    const person = newPerson(region);
    const page = await person.follow(authorizeTarget(spa));
    expect((await person.submit(page, { username: ada.username, password: ada.password })).status).toBe(303);
  };
  await signIn(b);
  expect(await isOurs()).toBe(false);
  await signIn(a);
  expect(await isOurs()).toBe(true);
});

test('the counter of a passkey is judged outside the first region as in it', async () => {
  const store = passkeyStore(a.database, tables.people);
  for (const [stored, sent, isGood] of [
    [0, 0, true],
    [0, 5, true],
    [5, 6, true],
    [5, 5, false],
    [5, 4, false],
    [5, 0, false],
  ] as const) {
    const passkey = {
      sub: 'ada-0001',
      credentialId: Buffer.from(`${stored} ${sent}`).toString('base64url'),
      publicKey: new Uint8Array(1),
      counter: stored,
      transports: [],
      isSyncable: false,
      isBackedUp: false,
      name: '',
      createdAt: 0,
      epoch: 0,
    };
    const use = { counter: sent, isBackedUp: false, now: 0 };
    await store.add(passkey);
    expect([stored, sent, await hasGrown(passkey, use)]).toEqual([stored, sent, isGood]);
    expect([stored, sent, await store.use(passkey, use)]).toEqual([stored, sent, isGood]);
  }
});
