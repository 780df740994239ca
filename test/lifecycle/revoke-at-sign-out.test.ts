import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { listedIdOf } from '../../shared/people/session-store.ts';
import { managementToken, manager, robot } from '../admin/admin.ts';
import { startDatabaseProxy } from '../support/database-proxy.ts';
import { encodeFields, formType } from '../support/http.ts';
import {
  type FullClient,
  formOf,
  introspect,
  mobile,
  obtainTokens,
  portal,
  refresh,
  refreshed,
  type Tokens,
  warehouse,
} from '../support/lifecycle.ts';
import { newPerson, type Page, type Person, signedInPerson, signInByForm } from '../support/person.ts';
import { authorizeTarget, claimsOf, obtainCode, redeem } from '../support/protocol.ts';
import { ada, startTestServer, tables } from '../support/server.ts';

/* OpenID Connect Back-Channel Logout §2.7, where the operator switched it on. */

const database = await startDatabaseProxy();
const PIXY_WRAPPING_KEY = randomBytes(32).toString('base64url');
const grace = { username: 'grace', password: 'a password of grace', claims: { sub: 'grace-0001' } };
const given = { clients: [mobile, portal, warehouse, robot], accounts: [ada, grace], dynamodb: database.endpoint };
const server = await startTestServer({ ...given, environment: { PIXY_WRAPPING_KEY, PIXY_REVOKE_AT_SIGN_OUT: 'on' } });
/** The same tables, where nobody said anything about it. */
const silent = await startTestServer({ ...given, environment: { PIXY_WRAPPING_KEY } });

const signOut = (person: Person, { id_token: id_token_hint }: Tokens) =>
  person.open(`/sign-out?${encodeFields({ id_token_hint })}`);

const sessionIdsOf = (person: Person): string[] => (person.cookies.get('pixy_session') ?? '').split('~');

/** Says yes to the question whether to sign out. */
const confirm = (person: Person, question: Page) =>
  person.open('/sign-out', { method: 'POST', headers: formType, body: encodeFields(formOf(question).fields) });

const isAlive = async (client: FullClient, tokens: Tokens): Promise<boolean> =>
  (await refresh(server, client, tokens.refresh_token)).status === 200;

test('an operator who ends one session takes its grants along, and those of no other', async () => {
  const [lost, kept] = [await signedInPerson(server), await signedInPerson(server)];
  const [here, there] = [await obtainTokens(server, lost, mobile), await obtainTokens(server, kept, mobile)];
  const manage = manager(server, await managementToken(server, robot));
  const id = listedIdOf(sessionIdsOf(lost)[0] ?? '');
  expect((await manage('DELETE', `/accounts/${ada.claims.sub}/sessions?session=${id}`)).status).toBe(200);
  expect(await isAlive(mobile, here)).toBe(false);
  expect(await isAlive(mobile, there)).toBe(true);
});

describe('OC20: a person who signs out', () => {
  test('takes the grants of the session along, of every client: no refresh, and no token is active', async () => {
    const person = await signedInPerson(server);
    const [one, other] = [await obtainTokens(server, person, mobile), await obtainTokens(server, person, portal)];
    const used = await refreshed(server, portal, other.refresh_token);
    expect((await introspect(server, warehouse, { token: used.access_token })).json['active']).toBe(true);
    expect((await signOut(person, one)).status).toBe(200);
    expect(await isAlive(mobile, one)).toBe(false);
    expect(await isAlive(portal, used)).toBe(false);
    expect((await introspect(server, warehouse, { token: used.access_token })).json['active']).toBe(false);
  });

  test('leaves what other sessions gave, of the same person too', async () => {
    const [person, elsewhere] = [await signedInPerson(server), await signedInPerson(server)];
    const [here, there] = [await obtainTokens(server, person, mobile), await obtainTokens(server, elsewhere, mobile)];
    await signOut(person, here);
    expect(await isAlive(mobile, here)).toBe(false);
    expect(await isAlive(mobile, there)).toBe(true);
  });

  test('leaves access that was given for longer than a session', async () => {
    const person = await signedInPerson(server);
    const lasting = await obtainTokens(server, person, mobile, { scope: 'openid offline_access' });
    await signOut(person, lasting);
    expect(await isAlive(mobile, lasting)).toBe(true);
  });

  test('and had typed the password again in between ends what was given before that as well', async () => {
    const person = await signInByForm(server);
    const before = await obtainTokens(server, person, mobile);
    await person.authorize(authorizeTarget(mobile, { scope: 'openid', prompt: 'login' }));
    expect(await isAlive(mobile, before)).toBe(true);
    const after = await obtainTokens(server, person, mobile);
    await signOut(person, after);
    expect(await isAlive(mobile, before)).toBe(false);
    expect(await isAlive(mobile, after)).toBe(false);
  });

  test('while the database is down is told so, is still signed in, and can do it again', async () => {
    const person = await signedInPerson(server);
    const tokens = await obtainTokens(server, person, mobile);
    const outage = { status: 400, type: 'AccessDeniedException', only: 'UpdateItem pixy-people' };
    const failed = await database.during(outage, () => signOut(person, tokens));
    expect(failed.status).toBe(503);
    expect((await signOut(person, tokens)).status).toBe(200);
    expect(await isAlive(mobile, tokens)).toBe(false);
  });

  test('S4: ends everything with one write, whatever fails after it', async () => {
    for (const only of [
      'Query pixy-grants',
      'GetItem pixy-grants',
      'UpdateItem pixy-grants',
      'DeleteItem pixy-people',
    ]) {
      const person = await signedInPerson(server);
      const browser = person.cookies.get('pixy_session') ?? '';
      const tokens = await obtainTokens(server, person, mobile);
      const { code, verifier } = await obtainCode(person, mobile);
      const outage = { status: 400, type: 'AccessDeniedException', only };
      expect((await database.during(outage, () => signOut(person, tokens))).status).toBe(200);
      expect(await isAlive(mobile, tokens)).toBe(false);
      expect((await redeem(server, mobile, { code, code_verifier: verifier })).json.reason).toBe('taken_back');
      person.cookies.set('pixy_session', browser);
      expect((await person.open('/account')).status).toBe(303);
    }
  });

  test('S5: takes codes along that nobody has redeemed yet', async () => {
    const person = await signedInPerson(server);
    const tokens = await obtainTokens(server, person, mobile);
    const { code, verifier } = await obtainCode(person, mobile);
    const lasting = await obtainCode(person, mobile, { scope: 'openid offline_access' });
    await signOut(person, tokens);
    const refused = await redeem(server, mobile, { code, code_verifier: verifier });
    expect(refused).toMatchObject({ status: 400, json: { error: 'invalid_grant', reason: 'taken_back' } });
    const kept = { code: lasting.code, code_verifier: lasting.verifier };
    expect((await redeem(server, mobile, kept)).status).toBe(200);
  });

  test('S7: is remembered only until nothing can be left: an hour later, and with the grants that failed before', async () => {
    const accounts = accountStore(openDatabase(), tables.people);
    const ended = async () => (await accounts.findStanding(grace.claims.sub))?.endedSessions.length ?? 0;
    const [lost, other] = [await signedInPerson(server, grace), await signedInPerson(server, grace)];
    const [first, second] = [await obtainTokens(server, lost, mobile), await obtainTokens(server, other, mobile)];
    const outage = { status: 400, type: 'AccessDeniedException', only: 'UpdateItem pixy-grants' };
    await database.during(outage, () => signOut(lost, first));
    expect(await ended()).toBe(1);
    server.clock.advance(3_600);
    await signOut(other, second);
    expect(await ended()).toBe(1);
    for (const tokens of [first, second]) expect(await isAlive(mobile, tokens)).toBe(false);
    expect((await refresh(server, mobile, first.refresh_token)).json.reason).toBe('grant_revoked');
  });

  test('is asked first when no client shows who they are, also by a session that has run out', async () => {
    for (const idle of [0, 10_800]) {
      const person = await signedInPerson(server);
      const tokens = await obtainTokens(server, person, mobile);
      server.clock.advance(idle);
      const question = await person.open('/sign-out');
      expect(question.body).toContain('<h1>Sign out?</h1>');
      const used = await refreshed(server, mobile, tokens.refresh_token);
      expect((await confirm(person, question)).status).toBe(200);
      expect(await isAlive(mobile, used)).toBe(false);
    }
  });

  test('ends grants of a session that has run out by itself', async () => {
    const person = await signedInPerson(server);
    const tokens = await obtainTokens(server, person, mobile);
    server.clock.advance(10_800);
    const used = await refreshed(server, mobile, tokens.refresh_token);
    expect((await signOut(person, tokens)).status).toBe(200);
    expect(await isAlive(mobile, used)).toBe(false);
  });

  test('leaves alone what others gave in the same browser', async () => {
    const [person, other] = [await signedInPerson(server), await signedInPerson(server, grace)];
    const [mine, theirs] = [await obtainTokens(server, person, mobile), await obtainTokens(server, other, mobile)];
    const ids = [person, other].map(({ cookies }) => cookies.get('pixy_session') ?? '');
    person.cookies.set('pixy_session', ids.join('~'));
    await signOut(person, mine);
    expect(await isAlive(mobile, mine)).toBe(false);
    expect(await isAlive(mobile, theirs)).toBe(true);
  });

  test('and whose session is none of this server ends nothing', async () => {
    const person = await signedInPerson(server);
    const tokens = await obtainTokens(server, person, mobile);
    const stranger = newPerson(server);
    await signOut(stranger, tokens);
    stranger.cookies.set('pixy_session', (person.cookies.get('pixy_session') ?? '').replace(/.{4}$/, 'AAAA'));
    await signOut(stranger, tokens);
    const standing = await accountStore(openDatabase(), tables.people).findStanding(ada.claims.sub);
    const made = sessionIdsOf(person).map((id) => id.replace(/.{4}$/, 'AAAA'));
    expect(standing?.endedSessions.filter((ended) => made.some((id) => ended.startsWith(listedIdOf(id))))).toEqual([]);
    stranger.cookies.set('pixy_session', 'no session of ours');
    const question = await signOut(stranger, tokens);
    const calls = await database.callsDuring(async () => {
      expect((await confirm(stranger, question)).status).toBe(200);
    });
    expect(calls).not.toContain('Query pixy-grants');
    expect(calls).not.toContain('UpdateItem pixy-people');
    expect(await isAlive(mobile, tokens)).toBe(true);
  });
});

test('a session notes a client once, whatever it asks for later', async () => {
  const person = await signedInPerson(server);
  await person.authorize(authorizeTarget(mobile, { scope: 'openid' }));
  const calls = await database.callsDuring(() => person.authorize(authorizeTarget(mobile, { scope: 'openid' })));
  expect(calls.filter((call) => call.startsWith('UpdateItem'))).toEqual([]);
});

test('without the switch grants outlive the session, and tokens do not name it', async () => {
  const person = await signedInPerson(silent);
  const tokens = await obtainTokens(silent, person, mobile);
  expect(claimsOf(tokens.id_token)).not.toHaveProperty('sid');
  await person.open(`/sign-out?${encodeFields({ id_token_hint: tokens.id_token })}`);
  expect((await refresh(silent, mobile, tokens.refresh_token)).status).toBe(200);
});
