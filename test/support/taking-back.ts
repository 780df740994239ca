import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import { compose as composeCheckToken } from '../../functions/check-token/compose.ts';
import { openRuntime } from '../../functions/runtime.ts';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import type { Grant } from '../../shared/grants/grant.ts';
import { grantStore } from '../../shared/grants/grant-store.ts';
import { grantId } from '../../shared/grants/issue-code.ts';
import { formatRefreshToken, parseRefreshToken } from '../../shared/grants/refresh-token.ts';
import { keyStore } from '../../shared/keys/key-store.ts';
import { refreshKeys } from '../../shared/keys/loaded-keys.ts';
import { localWrapper } from '../../shared/keys/local-wrapper.ts';
import { hashPassword } from '../../shared/password.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { newLink } from '../../shared/people/invitation.ts';
import { listedIdOf } from '../../shared/people/session-store.ts';
import { post } from '../people/account-flows.ts';
import type { DatabaseProxy } from './database-proxy.ts';
import { encodeFields } from './http.ts';
import { type FullClient, introspect, mobile, obtainTokens, refresh, userinfo, warehouse } from './lifecycle.ts';
import { newPerson, type Person, startSession } from './person.ts';
import { authorizeTarget, obtainCode, parametersOf, redeem } from './protocol.ts';
import { type TestServer, tables } from './server.ts';

/*
 * What somebody may have in hand, the ways of taking it back, and whether it is worth anything after that. For a server with `app`
 * and `warehouse` whose wrapping key is `wrappingKey`.
 */

export const wrappingKey = randomBytes(32).toString('base64url');
export const password = 'the long password of everybody';
const passwordHash = hashPassword(password);
export const accounts = () => accountStore(openDatabase(), tables.people);

/** With every kind of answer that `trials` asks for. */
export const app: FullClient = { ...mobile, response_types: ['code', 'code id_token'] };

/** A new account, without the time that a password of its own takes. */
export async function newAccount(now: number): Promise<string> {
  const made = await accounts().add(
    { username: randomBytes(8).toString('hex'), claims: {}, passwordHash: await passwordHash },
    now,
  );
  if (!made.ok) throw new Error(made.refusal.reason);
  return made.value.sub;
}

/** A browser of theirs. */
export async function browserOf(sub: string, { clock, port }: TestServer): Promise<Person> {
  const person = newPerson({ port });
  const id = await startSession(sub, { now: clock.now(), lifetime: 28_800, idleLifetime: 7_200 });
  person.cookies.set('pixy_session', id);
  return person;
}

export type OfToday = Awaited<ReturnType<typeof takeOfToday>>;
export type InHand = Awaited<ReturnType<typeof takeInHand>>;

/** One of everything that somebody has today, from one browser of a person. */
export async function takeOfToday(sub: string, server: TestServer, client: FullClient = app) {
  const person = await browserOf(sub, server);
  const { id_token, access_token = '', refresh_token = '' } = await obtainTokens(server, person, client);
  return {
    sub,
    person,
    session: person.cookies.get('pixy_session') ?? '',
    idToken: id_token,
    code: await obtainCode(person, client),
    refreshToken: refresh_token,
    accessToken: access_token,
  };
}

/** The same, with a code and a refresh token as they were before. */
export async function takeInHand(sub: string, server: TestServer, client: FullClient = app) {
  const held = await takeOfToday(sub, server, client);
  const { refresh_token = '' } = await obtainTokens(server, held.person, client);
  return {
    ...held,
    codeOfBefore: await codeOfBefore(held.person, client),
    refreshTokenOfBefore: await withoutSubject(refresh_token),
  };
}

/** A code of the form that names nobody, as an authorization endpoint of before made it. */
async function codeOfBefore(person: Person, client: FullClient) {
  const { code, verifier } = await obtainCode(person, client);
  const grants = grantStore(openDatabase(), tables.grants);
  const grant = (await grants.find(grantId(code))) as Grant;
  const old = randomBytes(32).toString('base64url');
  await grants.issue({ ...grant, id: grantId(old) });
  return { code: old, verifier };
}

/** The same refresh token in the form that names nobody. */
async function withoutSubject(text: string): Promise<string> {
  const wrapper = localWrapper(Buffer.from(wrappingKey, 'base64url'));
  const keys = await refreshKeys(keyStore(openDatabase(), tables.keys), wrapper, () => 0)();
  const token = parseRefreshToken(text, keys);
  if (token?.sub === undefined) throw new Error('expected a refresh token that names its person');
  return formatRefreshToken({ ...token, sub: undefined });
}

/** What one thing in hand is still good for: nothing, or something; and why not, where the answer says so. */
export type Worth = { isGood: boolean; reason?: string | undefined };

const answered = ({ status, json }: { status: number; json: { reason?: unknown } }): Worth => ({
  isGood: status === 200,
  ...(typeof json.reason === 'string' && { reason: json.reason }),
});

type Trials<Held> = Record<string, (held: Held, server: TestServer, client?: FullClient) => Promise<Worth>>;

/** Tries what somebody has today: each thing once, as whoever holds it would. */
export const trialsOfToday = {
  'the session at /account': async ({ session }, server) => ({
    isGood: (await holder(session, server).open('/account')).status === 200,
  }),
  'the session at /authorize': async ({ session }, server, client = app) => {
    const { status, headers } = await holder(session, server).open(authorizeTarget(client, { prompt: 'none' }));
    const { code, error } = parametersOf(new URL(headers.location ?? `http://none/${status}`));
    return { isGood: code !== undefined, reason: error };
  },
  'the session at /authorize, with an ID token': async ({ session }, server, client = app) => {
    const hybrid = { prompt: 'none', response_type: 'code id_token', nonce: 'a-nonce' };
    const { headers } = await holder(session, server).follow(authorizeTarget(client, hybrid));
    const fragment = new URLSearchParams(new URL(headers.location ?? 'http://none').hash.slice(1));
    return { isGood: fragment.has('id_token') || fragment.has('code'), reason: fragment.get('error') ?? undefined };
  },
  'the session at /consent': async ({ session }, server, client = app) => {
    const page = await holder(session, server).open(authorizeTarget(client).replace('/authorize', '/consent'));
    return { isGood: page.status === 200 };
  },
  'the session in the account chooser': async ({ session }, server, client = app) => {
    const target = authorizeTarget(client, { prompt: 'select_account' }).replace('/authorize', '/sign-in');
    return { isGood: (await holder(session, server).open(target)).body.includes('name="account"') };
  },
  'the code': async ({ code: { code, verifier } }, server, client = app) =>
    answered(await redeem(server, client, { code, code_verifier: verifier })),
  'the refresh token': async ({ refreshToken }, server, client = app) =>
    answered(await refresh(server, client, refreshToken)),
  'the access token at /userinfo': async ({ accessToken }, server) => answered(await userinfo(server, accessToken)),
  'the access token at /introspect': async ({ accessToken }, server) => ({
    isGood: (await introspect(server, warehouse, { token: accessToken })).json['active'] === true,
  }),
  'the access token at the REST authorizer': async ({ accessToken }, server) => ({
    isGood: await authorizer(server)(accessToken),
  }),
} as const satisfies Trials<OfToday>;

/** Tries everything. */
const trials: Trials<InHand> = {
  ...trialsOfToday,
  'a code that names nobody': async ({ codeOfBefore: { code, verifier } }, server, client = app) =>
    answered(await redeem(server, client, { code, code_verifier: verifier })),
  'a refresh token that names nobody': async ({ refreshTokenOfBefore }, server, client = app) =>
    answered(await refresh(server, client, refreshTokenOfBefore)),
};

export const everything = Object.keys(trials);

/** The browser of whoever has the cookie. */
function holder(session: string, server: TestServer): Person {
  const person = newPerson(server);
  person.cookies.set('pixy_session', session);
  return person;
}

/** The function in front of an API, asked the way API Gateway asks. */
function authorizer({ issuer, clock }: TestServer) {
  const names = Object.entries(tables).map(([name, table]) => [`PIXY_${name.toUpperCase()}_TABLE`, table]);
  const environment = { ...Object.fromEntries(names), PIXY_ISSUER: issuer };
  const runtime = openRuntime(environment, { now: clock.now, writeLine: () => undefined });
  const handler = composeCheckToken(runtime, { audience: [runtime.config.audience], scope: [] });
  const methodArn = 'arn:aws:execute-api:eu-west-1:111122223333:abc123/prod/GET/orders/42';
  return async (token: string): Promise<boolean> => {
    try {
      await handler({ type: 'TOKEN', authorizationToken: `Bearer ${token}`, methodArn }, { awsRequestId: 'a-request' });
      return true;
    } catch (error) {
      if ((error as Error).message === 'Unauthorized') return false;
      throw error;
    }
  };
}

/** Tries everything at the same time. */
export async function tryAll(held: InHand, server: TestServer, client?: FullClient): Promise<Record<string, Worth>> {
  const tried = await Promise.all(
    Object.entries(trials).map(async ([name, attempt]) => [name, await attempt(held, server, client)] as const),
  );
  return Object.fromEntries(tried);
}

/** What is tried after a fault: what one request for each finds out. */
const some = [
  'the session at /account',
  'the code',
  'the refresh token',
  'the access token at /introspect',
] as const satisfies (keyof typeof trialsOfToday)[];

/**
 * Lets every call of the database fail in turn while something is taken back. Whoever is told that it is done, or sent on, finds
 * nothing left; whoever is told that it failed finds everything as it was, or nothing left.
 */
export async function expectAllOrNothing(
  name: string,
  database: Pick<DatabaseProxy, 'callsDuring' | 'failing'>,
  server: TestServer,
): Promise<void> {
  const way = wayOf(name);
  const held = async () => takeOfToday(await newAccount(server.clock.now()), server);
  const calls = await database.callsDuring(await way.prepare(await held(), server));
  const stays = some.filter((one) => way.stays?.(one));
  for (let index = 0; index < calls.length; index += 1) {
    const inHand = await held();
    const takeBack = await way.prepare(inHand, server);
    const { status } = (await database.failing(index, takeBack)) as { status: number };
    const tried = await Promise.all(some.map((one) => trialsOfToday[one](inHand, server)));
    const good = some.filter((_, place) => tried[place]?.isGood);
    expect({ index, status, good }).toEqual({
      index,
      status,
      good: status < 400 || good.length < some.length ? stays : some,
    });
  }
}

/** One way of taking back: what comes before it, and then the request or command that does it. */
export type Way = {
  /** Whether it is a request, after whose deciding write others follow that only tidy up. */
  isRequest?: boolean;
  prepare: (held: OfToday, server: TestServer) => Promise<() => Promise<unknown>>;
  /** What is not taken back. */
  stays?: (name: string) => boolean;
};

/** With a form that is open already on the account page of another browser of the same person. */
const onAccountPage = (fieldsOf: (held: OfToday) => Record<string, string>): Way => ({
  isRequest: true,
  async prepare(held, server) {
    const person = await browserOf(held.sub, server);
    const page = await person.open('/account');
    return () => post(person, '/account', page, fieldsOf(held));
  },
});

export const ways: Record<string, Way> = {
  'a reset with a link': {
    isRequest: true,
    async prepare({ sub }, server) {
      const { token, invitation } = newLink(sub, 'reset', server.clock.now());
      await accounts().invite(sub, invitation);
      const person = newPerson(server);
      const page = await person.open(`/invitation?token=${token}`);
      return () => person.submit(page, { password: 'another long password' });
    },
  },
  'a change of password': {
    isRequest: true,
    async prepare({ sub }, server) {
      const person = await browserOf(sub, server);
      const page = await person.open('/account/password');
      const fields = { current_password: password, password: 'another long password' };
      return () => post(person, '/account/password', page, fields);
    },
  },
  'ending all other sessions': onAccountPage(() => ({ action: 'end_other_sessions' })),
  'removing the app': {
    ...onAccountPage(() => ({ action: 'revoke_access', id: app.client_id })),
    stays: (name) => name.startsWith('the session'),
  },
  'ending the session on another device, where grants end with it': onAccountPage(({ session }) => ({
    action: 'end_session',
    id: listedIdOf(session),
  })),
  'signing out, where grants end with it': {
    isRequest: true,
    async prepare({ person, idToken }) {
      return () => person.open(`/sign-out?${encodeFields({ id_token_hint: idToken })}`);
    },
  },
  'another password, by an operator': {
    async prepare({ sub }) {
      return async () => accounts().setPassword(sub, await passwordHash);
    },
  },
  'disabling the account': {
    async prepare({ sub }, { clock }) {
      return () => accounts().disable(sub, clock.now());
    },
  },
  'disabling the account and enabling it again': {
    async prepare({ sub }, { clock }) {
      return async () => {
        await accounts().disable(sub, clock.now());
        await accounts().enable(sub);
      };
    },
  },
  'removing the account': {
    async prepare({ sub }) {
      return async () => {
        const account = await accounts().findBySubject(sub);
        if (account) await accounts().remove(account);
      };
    },
  },
  'removing the account and giving out its subject again': {
    async prepare({ sub }, { clock }) {
      return async () => {
        const account = await accounts().findBySubject(sub);
        if (account) await accounts().remove(account);
        await accounts().add({ username: account?.username, claims: { sub } }, clock.now());
      };
    },
  },
};

export function wayOf(name: string): Way {
  const way = ways[name];
  if (way === undefined) throw new Error(`there is no way called ${name}`);
  return way;
}
