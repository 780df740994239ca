import { generateKeyPairSync } from 'node:crypto';
import { exportJWK, SignJWT } from 'jose';
import { afterAll } from 'vitest';
import { compose as composeToken } from '../../../functions/token/compose.ts';
import { startGateway } from '../../../infra/local/http-api-gateway.ts';
import { parseRegistration } from '../../../shared/clients/registration.ts';
import type { HttpApiHandler } from '../../../shared/http/endpoint.ts';
import type { TestClient } from '../../support/clients.ts';
import { type Answer, encodeFields, type Fields, formType, send } from '../../support/http.ts';
import {
  credentialsOf,
  type FullClient,
  introspect,
  obtainTokens,
  refresh,
  userinfo,
} from '../../support/lifecycle.ts';
import { basic, obtainCodeThat } from '../../support/protocol.ts';
import { type Attempt, type Scenario, wait } from '../scenario.ts';
import { api, machine, mobile, portal, spa, type World, warehouse } from '../world.ts';

const json = ({ body }: Answer) => JSON.parse(body) as Record<string, string | undefined>;

/** What clients and resource servers ask without a browser. */
export async function tokenScenarios(world: World): Promise<Scenario[]> {
  const { server, signedIn } = world;
  const starting = new Map<string, HttpApiHandler>();
  const started = await startGateway({ port: 0, host: '127.0.0.1', routes: starting });
  afterAll(() => started.close());

  const post = (target: string, fields: Fields, headers = {}) => {
    const sent = { method: 'POST', headers: { ...formType, ...headers }, body: encodeFields(fields) };
    return () => send(world.port, target, sent);
  };

  const as = (client: TestClient, target: string, fields: Fields) => {
    const { headers, fields: credentials } = credentialsOf(client);
    return post(target, { ...credentials, ...fields }, headers);
  };

  const isTokens = (answer: Answer) => answer.status === 200 && json(answer)['access_token'] !== undefined;
  /** Its grant is redeemed, so the access token works at the door that asks the database. */
  const works = async (answer: Answer) => (await userinfo(server, json(answer)['access_token'])).status === 200;

  async function codeFor(client: TestClient, changes: Fields = {}, fields: Fields = {}): Promise<Attempt> {
    const { person } = await signedIn();
    const { code, verifier } = await obtainCodeThat(false, person, client, changes);
    const form = { grant_type: 'authorization_code', redirect_uri: client.redirect_uris[0] };
    return {
      send: as(client, '/token', { ...form, code, code_verifier: verifier, ...fields }),
      isSuccess: isTokens,
      holds: works,
    };
  }

  /** The account is read beside the write that spends the code: without it nothing is granted, and the code is spent. */
  const spending = {
    isSingle: true,
    startsAgain: { 'UpdateItem grants grant': 'done', 'GetItem people account': 'failed' },
  } as const;

  async function tokensOf(client: FullClient = mobile) {
    const { person } = await signedIn();
    return obtainTokens(server, person, client);
  }

  /** A client that nobody has seen yet. */
  async function newClient(members: object): Promise<void> {
    const parsed = await parseRegistration(members);
    if (!parsed.ok) throw new Error(`${parsed.refusal.member} ${parsed.refusal.problem}`);
    await world.clients.put(parsed.value.clientId, parsed.value, { by: 'test', why: '' });
  }

  let clients = 0;
  const nextId = () => {
    clients += 1;
    return `client-${clients}`;
  };

  return [
    { name: '/token: the code of a public client', route: '/token', ...spending, prepare: () => codeFor(spa) },
    {
      name: '/token: a code with a refresh token',
      route: '/token',
      ...spending,
      prepare: () => codeFor(mobile),
    },
    { name: '/token: the code of a confidential client', route: '/token', ...spending, prepare: () => codeFor(portal) },
    {
      name: '/token: a code for an API',
      route: '/token',
      ...spending,
      prepare: () => codeFor(mobile, { resource: api, scope: 'openid api:read' }, { resource: api }),
    },
    {
      name: '/token: a refresh',
      route: '/token',
      async prepare() {
        const { refresh_token } = await tokensOf();
        return {
          send: as(mobile, '/token', { grant_type: 'refresh_token', refresh_token }),
          isSuccess: isTokens,
          holds: async (answer) => (await refresh(server, mobile, json(answer)['refresh_token'])).status === 200,
        };
      },
    },
    {
      name: '/token: a refresh, by a function that has just started',
      route: '/token',
      async prepare() {
        const { refresh_token } = await tokensOf();
        starting.set('/token', composeToken(world.newRuntime()));
        const form = { client_id: mobile.client_id, grant_type: 'refresh_token', refresh_token };
        const sent = { method: 'POST', headers: formType, body: encodeFields(form) };
        return { send: () => send(started.port, '/token', sent), isSuccess: isTokens, holds: works };
      },
    },
    {
      name: '/token: client credentials',
      route: '/token',
      prepare: async () => ({
        send: as(machine, '/token', { grant_type: 'client_credentials', scope: 'api:read', resource: api }),
        isSuccess: isTokens,
      }),
    },
    {
      name: '/token: client credentials with a short secret',
      route: '/token',
      spares: {},
      async prepare() {
        const client = { ...machine, client_id: nextId(), client_secret: 'a short one' };
        await newClient(client);
        return {
          send: post('/token', { grant_type: 'client_credentials' }, { authorization: basic(client) }),
          isSuccess: isTokens,
        };
      },
    },
    {
      name: '/token: client credentials with an assertion',
      route: '/token',
      isSingle: true,
      startsAgain: {
        'UpdateItem grants assertion': 'done',
        'Query clients apis': 'failed',
        'Query keys signing': 'failed',
        'KMS Sign': 'failed',
      },
      async prepare() {
        const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
        const { client_secret: _, ...members } = machine;
        const client_id = nextId();
        const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'key', alg: 'ES256' }] };
        await newClient({ ...members, client_id, token_endpoint_auth_method: 'private_key_jwt', jwks });
        const now = world.clock.now() + wait;
        const client_assertion = await new SignJWT({
          iss: client_id,
          sub: client_id,
          aud: server.issuer,
          jti: client_id,
        })
          .setProtectedHeader({ alg: 'ES256', kid: 'key' })
          .setIssuedAt(now)
          .setExpirationTime(now + 60)
          .sign(privateKey);
        const client_assertion_type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
        return {
          send: post('/token', {
            grant_type: 'client_credentials',
            client_id,
            client_assertion,
            client_assertion_type,
          }),
          isSuccess: isTokens,
        };
      },
    },
    {
      name: '/userinfo',
      route: '/userinfo',
      async prepare() {
        const { access_token } = await tokensOf();
        const headers = { authorization: `Bearer ${access_token}` };
        return { send: () => send(world.port, '/userinfo', { headers }), isSuccess: ({ status }) => status === 200 };
      },
    },
    ...(['refresh_token', 'access_token'] as const).map(
      (kind): Scenario => ({
        name: `/revoke: by ${kind.replace('_', ' ')}`,
        route: '/revoke',
        async prepare() {
          const tokens = await tokensOf();
          return {
            send: as(mobile, '/revoke', { token: tokens[kind] }),
            isSuccess: ({ status }) => status === 200,
            holds: async () => (await userinfo(server, tokens.access_token)).status === 401,
          };
        },
      }),
    ),
    {
      name: '/introspect: a token of somebody',
      route: '/introspect',
      async prepare() {
        const { access_token: token } = await tokensOf();
        return {
          send: as(warehouse, '/introspect', { token }),
          isSuccess: (answer) => answer.status === 200 && answer.body.includes('"active":true'),
        };
      },
    },
    {
      name: '/introspect: a token for an API',
      route: '/introspect',
      async prepare() {
        const { person } = await signedIn();
        const asked = { resource: api, scope: 'openid api:read' };
        const { access_token: token } = await obtainTokens(server, person, mobile, asked, { resource: api });
        return {
          send: as(warehouse, '/introspect', { token }),
          isSuccess: (answer) => answer.status === 200 && answer.body.includes('"active":true'),
        };
      },
    },
    {
      name: '/introspect: a token that was revoked',
      route: '/introspect',
      async prepare() {
        const { access_token: token, refresh_token } = await tokensOf();
        await as(mobile, '/revoke', { token: refresh_token })();
        return {
          send: as(warehouse, '/introspect', { token }),
          isSuccess: (answer) => answer.status === 200 && answer.body.includes('"active":false'),
          holds: async () => (await introspect(server, warehouse, { token })).json['active'] === false,
        };
      },
    },
  ];
}
