import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { verifyClientSecret } from '../../shared/clients/client-secret.ts';
import { clientStore } from '../../shared/clients/client-store.ts';
import { encodeFields } from '../support/http.ts';
import { newPerson } from '../support/person.ts';
import { startTestServer, tables } from '../support/server.ts';
import { atConsole, consoleSettings, grace } from './operator.ts';

const web = { redirect_uris: ['https://app.example/cb'], token_endpoint_auth_method: 'none' };
const confidential = {
  ...web,
  token_endpoint_auth_method: 'client_secret_basic',
  client_secret: 'a-secret-that-is-long-enough-to-be-one',
};

const server = await startTestServer({
  clients: [
    { ...web, client_id: 'app', client_name: 'App' },
    { ...confidential, client_id: 'legacy', pkce_policy: 'any' },
    {
      ...confidential,
      client_id: 'robot',
      grant_types: ['client_credentials'],
      redirect_uris: [],
      scope: 'pixy:write',
    },
  ],
  accounts: [grace],
  environment: consoleSettings,
});

const clients = clientStore(openDatabase(), tables.clients, server.clock.now);
const author = { by: 'somebody else', why: 'in between' };
const lastChange = async (clientId: string) => (await clients.changes(1, clientId))[0];

const S256 = { code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' };
const plain = { ...S256, code_challenge_method: 'plain' };

/** A request at /authorize, whose session does not matter: a person who signed in gets a code. */
async function authorize(operator: Awaited<ReturnType<typeof atConsole>>, client_id: string, pkce: object) {
  const query = { client_id, response_type: 'code', redirect_uri: 'https://app.example/cb', state: 'x', ...pkce };
  return operator.open(`/authorize?${encodeFields(query)}`);
}

describe('the policy', () => {
  test('is tightened with what would happen beside it, under its reason, and rolled back', async () => {
    const operator = await atConsole(server);
    for (const pkce of [plain, plain, plain, S256])
      expect((await authorize(operator, 'legacy', pkce)).status).toBe(302);
    const asked = await operator.visit('/policy?default=S256&floor=S256&mode=enforce');
    expect(asked.body).toMatch(/Of \d+ sign-ins in 28 days, 3 would be refused, of 1 client\./);
    expect(asked.body).toContain('3 with plain: <a href="/errors#code_challenge_method_plain_refused">');
    expect(await clients.policyVersion()).toBeUndefined();

    const form = { default: 'S256', floor: 'S256', mode: 'enforce' };
    const unsaid = await operator.send(asked, { ...form, why: '  ' }, '/console/policy');
    expect([unsaid.status, unsaid.body.includes('Say why')]).toEqual([400, true]);
    expect(await clients.policyVersion()).toBeUndefined();

    const done = await operator.send(asked, { ...form, why: 'audit finding 12, Ä' }, '/console/policy');
    expect(done.target).toMatch(/^\/console\/changes\//);
    expect(done.body).toContain('audit finding 12, Ä');
    expect(await clients.policyVersion()).toMatchObject({
      version: 1,
      value: form,
      lastChange: { by: 'grace (grace-0001) with pixy-console', why: 'audit finding 12, Ä' },
    });

    const back = await operator.send(done, { why: 'the partner is not ready' });
    expect(back.body).toContain('the partner is not ready');
    expect(await clients.policyVersion()).toMatchObject({ version: 2, value: { floor: 'none' } });
    const again = await operator.send(done, { why: 'twice' });
    expect([again.status, again.body.includes('There is nothing to roll back')]).toEqual([409, true]);
  });

  test('of a stale tab: what changed meanwhile, and nothing is overwritten', async () => {
    const operator = await atConsole(server);
    const stale = await operator.visit('/policy?default=any&floor=none&mode=enforce');
    const version = (await clients.policyVersion())?.version ?? 0;
    await clients.putPolicy({ default: 'S256', floor: 'any', mode: 'report' }, author, version);
    const sent = await operator.send(
      stale,
      { default: 'any', floor: 'none', mode: 'enforce', why: 'mine' },
      '/console/policy',
    );
    expect(sent.status).toBe(412);
    expect(sent.body).toContain('Somebody else changed the policy since you opened this page');
    expect(sent.body).toContain('in between');
    expect(sent.body).toContain('value="mine"');
    expect(await clients.policyVersion()).toMatchObject({
      version: version + 1,
      value: { floor: 'any', mode: 'report' },
    });
    // On top of how it is now, it can be sent again.
    const done = await operator.send(
      sent,
      { default: 'any', floor: 'none', mode: 'enforce', why: 'mine' },
      '/console/policy',
    );
    expect(done.status).toBe(200);
    expect(await clients.policyVersion()).toMatchObject({
      version: version + 2,
      value: { default: 'any', floor: 'none' },
    });
  });

  test('that is none is not written', async () => {
    const operator = await atConsole(server);
    const page = await operator.visit('/policy?default=S256&floor=S256&mode=enforce');
    const { version } = (await clients.policyVersion()) ?? {};
    const sent = await operator.send(
      page,
      { default: 'S512', floor: 'none', mode: 'enforce', why: 'x' },
      '/console/policy',
    );
    expect(sent.status).toBe(404);
    expect((await clients.policyVersion())?.version).toBe(version);
  });
});

describe('a client', () => {
  test('is changed in what differs alone, and the change is in the log with its reason', async () => {
    const operator = await atConsole(server);
    const page = await operator.visit('/clients/app/edit');
    const fields = {
      client_name: 'Ape',
      redirect_uris: 'https://app.example/cb\nhttps://app.example/two',
      pkce_policy: 'inherit',
      why: 'renamed',
    };
    const done = await operator.send(page, { scope: 'openid profile email address phone offline_access', ...fields });
    expect(done.status).toBe(200);
    expect(done.body).toContain('renamed');
    expect(await clients.find('app')).toMatchObject({
      clientName: 'Ape',
      redirectUris: ['https://app.example/cb', 'https://app.example/two'],
    });
    const { after, before, by } = (await lastChange('app')) ?? {};
    expect({ ...after, clientName: 'App', redirectUris: ['https://app.example/cb'] }).toEqual(before);
    expect(by).toBe('grace (grace-0001) with pixy-console');
  });

  test('is refused with every mistake, and keeps what was filled in', async () => {
    const operator = await atConsole(server);
    const page = await operator.visit('/clients/app/edit');
    const { version } = (await clients.findVersion('app')) ?? {};
    const fields = {
      client_name: 'Ape',
      redirect_uris: 'http://app.example/cb',
      scope: 'openid',
      pkce_policy: 'none',
      why: 'x',
    };
    const sent = await operator.send(page, fields);
    expect(sent.status).toBe(400);
    expect(sent.body).toContain('http://app.example/cb</textarea>');
    expect(sent.body).toContain('redirect_uris.0 ');
    expect((await clients.findVersion('app'))?.version).toBe(version);
    const unread = await operator.send(page, { ...fields, others: '{' });
    expect([unread.status, unread.body.includes('are not a JSON object')]).toEqual([400, true]);
  });

  test('of a stale tab: the change of the other stays, and is shown', async () => {
    const operator = await atConsole(server);
    const stale = await operator.visit('/clients/app/disable');
    const found = await clients.findVersion('app');
    if (!found?.value) throw new Error('there is no such client');
    await clients.put('app', { ...found.value, clientName: '<b>Other</b>' }, author, found.version);
    const sent = await operator.send(stale, { why: 'mine' });
    expect(sent.status).toBe(412);
    expect(sent.body).toContain('&lt;b&gt;Other&lt;/b&gt;');
    expect(sent.body).toContain('somebody else');
    expect(await clients.find('app')).toMatchObject({ clientName: '<b>Other</b>', disabled: false });
    const done = await operator.send(sent, { why: 'mine' }, '/console/clients/app/disable');
    expect(done.status).toBe(200);
    expect(await clients.find('app')).toMatchObject({ clientName: '<b>Other</b>', disabled: true });
    const enable = await operator.visit('/clients/app/enable');
    await operator.send(enable, { why: 'back' });
    expect(await clients.find('app')).toMatchObject({ disabled: false });
  });

  test('without the version that its form was made from is not changed', async () => {
    const operator = await atConsole(server);
    const page = await operator.visit('/clients/app/disable');
    expect((await operator.send(page, { version: undefined, why: 'x' })).status).toBe(412);
    expect(await clients.find('app')).toMatchObject({ disabled: false });
  });

  test('is added with a secret that is shown once, and removed, and comes back by a rollback', async () => {
    const operator = await atConsole(server);
    const page = await operator.visit('/add-client');
    const fields = { client_id: 'shop', client_name: 'Shop', kind: 'web', redirect_uris: 'https://shop.example/cb' };
    expect((await operator.send(page, { ...fields, why: '' })).status).toBe(400);
    expect(await clients.find('shop')).toBeUndefined();
    const added = await operator.send(page, { ...fields, why: 'a new shop' });
    const secret = /<p class="once"><code>([\w-]{43})<\/code>/.exec(added.body)?.[1] ?? '';
    const shop = await clients.find('shop');
    expect(await verifyClientSecret(secret, shop?.secretHashes[0] ?? '')).toBe(true);
    expect((await operator.visit('/clients/shop')).body).not.toContain(secret);
    expect(server.auditLines.join()).not.toContain(secret);
    const twice = await operator.send(page, { ...fields, why: 'again' });
    expect([twice.status, twice.body.includes('There is a client shop already')]).toEqual([400, true]);

    const removed = await operator.send(await operator.visit('/clients/shop/remove'), { why: 'closed' });
    expect(removed.body).toContain('closed');
    expect(await clients.find('shop')).toBeUndefined();
    const back = await operator.send(removed, { why: 'not closed' });
    expect(back.status).toBe(200);
    expect(await clients.find('shop')).toMatchObject({ clientName: 'Shop' });
  });

  test('gets a second secret, and loses the first one', async () => {
    const operator = await atConsole(server);
    const made = await operator.send(await operator.visit('/clients/legacy/secret'), { why: 'yearly' });
    const secret = /<p class="once"><code>([\w-]{43})<\/code>/.exec(made.body)?.[1] ?? '';
    expect((await clients.find('legacy'))?.secretHashes).toHaveLength(2);
    const third = await operator.send(await operator.visit('/clients/legacy/secret'), { why: 'again' });
    expect([third.status, third.body.includes('two secrets already')]).toEqual([400, true]);
    await operator.send(await operator.visit('/clients/legacy/end-old-secret'), { why: 'all moved' });
    const { secretHashes = [] } = (await clients.find('legacy')) ?? {};
    expect([secretHashes.length, await verifyClientSecret(secret, secretHashes[0] ?? '')]).toEqual([1, true]);
  });

  test('gets a waiver with an owner and an end, and loses it', async () => {
    const operator = await atConsole(server);
    const page = await operator.visit('/clients/legacy/waiver');
    const until = new Date((server.clock.now() + 9 * 86_400) * 1_000).toISOString().slice(0, 10);
    const late = await operator.send(page, { owner: 'ada', until: '2001-01-01', why: 'x' });
    expect([late.status, late.body.includes('is not in the future')]).toEqual([400, true]);
    await operator.send(page, { owner: 'ada', until, why: 'the vendor ships PKCE' });
    expect((await clients.find('legacy'))?.pkce.waiver).toMatchObject({
      owner: 'ada',
      reason: 'the vendor ships PKCE',
    });
    expect((await operator.visit('/waivers')).body).toContain('the vendor ships PKCE');
    expect((await operator.visit()).body).toContain('9 days');
    await operator.send(await operator.visit('/clients/legacy/end-waiver'), { why: 'done' });
    expect((await clients.find('legacy'))?.pkce.waiver).toBeUndefined();
  });

  test('that manages the server is left to others', async () => {
    const operator = await atConsole(server);
    expect((await operator.visit('/clients/robot')).body).not.toContain('/clients/robot/edit');
    expect((await operator.visit('/clients/robot/edit')).status).toBe(403);
    const page = await operator.visit('/clients/app/disable');
    const sent = await operator.send(page, { version: '1', why: 'x' }, '/console/clients/robot/disable');
    expect(sent.status).toBe(403);
    expect(await clients.find('robot')).toMatchObject({ disabled: false });
    const add = await operator.visit('/add-client');
    const made = await operator.send(add, { client_id: 'spy', kind: 'machine', scope: 'pixy:write', why: 'x' });
    expect(made.status).toBe(400);
    expect(await clients.find('spy')).toBeUndefined();
  });
});

test('a reason that is too long is not cut off', async () => {
  const operator = await atConsole(server);
  const page = await operator.visit('/clients/app/disable');
  const sent = await operator.send(page, { why: 'x'.repeat(501) });
  expect([sent.status, sent.body.includes('is longer than 500 characters')]).toEqual([400, true]);
});

test('a stranger who knows the address of a form gets nowhere', async () => {
  expect((await newPerson(server).open('/console/clients/app/remove')).headers.location).toContain('/authorize');
});
