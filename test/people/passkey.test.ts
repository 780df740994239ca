import { createHash, generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { challengeStore } from '../../shared/people/passkey-challenge-store.ts';
import { passkeyStore } from '../../shared/people/passkey-store.ts';
import { spa } from '../support/clients.ts';
import { encodeFields, formType } from '../support/http.ts';
import { obtainTokens } from '../support/lifecycle.ts';
import { formTokenOf, newPerson, type Person } from '../support/person.ts';
import { authorizeTarget, claimsOf, parametersOf } from '../support/protocol.ts';
import { rounds } from '../support/rounds.ts';
import { startTestServer, tables } from '../support/server.ts';
import { type Authenticator, account, act, addPasskey, passkeyFormOf, post, signedIn } from './account-flows.ts';
import { type CreationOptions, type Faults, makeAuthenticator, type RequestOptions } from './authenticator.ts';

const names = ['ann', 'ben', 'cem', 'dot', 'eve', 'fay', 'gus', 'hal', 'ida', 'jon', 'kim', 'lea', 'max'];
const server = await startTestServer({ clients: [spa], accounts: names.map(account) });
const passkeys = passkeyStore(openDatabase(), tables.people);
const reasons = () => server.auditLines.map((line) => JSON.parse(line).reason as string | undefined);

/** A new browser at the sign-in page, with what it would send for a passkey. */
async function atSignIn(
  authenticator: Authenticator,
  { query = '', faults = {} }: { query?: string; faults?: Faults } = {},
) {
  const person = newPerson(server);
  const page = await person.open(`/sign-in${query}`);
  const { options, action } = passkeyFormOf<RequestOptions>(page);
  const credential = authenticator.get(options, faults);
  return { person, page, options, action, credential, send: () => post(person, action, page, { credential }) };
}

const isSignedIn = async (person: Person): Promise<boolean> => (await person.open('/account')).status === 200;

/** What a refused passkey leads to: the sign-in page, with a sentence. */
async function refusal(at: Awaited<ReturnType<typeof atSignIn>>) {
  const answer = await at.send();
  const page = await at.person.follow(answer.headers.location ?? '');
  return {
    status: answer.status,
    location: answer.headers.location,
    sentence: /role="alert">([^<]*)</.exec(page.body)?.[1],
    isSignedIn: await isSignedIn(at.person),
    reason: reasons().findLast((reason) => reason !== undefined),
  };
}

const failed = {
  status: 303,
  sentence: 'The passkey did not work. Try again, or sign in another way.',
  isSignedIn: false,
};

test('a passkey that was made in the account signs its person in, in another browser', async () => {
  const authenticator = await addPasskey(server, await signedIn(server, 'ann'));
  const at = await atSignIn(authenticator);
  const answer = await at.send();
  expect(answer.status).toBe(200);
  expect(answer.body).toContain('You are signed in');
  expect(await isSignedIn(at.person)).toBe(true);
});

test.for([
  [true, ['swk', 'user', 'mfa']],
  [false, ['hwk', 'user', 'mfa']],
] as const)('an ID token tells that a passkey was used, and whether it is synced (%s)', async ([isSyncable, amr]) => {
  const authenticator = await addPasskey(server, await signedIn(server, 'ben'), { isSyncable });
  const target = authorizeTarget(spa);
  const at = await atSignIn(authenticator, { query: target.slice('/authorize'.length) });
  const answer = await at.send();
  expect(answer.headers.location).toMatch(/^\/authorize\?/);
  const tokens = await obtainTokens(server, at.person, spa, { acr_values: 'phr' });
  expect(claimsOf(tokens.id_token)).toMatchObject({ sub: 'sub-of-ben', amr, acr: 'phr' });
});

test('the request that was interrupted goes on with its state', async () => {
  const authenticator = await addPasskey(server, await signedIn(server, 'cem'));
  const at = await atSignIn(authenticator, {
    query: authorizeTarget(spa, { state: 'kept' }).slice('/authorize'.length),
  });
  const redirected = await at.person.follow((await at.send()).headers.location ?? '');
  expect(parametersOf(new URL(redirected.headers.location ?? ''))).toMatchObject({
    state: 'kept',
    code: expect.any(String),
  });
});

test('the sign-in page tells nothing about any account: the same options, whoever asks', async () => {
  const page = await newPerson(server).open('/sign-in?login_hint=ann');
  const { options } = passkeyFormOf<RequestOptions>(page);
  expect({ ...options, challenge: '' }).toEqual({
    challenge: '',
    rpId: 'localhost',
    allowCredentials: [],
    userVerification: 'required',
    timeout: 600_000,
  });
});

test('a passkey is discoverable, made with the person verified, and never twice on one device', async () => {
  const person = await signedIn(server, 'dot');
  const authenticator = await addPasskey(server, person);
  const { options } = passkeyFormOf<CreationOptions & Record<string, unknown>>(await person.open('/account/passkey'));
  expect(options).toMatchObject({
    rp: { id: 'localhost' },
    user: { name: 'dot', displayName: 'Name of dot' },
    attestation: 'none',
    authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
    excludeCredentials: [{ id: authenticator.credentialId, type: 'public-key' }],
  });
  expect(options.user.id).not.toContain('dot');
});

test.for<[string, Faults]>([
  ['another origin', { origin: 'https://evil.example' }],
  ['a subdomain of the origin', { origin: 'http://sub.localhost' }],
  ['another port', { origin: 'http://localhost:1' }],
  ['another RP ID', { rpId: 'evil.example' }],
  ['a person who was not verified', { isUserVerified: false }],
  ['a person who was not there', { isUserPresent: false }],
  ['the ceremony that makes passkeys', { type: 'webauthn.create' }],
  ['a page in a frame of another site', { crossOrigin: true }],
  ['another key', { key: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey }],
  ['no user handle', { userHandle: undefined }],
])('refuses an answer with %s', async ([, faults]) => {
  const authenticator = await addPasskey(server, await signedIn(server, 'eve'));
  expect(await refusal(await atSignIn(authenticator, { faults }))).toMatchObject({
    ...failed,
    reason: 'passkey_wrong',
  });
  await Promise.all((await passkeys.list('sub-of-eve')).map(({ id }) => passkeys.remove('sub-of-eve', id)));
});

test('refuses a passkey that nobody has, and one whose user handle is of somebody else, in the same words', async () => {
  const theirs = await addPasskey(server, await signedIn(server, 'fay'));
  const unknown = makeAuthenticator(server.issuer);
  const nobody = await refusal(await atSignIn(unknown, { faults: { userHandle: 'A'.repeat(43) } }));
  const [anns] = await passkeys.list('sub-of-ann');
  expect(anns).toBeDefined();
  const { options } = passkeyFormOf<CreationOptions>(await (await signedIn(server, 'ann')).open('/account/passkey'));
  const somebody = await refusal(await atSignIn(theirs, { faults: { userHandle: options.user.id } }));
  expect(nobody).toMatchObject({ status: 303, isSignedIn: false, reason: 'passkey_unknown' });
  expect(somebody).toEqual(nobody);
});

test('a disabled account cannot be signed in to, and is not told apart from a passkey that nobody has', async () => {
  const authenticator = await addPasskey(server, await signedIn(server, 'gus'));
  await accountStore(openDatabase(), tables.people).disable('sub-of-gus', server.clock.now());
  expect(await refusal(await atSignIn(authenticator))).toMatchObject({
    sentence: 'We do not recognise that passkey. Try another one, or sign in another way.',
    reason: 'passkey_unknown',
    isSignedIn: false,
  });
});

test('a replayed answer is refused: the challenge is spent', async () => {
  const authenticator = await addPasskey(server, await signedIn(server, 'hal'));
  const at = await atSignIn(authenticator);
  expect((await at.send()).status).toBe(200);
  at.person.cookies.delete('pixy_session');
  expect(await refusal(at)).toMatchObject({ ...failed, reason: 'passkey_challenge_spent' });
});

test('of the same answer sent ten times at once, one signs in', async () => {
  const authenticator = await addPasskey(server, await signedIn(server, 'ida'));
  const at = await atSignIn(authenticator);
  const body = encodeFields({ form_token: formTokenOf(at.page), credential: at.credential });
  const cookie = Array.from(at.person.cookies, (pair) => pair.join('=')).join('; ');
  const answers = await Promise.all(
    Array.from({ length: 10 }, () =>
      newPerson(server).open(at.action, { method: 'POST', headers: { ...formType, cookie }, body }),
    ),
  );
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(answers.filter(({ headers }) => headers.location === '/sign-in')).toHaveLength(9);
});

test('an answer is good in the browser that asked, and in no other', async () => {
  const authenticator = await addPasskey(server, await signedIn(server, 'jon'));
  const at = await atSignIn(authenticator);
  const thief = newPerson(server);
  const theirs = await thief.open('/sign-in');
  const answer = await post(thief, at.action, theirs, { credential: at.credential });
  expect(answer.headers.location).toBe('/sign-in');
  expect(await isSignedIn(thief)).toBe(false);
  expect(reasons().at(-2)).toBe('passkey_challenge_spent');
});

test('a form of another site is refused before the challenge is touched', async () => {
  const authenticator = await addPasskey(server, await signedIn(server, 'jon'));
  const at = await atSignIn(authenticator);
  const { status, headers } = await post(at.person, at.action, { ...at.page, body: '' }, { credential: at.credential });
  expect([status, headers.location]).toEqual([303, '/sign-in']);
  expect((await at.send()).status).toBe(200);
});

test('a challenge that is too old is refused', async () => {
  const authenticator = await addPasskey(server, await signedIn(server, 'kim'));
  const at = await atSignIn(authenticator);
  server.clock.advance(600);
  expect(await refusal(at)).toMatchObject({ ...failed, reason: 'passkey_challenge_spent' });
});

test('a challenge to sign in makes no passkey, and one of an account makes none for another', async () => {
  const person = await signedIn(server, 'kim');
  const signIn = passkeyFormOf<RequestOptions>(await person.open('/sign-in')).options;
  const page = await person.open('/account/passkey');
  const { options } = passkeyFormOf<CreationOptions>(page);
  const other = await signedIn(server, 'lea');
  const theirs = passkeyFormOf<CreationOptions>(await other.open('/account/passkey')).options;
  for (const { challenge } of [signIn, theirs]) {
    const credential = makeAuthenticator(server.issuer).create({ ...options, challenge });
    const answer = await post(person, '/account/passkey', page, { credential });
    expect([answer.status, reasons().at(-1)]).toEqual([400, 'passkey_challenge_spent']);
  }
});

test.for<[string, Faults]>([
  ['another origin', { origin: 'https://evil.example' }],
  ['another RP ID', { rpId: 'evil.example' }],
  ['a person who was not verified', { isUserVerified: false }],
  ['the ceremony that signs in', { type: 'webauthn.get' }],
])('makes no passkey from an answer with %s', async ([, faults]) => {
  const person = await signedIn(server, 'lea');
  const page = await person.open('/account/passkey');
  const credential = makeAuthenticator(server.issuer).create(passkeyFormOf<CreationOptions>(page).options, faults);
  const answer = await post(person, '/account/passkey', page, { credential });
  expect([answer.status, reasons().at(-1)]).toEqual([400, 'passkey_wrong']);
  expect(await passkeys.list('sub-of-lea')).toEqual([]);
});

test('a counter that goes back is refused: there may be a copy of the key', async () => {
  const authenticator = await addPasskey(server, await signedIn(server, 'lea'), { isSyncable: false });
  expect((await (await atSignIn(authenticator)).send()).status).toBe(200);
  for (const counter of [2, 1, 0]) {
    expect(await refusal(await atSignIn(authenticator, { faults: { counter } }))).toMatchObject({
      ...failed,
      reason: 'passkey_copied',
    });
  }
  expect((await (await atSignIn(authenticator)).send()).status).toBe(200);
});

test('a passkey that is said to be backed up and could not be is refused, and so is one that changed its kind', async () => {
  const authenticator = await addPasskey(server, await signedIn(server, 'max'), { isSyncable: false });
  const faults = { isBackedUp: true };
  expect(await refusal(await atSignIn(authenticator, { faults }))).toMatchObject({
    ...failed,
    reason: 'passkey_wrong',
  });
});

test('a synced passkey tells when it has been backed up', async () => {
  const person = await signedIn(server, 'max');
  const authenticator = await addPasskey(server, person, { isSyncable: true });
  const find = async () =>
    (await passkeys.list('sub-of-max')).find(({ credentialId }) => credentialId === authenticator.credentialId);
  expect((await (await atSignIn(authenticator, { faults: { isBackedUp: false } })).send()).status).toBe(200);
  expect(await find()).toMatchObject({ isSyncable: true, isBackedUp: false, lastUsedAt: server.clock.now() });
  expect((await (await atSignIn(authenticator)).send()).status).toBe(200);
  expect(await find()).toMatchObject({ isBackedUp: true });
});

test('several passkeys have names, can be renamed, and one that is removed signs nobody in', async () => {
  const person = await signedIn(server, 'fay');
  const authenticator = await addPasskey(server, person, { name: '  My <b>phone</b>\u202e ' });
  const made = (await passkeys.list('sub-of-fay')).find(({ name }) => name.startsWith('My'));
  expect(made?.name).toBe('My <b>phone</b>');
  expect((await person.open('/account')).body).toContain('My &lt;b&gt;phone&lt;/b&gt;');

  const renamed = await act(person, { action: 'rename_passkey', id: made?.id, name: 'Key' });
  expect(renamed).toMatchObject({ status: 303, headers: { location: '/account' } });
  expect((await person.open('/account')).body).toContain('The passkey has been renamed.');
  await act(person, { action: 'remove_passkey', id: made?.id });
  expect((await passkeys.list('sub-of-fay')).map(({ name }) => name)).not.toContain('Key');
  expect(await refusal(await atSignIn(authenticator))).toMatchObject({ reason: 'passkey_unknown', isSignedIn: false });
});

test('nobody renames or removes a passkey of somebody else', async () => {
  const [theirs] = await passkeys.list('sub-of-ann');
  const person = await signedIn(server, 'ben');
  await act(person, { action: 'rename_passkey', id: theirs?.id, name: 'stolen' });
  await act(person, { action: 'remove_passkey', id: theirs?.id });
  expect(await passkeys.list('sub-of-ann')).toEqual([theirs]);
  expect((await passkeys.list('sub-of-ben')).map(({ name }) => name)).not.toContain('stolen');
});

test('an account has at most 20 passkeys, and the same one only once', async () => {
  const made = {
    sub: 'crowd',
    credentialId: 'one',
    publicKey: new Uint8Array(1),
    counter: 0,
    transports: [],
    isSyncable: true,
    isBackedUp: true,
    name: 'one',
    createdAt: 1,
    epoch: 0,
  };
  const outcomes = await Promise.all(Array.from({ length: 10 }, () => passkeys.add(made)));
  expect(outcomes.filter((isAdded) => isAdded)).toHaveLength(1);
});

test('of twenty who spend one challenge, one does', async () => {
  const challenges = challengeStore(openDatabase(), tables.people);
  const use = { browser: 'a browser' };
  const challenge = await challenges.issue(use, 1_000);
  expect(await challenges.spend(challenge, { browser: 'another' }, 1_000)).toBe(false);
  expect(await challenges.spend(challenge, { ...use, sub: 'somebody' }, 1_000)).toBe(false);
  expect(await challenges.spend(challenge, use, 1_600)).toBe(false);
  const outcomes = await Promise.all(
    Array.from({ length: rounds(20, 200) }, () => challenges.spend(challenge, use, 1_599)),
  );
  expect(outcomes.filter((isSpent) => isSpent)).toHaveLength(1);
});

test('the table has no challenge in the clear, and the audit log no part of any passkey', async () => {
  const authenticator = await addPasskey(server, await signedIn(server, 'jon'));
  const at = await atSignIn(authenticator);
  const put = await openDatabase().get({
    TableName: tables.people,
    Key: { pk: `challenge#${at.options.challenge}`, sk: 'challenge' },
  });
  expect(put).toBeUndefined();
  await at.send();
  const log = server.auditLines.join('\n');
  const { response } = JSON.parse(at.credential);
  for (const secret of [at.options.challenge, authenticator.credentialId, response.signature, response.userHandle]) {
    expect(log).not.toContain(secret);
  }
});

test.for(['', 'no JSON', '{}', '[]', 'null', '{"id":1}', `{"id":"${'A'.repeat(20_000)}"}`])(
  'what is no answer of a browser is refused: %s',
  async (credential) => {
    const person = newPerson(server);
    const page = await person.open('/sign-in');
    const answer = await post(person, passkeyFormOf(page).action, page, { credential });
    expect([answer.status, answer.headers.location, reasons().at(-1)]).toEqual([303, '/sign-in', 'passkey_wrong']);
  },
);

test('the script has an address of its own that may be kept for good, and nothing else runs', async () => {
  const page = await newPerson(server).open('/sign-in');
  const [, path = '', integrity] = /<script src="([^"]+)" integrity="([^"]+)" defer>/.exec(page.body) ?? [];
  expect(path).toMatch(/^\/passkey\.js\?v=[\w-]{16}$/);
  expect(page.headers['content-security-policy']).toContain("script-src 'self'");
  const script = await newPerson(server).open(path);
  expect(script.headers).toMatchObject({
    'content-type': 'text/javascript; charset=utf-8',
    'cache-control': 'public, max-age=31536000, immutable',
    'x-content-type-options': 'nosniff',
  });
  expect(integrity).toBe(`sha256-${createHash('sha256').update(script.body).digest('base64')}`);
});
