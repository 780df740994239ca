import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { pushedId } from '../../shared/grants/pushed-request.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { hashSecret } from '../../shared/secret.ts';
import { spa, type TestClient } from '../support/clients.ts';
import { startDatabaseProxy } from '../support/database-proxy.ts';
import {
  askForCodes,
  confirmationIn,
  decideAt,
  decideFor,
  deviceGrant,
  enterUserCode,
  poll,
} from '../support/device.ts';
import { type Fields, send } from '../support/http.ts';
import { refresh, revoke, userinfo } from '../support/lifecycle.ts';
import { withoutOwnScripts } from '../support/markup.ts';
import { newPerson, type Person, signedInPerson, startSession } from '../support/person.ts';
import { pkcePair } from '../support/pkce.ts';
import { authorizeTarget, parametersOf, redeem } from '../support/protocol.ts';
import { pushed } from '../support/pushed.ts';
import { ada, startTestServer, tables } from '../support/server.ts';

const television: TestClient = {
  client_id: 'television',
  client_name: 'Television <b>set</b>',
  redirect_uris: ['https://television.example/callback'],
  token_endpoint_auth_method: 'none',
  grant_types: ['authorization_code', 'refresh_token', deviceGrant],
  scope: 'openid profile email offline_access api:read',
};
const secret = 'a secret of a device, which is long enough';
const confidential = { ...television, client_secret: secret, token_endpoint_auth_method: 'client_secret_basic' };
const withoutPkce: TestClient = { ...confidential, client_id: 'box', pkce_policy: 'none' };
const withAny: TestClient = { ...confidential, client_id: 'any', pkce_policy: 'any' };
const strict: TestClient = { ...confidential, client_id: 'strict', pkce_policy: 'S256' };

const database = await startDatabaseProxy();
const server = await startTestServer({
  clients: [spa, television, withoutPkce, withAny, strict],
  dynamodb: database.endpoint,
});
const person = await signedInPerson(server);

/** A request of the television that is right in every way, and the verifier for it. */
async function waiting(fields: Fields = {}) {
  const { verifier, challenge } = pkcePair();
  const { json } = await askForCodes(server, television, {
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...fields,
  });
  return { ...json, verifier };
}

type Waiting = Awaited<ReturnType<typeof waiting>>;

const pollFor = ({ device_code, verifier }: Waiting) =>
  poll(server, television, device_code, { code_verifier: verifier });

let people = 0;

/** Somebody new, whose wrong codes are nobody else's. */
async function somebody(): Promise<Person> {
  people += 1;
  const made = newPerson(server);
  made.cookies.set(
    'pixy_session',
    await startSession(`viewer-${people}`, { now: server.clock.now(), lifetime: 3_600 }),
  );
  return made;
}

describe('the device authorization endpoint (RFC 8628 §3.1, §3.2)', () => {
  test('DF1: answers with everything that a device needs, and nothing may keep it', async () => {
    const { verifier: _, ...codes } = await waiting();
    expect(codes).toEqual({
      device_code: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
      user_code: expect.stringMatching(/^[B-DF-HJ-NP-TV-XZ]{3}(-[B-DF-HJ-NP-TV-XZ]{3}){2}$/),
      verification_uri: `${server.issuer}/device`,
      verification_uri_complete: `${server.issuer}/device?user_code=${codes.user_code}`,
      expires_in: 600,
      interval: 5,
    });
    const { headers } = await askForCodes(server, withoutPkce);
    expect(headers['cache-control']).toBe('no-store');
  });

  test('DF1: refuses a client that is not registered for it, one that does not prove who it is, and a repeated parameter', async () => {
    expect((await askForCodes(server, spa)).json.reason).toBe('grant_type_not_registered');
    const impostor = { ...withoutPkce, client_secret: 'a guess that is long enough' };
    expect(await askForCodes(server, impostor)).toMatchObject({ status: 401, json: { error: 'invalid_client' } });
    expect((await send(server.port, '/device_authorization')).status).toBe(405);
    expect((await askForCodes(server, withoutPkce, { resource: 'https://nowhere.example' })).json.error).toBe(
      'invalid_target',
    );
    expect((await askForCodes(server, withoutPkce, { scope: 'pixy:write' })).json.error).toBe('invalid_scope');
  });

  test('is counted per address: the hundred and first in ten minutes is told when to come again', async () => {
    server.clock.advance(600);
    for (let count = 0; count < 100; count += 1) await askForCodes(server, withoutPkce);
    const { status, headers, json } = await askForCodes(server, withoutPkce);
    expect({ status, reason: json.reason }).toEqual({ status: 429, reason: 'device_requests_throttled' });
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    server.clock.advance(600);
    expect((await askForCodes(server, withoutPkce)).status).toBe(200);
  });
});

test.each([
  ['authorization details', { authorization_details: JSON.stringify([{ type: 'note', text: 'x'.repeat(16_384) }]) }],
  ['what nobody knows', { padding: 'x'.repeat(16_384) }],
])('a request that would cost many writes to keep is refused: %s', async (_, fields) => {
  const { status, json } = await askForCodes(server, television, fields);
  expect({ status, reason: json.reason }).toEqual({ status: 413, reason: 'pushed_request_too_large' });
});

describe('polling (RFC 8628 §3.5)', () => {
  test('DF2: pending, then tokens with which the person can be asked about, once', async () => {
    const codes = await waiting({ scope: 'openid profile' });
    expect(await pollFor(codes)).toMatchObject({ status: 400, json: { error: 'authorization_pending' } });
    expect((await decideFor(person, codes.user_code)).body).toContain('Your device is connected');
    server.clock.advance(5);
    const { status, json } = await pollFor(codes);
    expect(status).toBe(200);
    expect(json).toMatchObject({ token_type: 'Bearer', scope: 'openid profile', id_token: expect.any(String) });
    expect((await userinfo(server, json.access_token)).json).toMatchObject({ sub: 'ada-0001' });
    expect((await refresh(server, television, json.refresh_token)).status).toBe(200);
    server.clock.advance(5);
    expect((await pollFor(codes)).json).toMatchObject({ error: 'invalid_grant', reason: 'code_spent' });
  });

  test('DF2: slow_down for every poll that comes too soon, which adds five seconds each time', async () => {
    const codes = await waiting();
    const errors: (string | undefined)[] = [];
    for (const pause of [0, 3, 9, 14, 15]) {
      server.clock.advance(pause);
      errors.push((await pollFor(codes)).json.error);
    }
    // 5 s; then 10 s, since 3 s were too few; 9 s are as good as 10 on the way; 14 s are enough.
    expect(errors).toEqual([
      'authorization_pending',
      'slow_down',
      'authorization_pending',
      'authorization_pending',
      'authorization_pending',
    ]);
    const hasty = await waiting();
    await pollFor(hasty);
    for (const pause of [1, 8, 13]) {
      server.clock.advance(pause);
      expect((await pollFor(hasty)).json.error).toBe('slow_down');
    }
    server.clock.advance(19);
    expect((await pollFor(hasty)).json.error).toBe('authorization_pending');
  });

  test('DF2: expired_token after ten minutes, whether somebody allowed it or not; then nobody can', async () => {
    const [idle, late] = [await waiting(), await waiting()];
    await decideFor(person, late.user_code);
    server.clock.advance(600);
    expect((await pollFor(idle)).json.error).toBe('expired_token');
    expect((await pollFor(late)).json.error).toBe('expired_token');
    expect((await enterUserCode(await somebody(), idle.user_code)).status).toBe(400);
  });

  test('DF2: access_denied once the person said no, and their code is spent', async () => {
    const codes = await waiting();
    expect((await decideFor(person, codes.user_code, 'deny')).body).toContain('was not connected');
    expect((await pollFor(codes)).json.error).toBe('access_denied');
    expect((await enterUserCode(await somebody(), codes.user_code)).status).toBe(400);
  });

  test('DF2: a device code that there is not, of another client, or missing gets no tokens', async () => {
    const codes = await waiting();
    await decideFor(person, codes.user_code);
    expect((await poll(server, television, 'x'.repeat(43))).json.reason).toBe('code_unknown');
    expect((await poll(server, withoutPkce, codes.device_code)).json.reason).toBe('code_of_another_client');
    expect((await poll(server, television, '')).json.reason).toBe('device_code_missing');
    expect((await poll(server, spa, codes.device_code)).json.error).toBe('unauthorized_client');
    expect((await pollFor(codes)).status).toBe(200);
  });

  test('DF6: one of 50 parallel polls gets tokens', async () => {
    const codes = await waiting();
    await decideFor(person, codes.user_code);
    const answers = await Promise.all(Array.from({ length: 50 }, () => pollFor(codes)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(new Set(answers.map(({ json }) => json.error))).toEqual(new Set([undefined, 'invalid_grant']));
  });

  test('DF6: one of eight decisions in as many windows counts', async () => {
    const codes = await waiting();
    const page = await enterUserCode(person, codes.user_code);
    const pages = await Promise.all(
      Array.from({ length: 8 }, (_, index) => decideAt(page, person, codes.user_code, index % 2 ? 'allow' : 'deny')),
    );
    const [allowed, denied] = ['is connected', 'was not connected'].map(
      (text) => pages.filter(({ body }) => body.includes(text)).length,
    );
    // Every window tells what was decided.
    const isAllowed = allowed === 8;
    expect([allowed, denied]).toEqual(isAllowed ? [8, 0] : [0, 8]);
    expect((await pollFor(codes)).status).toBe(isAllowed ? 200 : 400);
  });

  test.each(['allow', 'deny'] as const)('a form that comes twice is told what was decided: %s', async (decision) => {
    const codes = await waiting();
    const page = await enterUserCode(person, codes.user_code);
    const first = await decideAt(page, person, codes.user_code, decision);
    const lines = server.auditLines.length;
    expect(await decideAt(page, person, codes.user_code, decision)).toMatchObject({ status: 200, body: first.body });
    // The other button changes nothing any more, and is told the truth.
    const other = decision === 'allow' ? 'deny' : 'allow';
    expect((await decideAt(page, person, codes.user_code, other)).body).toBe(first.body);
    expect(server.auditLines).toHaveLength(lines);
    expect((await pollFor(codes)).status).toBe(decision === 'allow' ? 200 : 400);
    // Nobody else learns what became of a code, and not in another session either.
    for (const elsewhere of [await signedInPerson(server), await somebody()]) {
      const fields = { user_code: codes.user_code, confirmation: confirmationIn(page), decision };
      const { body, status } = await elsewhere.submit(await elsewhere.open('/device'), fields);
      expect([status, body.includes('connected</h1>')]).toEqual([400, false]);
    }
  });

  test.each([
    ['nothing', async () => ''],
    ['something short', async () => 'x'],
    ['more than a key can have', async () => 'x'.repeat(3_000)],
    ['what there is not', async () => 'x'.repeat(43)],
    [
      'what no device asked for',
      async () => pushedId((await pushed(server, spa)).json.request_uri.split(':').at(-1) ?? ''),
    ],
  ])('a form that names %s instead of what was shown is asked again', async (_, named) => {
    const id = await named();
    const codes = await waiting();
    // What binds a form to the session follows from its cookie, which its person has.
    const session = person.cookies.get('pixy_session');
    const bound = hashSecret(`device\n${session}\n${codes.user_code.replaceAll('-', '')}\n${id}`);
    const fields = { user_code: codes.user_code, confirmation: `${id}.${bound}`, decision: 'allow' };
    const page = await person.submit(await person.open('/device'), fields);
    expect([page.status, page.body.includes('name="decision"')]).toEqual([200, true]);
  });

  test('a form that comes twice says nothing of a device that was disconnected meanwhile', async () => {
    const viewer = await somebody();
    const codes = await waiting();
    const page = await enterUserCode(viewer, codes.user_code);
    await decideAt(page, viewer, codes.user_code, 'allow');
    const { json } = await pollFor(codes);
    await revoke(server, television, { token: json.refresh_token });
    expect((await decideAt(page, viewer, codes.user_code, 'allow')).status).toBe(400);
  });

  test('DF7: a poll while somebody decides reads one item and writes nothing; one that comes too soon does not even read', async () => {
    const codes = await waiting();
    await pollFor(codes);
    server.clock.advance(5);
    expect(await database.callsDuring(() => pollFor(codes))).toEqual(['GetItem pixy-grants']);
    expect(await database.callsDuring(() => pollFor(codes))).toEqual([]);
  });
});

describe('a code is good for the grant type that it was issued for alone', () => {
  const wrong = { status: 400, reason: 'code_of_another_grant_type' };

  test('a device code that was allowed is no authorization code, and is spent', async () => {
    const codes = await waiting();
    await decideFor(person, codes.user_code);
    const { device_code: code, verifier: code_verifier } = codes;
    const { status, json } = await redeem(server, television, { code, code_verifier, redirect_uri: undefined });
    expect({ status, reason: json.reason }).toEqual(wrong);
    expect((await pollFor(codes)).json.reason).toBe('code_spent');
  });

  test('an authorization code is no device code, and is spent', async () => {
    const { verifier, challenge } = pkcePair();
    const { code = '' } = parametersOf(
      await person.authorize(authorizeTarget(television, { code_challenge: challenge })),
    );
    const { status, json } = await poll(server, television, code, { code_verifier: verifier });
    expect({ status, reason: json.reason }).toEqual(wrong);
    const late = await redeem(server, television, { code, code_verifier: verifier });
    expect(late.json.reason).toBe('code_spent');
  });

  test('a replay with the other grant type revokes nothing', async () => {
    const codes = await waiting();
    await decideFor(person, codes.user_code);
    const { json: tokens } = await pollFor(codes);
    const { device_code: code, verifier: code_verifier } = codes;
    await redeem(server, television, { code, code_verifier, redirect_uri: undefined });
    expect((await userinfo(server, tokens.access_token)).status).toBe(200);
  });
});

describe('what a person took back meanwhile (decision of the epochs)', () => {
  test('a grant for a device is worth nothing once everything was ended, before and after it was redeemed', async () => {
    const sub = `viewer-${people + 1}`;
    const viewer = await somebody();
    const [inHand, used] = [await waiting(), await waiting({ scope: 'openid profile' })];
    await decideFor(viewer, inHand.user_code);
    await decideFor(viewer, used.user_code);
    const { json } = await pollFor(used);
    expect(json.access_token).toBeDefined();
    await accountStore(openDatabase(), tables.people).takeBackFrom(sub, 'television');
    expect((await pollFor(inHand)).json).toMatchObject({ error: 'invalid_grant', reason: 'taken_back' });
    expect((await refresh(server, television, json.refresh_token)).json.reason).toBe('taken_back');
    expect((await userinfo(server, json.access_token)).status).toBe(401);
  });
});

describe('PKCE for devices', () => {
  const { verifier, challenge } = pkcePair();
  const other = pkcePair().verifier;
  const requests: Record<string, Fields> = {
    'no challenge': {},
    S256: { code_challenge: challenge, code_challenge_method: 'S256' },
    plain: { code_challenge: verifier, code_challenge_method: 'plain' },
    'no method': { code_challenge: verifier },
    'lower case': { code_challenge: challenge, code_challenge_method: 's256' },
    'method alone': { code_challenge_method: 'S256' },
    padded: { code_challenge: `${challenge}=`, code_challenge_method: 'S256' },
  };
  const proofs: Record<string, Fields> = {
    right: { code_verifier: verifier },
    wrong: { code_verifier: other },
    missing: {},
    short: { code_verifier: 'short' },
  };
  const cases = [withoutPkce, withAny, strict].flatMap((client) =>
    Object.entries(requests).map(([name, request]) => ({ policy: client.pkce_policy, name, client, request })),
  );

  /** The reason of a refusal, which is the end of its address. */
  const reasonIn = (uri: string | undefined) => uri?.split('#')[1];

  /** What /authorize and /token say to a browser app that does the same. */
  async function asCode(client: TestClient, request: Fields, proof: Fields): Promise<string> {
    const none = { code_challenge: undefined, code_challenge_method: undefined };
    const { code, error_uri } = parametersOf(await person.authorize(authorizeTarget(client, { ...none, ...request })));
    if (code === undefined) return `at first ${reasonIn(error_uri)}`;
    const { status, json } = await redeem(server, client, { code, ...proof });
    return status === 200 ? 'tokens' : `then ${json.reason}`;
  }

  async function asDevice(client: TestClient, request: Fields, proof: Fields): Promise<string> {
    const { status, json } = await askForCodes(server, client, request);
    if (status !== 200) return `at first ${json.reason}`;
    await decideFor(person, json.user_code);
    const answer = await poll(server, client, json.device_code, proof);
    return answer.status === 200 ? 'tokens' : `then ${answer.json.reason}`;
  }

  test.each(cases)('DF5: $name under the policy $policy is judged as for codes, with every proof', async (one) => {
    for (const proof of Object.values(proofs)) {
      const expected = await asCode(one.client, one.request, proof);
      expect(await asDevice(one.client, one.request, proof)).toBe(expected);
      if (expected.startsWith('at first')) break;
    }
  });

  test('DF5: a public client needs a challenge, as everywhere', async () => {
    expect((await askForCodes(server, television)).json.reason).toBe('code_challenge_required');
  });

  test('DF5: one wrong proof spends the device code, also while the person decides', async () => {
    const codes = await waiting();
    const wrong = await poll(server, television, codes.device_code, { code_verifier: other });
    expect(wrong.json).toMatchObject({ error: 'invalid_grant', reason: 'code_verifier_mismatch' });
    expect((await enterUserCode(await somebody(), codes.user_code)).status).toBe(400);
    server.clock.advance(5);
    expect((await pollFor(codes)).json.reason).toBe('code_spent');
  });

  test('DF5: what devices do about PKCE is in the audit log, for the adoption report', async () => {
    await askForCodes(server, withAny, requests['plain']);
    expect(JSON.parse(server.auditLines.at(-1) ?? '')).toMatchObject({
      endpoint: 'device-authorization',
      verdict: 'allowed',
      client: 'any',
      policy: 'any',
      method: 'plain',
    });
  });
});

describe('the page for user codes (RFC 8628 §3.3, §5.4)', () => {
  test('DF3: takes the code in any case and spacing', async () => {
    const typed: ((code: string) => string)[] = [
      (code) => code.toLowerCase(),
      (code) => code.replaceAll('-', ''),
      (code) => ` ${code.replaceAll('-', ' ').toLowerCase()} `,
      (code) => code.replaceAll('-', '–'),
      (code) => code.split('').join('.'),
    ];
    for (const change of typed) {
      const { user_code } = await waiting();
      expect((await enterUserCode(person, change(user_code))).body).toContain(user_code);
    }
  });

  test('DF3: takes ten wrong codes of a person in ten minutes, and then none, not even the right one', async () => {
    server.clock.advance(600);
    const viewer = await somebody();
    const { user_code } = await waiting();
    for (let count = 0; count < 10; count += 1) {
      expect((await enterUserCode(viewer, 'BBB-BBB-BBB')).status).toBe(400);
    }
    const { status, headers, body } = await enterUserCode(viewer, user_code);
    expect({ status, wait: Number(headers['retry-after']) > 0 }).toEqual({ status: 429, wait: true });
    expect(body).toContain('Too many codes were wrong.');
    // The address counts as well: another person there has to wait, too.
    expect((await enterUserCode(await somebody(), user_code)).status).toBe(429);
    server.clock.advance(600);
  });

  test('DF3: right codes are not counted', async () => {
    const viewer = await somebody();
    for (let count = 0; count < 12; count += 1) {
      expect((await decideFor(viewer, (await waiting()).user_code)).status).toBe(200);
    }
  });

  test('DF4: names the app as text, the code, the time and the place, and asks', async () => {
    const { user_code } = await waiting({ scope: 'openid email' });
    server.clock.advance(120);
    const { body } = await enterUserCode(person, user_code);
    for (const text of ['Television &lt;b&gt;set&lt;/b&gt;', user_code, '2 minutes ago', '127.0', 'email address']) {
      expect(body).toContain(text);
    }
    expect(body).toContain('value="allow"');
    expect(withoutOwnScripts(body)).not.toContain('<script');
  });

  test('DF4: a link with the code fills it in and does nothing by itself', async () => {
    const codes = await waiting();
    const target = new URL(codes.verification_uri_complete);
    const { body, headers } = await person.follow(target.pathname + target.search);
    expect(body).toContain(`value="${codes.user_code}"`);
    expect(body).not.toContain('name="decision"');
    expect({ refresh: headers['refresh'], scripts: withoutOwnScripts(body).includes('<script') }).toEqual({
      scripts: false,
    });
    expect((await pollFor(codes)).json.error).toBe('authorization_pending');
  });

  test('DF4: somebody who is not signed in signs in first, and comes back to the code', async () => {
    const codes = await waiting();
    const stranger = newPerson(server);
    const sent = await enterUserCode(stranger, codes.user_code.toLowerCase());
    expect(sent.headers.location).toBe(`/sign-in?user_code=${codes.user_code}`);
    const page = await stranger.follow(sent.headers.location ?? '');
    const signedIn = await stranger.submit(page, { username: ada.username, password: ada.password });
    expect(signedIn.headers.location).toBe(`/device?user_code=${codes.user_code}`);
    expect((await decideFor(stranger, codes.user_code)).body).toContain('Your device is connected');
  });

  test('an authorization request with a user_code among its parameters goes on as one', async () => {
    const target = `${authorizeTarget(spa)}&user_code=BBB-BBB-BBB`;
    expect((await newPerson(server).authorize(target)).host).toBe('spa.example');
  });

  test('decides nothing for a form of another site, or for a decision that was not asked for here', async () => {
    const codes = await waiting();
    const page = await enterUserCode(person, codes.user_code);
    const forged = await person.submit(page, { form_token: 'forged', user_code: codes.user_code, decision: 'allow' });
    expect(forged.status).toBe(403);
    const unasked = await person.submit(page, { user_code: codes.user_code, decision: 'allow' });
    expect(unasked.body).toContain('value="allow"');
    const another = await somebody();
    const stolen = await decideAt({ ...page, ...(await another.open('/device')) }, another, codes.user_code, 'allow');
    expect(stolen.body).toContain('value="allow"');
    expect((await pollFor(codes)).json.error).toBe('authorization_pending');
  });

  test('says in the language of the person that a code is unknown', async () => {
    const viewer = await somebody();
    const page = await viewer.open('/device', { headers: { 'accept-language': 'pt' } });
    expect(page.body).toContain('Ligar um dispositivo');
    expect((await enterUserCode(viewer, 'not a code')).body).toContain('We do not know this code.');
  });
});
