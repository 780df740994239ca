import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll } from 'vitest';
import { openRuntime } from '../../functions/runtime.ts';
import { startEmbeddedDynamoDB } from '../../infra/local/embedded-dynamodb.ts';
import { clientStore } from '../../shared/clients/client-store.ts';
import { grantStore } from '../../shared/grants/grant-store.ts';
import { hashPassword } from '../../shared/password.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { passkeyStore } from '../../shared/people/passkey-store.ts';
import { sessionStore } from '../../shared/people/session-store.ts';
import { judgeEpoch } from '../../shared/people/still-valid.ts';
import { linkStore } from '../../shared/upstream/link-store.ts';
import { auditor, chief } from '../admin/admin.ts';
import { kmsStub } from '../keys/kms-stub.ts';
import { spa, type TestClient } from '../support/clients.ts';
import { deviceGrant } from '../support/device.ts';
import { type Answer, encodeFields, type Fields, formType, type Sent, send } from '../support/http.ts';
import { type FullClient, machine, mobile, portal, registerApi, warehouse } from '../support/lifecycle.ts';
import { newPerson, type Person } from '../support/person.ts';
import { startTestServer, tables } from '../support/server.ts';
import { startScriptedProvider } from '../upstream/scripted-provider.ts';
import { replaceableDatabase } from './database-clients.ts';
import { openFaults } from './fault-proxy.ts';

export const password = 'the long password of everybody';
export const api = 'https://api.example/orders';

/** Has to be allowed by the person. */
export const third: TestClient = {
  ...spa,
  client_id: 'third',
  redirect_uris: ['https://third.example/callback'],
  first_party: false,
};
export const hybrid: FullClient = {
  ...mobile,
  client_id: 'hybrid',
  redirect_uris: ['https://hybrid.example/callback'],
  response_types: ['code', 'code id_token'],
};
/** Has no browser. */
export const television: FullClient = {
  client_id: 'television',
  redirect_uris: [],
  token_endpoint_auth_method: 'none',
  grant_types: [deviceGrant],
  scope: 'openid',
};
export { chief, machine, mobile, portal, spa, warehouse };

export type World = Awaited<ReturnType<typeof openWorld>>;

/** A server whose database, KMS and SSM can fail, with every kind of client, and what a test needs to ask past the faults. */
export async function openWorld({ signing = 'memory' }: { signing?: 'memory' | 'kms' } = {}) {
  const faults = openFaults();
  const embedded = await startEmbeddedDynamoDB();
  const provider = await startScriptedProvider();
  const listener = await listenForLogout();
  const services = {
    AWS_ENDPOINT_URL_LAMBDA: await mailFunctionStub(),
    AWS_ENDPOINT_URL_SSM: await faults.before(await parameterStub('the secret at the provider')),
    ...(signing === 'kms' && { AWS_ENDPOINT_URL_KMS: await faults.before((await kmsStub()).endpoint) }),
  };
  const before = { ...process.env };
  Object.assign(process.env, services);
  const { database, renew, impatiently } = replaceableDatabase(await faults.before(embedded.endpoint));
  const told: FullClient & { backchannel_logout_uri: string } = {
    ...portal,
    client_id: 'told',
    redirect_uris: ['https://told.example/callback'],
    post_logout_redirect_uris: ['https://told.example/bye'],
    backchannel_logout_uri: `${listener}/told`,
  };
  const described = { name: 'Example ID', issuer: provider.issuer, client_id: 'pixy' };
  const upstream = { ...described, id: 'example', client_secret_parameter: '/pixy/example' };
  const custody: Record<string, string> =
    signing === 'kms'
      ? { PIXY_SIGNING: 'kms', PIXY_KMS_KEY_ID: 'wrapping' }
      : { PIXY_WRAPPING_KEY: randomBytes(32).toString('base64url') };
  const server = await startTestServer({
    clients: [spa, third, mobile, portal, hybrid, told, television, machine, warehouse, chief, auditor],
    accounts: [],
    dynamodb: embedded.endpoint,
    database,
    environment: {
      PIXY_REGISTRATION: 'on',
      PIXY_MAIL: 'arn:aws:lambda:eu-west-1:111122223333:function:mail',
      PIXY_MAIL_CODES: 'on',
      PIXY_PROFILE_FIELDS: 'name',
      PIXY_REMOVAL_GRACE: '86400',
      PIXY_REVOKE_AT_SIGN_OUT: 'on',
      PIXY_CODE_LIFETIME: '600',
      PIXY_UPSTREAMS: JSON.stringify([upstream]),
      ...custody,
    },
  });
  afterAll(async () => {
    for (const name of Object.keys(services)) delete process.env[name];
    Object.assign(process.env, before);
    await embedded.close();
  });
  await registerApi({ resource: api, scope: ['api:read', 'api:write'], introspectedBy: ['warehouse'] });

  const accounts = accountStore(database, tables.people);
  const sessions = sessionStore(database, tables.people);
  const passwordHash = await hashPassword(password);
  const { clock, port } = server;
  let people = 0;

  /** Somebody with an account of their own. */
  async function newAccount({ hasPassword = true } = {}) {
    people += 1;
    const username = `somebody-${people}`;
    const added = await accounts.add(
      { username, claims: { name: 'Some Body', email: 'a@b.example' }, ...(hasPassword && { passwordHash }) },
      clock.now(),
    );
    if (!added.ok) throw new Error(added.refusal.reason);
    return { username, sub: added.value.sub };
  }

  /** A browser with a session of this person. */
  async function browserOf(sub: string, lifetimes = { lifetime: 28_800, idleLifetime: 7_200 }): Promise<Person> {
    const person = newPerson(server);
    const { epoch } = (await accounts.findBySubject(sub)) ?? { epoch: 0 };
    const id = await sessions.start({ sub, epoch, amr: ['pwd'], now: clock.now(), ...lifetimes });
    person.cookies.set('pixy_session', id);
    return person;
  }

  /** The sessions of a person that are worth something, whether or not the others are deleted yet. */
  async function liveSessions(sub: string) {
    const account = await accounts.findBySubject(sub);
    const listed = await sessions.list(sub, clock.now());
    return listed.filter(({ id, epoch }) => judgeEpoch(account, { epoch, sid: id }) === undefined);
  }

  const cookiesOf = (person: Person) => Array.from(person.cookies, (pair) => pair.join('=')).join('; ');

  /** A request with the cookies that the browser has now: sending it again sends the same. */
  function requestOf(person: Person, target: string, form?: Fields): () => Promise<Answer> {
    const cookie = cookiesOf(person);
    const sent: Sent = form
      ? { method: 'POST', headers: { ...formType, cookie }, body: encodeFields(form) }
      : { headers: { cookie } };
    return () => send(port, target, sent);
  }

  /** Whether there is a session that the cookie of an answer names. */
  async function isSignedIn(answer: Answer): Promise<boolean> {
    const id = cookieIn(answer, 'pixy_session');
    return id !== undefined && (await sessions.find(id, clock.now())) !== undefined;
  }

  return {
    server,
    /** What a function starts with, on the tables of the server or on others. */
    newRuntime: (names = tables, more: { now?: () => number; algorithm?: string } = {}) =>
      openRuntime(
        {
          PIXY_ISSUER: server.issuer,
          PIXY_GRANTS_TABLE: names.grants,
          PIXY_CLIENTS_TABLE: names.clients,
          PIXY_PEOPLE_TABLE: names.people,
          PIXY_KEYS_TABLE: names.keys,
          PIXY_SIGNING_ALGORITHMS: more.algorithm ?? 'RS256',
          ...custody,
        },
        { database, now: more.now ?? clock.now, writeLine: (line) => server.auditLines.push(line) },
      ),
    clock,
    port,
    faults,
    provider,
    database,
    renew,
    impatiently,
    told,
    accounts,
    sessions,
    clients: clientStore(database, tables.clients, clock.now),
    grants: grantStore(database, tables.grants),
    passkeys: passkeyStore(database, tables.people),
    links: linkStore(database, tables.people),
    newAccount,
    browserOf,
    liveSessions,
    requestOf,
    isSignedIn,
    /** Somebody new, signed in. */
    signedIn: async () => {
      const account = await newAccount();
      return { ...account, person: await browserOf(account.sub) };
    },
  };
}

export const cookieIn = ({ headers }: Answer, name: string): string | undefined =>
  headers['set-cookie']?.map((line) => new RegExp(`^${name}=([^;]*)`).exec(line)?.[1]).find(Boolean);

/** The same value every time: that of the first. */
export function firstOf<Value>(make: () => Value): () => Value {
  let made: { value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

export const locationOf = ({ headers }: Answer): string => headers.location ?? '';

/** SSM, with one parameter. */
async function parameterStub(Value: string): Promise<string> {
  return listen(
    createServer((request, response) => {
      request.resume();
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify({ Parameter: { Value } }));
    }),
  );
}

/** Takes every order for a mail. What the function does with it has faults of its own. */
async function mailFunctionStub(): Promise<string> {
  // Files share a process, and the client of Lambda in it keeps the address that it began with.
  mailFunction ??= createServer(
    (request, response) => void request.resume().on('end', () => response.writeHead(202).end()),
  )
    .listen(0, '127.0.0.1')
    .unref();
  if (!mailFunction.listening) await once(mailFunction, 'listening');
  return addressOf(mailFunction);
}

let mailFunction: Server | undefined;

/** A client that is told when a session ends. */
const listenForLogout = () =>
  listen(createServer((request, response) => void request.resume().on('end', () => response.end())));

async function listen(server: ReturnType<typeof createServer>): Promise<string> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });
  return addressOf(server);
}

const addressOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
