import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { basicReadings } from '../../shared/clients/basic-credentials.ts';
import { authenticateClient, presentedCredentials } from '../../shared/clients/client-authentication.ts';
import { hashClientSecret } from '../../shared/clients/client-secret.ts';
import type { RegisteredClient } from '../../shared/clients/registered-client.ts';
import { describeRefusal, errorOf } from '../../shared/oauth/describe-refusal.ts';
import { encodePairs } from '../../shared/oauth/parameters.ts';
import type { Reason } from '../../shared/oauth/refusal.ts';
import { generateSecret } from '../../shared/secret.ts';
import { parametersOf } from './read-result.ts';

type Method = RegisteredClient['tokenEndpointAuthMethod'];
type Described = { id: string; method: Method; secrets?: string[]; disabled?: boolean } & Pick<
  RegisteredClient,
  'strictAuthMethod' | 'ignorePublicClientSecret'
>;

const register = async ({
  id,
  method,
  secrets = [],
  disabled = false,
  ...switches
}: Described): Promise<RegisteredClient> => ({
  clientId: id,
  redirectUris: [],
  tokenEndpointAuthMethod: method,
  secretHashes: await Promise.all(secrets.map(hashClientSecret)),
  grantTypes: ['authorization_code'],
  scope: [],
  firstParty: false,
  disabled,
  pkce: { policy: 'inherit' },
  ...switches,
});

const long = (text: string) => `${text} and so on, up to thirty-two characters`;
const secret = long('secret');
/** Everything that looks different when it is form-encoded, or looks form-encoded and is not. */
const awkward = { id: 'app:one %41+ü', secret: long('50% of a+b:c&d=é%2B') };

const clients = await Promise.all([
  register({ id: 'web', method: 'client_secret_basic', secrets: [secret] }),
  register({ id: 'post', method: 'client_secret_post', secrets: [secret] }),
  register({ id: 'spa', method: 'none' }),
  register({ id: 'rotating', method: 'client_secret_basic', secrets: [long('old'), long('new')] }),
  register({ id: 'off', method: 'client_secret_basic', secrets: [secret], disabled: true }),
  register({ id: 'spa-off', method: 'none', disabled: true }),
  register({ id: 'strict', method: 'client_secret_basic', secrets: [secret], strictAuthMethod: true }),
  register({ id: 'strict-post', method: 'client_secret_post', secrets: [secret], strictAuthMethod: true }),
  register({ id: 'keyed', method: 'private_key_jwt' }),
  register({ id: 'talkative', method: 'none', ignorePublicClientSecret: true }),
  register({ id: 'talkative-off', method: 'none', ignorePublicClientSecret: true, disabled: true }),
  register({ id: awkward.id, method: 'client_secret_basic', secrets: [awkward.secret] }),
  register({ id: 'percent', method: 'client_secret_basic', secrets: [awkward.secret] }),
  register({ id: 'a b', method: 'client_secret_basic', secrets: [long('of a space b')] }),
  register({ id: 'a+b', method: 'client_secret_basic', secrets: [long('of a plus b')] }),
]);

const find = async (clientId: string) => clients.find((client) => client.clientId === clientId);
/** What private_key_jwt takes besides; nobody here has a key. */
const world = {
  find,
  audiences: ['https://sign-in.example.com', 'https://sign-in.example.com/token'] as const,
  remoteJwks: async () => undefined,
  assertions: { use: async () => false },
  guesses: {
    retryAfter: () => undefined,
    countWrong: async () => undefined,
    countAttempt: async () => ({
      retryAfter: undefined,
      takeBack: async () => undefined,
      noteWrong: async () => undefined,
    }),
  },
  now: () => 0,
};
const base64 = (text: string) => Buffer.from(text).toString('base64');
const rawBasic = (id: string, password: string) => `Basic ${base64(`${id}:${password}`)}`;
/** RFC 6749 §2.3.1: both parts form-encoded first, as `URLSearchParams` does it. */
const encodedBasic = (id: string, password: string) =>
  rawBasic(
    ...([id, password].map((text) => new URLSearchParams([['', text]]).toString().slice(1)) as [string, string]),
  );

async function authenticate(authorization: string | undefined, form: Record<string, string> = {}) {
  const presented = presentedCredentials(authorization, parametersOf(encodePairs(Object.entries(form))));
  return presented.ok ? authenticateClient(presented.value, '192.0.2.1', world) : presented;
}

/** Who the request is from, or why it is refused. */
async function caller(authorization: string | undefined, form: Record<string, string> = {}): Promise<string> {
  const client = await authenticate(authorization, form);
  return client.ok ? client.value.clientId : client.refusal.reason;
}

describe('each client authenticates as it is registered', () => {
  test('by HTTP Basic', async () => {
    expect(await caller(rawBasic('web', secret))).toBe('web');
  });

  test('V8 by its secret in the form', async () => {
    expect(await caller(undefined, { client_id: 'post', client_secret: secret })).toBe('post');
  });

  test('not at all, by its client_id', async () => {
    expect(await caller(undefined, { client_id: 'spa' })).toBe('spa');
  });

  test.each(['old', 'new'])('by the %s secret while it is being rotated', async (which) => {
    expect(await caller(rawBasic('rotating', long(which)))).toBe('rotating');
  });

  test('and may repeat its client_id in the form', async () => {
    expect(await caller(rawBasic('web', secret), { client_id: 'web' })).toBe('web');
  });

  test('OA6 an empty client_secret in the form is none', async () => {
    expect(await caller(undefined, { client_id: 'spa', client_secret: '' })).toBe('spa');
    expect(await caller(rawBasic('web', secret), { client_id: 'web', client_secret: '' })).toBe('web');
  });
});

describe('OA1 HTTP Basic', () => {
  test('with id and secret form-encoded', async () => {
    expect(await caller(encodedBasic(awkward.id, awkward.secret))).toBe(awkward.id);
  });

  test('with id and secret percent-encoded', async () => {
    const [id, password] = [encodeURIComponent(awkward.id), encodeURIComponent(awkward.secret)];
    expect(await caller(rawBasic(id, password))).toBe(awkward.id);
  });

  test('with id and secret as they are', async () => {
    expect(await caller(rawBasic('percent', awkward.secret))).toBe('percent');
  });

  test.each(['basic', 'BASIC', 'Basic  '])('with the scheme written %j (RFC 9110 §11.1)', async (scheme) => {
    expect(await caller(`${scheme} ${base64(`web:${secret}`)}`)).toBe('web');
  });

  test('whose two readings name two clients is from the one whose secret it has', async () => {
    expect(await caller(rawBasic('a+b', long('of a plus b')))).toBe('a+b');
    expect(await caller(encodedBasic('a b', long('of a space b')))).toBe('a b');
  });
});

describe('K1 a secret in the header and one in the form are the same', () => {
  test('for a client that is registered for one of them', async () => {
    expect(await caller(undefined, { client_id: 'web', client_secret: secret })).toBe('web');
    expect(await caller(rawBasic('post', secret))).toBe('post');
  });

  test.each([
    ['strict', undefined, { client_id: 'strict', client_secret: secret }],
    ['strict-post', rawBasic('strict-post', secret), {}],
  ])('but not for a strict one: %s', async (_, authorization, form: Record<string, string>) => {
    expect(await caller(authorization, form)).toBe('client_authentication_method_not_registered');
  });

  test('and a strict client authenticates as it is registered', async () => {
    expect(await caller(rawBasic('strict', secret))).toBe('strict');
    expect(await caller(undefined, { client_id: 'strict-post', client_secret: secret })).toBe('strict-post');
  });

  test('and prove nothing for a client with keys, or without anything', async () => {
    for (const id of ['keyed', 'spa']) {
      expect(await caller(rawBasic(id, secret))).toBe('client_authentication_method_not_registered');
      const inForm = await caller(undefined, { client_id: id, client_secret: secret });
      expect(inForm).toBe('client_authentication_method_not_registered');
    }
  });

  test.each([
    ['client_secret_basic', undefined, { client_id: 'strict', client_secret: secret }],
    ['client_secret_post', rawBasic('strict-post', secret), {}],
    ['client_secret_basic', undefined, { client_id: 'web' }],
    ['private_key_jwt', rawBasic('keyed', secret), {}],
    ['private_key_jwt', undefined, { client_id: 'keyed' }],
    ['none', rawBasic('spa', secret), {}],
  ])('and a refusal names the registered method: %s', async (method, authorization, form: Record<string, string>) => {
    const refused = await authenticate(authorization, form);
    const told = refused.ok ? '' : describeRefusal(refused.refusal);
    expect(told).toContain(`It is registered for token_endpoint_auth_method ${method}.`);
  });
});

describe('K5 an empty secret is no secret', () => {
  test.each([
    ['in Basic, of a public client', rawBasic('spa', ''), {}, 'spa'],
    ['in Basic beside the client_id', rawBasic('spa', ''), { client_id: 'spa' }, 'spa'],
    ['in both places', rawBasic('spa', ''), { client_id: 'spa', client_secret: '' }, 'spa'],
    ['in Basic, and there is one in the form', rawBasic('web', ''), { client_secret: secret }, 'web'],
    ['in Basic, of a confidential client', rawBasic('web', ''), {}, 'client_authentication_missing'],
    ['in Basic, with another client_id', rawBasic('web', ''), { client_id: 'spa' }, 'client_authentication_ambiguous'],
    ['in the form, of a confidential client', undefined, { client_id: 'web', client_secret: '' }, 'client_authentication_missing'],
  ])('%s', async (_, authorization, form: Record<string, string>, expected) => {
    expect(await caller(authorization, form)).toBe(expected);
  });
}); // biome-ignore format: a table, one row per line

describe('K11 a public client whose secret is ignored', () => {
  test.each([
    ['in the form', undefined, { client_id: 'talkative', client_secret: secret }],
    ['in Basic', rawBasic('talkative', secret), {}],
    ['or sends none', undefined, { client_id: 'talkative' }],
  ])('is taken as one that sends none: %s', async (_, authorization, form: Record<string, string>) => {
    expect(await caller(authorization, form)).toBe('talkative');
  });

  test('is refused all the same when it is disabled, or in two ways at once', async () => {
    expect(await caller(rawBasic('talkative-off', secret))).toBe('client_disabled');
    const twice = await caller(rawBasic('talkative', secret), { client_secret: secret });
    expect(twice).toBe('client_authentication_ambiguous');
  });
});

describe('K18 every spelling of a secret is that secret', () => {
  const secrets = [
    long('a+b'),
    long('100%'),
    long('%41'),
    long('%C3%A9'),
    long('a:b'),
    long('é'),
    long('Ã©'),
    long('ü+%:é%2B 🔑'),
    'é+%:',
  ];

  const latin1 = (text: string) => /^[\0-\xff]*$/.test(text);
  const spellings: [string, (id: string, password: string) => string | undefined][] = [
    ['form-encoded', encodedBasic],
    ['percent-encoded', (id, password) => rawBasic(encodeURIComponent(id), encodeURIComponent(password))],
    ['in UTF-8', rawBasic],
    [
      'in Latin-1',
      (id, password) =>
        latin1(password) ? `Basic ${Buffer.from(`${id}:${password}`, 'latin1').toString('base64')}` : undefined,
    ],
    ['with %3A for colons alone', (id, password) => rawBasic(id, password.replaceAll(':', '%3A'))],
  ];

  test.each(secrets)('%s', async (password) => {
    const client = await register({ id: 'legacy', method: 'client_secret_basic', secrets: [password] });
    const deps = { ...world, find: async (id: string) => (id === 'legacy' ? client : undefined) };
    for (const [spelling, write] of spellings) {
      const authorization = write('legacy', password);
      if (authorization === undefined) continue;
      const presented = presentedCredentials(authorization, parametersOf(''));
      const authenticated = presented.ok ? await authenticateClient(presented.value, '192.0.2.1', deps) : presented;
      expect([spelling, authenticated.ok]).toEqual([spelling, true]);
    }
  });

  test('no header has more than six readings', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const authorization = `Basic ${Buffer.from([97, 58, ...bytes]).toString('base64')}`;
        expect(basicReadings(authorization)?.length).toBeLessThanOrEqual(6);
      }),
    );
    expect(basicReadings(rawBasic('web', 'é+%41'))).toHaveLength(4);
    expect(basicReadings(rawBasic('web', 'é+%3A%41'))).toHaveLength(6);
    expect(basicReadings(rawBasic('web', generateSecret()))).toHaveLength(1);
  });

  test('a new secret of a client is compared with its hash alone, whatever the hash of the old one costs', async () => {
    const client = await register({ id: 'renewed', method: 'client_secret_basic', secrets: ['correct horse', secret] });
    let counted = 0;
    const countAttempt = async () => {
      counted += 1;
      return world.guesses.countAttempt();
    };
    const deps = { ...world, find: async () => client, guesses: { ...world.guesses, countAttempt } };
    const authenticate = async (sent: string) => {
      const presented = presentedCredentials(encodedBasic('renewed', sent), parametersOf(''));
      return presented.ok && (await authenticateClient(presented.value, '192.0.2.1', deps)).ok;
    };
    expect([await authenticate(secret), await authenticate(secret), counted]).toEqual([true, true, 0]);
    expect([await authenticate('correct horse'), await authenticate('correct horse'), counted]).toEqual([
      true,
      true,
      1,
    ]);
    expect([await authenticate(long('another')), counted]).toEqual([false, 2]);
  });

  test('and all readings of a guess count as one', async () => {
    const client = await register({ id: 'wordy', method: 'client_secret_basic', secrets: ['correct horse'] });
    let counted = 0;
    const countAttempt = async () => {
      counted += 1;
      return world.guesses.countAttempt();
    };
    const guesses = { ...world.guesses, countAttempt };
    const presented = presentedCredentials(rawBasic('wordy', 'é+%41'), parametersOf(''));
    if (!presented.ok) throw new Error('these are credentials');
    const deps = { ...world, guesses, find: async () => client };
    expect(await authenticateClient(presented.value, '192.0.2.1', deps)).toMatchObject({
      refusal: { reason: 'client_secret_wrong' },
    });
    expect(counted).toBe(1);
  });

  test('a random secret beside a hash that takes its time is proven at once, and never counts', async () => {
    const client = await register({ id: 'moved', method: 'client_secret_basic', secrets: [secret] });
    const foreign = 'pbkdf2_sha256$2000000$salt$WgVwAXiDNo8tVh3Geil5R0xnKB/al3SuEacu+AaA8OA=';
    const moved = { ...client, secretHashes: [foreign, ...client.secretHashes] };
    const countAttempt = () => Promise.reject(new Error('it was counted'));
    const deps = { ...world, guesses: { ...world.guesses, countAttempt }, find: async () => moved };
    const presented = presentedCredentials(rawBasic('moved', secret), parametersOf(''));
    if (!presented.ok) throw new Error('these are credentials');
    expect(await authenticateClient(presented.value, '192.0.2.1', deps)).toMatchObject({ ok: true });
  });

  test('secrets that Pixy makes have one spelling: letters, digits, - and _', () => {
    for (let round = 0; round < 50; round += 1) expect(generateSecret()).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });
});

describe('OA3 a malformed Authorization header is invalid_client, and not an error', () => {
  test.each([
    ['nothing behind the scheme', 'Basic'],
    ['a space behind the scheme', 'Basic '],
    ['an empty header', ''],
    ['no colon', `Basic ${base64('web')}`],
    ['no client id', `Basic ${base64(`:${secret}`)}`],
    ['no base64', 'Basic web:secret'],
    ['URL-safe base64', `Basic ${Buffer.from('web:ÿÿÿ').toString('base64url')}-_`],
    ['three paddings', `Basic ${base64('web:s')}===`],
    ['two headers, joined with a comma', `${rawBasic('web', secret)}, ${rawBasic('web', secret)}`],
    ['something behind it', `${rawBasic('web', secret)} x`],
    ['another scheme', `Bearer ${base64(`web:${secret}`)}`],
    ['no space', `Basic${base64(`web:${secret}`)}`],
  ])('%s', async (_, authorization) => {
    expect(await caller(authorization)).toBe('client_authentication_malformed');
  });

  test.each([
    ['bytes that are not UTF-8', `Basic ${Buffer.from([0xff, 0xfe, 0x3a, 0xff]).toString('base64')}`],
    ['NUL', rawBasic('\0', '\0')],
    ['a percent sign alone', rawBasic('%', '%')],
    ['an object member', rawBasic('__proto__', 'x')],
    ['100,000 characters', rawBasic('a'.repeat(100_000), 'b')],
  ])('%s names no client', async (_, authorization) => {
    expect(await caller(authorization)).toBe('client_unknown');
  });
});

describe('OA2 V7 a client authenticates in one way', () => {
  test.each([
    ['a secret in the form, too', { client_secret: secret }],
    ['the same credentials in the form', { client_id: 'web', client_secret: secret }],
    ['another client_id in the form', { client_id: 'spa' }],
  ])('the header and %s is refused', async (_, form) => {
    expect(await caller(rawBasic('web', secret), form)).toBe('client_authentication_ambiguous');
  });

  /** A JWT that names its subject; who signed it is not looked at before there is one way to authenticate. */
  const assertionOf = (subject: string) => ({
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: ['{"alg":"RS256"}', JSON.stringify({ sub: subject }), '']
      .map((part) => Buffer.from(part).toString('base64url'))
      .join('.'),
  });

  test.each([
    ['the header', rawBasic('web', secret), {}],
    ['a secret in the form', undefined, { client_id: 'web', client_secret: secret }],
    ['the client_id of another client', undefined, { client_id: 'spa' }],
  ])('a client assertion and %s is refused', async (_, authorization, form: Record<string, string>) => {
    expect(await caller(authorization, { ...assertionOf('web'), ...form })).toBe('client_authentication_ambiguous');
  });

  test('a client assertion of a client that is registered for another method is refused', async () => {
    expect(await caller(undefined, assertionOf('web'))).toBe('client_authentication_method_not_registered');
    expect(await caller(undefined, assertionOf('spa'))).toBe('client_authentication_method_not_registered');
  });

  test('a client_id in the form decides between two readings of the header', async () => {
    expect(await caller(rawBasic('a+b', long('of a space b')), { client_id: 'a+b' })).not.toBe('a b');
    expect(await caller(rawBasic('a+b', long('of a plus b')), { client_id: 'a+b' })).toBe('a+b');
  });
});

describe('a client is refused', () => {
  test.each([
    ['without client_id', undefined, {}, 'client_id_missing'],
    ['with an empty client_id', undefined, { client_id: '' }, 'client_id_missing'],
    ['with a secret alone', undefined, { client_secret: secret }, 'client_id_missing'],
    ['that nobody registered', undefined, { client_id: 'nobody' }, 'client_unknown'],
    ['that nobody registered, with a secret', rawBasic('nobody', secret), {}, 'client_unknown'],
    ['in another case', rawBasic('WEB', secret), {}, 'client_unknown'],
    ['that is confidential and shows no secret', undefined, { client_id: 'web' }, 'client_authentication_missing'],
    ['registered for the form that shows no secret', undefined, { client_id: 'post' }, 'client_authentication_missing'],
    ['V16 that is public and shows a secret', undefined, { client_id: 'spa', client_secret: secret }, 'client_authentication_method_not_registered'],
    ['V16 that is public and uses Basic', rawBasic('spa', secret), {}, 'client_authentication_method_not_registered'],
    ['with a wrong secret', rawBasic('web', long('wrong')), {}, 'client_secret_wrong'],
    ['with the secret of another client', rawBasic('rotating', secret), {}, 'client_secret_wrong'],
    ['with a truncated secret', rawBasic('web', secret.slice(0, -1)), {}, 'client_secret_wrong'],
    ['that is disabled', rawBasic('off', secret), {}, 'client_disabled'],
    ['that is disabled and public', undefined, { client_id: 'spa-off' }, 'client_disabled'],
    ['with a wrong secret before it is told that it is disabled', rawBasic('off', long('wrong')), {}, 'client_secret_wrong'],
  ])('%s', async (_, authorization, form: Record<string, string>, reason) => {
    expect(await caller(authorization, form)).toBe(reason);
  });

  test('H9 not at all when clients cannot be looked up: that is an error', async () => {
    const presented = { method: 'none', readings: [{ clientId: 'spa' }] } as const;
    const unreachable = async () => Promise.reject(new Error('no database'));
    await expect(authenticateClient(presented, '192.0.2.1', { ...world, find: unreachable })).rejects.toThrow('no database');
  });
}); // biome-ignore format: a table, one row per line

test.each([
  ['client_id_missing', 'invalid_request'],
  ['client_authentication_ambiguous', 'invalid_request'],
  ['client_unknown', 'invalid_client'],
  ['client_disabled', 'invalid_client'],
  ['client_authentication_missing', 'invalid_client'],
  ['client_authentication_malformed', 'invalid_client'],
  ['client_authentication_method_not_registered', 'invalid_client'],
  ['client_secret_wrong', 'invalid_client'],
] as const)('%s is %s', (reason: Reason, error) => {
  expect(errorOf({ reason } as Parameters<typeof errorOf>[0])).toBe(error);
});
