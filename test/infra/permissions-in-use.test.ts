import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compose as composeAccount } from '../../functions/account/compose.ts';
import { compose as composeAdmin } from '../../functions/admin/compose.ts';
import { compose as composeAuthorize } from '../../functions/authorize/compose.ts';
import { compose as composeAuthorizeHybrid } from '../../functions/authorize-hybrid/compose.ts';
import { compose as composeConsent } from '../../functions/consent/compose.ts';
import { compose as composeDevice } from '../../functions/device/compose.ts';
import { compose as composeDeviceAuthorization } from '../../functions/device-authorization/compose.ts';
import { compose as composeIntrospect } from '../../functions/introspect/compose.ts';
import { compose as composeInvitation } from '../../functions/invitation/compose.ts';
import { compose as composeMetadata } from '../../functions/metadata/compose.ts';
import { compose as composePasskey } from '../../functions/passkey/compose.ts';
import { compose as composeRegister } from '../../functions/register/compose.ts';
import { compose as composeRevoke } from '../../functions/revoke/compose.ts';
import { compose as composeRotateKeys } from '../../functions/rotate-keys/compose.ts';
import { handOverRefreshKey } from '../../functions/rotate-keys/refresh-key.ts';
import { openRuntime, type Runtime } from '../../functions/runtime.ts';
import { compose as composeSignIn } from '../../functions/sign-in/compose.ts';
import { compose as composeSignOut } from '../../functions/sign-out/compose.ts';
import { compose as composeToken } from '../../functions/token/compose.ts';
import { compose as composeUpstream } from '../../functions/upstream/compose.ts';
import { compose as composeUserinfo } from '../../functions/userinfo/compose.ts';
import type { PixyFunctionName } from '../../infra/functions.ts';
import { createTables } from '../../infra/local/create-tables.ts';
import { startEmbeddedDynamoDB } from '../../infra/local/embedded-dynamodb.ts';
import type { HttpApiHandler } from '../../infra/local/gateway/answer-request.ts';
import { startGateway } from '../../infra/local/http-api-gateway.ts';
import { type EndpointFunctionName, routes } from '../../infra/routes.ts';
import { apiStore } from '../../shared/apis/api-store.ts';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { inTurns } from '../../shared/aws/in-turns.ts';
import { tableDefinitions } from '../../shared/aws/tables.ts';
import { clientStore } from '../../shared/clients/client-store.ts';
import { parseRegistration } from '../../shared/clients/registration.ts';
import { grantLimit } from '../../shared/grants/grant-limit.ts';
import { keyStore } from '../../shared/keys/key-store.ts';
import { localWrapper } from '../../shared/keys/local-wrapper.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { consentStore } from '../../shared/people/consent-store.ts';
import { newLink } from '../../shared/people/invitation.ts';
import { passkeyStore } from '../../shared/people/passkey-store.ts';
import { linkStore } from '../../shared/upstream/link-store.ts';
import {
  acceptWithPasskey,
  account,
  act,
  addPasskey,
  addTotp,
  atCodePage,
  passkeyFormOf,
  post as posted,
} from '../people/account-flows.ts';
import { makeAuthenticator, type RequestOptions } from '../people/authenticator.ts';
import { stoppedClock } from '../support/clock.ts';
import { decideFor, deviceGrant } from '../support/device.ts';
import { newProof, newProofPair } from '../support/dpop.ts';
import { encodeFields, type Fields, formType, send } from '../support/http.ts';
import { formTokenOf, newPerson, signInByForm } from '../support/person.ts';
import { pkcePair } from '../support/pkce.ts';
import { authorizeTarget, basic, obtainCode, obtainCodeThat } from '../support/protocol.ts';
import { ada } from '../support/server.ts';
import { targetOf, toProvider } from '../upstream/flow.ts';
import { type ScriptedProvider, startScriptedProvider } from '../upstream/scripted-provider.ts';
import {
  constructIds,
  functionsOf,
  importedFrom,
  list,
  type Properties,
  policiesOf,
  removeAssemblies,
  type Statement,
  type Synthesized,
  synthesize,
} from './synthesize.ts';

/*
 * The functions run through a whole day here, each with a database client of its own that notes its calls. Every call must be
 * allowed by the policies of the template, and every permission must be needed by a call: a deployed function neither meets
 * AccessDenied nor may do more than it does. KMS is not called here; permissions.test.ts has its rows.
 */

type Call = {
  action: string;
  table: string;
  index?: string | undefined;
  leadingKey: string | undefined;
  attributes: string[] | undefined;
};

const compositions: Record<EndpointFunctionName, (runtime: Runtime) => HttpApiHandler> = {
  account: composeAccount,
  admin: composeAdmin,
  authorize: composeAuthorize,
  'authorize-hybrid': composeAuthorizeHybrid,
  'sign-in': composeSignIn,
  'sign-out': composeSignOut,
  passkey: composePasskey,
  consent: composeConsent,
  device: composeDevice,
  'device-authorization': composeDeviceAuthorization,
  invitation: composeInvitation,
  register: composeRegister,
  token: composeToken,
  upstream: composeUpstream,
  userinfo: composeUserinfo,
  revoke: composeRevoke,
  introspect: composeIntrospect,
  metadata: composeMetadata,
};

const tables = { grants: 'grants', clients: 'clients', people: 'people', keys: 'keys' };
const resource = 'https://api.example.com';
const calls = new Map<PixyFunctionName, Call[]>();
const clock = stoppedClock();
let made: Synthesized;
let gateway: Awaited<ReturnType<typeof startGateway>>;
let database: Awaited<ReturnType<typeof startEmbeddedDynamoDB>>;

const web = {
  all_scopes_of: ['https://api.example.com'],
  id_token_claims: true,
  client_id: 'web',
  client_secret: 'the secret of a web application, for once',
  redirect_uris: ['https://web.example.com/callback'],
  token_endpoint_auth_method: 'client_secret_basic',
  grant_types: ['authorization_code', 'refresh_token', deviceGrant],
  response_types: ['code', 'code id_token'],
  post_logout_redirect_uris: ['https://web.example.com/'],
  // Nothing listens there: what it takes to tell it is all that counts here.
  backchannel_logout_uri: 'http://127.0.0.1:9/logout',
  scope: 'openid profile email',
};

const own = { ...web, client_id: 'own', first_party: true };

function dynamodb(note?: (call: Call) => void): DynamoDBClient {
  const client = new DynamoDBClient({
    endpoint: database.endpoint,
    region: 'eu-west-1',
    credentials: async () => ({ accessKeyId: 'local', secretAccessKey: 'local' }),
  });
  client.middlewareStack.add(
    (next) => (sent) => {
      const { headers, body } = sent.request as { headers: Record<string, string>; body: Uint8Array };
      for (const call of callsIn(
        String(headers['x-amz-target']).split('.')[1] ?? '',
        JSON.parse(new TextDecoder().decode(body)),
      ))
        note?.(call);
      return next(sent);
    },
    { step: 'finalizeRequest' },
  );
  return client;
}

const deletedKey = ({ DeleteRequest }: Properties): Properties => DeleteRequest.Key;

/** What IAM sees of a request: one call per table. */
function callsIn(action: string, input: Properties): Call[] {
  if (input['RequestItems']) {
    return Object.entries(input['RequestItems'] as Properties).flatMap(([table, request]) => {
      const { Keys, ...rest } = Array.isArray(request) ? { Keys: request.map(deletedKey) } : request;
      return Keys.flatMap((Key: Properties) => callsIn(action, { TableName: table, Key, ...rest }));
    });
  }
  const table = input['TableName'] as keyof typeof tableDefinitions;
  const { partitionKey } = tableDefinitions[table];
  const key = input['Key'] ?? input['Item'] ?? { [partitionKey]: input['ExpressionAttributeValues']?.[':pk'] };
  const names = (text: string) =>
    text.split(',').map((name) => input['ExpressionAttributeNames']?.[name.trim()] ?? name.trim());
  return [
    {
      action: `dynamodb:${action}`,
      table,
      index: input['IndexName'],
      leadingKey: key[partitionKey]?.S,
      attributes: input['ProjectionExpression'] && [...Object.keys(key), ...names(input['ProjectionExpression'])],
    },
  ];
}

/** Runs a whole day of every function. */
async function liveThroughADay(): Promise<void> {
  await createTables(dynamodb(), tables);
  const setUp = openDatabase(dynamodb());
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const machine = {
    client_id: 'machine',
    token_endpoint_auth_method: 'private_key_jwt',
    grant_types: ['client_credentials'],
    jwks: { keys: [await exportJWK(publicKey)] },
    may_introspect: true,
    scope: 'openid pixy:read pixy:write',
    dpop_replay_detection: true,
  };
  for (const json of [web, own, machine]) {
    const client = await parseRegistration(json);
    if (!client.ok) throw new Error(`${client.refusal.member} ${client.refusal.problem}`);
    await clientStore(setUp, tables.clients, clock.now).put(json.client_id, client.value, {
      by: 'test',
      why: 'to be used',
    });
  }
  await apiStore(setUp, tables.clients, clock.now).put(
    { resource, scope: ['openid', 'profile', 'email', 'api:read'], introspectedBy: ['machine'] },
    { by: 'test', why: '' },
  );
  await accountStore(setUp, tables.people).put({ ...ada, claims: { ...ada.claims, email: 'ada@example.com' } });

  const handlers = new Map<string, HttpApiHandler>();
  gateway = await startGateway({ port: 0, routes: handlers });
  const issuer = `http://localhost:${gateway.port}`;
  const provider = await startScriptedProvider();
  const upstreams = [{ id: 'example', name: 'Example', issuer: provider.issuer, client_id: 'pixy', trust_email: true }];
  const runtime = (name: PixyFunctionName): Runtime => {
    const noted: Call[] = calls.get(name) ?? [];
    calls.set(name, noted);
    const variables = Object.entries(tables).map(([table, value]) => [`PIXY_${table.toUpperCase()}_TABLE`, value]);
    const env = {
      ...Object.fromEntries(variables),
      PIXY_ISSUER: issuer,
      PIXY_WRAPPING_KEY: wrappingKey,
      PIXY_REGISTRATION: 'on',
      PIXY_DPOP_NONCES: 'on',
      PIXY_DEVICE_AUTHORIZATION: 'on',
      PIXY_UPSTREAMS: JSON.stringify(upstreams),
    };
    const database = openDatabase(dynamodb((call) => noted.push(call)));
    return { ...openRuntime(env, { now: clock.now, writeLine: () => undefined }), database };
  };

  const rotate = composeRotateKeys(runtime('rotate-keys'));
  for (const days of [0, 89, 10]) {
    clock.advance(days * 86_400);
    await rotate();
  }
  const keys = keyStore(setUp, tables.keys);
  await handOverRefreshKey(keys, localWrapper(Buffer.from(wrappingKey, 'base64url')), clock.now());
  clock.advance(732 * 86_400);
  await rotate();

  for (const { path, function: name } of routes) handlers.set(path, compositions[name](runtime(name)));
  const { port } = gateway;
  const post = (path: string, fields: Fields, headers = {}) =>
    send(port, path, { method: 'POST', headers: { ...formType, ...headers }, body: encodeFields(fields) });
  const asWeb = { authorization: basic(web) };
  const assertion = async () => ({
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await new SignJWT({ jti: String(Math.random()) })
      .setProtectedHeader({ alg: 'ES256' })
      .setIssuer('machine')
      .setSubject('machine')
      .setAudience(issuer)
      .setExpirationTime(clock.now() + 60)
      .sign(privateKey),
  });
  const expectStatus = async (answer: Promise<{ status: number; body: string }>, status: number) => {
    const { status: actual, body } = await answer;
    if (actual !== status) throw new Error(`expected ${status}, got ${actual} ${body}`);
    return body;
  };

  await expectStatus(send(port, '/.well-known/openid-configuration'), 200);
  await expectStatus(send(port, '/jwks'), 200);

  // The name of an account that is there for long: whether it is really in use is looked up.
  clock.advance(3_600);
  const registration = { email: 'new@example.com', password: 'a password that is long enough' };
  for (const username of ['newcomer', ada.username]) {
    const newcomer = newPerson({ port });
    await newcomer.submit(await newcomer.open('/register'), { ...registration, username });
  }
  const accounts = accountStore(setUp, tables.people);
  for (const purpose of ['invitation', 'reset'] as const) {
    const { sub = '' } = (await accounts.findByUsername('newcomer')) ?? {};
    const { token, invitation } = newLink(sub, purpose, clock.now());
    await accounts.invite(sub, invitation);
    const invited = newPerson({ port });
    const page = await invited.open(`/invitation?token=${token}`);
    await expectStatus(invited.submit(page, { password: registration.password }), 303);
    // The reset ends this session and tells the client.
    if (purpose === 'invitation') await obtainCode(invited, web);
  }
  const { sub = '' } = (await accounts.findByUsername('newcomer')) ?? {};
  // With a link, an authenticator app and a passkey: a reset that asks for a code, and one that removes everything.
  const owner = await signInByForm({ port }, { username: 'newcomer', password: registration.password });
  const pair = { issuer: provider.issuer, subject: 'newcomer' };
  await linkStore(setUp, tables.people).claim(pair, sub, { provider: 'example' }, clock.now());
  await addPasskey({ issuer }, owner);
  const newcomersApp = await addTotp(owner);
  await newcomersApp.confirm(newcomersApp.codeAt(clock.now()));
  for (const everything of [false, true]) {
    const reset = newLink(sub, 'reset', clock.now(), 600, everything);
    await accounts.invite(sub, reset.invitation);
    const person = newPerson({ port });
    const page = await person.open(`/invitation?token=${reset.token}`);
    await expectStatus(person.submit(page, { password: registration.password }), 303);
  }
  const { token, invitation } = newLink(sub, 'invitation', clock.now());
  await accounts.invite(sub, invitation);
  await expectStatus(
    acceptWithPasskey(newPerson({ port }), `/invitation?token=${token}`, makeAuthenticator(issuer)),
    303,
  );

  const person = newPerson({ port });
  const wishes = {
    resource,
    claims: JSON.stringify({ id_token: { email: null }, userinfo: { email: null } }),
    scope: 'openid email api:read',
  };
  // So many that the redemption ends the oldest.
  const ids = Array.from({ length: grantLimit.most + 1 }, (_, index) => `grant ${index}`);
  await inTurns(ids, (id) => {
    const Item = { id, heldBy: ada.claims.sub, clientId: web.client_id, issuedAt: clock.now() - 1 };
    return setUp.put({ TableName: tables.grants, Item });
  });
  const { code, verifier } = await obtainCodeThat(true, person, web, wishes);
  const redemption = { grant_type: 'authorization_code', code, code_verifier: verifier, resource };
  const fields = { ...redemption, redirect_uri: web.redirect_uris[0] };
  const redeemed = JSON.parse(await expectStatus(post('/token', fields, asWeb), 200));
  const id_token_hint = redeemed.id_token as string;

  await obtainCode(person, web, { ...wishes, prompt: 'login' });
  await person.authorize(authorizeTarget(web, { ...wishes, id_token_hint }));
  const hybrid = { ...wishes, id_token_hint, response_type: 'code id_token', nonce: 'a-nonce' };
  await person.authorize(authorizeTarget(web, hybrid));

  // Of two tabs that go on with the same permission, one comes too late, and finds out by a read.
  for (const name of ['authorize', 'authorize-hybrid'] as const) {
    const consents = consentStore(runtime(name).database, tables.people);
    await consents.useRequest(ada.claims.sub, web.client_id, 'used up', clock.now());
  }

  const bearer = { authorization: `Bearer ${redeemed.access_token}` };
  await expectStatus(send(port, '/userinfo', { headers: bearer }), 200);
  const refresh = { grant_type: 'refresh_token', refresh_token: redeemed.refresh_token };
  const refreshed = JSON.parse(await expectStatus(post('/token', refresh, asWeb), 200));
  await expectStatus(post('/token', fields, asWeb), 400);

  const introspection = { token: redeemed.access_token, ...(await assertion()) };
  await expectStatus(post('/introspect', introspection), 200);
  await expectStatus(post('/introspect', introspection), 401);
  const credentials = { grant_type: 'client_credentials', resource, ...(await assertion()) };
  await expectStatus(post('/token', credentials), 200);
  await expectStatus(post('/token', credentials), 401);
  // What makes nonces finds its key when the first proof comes.
  const proofPair = await newProofPair();
  const prove = (method: string, path: string, nonce?: string, accessToken?: string) =>
    newProof(proofPair, clock, { method, url: issuer + path, nonce, accessToken });
  const first = await send(port, '/token', {
    method: 'POST',
    headers: { ...formType, dpop: await prove('POST', '/token') },
    body: encodeFields({ grant_type: 'client_credentials', resource, ...(await assertion()) }),
  });
  const nonce = String(first.headers['dpop-nonce']);
  const again = { grant_type: 'client_credentials', resource, ...(await assertion()) };
  const proven = post('/token', again, { dpop: await prove('POST', '/token', nonce) });
  const bound = JSON.parse(await expectStatus(proven, 200)).access_token;
  for (const path of ['/userinfo', '/admin/policy']) {
    const headers = { authorization: `DPoP ${bound}`, dpop: await prove('GET', path, undefined, bound) };
    await expectStatus(send(port, path, { headers }), 401);
  }
  const managing = { grant_type: 'client_credentials', scope: 'pixy:read', ...(await assertion()) };
  const asked = post('/token', managing, { dpop: await prove('POST', '/token', nonce) });
  const manager = JSON.parse(await expectStatus(asked, 200)).access_token;
  const once = { authorization: `DPoP ${manager}`, dpop: await prove('GET', '/admin/policy', nonce, manager) };
  for (const status of [200, 401]) await expectStatus(send(port, '/admin/policy', { headers: once }), status);
  const revocation = { token: 'no token', ...(await assertion()) };
  await expectStatus(post('/revoke', revocation), 200);
  await expectStatus(post('/revoke', revocation), 401);
  const unregistered = await assertion();
  await expectStatus(post('/device_authorization', unregistered), 400);
  await expectStatus(post('/device_authorization', unregistered), 401);
  for (const [decision, status] of [
    ['allow', 200],
    ['deny', 400],
  ] as const) {
    const { challenge, verifier } = pkcePair();
    const asked = { scope: 'openid api:read', resource, code_challenge: challenge, code_challenge_method: 'S256' };
    const codes = JSON.parse(await expectStatus(post('/device_authorization', asked, asWeb), 200));
    await expectStatus(decideFor(person, codes.user_code, decision), 200);
    const polled = { grant_type: deviceGrant, device_code: codes.device_code, code_verifier: verifier };
    await expectStatus(post('/token', polled, asWeb), status);
  }
  const wrong = { authorization: basic({ ...web, client_secret: 'wrong' }) };
  for (const path of ['/token', '/revoke', '/introspect', '/device_authorization'])
    await expectStatus(post(path, {}, wrong), 401);
  await expectStatus(post('/revoke', { token: refreshed.refresh_token ?? 'none' }, asWeb), 200);
  await expectStatus(post('/revoke', { token: refreshed.access_token }, asWeb), 200);

  const management = { grant_type: 'client_credentials', scope: 'pixy:read pixy:write', ...(await assertion()) };
  const { access_token } = JSON.parse(await expectStatus(post('/token', management), 200));
  const headers = { authorization: `Bearer ${access_token}`, 'content-type': 'application/json', 'if-match': '*' };
  const manage = (method: string, path: string, status: number, json?: object) =>
    expectStatus(send(port, path, { method, headers, ...(json && { body: JSON.stringify(json) }) }), status);
  await manage('GET', '/admin/clients', 200);
  const newcomer = { client_id: 'new', redirect_uris: ['https://new.example.com/callback'], scope: 'openid' };
  await manage('POST', '/admin/clients', 201, { ...newcomer, token_endpoint_auth_method: 'none' });
  await manage('PATCH', '/admin/clients/web', 200, { pkce_policy: 'any' });
  await manage('PUT', '/admin/policy', 200, { default: 'S256', floor: 'any', mode: 'enforce' });
  await manage('GET', '/admin/policy/explain?client_id=web', 200);
  await manage('POST', '/admin/scopes', 201, { scope: 'groups', claims: ['groups'] });
  const [change] = JSON.parse(await manage('GET', '/admin/policy/log', 200)).changes;
  await manage('POST', `/admin/policy/log/${change.id}/rollback`, 200);
  const signedIn = `/admin/accounts/${ada.claims.sub}/sessions`;
  const sessionIds = async () =>
    JSON.parse(await manage('GET', signedIn, 200)).sessions.map(({ id }: { id: string }) => id) as string[];
  // Not the one that signs out below.
  const before = await sessionIds();
  await signInByForm({ port });
  const [other] = (await sessionIds()).filter((id) => !before.includes(id));
  await manage('DELETE', `${signedIn}?session=${other}`, 200);

  await signInUpstream(port, provider);
  await liveWithAnAccount({ port, issuer });

  const signOut = { id_token_hint, post_logout_redirect_uri: web.post_logout_redirect_uris[0] };
  await expectStatus(person.open(`/sign-out?${encodeFields(signOut)}`), 303);

  // A first-party client, in a browser that was idle for long, and an account that is chosen.
  for (const changes of [{}, { response_type: 'code id_token', nonce: 'a-nonce' }]) {
    const idle = await signInByForm({ port });
    clock.advance(5_000);
    await idle.authorize(authorizeTarget(own, { scope: 'openid', ...changes }));
    await idle.follow(authorizeTarget(own, { scope: 'openid', prompt: 'select_account' }));
  }
}

/** Signing in with a provider: for the first time and again, with an address of somebody else, and linking. */
async function signInUpstream(port: number, provider: ScriptedProvider): Promise<void> {
  const person = newPerson({ port });
  const come = async (authorization: URL) => person.open(targetOf(provider.approve(authorization)));
  for (const claims of [
    { sub: 'new', email: 'new@example.com' },
    { sub: 'new' },
    { sub: 'other', email: 'new@example.com' },
  ]) {
    // Who is signed in already has to prove who they are again.
    provider.play({ claims: { ...claims, email_verified: true, auth_time: clock.now() } });
    await come(await toProvider(person, '/upstream/example/start'));
  }
  provider.play({ claims: { sub: 'linked' } });
  const form = { ...(await person.open('/account')), target: '/upstream/example/start' };
  const { headers } = await person.submit(form, { form_token: formTokenOf(form) });
  const linked = await come(new URL(headers.location ?? ''));
  if (linked.headers.location !== '/account') throw new Error('could not link');
}

/** Everything that a person can do on the account pages, and signing in with what they made there. */
async function liveWithAnAccount(server: { port: number; issuer: string }): Promise<void> {
  await accountStore(openDatabase(dynamodb()), tables.people).put(account('ann'));
  const person = await signInByForm(server, account('ann'));
  const { code, verifier } = await obtainCode(person, web, { scope: 'openid api:read' });
  const redemption = {
    grant_type: 'authorization_code',
    code,
    code_verifier: verifier,
    redirect_uri: web.redirect_uris[0],
  };
  const headers = { ...formType, authorization: basic(web) };
  await send(server.port, '/token', { method: 'POST', headers, body: encodeFields(redemption) });
  await act(person, { action: 'revoke_access', id: web.client_id });

  const authenticator = await addPasskey(server, person);
  const page = await person.open('/sign-in');
  const { options, action } = passkeyFormOf<RequestOptions>(page);
  await posted(person, action, page, { credential: authenticator.get(options) });
  const [passkey] = await passkeyStore(openDatabase(dynamodb()), tables.people).list('sub-of-ann');
  await act(person, { action: 'rename_passkey', id: passkey?.id, name: 'Key' });
  await act(person, { action: 'remove_passkey', id: passkey?.id });

  const app = await addTotp(person);
  await app.confirm(app.codeAt(clock.now()));
  clock.advance(30);
  const waiting = await atCodePage(server, 'ann');
  const answer = await posted(waiting.person, '/sign-in/code', waiting.page, { code: app.codeAt(clock.now()) });
  if (answer.status !== 200) throw new Error(`could not sign in with a code: ${answer.status}`);
  await obtainCode(waiting.person, web);
  await act(person, { action: 'end_other_sessions' });
  await act(person, { action: 'turn_off_totp' });
  const { password } = account('ann');
  const form = { current_password: password, password: `${password}, a longer one` };
  await posted(person, '/account/password', await person.open('/account/password'), form);
}

const wrappingKey = Buffer.alloc(32, 7).toString('base64url');

beforeAll(async () => {
  made = synthesize();
  database = await startEmbeddedDynamoDB();
  await liveThroughADay();
});

afterAll(async () => {
  await gateway?.close();
  await database?.close();
  removeAssemblies();
});

const statementsOf = (name: string): Statement[] => {
  const lambda = functionsOf(made.api).get(name);
  return lambda ? policiesOf(made.api, lambda).statements : expect.unreachable();
};

/** Whether one statement allows a call, for the conditions that we use; any other condition allows nothing. */
function allows({ Effect, Action, Resource, Condition = {} }: Statement, call: Call): boolean {
  if (Effect !== 'Allow' || !list(Action).includes(call.action)) return false;
  const [expected, suffix] = [`${call.table}.Arn`, call.index && `/index/${call.index}`];
  const isMeant = (one: Properties) => {
    const [table, end] = one['Fn::Join']?.[1] ?? [one];
    return importedFrom(made, table) === expected && end === suffix;
  };
  if (!list(Resource).some((one) => isMeant(one as Properties))) return false;
  return Object.entries(Condition).every(([operator, keys]) =>
    Object.entries(keys).every(([key, values]) => holds(`${operator} ${key}`, list(values), call)),
  );
}

function holds(condition: string, values: string[], { leadingKey, attributes }: Call): boolean {
  switch (condition) {
    case 'ForAllValues:StringLike dynamodb:LeadingKeys':
      return values.some(
        (value) => leadingKey === value || (value.endsWith('*') && leadingKey?.startsWith(value.slice(0, -1))),
      );
    case 'ForAllValues:StringEquals dynamodb:Attributes':
    case 'StringEqualsIfExists dynamodb:Select':
      return (
        attributes !== undefined &&
        (!condition.includes('Attributes') || attributes.every((one) => values.includes(one)))
      );
    default:
      return false;
  }
}

describe.each(Object.entries(constructIds) as [PixyFunctionName, string][])('the %s function', (name, constructId) => {
  const callsMade = () =>
    [...new Set((calls.get(name) ?? []).map((call) => JSON.stringify(call)))].map((text) => JSON.parse(text) as Call);

  it('may make every call that it makes (H25)', () => {
    const statements = statementsOf(constructId);
    expect(callsMade().length).toBeGreaterThan(0);
    expect(callsMade().filter((call) => !statements.some((statement) => allows(statement, call)))).toEqual([]);
  });

  it('needs every permission on tables that it has (H25)', () => {
    const permissions = statementsOf(constructId).flatMap((statement) =>
      list(statement.Action).flatMap((Action) =>
        list(statement.Resource).map((Resource) => ({ ...statement, Action, Resource })),
      ),
    );
    const idle = permissions
      .filter(({ Action }) => Action.startsWith('dynamodb:'))
      .filter((permission) => !callsMade().some((call) => allows(permission, call)));
    expect(idle).toEqual([]);
  });
});
