import { createPrivateKey } from 'node:crypto';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { spa, type TestClient, web, webPost } from '../support/clients.ts';
import { startDatabaseProxy } from '../support/database-proxy.ts';
import { decideFor, deviceGrant, enterUserCode } from '../support/device.ts';
import { newProof, newProofPair } from '../support/dpop.ts';
import { encodeFields, type Fields, formType, type Sent, send } from '../support/http.ts';
import { formTokenOf, newPerson, type Person } from '../support/person.ts';
import { pkcePair } from '../support/pkce.ts';
import {
  authorizeTarget,
  basic,
  parametersOf,
  postToken,
  redeem,
  responseOf,
  type TokenJson,
  withoutChallenge,
} from '../support/protocol.ts';
import { openingOf, pushed } from '../support/pushed.ts';
import { ada, startTestServer, tables } from '../support/server.ts';
import { gitHubClaims, startTokenIssuer } from '../support/token-issuer.ts';

const older: TestClient = { ...spa, client_id: 'older', pkce_policy: 'any' };
const shortSecret: TestClient = { ...web, client_id: 'short-secret', client_secret: 'short+secret' };

const database = await startDatabaseProxy();
/** May do everything: refresh, hybrid, introspect. */
const mobile: TestClient = {
  client_id: 'mobile',
  client_secret: 'a secret of the server behind the mobile app',
  redirect_uris: ['https://mobile.example/callback'],
  token_endpoint_auth_method: 'client_secret_basic',
  grant_types: [
    'authorization_code',
    'refresh_token',
    'client_credentials',
    deviceGrant,
    'urn:ietf:params:oauth:grant-type:token-exchange',
    'urn:ietf:params:oauth:grant-type:jwt-bearer',
  ],
  response_types: ['code', 'code id_token'],
  may_introspect: true,
};

const server = await startTestServer({
  clients: [spa, older, web, webPost, shortSecret, mobile],
  dynamodb: database.endpoint,
  environment: {
    PIXY_PUSHED_REQUESTS: 'accepted',
    PIXY_TOKEN_EXCHANGE: 'on',
    PIXY_JWT_BEARER: 'on',
    PIXY_CLIENT_REGISTRATION: 'open',
  },
});

/** Everything secret that was sent or issued: what it was → its values. */
const secrets = new Map<string, Set<string>>();

function keep(kind: string, ...values: (string | undefined)[]): void {
  for (const value of values) if (value) secrets.set(kind, (secrets.get(kind) ?? new Set()).add(value));
}

/** What the process wrote by itself, besides the audit lines. */
const output: string[] = [];
const streams = [process.stdout, process.stderr].map((stream) =>
  vi.spyOn(stream, 'write').mockImplementation((chunk) => {
    output.push(String(chunk));
    return true;
  }),
);
afterAll(() => {
  for (const stream of streams) stream.mockRestore();
});

/** The whole of an authorization request, from the password to the redirect. */
async function authorize(person: Person, client: TestClient, challenge: Fields = {}): Promise<string> {
  const state = `state-${pkcePair().verifier}`;
  keep('state', state);
  keep(`${challenge['code_challenge_method']} challenge`, challenge['code_challenge']);
  const target = authorizeTarget(client, { state, ...withoutChallenge, ...challenge });
  const page = await person.follow(target);
  const token = formTokenOf(page);
  keep('form token', token, person.cookies.get('pixy_form'));
  const wrong = 'a wrong password, nearly right';
  if (!secrets.has('password')) await person.submit(page, { username: ada.username, password: wrong });
  keep('password', wrong, ada.password);
  const { code = '' } = parametersOf(await person.authorize(target));
  keep('session', person.cookies.get('pixy_session'));
  keep('code', code);
  return code;
}

async function exchange(client: TestClient, fields: Fields): Promise<TokenJson> {
  keep('client secret', client.client_secret);
  keep('authorization header', basic(client).slice('Basic '.length));
  keep('verifier', fields['code_verifier']);
  const { json } = await redeem(server, client, fields);
  keepTokens(json);
  return json;
}

function keepTokens({ access_token, id_token, refresh_token }: TokenJson): void {
  keep('access token', access_token, access_token?.split('.')[2]);
  keep('ID token', id_token, id_token?.split('.')[2]);
  keep('refresh token', refresh_token);
}

/** The life of a grant after its code: tokens are used, asked about, renewed, replayed, revoked. */
async function useTokens(): Promise<void> {
  const person = newPerson(server);
  const { verifier, challenge } = pkcePair();
  const bound = { code_challenge: challenge, code_challenge_method: 'S256' };
  const first = await exchange(mobile, { code: await authorize(person, mobile, bound), code_verifier: verifier });
  const { access_token = '', refresh_token, id_token = '' } = first;
  const authorization = basic(mobile);
  const post = (target: string, fields: Fields, headers: Sent['headers'] = { authorization }) =>
    send(server.port, target, { method: 'POST', headers: { ...formType, ...headers }, body: encodeFields(fields) });

  await send(server.port, '/userinfo', { headers: { authorization: `Bearer ${access_token}` } });
  await send(server.port, `/userinfo?access_token=${access_token}`);
  await post('/userinfo', { access_token }, {});
  await post('/introspect', { token: access_token });
  await post('/introspect', { token: refresh_token });
  await exchange(mobile, { grant_type: 'client_credentials', scope: undefined });
  await exchange(mobile, { grant_type: 'refresh_token', refresh_token });
  server.clock.advance(60);
  await exchange(mobile, { grant_type: 'refresh_token', refresh_token });
  await post('/revoke', { token: refresh_token });
  await post('/revoke', { token: access_token });

  const hybrid = { response_type: 'code id_token', response_mode: 'form_post', nonce: 'n', id_token_hint: id_token };
  const answer = responseOf(await person.arrive(authorizeTarget(mobile, hybrid)));
  keep('code', answer.code);
  keep('ID token', answer.id_token);
  await person.open(`/sign-out?${encodeFields({ id_token_hint: answer.id_token })}`);
}

beforeAll(async () => {
  for (const client of [spa, web, webPost, shortSecret]) {
    const { verifier, challenge } = pkcePair();
    const bound = { code_challenge: challenge, code_challenge_method: 'S256' };
    const person = newPerson(server);
    const code = await authorize(person, client, bound);
    await exchange({ ...client, ...(client.client_secret && { client_secret: 'guessed-secret-0' }) }, { code });
    await exchange(client, { code, code_verifier: verifier });
    await exchange(client, { code, code_verifier: verifier });
    const another = await authorize(person, client, bound);
    await exchange(client, { code: another, code_verifier: 'malformed verifier' });
    await exchange(client, { code: another, code_verifier: pkcePair().verifier });
  }
  const { verifier } = pkcePair();
  const plain = { code_challenge: verifier, code_challenge_method: 'plain' };
  await exchange(older, { code: await authorize(newPerson(server), older, plain), code_verifier: verifier });
  await exchange(web, { code: await authorize(newPerson(server), web) });
  await useTokens();
  await useAsAgents();
  await misuse();
});

/** What clients without a browser send and get: pushed requests, codes of devices, proofs, assertions, registrations, exchanges. */
async function useAsAgents(): Promise<void> {
  const person = newPerson(server);
  const post = async (target: string, fields: Fields, headers: Sent['headers'] = { authorization: basic(mobile) }) => {
    const answer = await send(server.port, target, {
      method: 'POST',
      headers: { ...formType, ...headers },
      body: encodeFields(fields),
    });
    return answer.body === '' ? {} : JSON.parse(answer.body);
  };
  const { verifier, challenge } = pkcePair();
  const bound = { code_challenge: challenge, code_challenge_method: 'S256' };
  keep('verifier', verifier);

  const { json } = await pushed(server, mobile, bound);
  keep('request_uri', json.request_uri.split(':').at(-1));
  const { code = '' } = parametersOf(await person.authorize(openingOf(mobile, json)));
  keep('code', code);
  const proof = await newProof(await newProofPair(), server.clock, { url: `${server.issuer}/token` });
  keep('proof', proof, proof.split('.')[2]);
  const dpop = { authorization: basic(mobile), dpop: proof };
  const redirect_uri = mobile.redirect_uris[0];
  const redeemed = { grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri };
  keepTokens(await post('/token', redeemed, dpop));
  keepTokens(await post('/token', redeemed, { ...dpop, dpop: `${proof}x` }));

  const asked = await post('/device_authorization', { scope: 'openid', ...bound });
  keep('device code', asked.device_code);
  keep('user code', asked.user_code, asked.user_code.replaceAll('-', ''));
  const device = { grant_type: deviceGrant, device_code: asked.device_code, code_verifier: verifier };
  await post('/token', device);
  await enterUserCode(person, 'BBBBBBBBB');
  await decideFor(person, asked.user_code);
  server.clock.advance(10);
  const tokens = await post('/token', device);
  keepTokens(tokens);

  const grant_type = 'urn:ietf:params:oauth:grant-type:token-exchange';
  const subject_token_type = 'urn:ietf:params:oauth:token-type:access_token';
  keepTokens(await post('/token', { grant_type, subject_token: tokens.access_token, subject_token_type }));
  const { sign } = await startTokenIssuer();
  const assertion = await sign(gitHubClaims(server.issuer, server.clock.now()));
  keep('assertion', assertion, assertion.split('.')[2]);
  await post('/token', { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion });

  const headers = { 'content-type': 'application/json', authorization: 'Bearer the-first-token-of-somebody' };
  keep('initial access token', 'the-first-token-of-somebody');
  const body = JSON.stringify({
    redirect_uris: ['https://agent.example/callback'],
    token_endpoint_auth_method: 'none',
  });
  await send(server.port, '/clients', { method: 'POST', headers, body });
}

/** Secrets in places where they do not belong, and while the database is down. */
async function misuse(): Promise<void> {
  const stray = 'stray-secret-in-the-wrong-place';
  keep('stray secret', stray);
  const person = newPerson(server);
  await person.open(authorizeTarget(spa, { client_id: stray }));
  await person.open(authorizeTarget(spa, { redirect_uri: `https://evil.example/${stray}` }));
  await person.open(
    `${authorizeTarget(spa)}&client_secret=${stray}&password=${stray}&access_token=${stray}&%zz${stray}`,
  );
  for (const name of [
    'scope',
    'nonce',
    'prompt',
    'max_age',
    'response_type',
    'code_challenge',
    'code_challenge_method',
  ]) {
    await person.open(authorizeTarget(spa, { [name]: stray }));
  }
  await person.open(`/sign-in?login_hint=${stray}`, {
    headers: { cookie: `pixy_session=${stray}; pixy_form=${stray}` },
  });
  await person.submit(await person.open('/sign-in'), { username: stray, password: stray });
  await person.submit(await person.open('/sign-in'), { form_token: stray, username: stray, password: stray });
  await send(server.port, `/token?client_secret=${stray}&code=${stray}`, {
    headers: { authorization: `Bearer ${stray}` },
  });
  for (const headers of [formType, { 'content-type': 'application/json' }, { ...formType, authorization: stray }]) {
    await postToken(server, `{"client_id":"${stray}","code":"${stray}"}&client_secret=${stray}`, headers);
  }
  await postToken(server, { client_id: stray, client_secret: stray, grant_type: stray, code: stray });
  await postToken(server, { grant_type: stray, code: stray }, { authorization: basic(web) });
  await database.during('cut', () =>
    Promise.all([
      redeem(server, spa, { code: stray, code_verifier: stray.padEnd(43, '-') }),
      person.open(authorizeTarget(spa, { state: stray, client_id: `${stray}-2` })),
      person.open('/sign-in', { headers: { cookie: `pixy_form=${stray}` } }),
    ]),
  );
}

/** Every way in which the secret could stand in a text. */
const formsOf = (secret: string): string[] => [
  secret,
  encodeURIComponent(secret),
  new URLSearchParams({ '': secret }).toString().slice(1),
  JSON.stringify(secret).slice(1, -1),
  Buffer.from(secret).toString('base64').replace(/=+$/, ''),
  Buffer.from(secret).toString('base64url'),
  Buffer.from(secret).toString('hex'),
];

/** The kinds of secrets that `text` has in it. */
const secretsIn = (text: string, except: readonly string[] = []): string[] =>
  [...secrets]
    .filter(([kind]) => !except.includes(kind))
    .filter(([, values]) => [...values].flatMap(formsOf).some((form) => text.includes(form)))
    .map(([kind]) => kind);

async function dump(): Promise<{ text: string; items: Record<string, unknown>[] }> {
  const client = new DynamoDBClient({});
  const items: Record<string, unknown>[] = [];
  for (const TableName of Object.values(tables)) {
    const { Items = [], LastEvaluatedKey } = await client.send(new ScanCommand({ TableName }));
    expect(LastEvaluatedKey).toBeUndefined();
    items.push(...Items);
  }
  client.destroy();
  const text = JSON.stringify(items, (_, value) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
  );
  return { text, items };
}

function isPrivateKey(binary: Uint8Array, type: 'pkcs8' | 'pkcs1' | 'sec1'): boolean {
  try {
    return Boolean(createPrivateKey({ key: Buffer.from(binary), format: 'der', type }));
  } catch {
    return false;
  }
}

test('the flows produced every kind of secret', () => {
  expect([...secrets.keys()].toSorted()).toEqual([
    'ID token',
    'S256 challenge',
    'access token',
    'assertion',
    'authorization header',
    'client secret',
    'code',
    'device code',
    'form token',
    'initial access token',
    'password',
    'plain challenge',
    'proof',
    'refresh token',
    'request_uri',
    'session',
    'state',
    'stray secret',
    'user code',
    'verifier',
  ]);
});

describe('H18, PK6: the log', () => {
  test('has an audit line for allowed, refused and failed requests', () => {
    const verdicts = new Set(server.auditLines.map((line) => JSON.parse(line).verdict));
    expect(verdicts).toEqual(new Set(['allowed', 'refused', 'continued', 'failed']));
  });

  test('has no secret in any audit line', () => {
    expect(secretsIn(server.auditLines.join('\n'))).toEqual([]);
  });

  test('has no secret in anything else that the process wrote', () => {
    expect(secretsIn(output.join(''))).toEqual([]);
  });

  test('has no address and no username either', () => {
    const text = server.auditLines.join('\n');
    for (const word of ['127.0.0.1', `"${ada.username}"`, ada.claims.sub, 'https://', '?'])
      expect(text).not.toContain(word);
  });

  test('has nothing but the members of a decision', () => {
    const members = new Set(server.auditLines.flatMap((line) => Object.keys(JSON.parse(line))));
    const known = ['v', 'time', 'request', 'endpoint', 'verdict', 'client', 'reason', 'mistake', 'cause'];
    expect([...known, 'policy', 'origin', 'mode', 'method', 'wouldRefuse', 'switches', 'grant', 'refresh']).toEqual(
      expect.arrayContaining([...members]),
    );
  });
});

describe('H21: the database', () => {
  test('has no secret in any table', async () => {
    const { text, items } = await dump();
    expect(items.length).toBeGreaterThan(10);
    // An S256 challenge says nothing about its verifier; it is in the grant to be compared with.
    expect(secretsIn(text, ['S256 challenge'])).toEqual([]);
  });

  test('has no private key that could be read', async () => {
    const { items, text } = await dump();
    expect(text).not.toMatch(/"d":|PRIVATE KEY/);
    const binaries = items
      .flatMap((item) => Object.values(item))
      .flatMap((value) => (value as { B?: Uint8Array }).B ?? []);
    expect(binaries.length).toBeGreaterThan(0);
    for (const binary of binaries) {
      expect((['pkcs8', 'pkcs1', 'sec1'] as const).filter((type) => isPrivateKey(binary, type))).toEqual([]);
    }
  });

  test('has passwords and short client secrets only as argon2id hashes', async () => {
    const { text } = await dump();
    expect(text.match(/\$argon2id\$v=19\$m=19456,t=2,p=1\$/g)?.length).toBeGreaterThanOrEqual(2);
  });
});
