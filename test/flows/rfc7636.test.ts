import { describe, expect, test } from 'vitest';
import type { TestClient } from '../support/clients.ts';
import type { Fields } from '../support/http.ts';
import { signedInPerson } from '../support/person.ts';
import { pkcePair, s256Of } from '../support/pkce.ts';
import { authorizeTarget, obtainCode, parametersOf, redeem, withoutChallenge } from '../support/protocol.ts';
import { startTestServer } from '../support/server.ts';

const publicClient = (pkce_policy: string): TestClient => ({
  client_id: `public-${pkce_policy}`,
  redirect_uris: ['https://public.example/callback'],
  token_endpoint_auth_method: 'none',
  pkce_policy,
});
const confidential = (pkce_policy: string): TestClient => ({
  ...publicClient(pkce_policy),
  client_id: `confidential-${pkce_policy}`,
  client_secret: 'a secret of more than thirty-two characters',
  token_endpoint_auth_method: 'client_secret_basic',
});

const clients = {
  'public, any': publicClient('any'),
  'public, S256': publicClient('S256'),
  'public, inherit': publicClient('inherit'),
  'confidential, none': confidential('none'),
  'confidential, any': confidential('any'),
  'confidential, S256': confidential('S256'),
  'confidential, inherit': confidential('inherit'),
};
type ClientName = keyof typeof clients;
const clientNames = Object.keys(clients) as ClientName[];
const admitPlain = clientNames.filter((name) => /none|any/.test(name));
const relaxed = clients['confidential, none'];
const anyMethod = clients['public, any'];
const strict = clients['public, S256'];

const server = await startTestServer({ clients: Object.values(clients) });
const person = await signedInPerson(server);

/** RFC 7636 appendix B. */
const vector = {
  verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
  challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
};
const plainChallenge = 'plain.challenge_that~is-its-own-verifier-0123456789';

const authorize = async (client: TestClient, challenge: Fields) =>
  parametersOf(await person.authorize(authorizeTarget(client, { ...withoutChallenge, ...challenge })));

type Row = { name: string; sent: Fields; admitted: ClientName[] };
const rows: Row[] = [
  { name: 'S256', sent: { code_challenge: vector.challenge, code_challenge_method: 'S256' }, admitted: clientNames },
  {
    name: 'plain',
    sent: { code_challenge: plainChallenge, code_challenge_method: 'plain' },
    admitted: admitPlain,
  },
  { name: 'PK5 no method', sent: { code_challenge: plainChallenge }, admitted: admitPlain },
  {
    name: 'PK5 an empty method',
    sent: { code_challenge: plainChallenge, code_challenge_method: '' },
    admitted: admitPlain,
  },
  { name: 'PK11, BP5, V3 no challenge', sent: {}, admitted: ['confidential, none'] },
  {
    name: 'an empty challenge and an empty method',
    sent: { code_challenge: '', code_challenge_method: '' },
    admitted: ['confidential, none'],
  },
  ...['S256', 'plain', 's256'].map((method) => ({
    name: `method ${method} without a challenge`,
    sent: { code_challenge_method: method },
    admitted: [],
  })),
  ...['s256', 'S512', 'SHA256', ' S256', 'S256 ', 'PLAIN', 'none', 'S256\u0000'].map((method) => ({
    name: `PK7 method ${JSON.stringify(method)}`,
    sent: { code_challenge: vector.challenge, code_challenge_method: method },
    admitted: [],
  })),
  ...Object.entries({
    'of 42 characters': vector.challenge.slice(0, 42),
    'of 44 characters': `${vector.challenge}A`,
    'PK4 with padding': `${vector.challenge}=`,
    'PK4 in standard base64': `${vector.challenge.slice(0, 41)}+/`,
    'with a space': `${vector.challenge.slice(0, 42)} `,
    'with a tilde, which base64url does not have': `${vector.challenge.slice(0, 42)}~`,
    'with a letter beyond ASCII': `${vector.challenge.slice(0, 42)}é`,
    'with NUL': `${vector.challenge.slice(0, 42)}\u0000`,
    'in hexadecimal': Buffer.from(vector.challenge, 'base64url').toString('hex'),
  }).map(([name, code_challenge]) => ({
    name: `S256 challenge ${name}`,
    sent: { code_challenge, code_challenge_method: 'S256' },
    admitted: [],
  })),
  ...Object.entries({
    'of 42 characters': 'x'.repeat(42),
    'of 129 characters': 'x'.repeat(129),
    'with a slash': `${'x'.repeat(42)}/`,
    'with a letter beyond ASCII': `${'x'.repeat(42)}é`,
    'with a line break': `${'x'.repeat(43)}\n`,
  }).map(([name, code_challenge]) => ({
    name: `plain challenge ${name}`,
    sent: { code_challenge, code_challenge_method: 'plain' },
    admitted: [],
  })),
];

const back = { state: 'a-state', iss: server.issuer };
const granted = { code: expect.any(String), ...back };
const refused = {
  error: 'invalid_request',
  error_description: expect.stringMatching(/\b[Ss]end /),
  error_uri: expect.any(String),
  ...back,
};

describe('4.3, 4.4.1: at /authorize', () => {
  for (const { name, sent, admitted } of rows) {
    for (const clientName of clientNames) {
      const isAdmitted = admitted.includes(clientName);
      test(`${name}: ${isAdmitted ? 'a code' : 'invalid_request'} (${clientName})`, async () => {
        expect(await authorize(clients[clientName], sent)).toEqual(isAdmitted ? granted : refused);
      });
    }
  }

  test.each([
    ['double encoding', { code_challenge: 'a%2Bb', code_challenge_method: 'S256' }, 'encoded twice'],
    ['padding', { code_challenge: `${vector.challenge}=`, code_challenge_method: 'S256' }, 'padding'],
    ['the case of the method', { code_challenge: vector.challenge, code_challenge_method: 's256' }, 'capital S'],
    ['the name of the method', { code_challenge: vector.challenge, code_challenge_method: 'SHA-256' }, 'called S256'],
  ])('the description names a well-known mistake: %s', async (_, sent, words) => {
    expect((await authorize(strict, sent)).error_description).toContain(words);
  });
});

/** A code of `client` bound to `challenge`, redeemed with `code_verifier`. */
async function exchange(client: TestClient, challenge: Fields, code_verifier: string | undefined, more: Fields = {}) {
  const { code } = await obtainCode(person, client, { ...withoutChallenge, ...challenge });
  return { code, ...(await redeem(server, client, { code, code_verifier, ...more })) };
}

const s256 = (verifier: string) => ({ code_challenge: s256Of(verifier), code_challenge_method: 'S256' });
const plain = (verifier: string) => ({ code_challenge: verifier, code_challenge_method: 'plain' });
const invalidGrant = { status: 400, json: { error: 'invalid_grant' } };

describe('4.5, 4.6: at /token', () => {
  test('PK1: the verifier of appendix B proves the challenge of appendix B', async () => {
    const { challenge } = vector;
    const proven = await exchange(
      strict,
      { code_challenge: challenge, code_challenge_method: 'S256' },
      vector.verifier,
    );
    expect(proven.status).toBe(200);
  });

  test.each([
    ['43 characters', 'a'.repeat(43)],
    ['128 characters', 'Z'.repeat(128)],
    ['every character there is', 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~'],
    ['nothing but punctuation', '-._~'.repeat(11)],
  ])('PK2: a verifier of %s proves its challenge, by S256 and by plain', async (_, verifier) => {
    expect((await exchange(strict, s256(verifier), verifier)).status).toBe(200);
    expect((await exchange(anyMethod, plain(verifier), verifier)).status).toBe(200);
  });

  test('PK5: a challenge without a method is the verifier itself', async () => {
    const { verifier } = pkcePair();
    expect((await exchange(anyMethod, { code_challenge: verifier }, verifier)).status).toBe(200);
    expect(await exchange(anyMethod, { code_challenge: s256Of(verifier) }, verifier)).toMatchObject(invalidGrant);
  });

  const { verifier: right } = pkcePair();
  const swapped = right.replaceAll(/[a-z]/gi, (letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  );
  const wrong: [string, string | undefined][] = [
    ['missing', undefined],
    ['empty', ''],
    ['another one', pkcePair().verifier],
    ['one character off', `${right.slice(0, -1)}${right.endsWith('A') ? 'B' : 'A'}`],
    ['in swapped case', swapped],
    ['with a character more', `${right}A`],
    ['the challenge itself', s256Of(right)],
  ];

  for (const [clientName, client] of [
    ['a public client', strict],
    ['a confidential client that need not use PKCE', relaxed],
  ] as const) {
    test.each(wrong)(`PK8, BP6, V1: a verifier that is %s is refused to ${clientName}`, async (_, code_verifier) => {
      expect(await exchange(client, s256(right), code_verifier)).toMatchObject(invalidGrant);
    });
  }

  test.each([
    ['of 42 characters', 'a'.repeat(42)],
    ['of 129 characters', 'a'.repeat(129)],
    ['of 60,000 characters', 'a'.repeat(60_000)],
    ['with a space', `${'a'.repeat(43)} `],
    ['with a line break', `${right}\n`],
    ['with a letter beyond ASCII', `${'a'.repeat(43)}é`],
    ['of emoji', '🦄'.repeat(43)],
    ['with NUL', `${right}\u0000`],
    ['encoded twice', `${'a'.repeat(43)}%7E`],
    ['with a lone surrogate', `${'a'.repeat(43)}\ud800`],
  ])('PK3, PK12: a verifier %s is refused', async (_, code_verifier) => {
    expect(await exchange(strict, s256(right), code_verifier)).toMatchObject(invalidGrant);
  });

  test.each([
    ['PM5, PK8: by S256', s256(right)],
    ['PM5, PK8: by plain', plain(right)],
  ])('%s: once refused for a wrong proof, a code cannot be redeemed with the right one', async (_, challenge) => {
    const { code, json } = await exchange(anyMethod, challenge, pkcePair().verifier);
    expect(json.reason).toBe('code_verifier_mismatch');
    expect(await redeem(server, anyMethod, { code, code_verifier: right })).toMatchObject({
      status: 400,
      json: { error: 'invalid_grant', reason: 'code_spent' },
    });
  });

  test('PM5, PK3: once refused for a malformed verifier, a code can be redeemed with the right one', async () => {
    const { code, json } = await exchange(strict, s256(right), 'too-short');
    expect(json.reason).toBe('code_verifier_malformed');
    expect((await redeem(server, strict, { code, code_verifier: right })).status).toBe(200);
  });

  test('BP7, V1: a verifier for a code without a challenge is refused: the request may have been downgraded', async () => {
    expect(await exchange(relaxed, {}, right)).toMatchObject({
      ...invalidGrant,
      json: { error: 'invalid_grant', reason: 'code_verifier_unexpected' },
    });
  });

  test('PK11: a client under the policy none redeems a code without a challenge', async () => {
    expect((await exchange(relaxed, {}, undefined)).status).toBe(200);
  });

  test.each(['plain', 'S256', 'none'])('PK9: code_challenge_method=%s at /token changes nothing', async (method) => {
    const more = { code_challenge_method: method, code_challenge: right };
    expect((await exchange(strict, s256(right), right, more)).status).toBe(200);
    expect(await exchange(strict, s256(right), s256Of(right), more)).toMatchObject(invalidGrant);
    expect(await exchange(anyMethod, plain(right), s256Of(right), more)).toMatchObject(invalidGrant);
  });

  test('BP18: a code cannot be redeemed with the verifier of another authorization request', async () => {
    const mine = await obtainCode(person, strict);
    const theirs = await obtainCode(person, strict);
    const injected = await redeem(server, strict, { code: theirs.code, code_verifier: mine.verifier });
    expect(injected).toMatchObject(invalidGrant);
  });
});

describe('4.4: nobody learns the challenge from the server', () => {
  test.each([
    ['S256', s256],
    ['plain', plain],
  ])('PK6, V4: neither the redirect nor the tokens have it (%s)', async (_, challengeOf) => {
    const { verifier } = pkcePair();
    const challenge = challengeOf(verifier);
    const { code, redirected } = await obtainCode(person, anyMethod, { ...withoutChallenge, ...challenge });
    const { body, json } = await redeem(server, anyMethod, { code, code_verifier: verifier });
    expect(json.access_token).toBeDefined();
    const payloads = [json.access_token, json.id_token].map((jwt = '') =>
      Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString(),
    );
    const decodedCode = Buffer.from(code, 'base64url');
    for (const secret of [verifier, challenge.code_challenge]) {
      for (const text of [redirected.href, body, ...payloads]) expect(text).not.toContain(secret);
      expect(decodedCode.includes(Buffer.from(secret, 'base64url'))).toBe(false);
    }
  });
});
