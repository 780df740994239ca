import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { newLink } from '../../shared/people/invitation.ts';
import { listedIdOf, sessionStore } from '../../shared/people/session-store.ts';
import { startDatabaseProxy } from '../support/database-proxy.ts';
import { mobile, obtainTokens, portal, refresh, type Tokens } from '../support/lifecycle.ts';
import { newPerson, type Person } from '../support/person.ts';
import { authorizeTarget } from '../support/protocol.ts';
import { startTestServer, tables } from '../support/server.ts';
import { account, act, credentialsOf, post, signedIn } from './account-flows.ts';

/* Sessions that end elsewhere than at /sign-out, where the operator switched on that grants end with them. */

const proxy = await startDatabaseProxy();
const PIXY_WRAPPING_KEY = randomBytes(32).toString('base64url');
const names = ['ann', 'ben', 'cem', 'dot', 'eve', 'fay'];
const given = { clients: [mobile, portal], accounts: names.map(account), dynamodb: proxy.endpoint };
const server = await startTestServer({ ...given, environment: { PIXY_WRAPPING_KEY, PIXY_REVOKE_AT_SIGN_OUT: 'on' } });
/** The same tables, where nobody said anything about it. */
const silent = await startTestServer({ ...given, environment: { PIXY_WRAPPING_KEY } });
/** Grants can be read, but not changed; and the same with accounts. */
const outage = { status: 400, type: 'AccessDeniedException', only: 'UpdateItem pixy-grants' };
const outageOfAccounts = { ...outage, only: 'UpdateItem pixy-people' };
const sessions = sessionStore(openDatabase(), tables.people);

const cookieOf = (person: Person) => person.cookies.get('pixy_session') ?? '';
const idOf = (person: Person) => listedIdOf(cookieOf(person));
const isAlive = async (tokens: Tokens): Promise<boolean> =>
  (await refresh(server, mobile, tokens.refresh_token)).status === 200;

/** Somebody on a device of their own, with what they gave to an app there. */
async function onDevice(name: string, scope = 'openid') {
  const person = await signedIn(server, name);
  return { person, tokens: await obtainTokens(server, person, mobile, { scope }) };
}

describe('OC20: a device that is signed out on the account page', () => {
  test('takes its grants along, and those of no other device or person', async () => {
    const [here, lost, third, ben] = [
      await onDevice('ann'),
      await onDevice('ann'),
      await onDevice('ann'),
      await onDevice('ben'),
    ];
    await act(here.person, { action: 'end_session', id: idOf(ben.person) });
    await act(here.person, { action: 'end_session', id: idOf(lost.person) });
    expect(await isAlive(lost.tokens)).toBe(false);
    for (const { tokens } of [here, third, ben]) expect(await isAlive(tokens)).toBe(true);
  });

  test('leaves access that was given for longer than a session', async () => {
    const [here, lost] = [await onDevice('ann'), await onDevice('ann', 'openid offline_access')];
    await act(here.person, { action: 'end_session', id: idOf(lost.person) });
    expect(await isAlive(lost.tokens)).toBe(true);
  });

  test('takes along what was given there before the password was typed again', async () => {
    const here = await onDevice('ann');
    const lost = await onDevice('ann');
    const page = await lost.person.follow(authorizeTarget(mobile, { scope: 'openid', prompt: 'login' }));
    await lost.person.submit(page, credentialsOf('ann'));
    expect(await isAlive(lost.tokens)).toBe(true);
    await act(here.person, { action: 'end_session', id: idOf(lost.person) });
    expect(await isAlive(lost.tokens)).toBe(false);
  });

  test('while the database is down stays in the list, and can be signed out again', async () => {
    const [here, lost] = [await onDevice('ann'), await onDevice('ann')];
    const end = { action: 'end_session', id: idOf(lost.person) };
    expect((await proxy.during(outageOfAccounts, () => act(here.person, end))).status).toBe(503);
    expect((await lost.person.open('/account')).status).toBe(200);
    await act(here.person, end);
    expect((await lost.person.open('/account')).status).toBe(303);
    expect(await isAlive(lost.tokens)).toBe(false);
  });

  test('S4: is signed out with its grants by one write, whatever fails after it', async () => {
    const [here, lost] = [await onDevice('ann'), await onDevice('ann')];
    const end = { action: 'end_session', id: idOf(lost.person) };
    expect((await proxy.during(outage, () => act(here.person, end))).status).toBe(303);
    expect((await lost.person.open('/account')).status).toBe(303);
    expect(await isAlive(lost.tokens)).toBe(false);
    expect(await isAlive(here.tokens)).toBe(true);
  });
});

describe('OC20: everything but this device', () => {
  test('ends with its grants, also those of sessions that ran out before', async () => {
    const old = await onDevice('cem');
    server.clock.advance(10_800);
    const [here, lost] = [await onDevice('cem'), await onDevice('cem')];
    await act(here.person, { action: 'end_other_sessions' });
    for (const { tokens } of [old, lost]) expect(await isAlive(tokens)).toBe(false);
  });

  test('S4: ends with one write, whatever fails after it', async () => {
    const [here, lost] = [await onDevice('fay'), await onDevice('fay')];
    const end = { action: 'end_other_sessions' };
    expect((await proxy.during(outage, () => act(here.person, end))).status).toBe(303);
    expect((await lost.person.open('/account')).status).toBe(303);
    expect(await isAlive(lost.tokens)).toBe(false);
  });

  test('TB9: leaves this session, in which apps get new tokens without a question', async () => {
    const here = await onDevice('cem');
    await act(here.person, { action: 'end_other_sessions' });
    expect(await isAlive(here.tokens)).toBe(false);
    expect((await here.person.open('/account')).status).toBe(200);
    expect(await isAlive(await obtainTokens(server, here.person, mobile, { prompt: 'none' }))).toBe(true);
  });

  test('ends with its grants when the password is changed', async () => {
    const [here, lost] = [await onDevice('dot'), await onDevice('dot')];
    const page = await here.person.open('/account/password');
    const fields = { current_password: credentialsOf('dot').password, password: 'another long password of dot' };
    expect((await post(here.person, '/account/password', page, fields)).status).toBe(303);
    expect(await isAlive(lost.tokens)).toBe(false);
    expect(await isAlive(here.tokens)).toBe(false);
    expect((await here.person.open('/account')).status).toBe(200);
  });
});

test('S5: a reset link ends every session and every grant, also access for longer than a session', async () => {
  const [device, lasting] = [await onDevice('eve'), await onDevice('eve', 'openid offline_access')];
  const sub = account('eve').claims.sub;
  const { token, invitation } = newLink(sub, 'reset', server.clock.now());
  await accountStore(openDatabase(), tables.people).invite(sub, invitation);
  const person = newPerson(server);
  await person.submit(await person.open(`/invitation?token=${token}`), { password: 'another long password of eve' });
  const left = (await sessions.list(sub, server.clock.now())).map(({ id }) => id);
  expect(left).toEqual([listedIdOf(person.cookies.get('pixy_session') ?? '')]);
  expect(await isAlive(device.tokens)).toBe(false);
  expect(await isAlive(lasting.tokens)).toBe(false);
});

test('without the switch grants outlive a session, but not the end of all of them', async () => {
  const [here, lost] = [await signedIn(silent, 'fay'), await signedIn(silent, 'fay')];
  const tokens = await obtainTokens(silent, lost, mobile);
  await act(here, { action: 'end_session', id: idOf(lost) });
  const next = await refresh(silent, mobile, tokens.refresh_token);
  expect(next.status).toBe(200);
  await act(here, { action: 'end_other_sessions' });
  expect((await refresh(silent, mobile, next.json.refresh_token)).json.reason).toBe('grant_revoked');
});
