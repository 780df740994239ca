import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { clientStore } from '../../shared/clients/client-store.ts';
import { parseRegistration } from '../../shared/clients/registration.ts';
import { grantId } from '../../shared/grants/issue-code.ts';
import { listedIdOf } from '../../shared/people/session-store.ts';
import { accountKey } from '../../shared/people/standing-store.ts';
import { addTotp, credentialsOf, post, waitingForCode } from '../people/account-flows.ts';
import { startDatabaseProxy } from '../support/database-proxy.ts';
import { obtainTokens, refresh, warehouse } from '../support/lifecycle.ts';
import { newPerson, type Page } from '../support/person.ts';
import { obtainCode, redeem } from '../support/protocol.ts';
import { startTestServer, tables } from '../support/server.ts';
import {
  accounts,
  app,
  browserOf,
  everything,
  expectAllOrNothing,
  type InHand,
  newAccount,
  password,
  takeInHand,
  takeOfToday,
  trialsOfToday,
  tryAll,
  wayOf,
  ways,
  wrappingKey,
} from '../support/taking-back.ts';
import { placesToHold, requestsUnderWay, takeBackUnderWay } from '../support/under-way.ts';

/* TB1–TB9: what is taken back is worth nothing from the write on that says so, whatever fails, and whatever is on its way. */

const database = await startDatabaseProxy();
const server = await startTestServer({
  clients: [app, warehouse],
  accounts: [{ ...credentialsOf('ted'), claims: { sub: 'sub-of-ted' } }],
  dynamodb: database.endpoint,
  environment: { PIXY_WRAPPING_KEY: wrappingKey, PIXY_REVOKE_AT_SIGN_OUT: 'on' },
});
const inHand = async (): Promise<InHand> => takeInHand(await newAccount(server.clock.now()), server);
// What is remembered is there, so that only calls about people are counted and held.
await tryAll(await inHand(), server);

/** Everything that only tidies up fails. */
const noTidying = {
  status: 400,
  type: 'AccessDeniedException',
  only: ['Query pixy-people', 'Query pixy-grants', 'UpdateItem pixy-grants', 'DeleteItem pixy-people'],
};
const goodOf = (worth: Awaited<ReturnType<typeof tryAll>>) => Object.keys(worth).filter((name) => worth[name]?.isGood);

test('TB8: what is in hand is good, as long as nothing is taken back', async () => {
  expect(goodOf(await tryAll(await inHand(), server))).toEqual(everything);
});

/** The others do less than one of these, in the same write; test/deep tries them all. */
const most = Object.entries(ways).filter(
  ([name]) => !['another password, by an operator', 'disabling the account', 'removing the account'].includes(name),
);

test.each(most)('TB8, S5, S6: nothing is worth anything after %s', async (_, way) => {
  const held = await inHand();
  const takeBack = await way.prepare(held, server);
  await (way.isRequest ? database.during(noTidying, takeBack) : takeBack());
  const worth = await tryAll(held, server);
  expect(goodOf(worth)).toEqual(everything.filter((name) => way.stays?.(name)));
  const tokens = ['the code', 'a code that names nobody', 'the refresh token', 'a refresh token that names nobody'];
  for (const name of tokens) expect(worth[name]?.reason).toMatch(/^(taken_back|account_disabled|account_gone)$/);
});

test('TB8: a person who is disabled, and one who is gone, is a reason of its own', async () => {
  const [disabled, gone] = [await inHand(), await inHand()];
  await accounts().disable(disabled.sub, server.clock.now());
  const account = await accounts().findBySubject(gone.sub);
  if (account) await accounts().remove(account);
  expect((await tryAll(disabled, server))['the code']?.reason).toBe('account_disabled');
  expect((await tryAll(gone, server))['the refresh token']?.reason).toBe('account_gone');
});

test.each([
  ['ending all other sessions', '/account', { action: 'end_other_sessions' }],
  ['a change of password', '/account/password', { current_password: password, password: 'another long password' }],
])('TB9: the session that stays goes on: %s', async (_, target, fields) => {
  const held = await takeOfToday(await newAccount(server.clock.now()), server);
  const { person } = held;
  expect((await post(person, target, await person.open(target), fields)).status).toBe(303);
  expect((await person.open('/account')).status).toBe(200);
  const { refresh_token } = await obtainTokens(server, person, app, { prompt: 'none' });
  expect((await refresh(server, app, refresh_token)).status).toBe(200);
  // What it gave before is over, as everything is: apps get new tokens without a question.
  expect(await trialsOfToday['the refresh token'](held, server)).toMatchObject({ isGood: false });
});

test('TB2: of two sessions that end all others at once, one stays', async () => {
  const { sub } = await inHand();
  const people = await Promise.all(Array.from({ length: 4 }, () => browserOf(sub, server)));
  const pages = await Promise.all(people.map((person) => person.open('/account')));
  await Promise.all(
    people.map((person, index) => post(person, '/account', pages[index] as Page, { action: 'end_other_sessions' })),
  );
  const statuses = await Promise.all(people.map(async (person) => (await person.open('/account')).status));
  expect(statuses.filter((status) => status === 200)).toHaveLength(1);
});

describe('S4: a fault at any call of the taking back', () => {
  test.each(['a reset with a link', 'removing the app'])('leaves everything or nothing: %s', (name) =>
    expectAllOrNothing(name, database, server),
  );
});

describe('what is on its way while it is taken back', () => {
  const takenBackBy = [
    'ending all other sessions',
    'removing the app',
    'disabling the account',
    'removing the account',
  ];
  const cases = Object.keys(requestsUnderWay)
    .flatMap((request) => placesToHold.map((place) => ({ request, ...place })))
    .map((one, index) => ({ ...one, name: takenBackBy[(index + Math.floor(index / 4)) % 4] ?? '' }));

  test.each(cases)(
    'TB1, S5, S6: $request, held $side call $index: what comes of it is dead after $name',
    async ({ request, index, side, name }) => {
      const sub = await newAccount(server.clock.now());
      const held = await (request.includes('names nobody') ? takeInHand(sub, server) : takeOfToday(sub, server));
      const takeBack = await wayOf(name).prepare(held, server);
      await takeBackUnderWay(request, held, server, { hold: () => database.hold(index, side), takeBack });
    },
  );

  test('TB8: a sign-in that has read the account is none when the account is disabled before it ends', async () => {
    const open = async () => {
      const sub = await newAccount(server.clock.now());
      const { username } = (await accounts().findBySubject(sub)) ?? {};
      const person = newPerson(server);
      const page = await person.open('/sign-in');
      return { sub, person, signIn: () => person.submit(page, { username, password }) };
    };
    const probe = await open();
    const calls = await database.callsDuring(probe.signIn);
    expect((await probe.person.open('/account')).status).toBe(200);
    const { sub, person, signIn } = await open();
    const call = database.hold(calls.lastIndexOf('PutItem pixy-people'), 'before');
    const signingIn = signIn();
    await call.isHeld;
    await accounts().disable(sub, server.clock.now());
    await accounts().enable(sub);
    call.letGo();
    await signingIn;
    expect((await person.open('/account')).status).toBe(303);
  });

  test('TB8: a sign-in between the password and the code ends with a reset, and with an account disabled meanwhile', async () => {
    const ted = await browserOf('sub-of-ted', server);
    const totp = await addTotp(ted);
    await totp.confirm(totp.codeAt(server.clock.now()));
    const takingBack = [
      () => accounts().setPassword('sub-of-ted', 'a hash'),
      async () => {
        await accounts().disable('sub-of-ted', server.clock.now());
        await accounts().enable('sub-of-ted');
      },
    ];
    for (const takeBack of [...takingBack, undefined]) {
      server.clock.advance(60);
      const { person, page } = await waitingForCode(server, 'ted');
      await takeBack?.();
      await post(person, page.target, page, { code: totp.codeAt(server.clock.now()) });
      expect((await person.open('/account')).status).toBe(takeBack ? 303 : 200);
    }
  });
});

test('what was written before there were epochs goes on, until it is taken back', async () => {
  const old = async () => {
    const held = await inHand();
    const direct = openDatabase();
    const strip = (TableName: string, Key: Record<string, string>, names: string) =>
      direct.update({ TableName, Key, UpdateExpression: `REMOVE ${names}` });
    await strip(tables.people, accountKey(held.sub), 'epoch, clientEpochs');
    await strip(tables.people, { pk: `sessions#${held.sub}`, sk: listedIdOf(held.session) }, 'epoch');
    const grants = await direct.query({
      TableName: tables.grants,
      IndexName: 'byPerson',
      KeyConditionExpression: 'heldBy = :sub',
      ExpressionAttributeValues: { ':sub': held.sub },
    });
    const codes = [held.code.code, held.codeOfBefore.code].map(grantId);
    for (const id of [...codes, ...grants.map((grant) => String(grant['id']))]) {
      await strip(tables.grants, { id }, 'epoch, clientEpoch');
    }
    return held;
  };
  expect(goodOf(await tryAll(await old(), server))).toEqual(everything);
  const [ended, without] = [await old(), await old()];
  await accounts().takeBackAll(ended.sub, 0);
  expect(goodOf(await tryAll(ended, server))).toEqual([]);
  await accounts().takeBackFrom(without.sub, app.client_id);
  expect(goodOf(await tryAll(without, server)).every((name) => name.startsWith('the session'))).toBe(true);
});

test('S4, S7: an app whose grants and consent could not be deleted is not listed any more', async () => {
  const { person } = await inHand();
  expect((await person.open('/account')).body).toContain(`value="${app.client_id}"`);
  const page = await person.open('/account');
  const remove = () => post(person, '/account', page, { action: 'revoke_access', id: app.client_id });
  expect((await database.during(noTidying, remove)).status).toBe(303);
  expect((await person.open('/account')).body).not.toContain(`value="${app.client_id}"`);
});

test('S19: a scope value that the client loses before it redeems the code is in no token', async () => {
  const person = await browserOf(await newAccount(server.clock.now()), server);
  const { code, verifier } = await obtainCode(person, app, { scope: 'openid email' });
  const alone = await obtainCode(person, app, { scope: 'email' });
  const clients = clientStore(openDatabase(), tables.clients, server.clock.now);
  const register = async (scope: string | undefined) => {
    const parsed = await parseRegistration({ ...app, first_party: true, scope });
    if (!parsed.ok) throw new Error(parsed.refusal.problem);
    await clients.put(app.client_id, parsed.value, { by: 'test', why: '' });
    server.clock.advance(31);
  };
  await register('openid');
  try {
    const { json } = await redeem(server, app, { code, code_verifier: verifier });
    expect(json.scope).toBe('openid');
    const refused = await redeem(server, app, { code: alone.code, code_verifier: alone.verifier });
    expect(refused).toMatchObject({ status: 400, json: { error: 'invalid_scope', reason: 'scope_not_registered' } });
    expect((await refresh(server, app, json.refresh_token)).json.scope).toBe('openid');
  } finally {
    await register(app.scope);
  }
});

test('a code does not say in the clear whose it is', async () => {
  const person = await browserOf('sub-of-ted', server);
  const { code } = await obtainCode(person, app);
  expect(Buffer.from(code, 'base64url').toString('latin1')).not.toContain('sub-of-ted');
});
