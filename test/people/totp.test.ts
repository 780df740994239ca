import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { localWrapper } from '../../shared/keys/local-wrapper.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { deriveRecoveryCodes, readRecoveryCode } from '../../shared/people/recovery-code.ts';
import { isTotpCurrent, matchTotpCode, newTotpSecret, readTotpCode, totpSecretText } from '../../shared/people/totp.ts';
import { pendingStore } from '../../shared/people/totp-pending-store.ts';
import { totpStore } from '../../shared/people/totp-store.ts';
import { spa } from '../support/clients.ts';
import { encodeFields, formType } from '../support/http.ts';
import { obtainTokens } from '../support/lifecycle.ts';
import { formTokenOf, newPerson, type Page, type Person, signInByForm, startSession } from '../support/person.ts';
import { authorizeTarget, claimsOf, parametersOf } from '../support/protocol.ts';
import { pushFor } from '../support/pushed.ts';
import { rounds } from '../support/rounds.ts';
import { startTestServer, tables } from '../support/server.ts';
import { account, act, addTotp, atCodePage, post, recoveryCodesOf, signedIn, waitingForCode } from './account-flows.ts';

const names = [
  'ann',
  'ben',
  'cem',
  'dot',
  'eve',
  'fay',
  'gus',
  'hal',
  'ida',
  'jon',
  'kim',
  'lea',
  'mia',
  'nia',
  'oda',
  'pia',
  'rita',
  'rob',
  'rolf',
  'sam',
];
const server = await startTestServer({ clients: [spa], accounts: names.map(account) });
const { clock } = server;
const reasons = () => server.auditLines.map((line) => JSON.parse(line).reason as string | undefined);
const isSignedIn = async (person: Person): Promise<boolean> => (await person.open('/account')).status === 200;

/** Somebody with an authenticator app. Its next code is of a step that was not used. */
async function withTotp(username: string) {
  const person = await signedIn(server, username);
  const app = await addTotp(person);
  const { codes } = await app.confirm(app.codeAt(clock.now()));
  clock.advance(30);
  return { person, codes, app, code: (offset = 0) => app.codeAt(clock.now() + offset) };
}

const enter = (person: Person, page: Page, code: string) => post(person, page.target, page, { code });

/** Ten browsers with the same cookies. */
async function atOnce(person: Person, target: string, body: string): Promise<Page[]> {
  const cookie = Array.from(person.cookies, (pair) => pair.join('=')).join('; ');
  const sent = { method: 'POST', headers: { ...formType, cookie }, body };
  return Promise.all(Array.from({ length: 10 }, () => newPerson(server).open(target, sent)));
}

test('RFC 6238 appendix B: the codes of the test vectors, cut to six digits', () => {
  const secret = Buffer.from('12345678901234567890');
  for (const [time, code] of [
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
    [20_000_000_000, '353130'],
  ] as const) {
    const step = Math.floor(time / 30);
    for (const drift of [-10, -1, 0, 1, 10]) {
      if (step + drift < 0) continue;
      expect(matchTotpCode(secret, code, time - drift * 30)).toEqual({ step, drift });
      expect(matchTotpCode(secret, code, time - drift * 30, -drift)).toEqual({ step, drift });
    }
    expect(matchTotpCode(secret, code, time + 330)).toBeUndefined();
    expect(matchTotpCode(secret, code, time + 330, -10)).toBeUndefined();
  }
});

test('RFC 6238 appendix B: the codes of eight digits with SHA-256 and SHA-512, for apps that moved in', () => {
  const seed = '1234567890'.repeat(7);
  for (const [algorithm, bytes, time, code] of [
    ['SHA1', 20, 59, '94287082'],
    ['SHA256', 32, 59, '46119246'],
    ['SHA256', 32, 1_111_111_109, '68084774'],
    ['SHA512', 64, 59, '90693936'],
    ['SHA512', 64, 20_000_000_000, '47863826'],
  ] as const) {
    const shape = { algorithm, digits: 8, period: 30 } as const;
    const secret = Buffer.from(seed.slice(0, bytes));
    expect(matchTotpCode(secret, code, time, 0, shape)).toEqual({ step: Math.floor(time / 30), drift: 0 });
    expect(matchTotpCode(secret, code.slice(2), time, 0, shape)).toBeUndefined();
    expect(matchTotpCode(secret, code, time)).toBeUndefined();
  }
  const minute = { algorithm: 'SHA1', digits: 8, period: 60 } as const;
  const secret = Buffer.from(seed.slice(0, 20));
  expect(matchTotpCode(secret, '94287082', 119, 0, minute)).toEqual({ step: 1, drift: 0 });
  expect(matchTotpCode(secret, '94287082', 420, 0, minute)).toBeUndefined();
});

test('S25: a code is good for its thirty seconds, shifted by the clock of the app, which two codes in a row tell', () => {
  const off = { step: 99, drift: -1 };
  const isGood = (step: number, drift: number, remembered: { drift: number; off?: typeof off }) =>
    isTotpCurrent({ step, drift }, remembered);
  expect([isGood(100, 0, { drift: 0 }), isGood(99, -1, { drift: 0 }), isGood(101, 1, { drift: 0 })]).toEqual([
    true,
    false,
    false,
  ]);
  expect([isGood(99, -1, { drift: -1 }), isGood(100, 0, { drift: -1 })]).toEqual([true, false]);
  // The same code again tells nothing, nor does one that is off by something else, or one much later.
  expect(isGood(100, -1, { drift: 0, off })).toBe(true);
  expect(isGood(99, -1, { drift: 0, off })).toBe(false);
  expect(isGood(100, -2, { drift: 0, off })).toBe(false);
  expect(isGood(110, -1, { drift: 0, off })).toBe(false);
});

test('a code may have blanks, and is nothing but six or eight digits', () => {
  expect(readTotpCode(' 123 456 ')).toBe('123456');
  expect(readTotpCode('1234 5678')).toBe('12345678');
  for (const typed of ['12345', '1234567', '123456789', '12345a', '١٢٣٤٥٦', '', '+12345', '1e5000']) {
    expect(readTotpCode(typed)).toBeUndefined();
  }
});

test('S25, AV4: recovery codes have 120 random bits, and are read as people write them; so are those of before', () => {
  const form = { sessionId: 'the secret of a session', seed: 'of a form' };
  const codes = deriveRecoveryCodes(form);
  expect(new Set(codes).size).toBe(10);
  expect(deriveRecoveryCodes(form)).toEqual(codes);
  for (const other of [{ seed: 'of another' }, { sessionId: 'of another session' }]) {
    expect(deriveRecoveryCodes({ ...form, ...other }).filter((code) => codes.includes(code))).toEqual([]);
  }
  for (const code of codes) expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){5}$/);
  expect(readRecoveryCode(' abcd-efgh jk01-oiLl mnpq-RSTV ')).toBe('ABCDEFGHJK010111MNPQRSTV');
  expect(readRecoveryCode(' abcd-efgh jk01-oiLl ')).toBe('ABCDEFGHJK010111');
  for (const typed of ['', '123456', 'ABCD-EFGH-JK01', 'ABCD-EFGH-JK01-UUUU', 'ABCD-EFGH-JK01-23456', 'A'.repeat(25)]) {
    expect(readRecoveryCode(typed)).toBeUndefined();
  }
});

test('the page shows the key as text, as a link and as a picture of our own making', async () => {
  const person = await signedIn(server, 'ann');
  const { page, secret } = await addTotp(person);
  expect(secret).toMatch(/^[A-Z2-7]{32}$/);
  expect(page.body).toContain(`secret=${secret}`);
  expect(page.body).toMatch(/href="otpauth:\/\/totp\/localhost:ann\?/);
  expect(page.body).toContain('<svg viewBox=');
  expect(page.headers['cache-control']).toBe('no-store');
  expect(page.headers['content-security-policy']).toMatch(/script-src 'sha256-[\w+/]{43}='$/);
});

test('it counts only after a first code: until then nobody is asked', async () => {
  const person = await signedIn(server, 'ann');
  const app = await addTotp(person);
  const wrong = app.codeAt(clock.now() + 600);
  const { answer } = await app.confirm(wrong);
  expect([answer.status, answer.body.includes('That code is not right')]).toEqual([400, true]);
  expect(answer.body).not.toContain('recovery codes now');
  expect(await isSignedIn(await signedIn(server, 'ann'))).toBe(true);
});

test('the page shows the same key when it is loaded again: phones do that to whoever comes back from the app', async () => {
  const person = await signedIn(server, 'ann');
  const app = await addTotp(person);
  expect((await addTotp(person)).secret).toBe(app.secret);
  const { answer } = await app.confirm(app.codeAt(clock.now() + 600));
  expect(answer.body).toContain(`secret=${app.secret}`);
});

test('a key that another session was shown is neither confirmed nor shown: somebody else may have it', async () => {
  const [person, other] = [await signedIn(server, 'ann'), await signedIn(server, 'ann')];
  const mine = await addTotp(person);
  const theirs = await addTotp(other);
  expect(theirs.secret).not.toBe(mine.secret);
  const { answer } = await mine.confirm(mine.codeAt(clock.now()));
  expect([answer.status, answer.headers.location]).toEqual([303, '/account/authenticator']);
  expect((await addTotp(person)).secret).not.toBe(theirs.secret);
});

test('a secret that was begun too long ago is not confirmed', async () => {
  const app = await addTotp(await signedIn(server, 'ann'));
  clock.advance(600 - 30); // still a fresh sign-in
  const person = await signedIn(server, 'ann');
  clock.advance(331);
  const page = await person.open('/account');
  const answer = await post(person, '/account/authenticator', page, { code: app.codeAt(clock.now()) });
  expect(answer).toMatchObject({ status: 303, headers: { location: '/account/authenticator' } });
});

test('once set up, the right password leads to the page for the code, and to no session', async () => {
  const { code } = await withTotp('ann');
  const { person, answer, page } = await atCodePage(server, 'ann');
  expect(answer).toMatchObject({ status: 303, headers: { location: '/sign-in/code' } });
  expect(answer.headers['set-cookie']?.join()).not.toContain('pixy_session=');
  expect(answer.headers['set-cookie']?.join()).toMatch(
    /pixy_pending=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=300/,
  );
  expect(page.body).toContain('name="code"');
  expect(await isSignedIn(person)).toBe(false);

  const entered = await enter(person, page, code());
  expect(entered.headers.location).toBe('/account');
  expect(await isSignedIn(person)).toBe(true);
});

test('a wrong password says the same whether there is an authenticator app or not', async () => {
  const answers = await Promise.all(
    ['ann', 'kim', 'nobody'].map(async (username) => {
      const person = newPerson(server);
      const { status, body } = await person.submit(await person.open('/sign-in'), { username, password: 'wrong' });
      return [
        status,
        body
          .replaceAll(username, 'X')
          .replace(/name="form_token" value="[^"]*"/g, '')
          .replace(/data-passkey="[^"]*"/, ''),
      ];
    }),
  );
  expect(answers[1]).toEqual(answers[0]);
  expect(answers[2]).toEqual(answers[0]);
});

test('tokens tell that two factors were used, and the request goes on', async () => {
  const { code } = await withTotp('ben');
  const target = authorizeTarget(spa, { acr_values: '2fa', state: 'kept' });
  const { person, page } = await atCodePage(server, 'ben', target);
  const redirected = await person.follow((await enter(person, page, code())).headers.location ?? '');
  expect(parametersOf(new URL(redirected.headers.location ?? ''))).toMatchObject({ state: 'kept' });
  const tokens = await obtainTokens(server, person, spa, { acr_values: '2fa' });
  expect(claimsOf(tokens.id_token)).toMatchObject({ amr: ['pwd', 'otp', 'mfa'], acr: '2fa' });
});

test('PA9: a pushed request that wants two factors goes on after the second, in its language, with its name in every address', async () => {
  const { code } = await withTotp('rob');
  const { target } = await pushFor(server, spa, { acr_values: '2fa', state: 'kept', ui_locales: 'fr' });
  const { person, page } = await atCodePage(server, 'rob', target);
  expect(page.body).toContain('lang="fr"');
  expect(page.target).not.toMatch(/2fa|kept|locales/);
  const redirected = await person.follow((await enter(person, page, code())).headers.location ?? '');
  expect(parametersOf(new URL(redirected.headers.location ?? ''))).toMatchObject({
    state: 'kept',
    code: expect.any(String),
  });
});

test('an essential class that needs a second factor is refused for an account without one', async () => {
  const claims = JSON.stringify({ id_token: { acr: { essential: true, values: ['2fa'] } } });
  const person = newPerson(server);
  const redirected = await person.authorize(authorizeTarget(spa, { claims }), account('kim'));
  expect(parametersOf(redirected).error).toBe('unmet_authentication_requirements');
});

test('S25, AV5: a code lives for thirty seconds: the one of before and the next one are refused', async () => {
  const { code } = await withTotp('cem');
  clock.advance(60);
  const { person, page } = await waitingForCode(server, 'cem');
  for (const offset of [-30, 30]) expect((await enter(person, page, code(offset))).status).toBe(400);
  expect(reasons().at(-1)).toBe('second_factor_wrong');
  expect((await enter(person, page, code())).status).toBe(200);
});

test('S25: an app whose clock is slow signs in with its second code, and from then on with the first', async () => {
  const { code } = await withTotp('nia');
  clock.advance(60);
  const slow = () => code(-60);
  const signsIn = async (typed: string) => {
    const { person, page } = await waitingForCode(server, 'nia');
    return (await enter(person, page, typed)).status === 200;
  };
  const first = slow();
  expect(await signsIn(first)).toBe(false);
  clock.advance(30);
  expect(await signsIn(first)).toBe(false);
  expect(await signsIn(slow())).toBe(true);
  const used = slow();
  clock.advance(30);
  expect(await signsIn(used)).toBe(false);
  expect(await signsIn(slow())).toBe(true);
  clock.advance(30);
  expect(await signsIn(code())).toBe(false);
  // Its clock is set: once more two codes.
  clock.advance(30);
  expect(await signsIn(code())).toBe(true);
  clock.advance(600);
  expect(await signsIn(code())).toBe(true);
});

test('S25: a clock that is wrong when the app is set up is remembered from then on', async () => {
  const person = await signedIn(server, 'oda');
  const app = await addTotp(person);
  const fast = () => app.codeAt(clock.now() + 120);
  expect((await app.confirm(fast())).codes).toHaveLength(10);
  clock.advance(30);
  const { person: other, page } = await waitingForCode(server, 'oda');
  expect((await enter(other, page, fast())).status).toBe(200);
});

test('S25: recovery codes of before, with 80 bits, work until there are new ones', async () => {
  const { code } = await withTotp('pia');
  const former = 'ABCD-EFGH-JK01-2345';
  const store = totpStore(openDatabase(), tables.people, localWrapper(Buffer.alloc(32)));
  await store.replaceCodes('sub-of-pia', [former, 'ABCD-EFGH-JK01-2346']);
  const first = await waitingForCode(server, 'pia');
  expect((await enter(first.person, first.page, former.toLowerCase())).status).toBe(200);
  await enter(first.person, await first.person.open('/account/recovery-codes'), code());
  const second = await waitingForCode(server, 'pia');
  expect((await enter(second.person, second.page, 'ABCD-EFGH-JK01-2346')).status).toBe(400);
});

test('an account that is disabled while its person looks for the code does not get in', async () => {
  const { code } = await withTotp('mia');
  clock.advance(60);
  const { person, page } = await waitingForCode(server, 'mia');
  await accountStore(openDatabase(), tables.people).disable('sub-of-mia', clock.now());
  const answer = await enter(person, page, code());
  expect(answer.status).toBe(303);
  expect(await isSignedIn(person)).toBe(false);
});

test('a code is good once, also for the step before it', async () => {
  const { code } = await withTotp('dot');
  clock.advance(30);
  const [first, second, third] = [
    await waitingForCode(server, 'dot'),
    await waitingForCode(server, 'dot'),
    await waitingForCode(server, 'dot'),
  ];
  expect((await enter(first.person, first.page, code())).status).toBe(200);
  const again = await enter(second.person, second.page, code());
  expect([again.status, again.body.includes('That code has already been used')]).toEqual([400, true]);
  expect(reasons().at(-1)).toBe('second_factor_used');
  expect((await enter(third.person, third.page, code(-30))).status).toBe(400);
  expect(await isSignedIn(second.person)).toBe(false);
});

test('of one code sent ten times at once, one signs in', async () => {
  const { code } = await withTotp('eve');
  const { person, page } = await waitingForCode(server, 'eve');
  const body = encodeFields({ form_token: formTokenOf(page), code: code() });
  const answers = await atOnce(person, page.target, body);
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
});

test('of one recovery code sent ten times at once, one signs in', async () => {
  const { codes } = await withTotp('fay');
  const { person, page } = await waitingForCode(server, 'fay');
  const body = encodeFields({ form_token: formTokenOf(page), code: codes[0] });
  const answers = await atOnce(person, page.target, body);
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
});

test('five browsers with the right password and one code between them: one signs in', async () => {
  const { code } = await withTotp('gus');
  const waiting = await Promise.all(Array.from({ length: 5 }, () => waitingForCode(server, 'gus')));
  const answers = await Promise.all(waiting.map(({ person, page }) => enter(person, page, code())));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
});

test('the store itself: of many who use a step, a recovery code or a wait, one does', async () => {
  const many = rounds(20, 200);
  const crowd = { sub: 'crowd', epoch: 0, waysFrom: 0 };
  const database = openDatabase();
  const store = totpStore(database, tables.people, localWrapper(Buffer.alloc(32, 1)));
  const codes = deriveRecoveryCodes({ sessionId: 'crowd', seed: 'crowd' });
  const on = await Promise.all(
    Array.from({ length: many }, () => store.turnOn(crowd, newTotpSecret(), { step: 1, drift: 0 }, codes, 1)),
  );
  const steps = await Promise.all(Array.from({ length: many }, () => store.useStep('crowd', { step: 2, drift: 0 })));
  const plain = codes.map((code) => code.replaceAll('-', ''));
  const used = await Promise.all(Array.from({ length: many }, () => store.useRecoveryCode('crowd', plain[0] ?? '')));
  const pendings = pendingStore(database, tables.people);
  const secret = await pendings.start({ sub: 'crowd', epoch: 0, account: 'crowd', keep: false }, 1_000);
  const spent = await Promise.all(Array.from({ length: many }, () => pendings.spend(secret, 1_299)));
  for (const outcomes of [on, steps, used, spent]) expect(outcomes.filter((isWon) => isWon)).toHaveLength(1);
  expect(await store.look(crowd)).toMatchObject({ codesLeft: 9 });
  for (const code of plain.slice(1)) expect(await store.useRecoveryCode('crowd', code)).toBe(true);
  expect(await store.look(crowd)).toMatchObject({ codesLeft: 0 });
  expect(await store.useRecoveryCode('crowd', plain[3] ?? '')).toBe(false);
});

test('a recovery code has a page of its own, works once, and the account tells how many are left', async () => {
  const { codes } = await withTotp('hal');
  expect(codes).toHaveLength(10);
  const first = await waitingForCode(server, 'hal');
  expect(first.page.body).toContain('href="/sign-in/recovery-code"');
  const page = await first.person.open('/sign-in/recovery-code');
  const typed = codes[0]?.toLowerCase().replaceAll('-', ' ') ?? '';
  expect((await enter(first.person, page, typed)).status).toBe(200);
  expect((await first.person.open('/account')).body).toContain('You have 9 recovery codes left.');

  const second = await waitingForCode(server, 'hal');
  const refused = await enter(second.person, { ...second.page, target: '/sign-in/recovery-code' }, typed);
  expect([
    refused.status,
    refused.body.includes('That recovery code is not right, or it has already been used.'),
  ]).toEqual([400, true]);
});

test('new recovery codes take a code of the app, and the old ones are worth nothing', async () => {
  const { person, codes, code } = await withTotp('ida');
  const page = await person.open('/account/recovery-codes');
  expect((await enter(person, page, '000000')).status).toBe(400);
  const renewed = recoveryCodesOf(await enter(person, page, code()));
  expect(renewed).toHaveLength(10);
  expect(renewed).not.toContain(codes[0]);
  const { person: other, page: asked } = await waitingForCode(server, 'ida');
  expect((await enter(other, asked, codes[0] ?? '')).status).toBe(400);
  expect((await enter(other, asked, renewed[0] ?? '')).status).toBe(200);
});

const seedOf = ({ body }: Pick<Page, 'body'>) => /name="codes_seed" value="([^"]*)"/.exec(body)?.[1] ?? '';

/** The form of a page with recovery codes in its answer, as a browser sends it. */
const sendForCodes = (person: Person, page: Page, code: string) =>
  post(person, page.target, page, { code, codes_seed: seedOf(page) });

const lastDecision = () => JSON.parse(server.auditLines.at(-1) ?? '');

test('recovery codes are shown again when their form comes twice, to nobody else, and while none of them is used', async () => {
  const person = await signedIn(server, 'rita');
  const app = await addTotp(person);
  const code = app.codeAt(clock.now());
  const codes = recoveryCodesOf(await sendForCodes(person, app.page, code));
  expect(codes).toHaveLength(10);
  expect(lastDecision()).toMatchObject({ credential: 'authenticator_added' });
  expect(recoveryCodesOf(await sendForCodes(person, app.page, code))).toEqual(codes);
  expect(lastDecision()).not.toHaveProperty('credential');

  clock.advance(30);
  const page = await person.open('/account/recovery-codes');
  const next = app.codeAt(clock.now());
  const renewed = recoveryCodesOf(await sendForCodes(person, page, next));
  expect(renewed.filter((one) => codes.includes(one))).toEqual([]);
  expect(renewed).toHaveLength(10);
  expect(recoveryCodesOf(await sendForCodes(person, page, next))).toEqual(renewed);
  // The codes of before are over, and their form brings them back to nobody.
  expect((await sendForCodes(person, app.page, code)).status).toBe(303);

  const other = await signedIn(server, 'rita');
  const elsewhere = await other.open('/account/recovery-codes');
  const copied = await post(other, elsewhere.target, elsewhere, { code: next, codes_seed: seedOf(page) });
  expect([copied.status, recoveryCodesOf(copied)]).toEqual([400, []]);
  const fresh = await person.open('/account/recovery-codes');
  expect(recoveryCodesOf(await sendForCodes(person, fresh, next))).toEqual([]);

  const { person: signingIn, page: asked } = await waitingForCode(server, 'rita');
  expect((await enter(signingIn, asked, renewed[0] ?? '')).status).toBe(200);
  expect(recoveryCodesOf(await sendForCodes(person, page, next))).toEqual([]);
});

test('a button for recovery codes that is pressed twice shows the same ones twice', async () => {
  const person = await signedIn(server, 'rolf');
  const app = await addTotp(person);
  const send = () => sendForCodes(person, app.page, app.codeAt(clock.now()));
  const shown = (await Promise.all([send(), send()])).map(recoveryCodesOf);
  expect(shown[0]).toHaveLength(10);
  expect(shown[1]).toEqual(shown[0]);
});

test('guessing is throttled per account, also with the right code, and never for good', async () => {
  const { code } = await withTotp('jon');
  const { person, page } = await waitingForCode(server, 'jon');
  for (let guess = 0; guess < 5; guess += 1) expect((await enter(person, page, '000000')).status).toBe(400);
  const throttled = await enter(person, page, code());
  expect([throttled.status, Number(throttled.headers['retry-after'])]).toEqual([429, expect.any(Number)]);
  clock.advance(600);
  const later = await waitingForCode(server, 'jon');
  expect((await enter(later.person, later.page, code())).status).toBe(200);
});

test('after five minutes, and without the cookie, the password comes first again', async () => {
  const { code } = await withTotp('kim');
  const { person, page } = await waitingForCode(server, 'kim');
  const stranger = newPerson(server);
  await stranger.open('/sign-in');
  expect((await stranger.open('/sign-in/code')).headers.location).toBe('/sign-in');
  expect((await enter(stranger, page, code())).headers.location).toBe('/sign-in');
  clock.advance(300);
  const late = await enter(person, page, code());
  expect(late.headers.location).toBe('/sign-in');
  expect((await person.open('/sign-in')).body).toContain('That took too long. Sign in again from the beginning.');
  expect((await person.open('/sign-in')).body).not.toContain('That took too long.');
  expect(await isSignedIn(person)).toBe(false);
});

test('one password leads to one session: with the next code, a copy of the browser starts again', async () => {
  const { code } = await withTotp('lea');
  const { person, page } = await waitingForCode(server, 'lea');
  const copy = newPerson(server);
  for (const [name, value] of person.cookies) copy.cookies.set(name, value);
  expect((await enter(person, page, code())).status).toBe(200);
  clock.advance(30);
  expect((await enter(copy, page, code())).headers.location).toBe('/sign-in');
  expect(await isSignedIn(copy)).toBe(false);
  await act(person, { action: 'turn_off_totp' });
});

describe('a sign-in without the code that the account asks for, as one at a provider', async () => {
  const { code } = await withTotp('sam');
  clock.advance(30);
  const without = async () => signedIn(server, 'sam');
  const isAsked = { status: 303, location: '/sign-in' };
  const outcomeOf = ({ status, headers }: Page) => ({ status, location: headers.location });

  test('neither turns the app off nor makes a passkey, and is told why', async () => {
    const person = await without();
    expect(outcomeOf(await act(person, { action: 'turn_off_totp' }))).toEqual(isAsked);
    const page = await person.open('/sign-in');
    expect(page.body).toContain('sign in with your password and a code of your authenticator app, or with a passkey');
    const account = await person.open('/account');
    for (const method of ['GET', 'POST']) {
      const body = method === 'POST' ? encodeFields({ form_token: formTokenOf(account), credential: '{}' }) : undefined;
      const answer = await person.open('/account/passkey', { method, headers: formType, ...(body && { body }) });
      expect(outcomeOf(answer)).toEqual(isAsked);
    }
    expect((await person.open('/account')).body).toContain('You are asked for a code after your password.');
  });

  test.each([['otp'], ['pwd', 'otp'], [], ['mca']])(
    'nor does one by other methods that are one factor: %s',
    async (...amr) => {
      const person = newPerson(server);
      const start = { amr, now: clock.now(), lifetime: 600 };
      person.cookies.set('pixy_session', await startSession('sub-of-sam', start));
      expect(outcomeOf(await person.open('/account/passkey'))).toEqual(isAsked);
    },
  );

  test.each([['swk', 'user', 'mfa'], ['mfa']])('but one of two factors does: %s', async (...amr) => {
    const person = newPerson(server);
    const start = { amr, now: clock.now(), lifetime: 600 };
    person.cookies.set('pixy_session', await startSession('sub-of-sam', start));
    expect((await person.open('/account/passkey')).status).toBe(200);
  });

  test('may do everything else on the account page', async () => {
    const person = await without();
    expect((await person.open('/account/password')).status).toBe(200);
    expect((await person.open('/account/recovery-codes')).status).toBe(200);
    expect((await act(person, { action: 'end_other_sessions' })).headers.location).toBe('/account');
  });

  test('becomes one with the code, and then leads to what was wanted', async () => {
    const person = await without();
    await person.open('/account/passkey');
    const page = await person.open('/sign-in');
    await person.submit(page, { username: 'sam', password: account('sam').password });
    const asked = await person.open('/sign-in/code');
    const answer = await enter(person, asked, code());
    expect(answer.headers.location).toBe('/account/passkey');
    expect((await person.open('/account/passkey')).status).toBe(200);
    expect(outcomeOf(await act(person, { action: 'turn_off_totp' }))).toEqual({ status: 303, location: '/account' });
    expect((await person.open('/account/passkey')).status).toBe(200);
  });
});

test('a form of another site does not use up a code', async () => {
  const { code } = await withTotp('lea');
  const { person, page } = await waitingForCode(server, 'lea');
  expect((await enter(person, { ...page, body: '' }, code())).status).toBe(403);
  expect((await enter(person, page, code())).status).toBe(200);
});

test('turned off, the password is enough again, and old recovery codes come back with nothing', async () => {
  const person = await signInByForm(server, account('lea')).catch(() => undefined);
  expect(person).toBeUndefined();
  clock.advance(30);
  const { person: signed, page } = await atCodePage(server, 'lea');
  const totp = totpStore(openDatabase(), tables.people, localWrapper(Buffer.alloc(32)));
  expect(await totp.look({ sub: 'sub-of-lea', waysFrom: 0 })).toMatchObject({ codesLeft: 10 });
  await expect(totp.find('sub-of-lea')).rejects.toThrow('unable to authenticate data'); // another key opens nothing
  expect(page.body).toContain('name="code"');
  await totp.turnOff('sub-of-lea');
  expect(await isSignedIn(await signedIn(server, 'lea'))).toBe(true);
  expect((await enter(signed, page, '123456')).status).toBe(400);
});

test('the table holds no secret and no code in the clear, and one account cannot be given the secret of another', async () => {
  const database = openDatabase();
  const wrapper = localWrapper(Buffer.alloc(32, 9));
  const store = totpStore(database, tables.people, wrapper);
  const secret = newTotpSecret();
  await store.turnOn({ sub: 'one', epoch: 0, waysFrom: 0 }, secret, { step: 1, drift: 0 }, ['ABCD-EFGH-JK01-2345'], 1);
  const item = await database.get({ TableName: tables.people, Key: { pk: 'totp#one', sk: 'totp' } });
  const kept = JSON.stringify(item, (_, value) =>
    value instanceof Set ? [...value] : value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
  );
  expect(kept).not.toContain(Buffer.from(secret).toString('latin1'));
  expect(kept).not.toContain('ABCD');
  await database.put({ TableName: tables.people, Item: { ...item, pk: 'totp#two' } });
  await expect(store.find('two')).rejects.toThrow('unable to authenticate data');
});

test('a session of before cannot put another app in the place of the one that is there', async () => {
  const person = await signedIn(server, 'dot'); // has one already
  const page = await person.open('/account/authenticator');
  expect([page.status, page.headers.location]).toEqual([303, '/account']);
});

test('nothing of it is in the audit log', async () => {
  const person = await signedIn(server, 'lea');
  const app = await addTotp(person);
  const { codes } = await app.confirm(app.codeAt(clock.now()));
  clock.advance(30);
  const { person: other, page } = await waitingForCode(server, 'lea');
  const code = app.codeAt(clock.now());
  await enter(other, page, codes[0] ?? '');
  const log = server.auditLines.join('\n');
  for (const secret of [
    app.secret,
    totpSecretText(newTotpSecret()),
    code,
    codes[0] ?? '',
    other.cookies.get('pixy_session') ?? '',
  ]) {
    expect(log).not.toContain(secret);
  }
});
