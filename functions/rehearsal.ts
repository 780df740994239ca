import { createSecretKey, hash } from 'node:crypto';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import type { Database, Item } from '../shared/aws/dynamodb.ts';
import type { RefreshKeys } from '../shared/grants/refresh-token.ts';
import { cookieName } from '../shared/http/cookies.ts';
import type { HttpApiHandler } from '../shared/http/endpoint.ts';
import type { Reply } from '../shared/http/reply.ts';
import type { SigningAlgorithm, SigningKey } from '../shared/keys/signing-key.ts';
import type { Runtime } from './runtime.ts';

/*
 * A request that nobody sent, through the real handler, while a function starts and waits for its connections: code that runs for the
 * first time takes several times as long, and so no person waits for it. Nothing of it is real or stays. The database is one object,
 * the signature is empty, the key is made up, and no line is written, so a token that came of it would be worth nothing anywhere.
 */

const person = 'rehearsal';
const redirectUri = 'https://client.invalid/callback';
const verifier = 'a'.repeat(43);

/** Everything that the database is asked for, in one: a client, a grant, a session and an account. */
function everything(now: number): Item {
  const times = { authTime: now, issuedAt: now, expiresAt: now + 60, idleUntil: now + 60, idleLifetime: 60 };
  return {
    version: 1,
    lastChange: { id: '', at: now, by: '', why: '' },
    value: {
      clientId: person,
      redirectUris: [redirectUri],
      tokenEndpointAuthMethod: 'none',
      secretHashes: [],
      grantTypes: ['authorization_code', 'refresh_token'],
      scope: ['openid', 'profile'],
      firstParty: true,
      disabled: false,
      pkce: { policy: 'S256' },
    },
    id: person,
    state: 'redeemed',
    clientId: person,
    sub: person,
    scope: ['openid', 'profile'],
    resources: [],
    redirectUri,
    redirectUriSent: true,
    challenge: { codeChallenge: hash('sha256', verifier, 'base64url'), codeChallengeMethod: 'S256' },
    amr: ['pwd'],
    acr: '',
    ...times,
  };
}

/** Lets the connections go on, which takes a turn of the event loop for each step of theirs. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Finds the same item everywhere, and keeps nothing. Each answer takes a turn, as one of the real database does. */
function rehearsalDatabase(item: Item): Database {
  const after =
    <Call extends unknown[], Found>(find: (...call: Call) => Found) =>
    async (...call: Call): Promise<Found> => {
      await turn();
      return find(...call);
    };
  const find = after(({ Key }: { Key?: Item | undefined }) => (Key?.['pk'] === 'global' ? undefined : item));
  const nothing = after(() => {});
  return {
    get: find,
    getTogether: after((wanted) => wanted.map(() => item)),
    getAll: after((_table, keys) => keys.map(() => item)),
    getAcross: after((readings) => readings.map(({ keys }) => keys.map((key) => ({ ...item, ...key })))),
    put: nothing,
    remove: nothing,
    removeAll: nothing,
    takeOut: find,
    update: after(() => item),
    updateOnce: after(() => ({ won: true, item })),
    query: after(() => []),
    queryPage: after(() => ({ items: [], next: undefined })),
  };
}

/** What the rest of the function starts from. Opens the standard output, which the first line would wait for. */
export const rehearsalRuntime = (runtime: Runtime): Runtime => ({
  ...runtime,
  database: rehearsalDatabase(everything(runtime.now())),
  writeLine: () => process.stdout,
});

/** Keys that prove nothing. */
export const rehearsalKeys = {
  signingKey: async (algorithm: SigningAlgorithm): Promise<SigningKey> => ({
    kid: '',
    algorithm,
    place: 'memory',
    sign: () => Buffer.of(),
  }),
  refreshKeys: async (): Promise<RefreshKeys> => [createSecretKey(Buffer.alloc(32))],
};

type Asked = { path: string; method: 'GET' | 'POST'; parameters: Record<string, string> };

async function rehearse(handler: HttpApiHandler, issuer: string, { path, method, parameters }: Asked): Promise<Reply> {
  const text = new URLSearchParams({ client_id: person, redirect_uri: redirectUri, ...parameters }).toString();
  const session = `${Buffer.from(person).toString('base64url')}.${'a'.repeat(43)}`;
  const event = {
    rawPath: path,
    rawQueryString: method === 'GET' ? text : '',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    cookies: [`${cookieName(issuer, 'pixy_session')}=${session}`],
    requestContext: { requestId: person, http: { method, path, sourceIp: '' } },
    ...(method === 'POST' && { body: Buffer.from(text).toString('base64'), isBase64Encoded: true }),
  };
  return handler(event as unknown as APIGatewayProxyEventV2, {} as Context);
}

/** Asks for a code. */
export const rehearseAuthorize = (handler: HttpApiHandler, issuer: string): Promise<Reply> =>
  rehearse(handler, issuer, {
    path: '/authorize',
    method: 'GET',
    parameters: {
      response_type: 'code',
      scope: 'openid profile',
      state: person,
      code_challenge: hash('sha256', verifier, 'base64url'),
      code_challenge_method: 'S256',
    },
  });

/** Redeems a code. */
export const rehearseToken = (handler: HttpApiHandler, issuer: string): Promise<Reply> =>
  rehearse(handler, issuer, {
    path: '/token',
    method: 'POST',
    parameters: { grant_type: 'authorization_code', code: person, code_verifier: verifier },
  });
