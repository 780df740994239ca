import { randomBytes } from 'node:crypto';
import { s256 } from '../../shared/pkce/s256.ts';
import { ok, type Result, refuse } from '../../shared/result.ts';
import { type Discovered, type Metadata, parseJson } from './discovery.ts';
import type { Landing } from './landing.ts';
import { type Changes, encode, withQuery } from './parameters.ts';
import type { Secrets } from './secrets.ts';
import type { Answer, Transport } from './transport.ts';
import type { UserAgent, Watch } from './user-agent.ts';
import { skipped, type Verdict } from './verdict.ts';

/** The client that the requests come from. Without a secret it is public. */
export type Client = { clientId: string; clientSecret?: string | undefined; redirectUri: string };

export const authenticationMethods = ['client_secret_basic', 'client_secret_post'] as const;
export type AuthenticationMethod = (typeof authenticationMethods)[number];

/** A code, and the proof for its request. */
export type IssuedCode = { code: string; verifier?: string | undefined; challenge?: string | undefined };

/** A response of the token endpoint. `body` is present when it is a JSON object. */
export type TokenAnswer = Answer & { body?: Readonly<Record<string, unknown>> };

/** A refusal of the token endpoint, for the checks that cover all of them. */
export type SeenRefusal = { during: string; status: number; isJson: boolean; error?: string };

export type TokenOptions = {
  /** Sent as the query of the endpoint's URL. */
  query?: Changes;
  method?: 'GET' | 'POST';
  /** Omits the client's authentication. */
  unauthenticated?: boolean;
};

/** Everything that a check may do: requests to one authorization server as one client. */
export type Probe = {
  discovered: Discovered;
  metadata: Metadata;
  client: Client;
  isPublic: boolean;
  scope: string | undefined;
  agent: UserAgent;
  /** Sends an authorization request that is correct (code, S256) except for `changes`. */
  authorize(changes?: Changes): Promise<Landing & { request: AuthorizationRequest }>;
  /** Gets a fresh code. The verdict says why there is none. */
  code(changes?: Changes): Promise<Result<IssuedCode, Verdict>>;
  token(form: Changes, options?: TokenOptions): Promise<TokenAnswer>;
  /** Redeems a code as its client would, except for `changes`. */
  redeem(issued: IssuedCode, changes?: Changes, options?: TokenOptions): Promise<TokenAnswer>;
  /** Returns the status of the userinfo endpoint, or undefined when there is none. */
  userinfo(accessToken: string): Promise<number | undefined>;
  authenticateBy(method: AuthenticationMethod): void;
  /** Records that a correct request got tokens, so the server's normal behaviour is known from now on. */
  settle(): void;
  /** Names the check that the following requests belong to. */
  begin(id: string): void;
  seen: { refusals: readonly SeenRefusal[]; serverErrors: readonly string[]; redeemed: TokenAnswer | undefined };
};

type AuthorizationRequest = { verifier: string; challenge: string; state: string };

export type ProbeOptions = {
  discovered: Discovered;
  client: Client;
  scope: string | undefined;
  /** Makes the user agent, which shows every response to `watch`. */
  agent: (watch: Watch) => UserAgent;
  transport: Transport;
  secrets: Secrets;
};

/** Returns 256 random bits. */
export const random = (): string => randomBytes(32).toString('base64url');

export function createProbe({ discovered, client, scope, agent: makeAgent, transport, secrets }: ProbeOptions): Probe {
  const { metadata } = discovered.documents[0];
  const refusals: SeenRefusal[] = [];
  const serverErrors: string[] = [];
  let during = 'the first sign-in';
  let authentication: AuthenticationMethod = 'client_secret_basic';
  let redeemed: TokenAnswer | undefined;
  let settled = false;

  const watch = (where: string, { status }: Answer) => {
    if (status >= 500) serverErrors.push(`${during}: ${status} from ${where}`);
  };
  const agent = makeAgent((answer) => watch('a page', answer));

  async function request(changes: Changes) {
    const verifier = random();
    const sent = { verifier, challenge: s256(verifier), state: random(), ...pick(changes) };
    secrets.keep(verifier);
    const parameters: Changes & { redirect_uri?: Changes[string] } = {
      response_type: 'code',
      client_id: client.clientId,
      redirect_uri: client.redirectUri,
      scope,
      state: sent.state,
      nonce: scope?.split(' ').includes('openid') ? random() : undefined,
      code_challenge: sent.challenge,
      code_challenge_method: 'S256',
      ...changes,
    };
    const landing = await agent.visit(withQuery(metadata.authorization_endpoint, parameters), {
      redirectUris: [client.redirectUri, ...[parameters.redirect_uri ?? []].flat()],
      state: sent.state,
    });
    if (landing.kind === 'redirected') {
      for (const name of ['code', 'access_token', 'id_token']) secrets.keep(...(landing.parameters.get(name) ?? []));
    }
    return { ...landing, request: sent };
  }

  async function authorize(changes: Changes = {}) {
    const landing = await request(changes);
    // A page without an error may be a refusal, or a sign-in page that needs scripts, after the session has ended.
    const isUnclear = settled && landing.kind === 'page' && landing.status < 400;
    if (!isUnclear || hasCode(await request({}))) return landing;
    const because = 'the session is no longer valid: a valid request gets no code';
    return { kind: 'stuck', because, request: landing.request } as const;
  }

  async function token(
    form: Changes,
    { query, method = 'POST', unauthenticated = false }: TokenOptions = {},
  ): Promise<TokenAnswer> {
    const { headers, fields } = authenticate(client, unauthenticated ? 'none' : authentication);
    const parameters = { ...form, ...fields };
    secrets.keep(...[form['code_verifier'], query?.['code_verifier']].flat());
    const isPost = method === 'POST';
    const endpoint = metadata.token_endpoint;
    const answer = await transport.send(
      isPost ? (query === undefined ? endpoint : withQuery(endpoint, query)) : withQuery(endpoint, parameters),
      {
        method,
        headers: {
          accept: 'application/json',
          ...headers,
          ...(isPost && { 'content-type': 'application/x-www-form-urlencoded' }),
        },
        ...(isPost && { body: encode(parameters) }),
      },
    );
    watch('the token endpoint', answer);
    const json = parseJson(answer.text);
    const body = isObject(json) ? json : undefined;
    for (const name of ['access_token', 'refresh_token', 'id_token']) {
      const value = body?.[name];
      if (typeof value === 'string') secrets.keep(value);
    }
    const answered: TokenAnswer = { ...answer, ...(body && { body }) };
    if (!holdsTokens(answered)) {
      if (isPost) refusals.push(toSeenRefusal(during, answered));
    } else redeemed ??= answered;
    return answered;
  }

  return {
    discovered,
    metadata,
    client,
    isPublic: client.clientSecret === undefined,
    scope,
    agent,
    authorize,
    async code(changes = {}) {
      const landing = await authorize(changes);
      if (landing.kind === 'stuck') return refuse(skipped(landing.because));
      const code = landing.kind === 'redirected' ? landing.parameters.get('code')?.[0] : undefined;
      if (code === undefined) return refuse(skipped('the server issued no code for it'));
      const { verifier, challenge } = landing.request;
      const isBound = !('code_challenge' in changes) || changes['code_challenge'] !== undefined;
      return ok(isBound ? { code, verifier, challenge } : { code });
    },
    token,
    redeem: (issued, changes = {}, options = {}) =>
      token(
        {
          grant_type: 'authorization_code',
          code: issued.code,
          redirect_uri: client.redirectUri,
          code_verifier: issued.verifier,
          ...changes,
        },
        options,
      ),
    async userinfo(accessToken) {
      if (metadata.userinfo_endpoint === undefined) return undefined;
      const answer = await transport.send(metadata.userinfo_endpoint, {
        headers: { accept: 'application/json', authorization: `Bearer ${accessToken}` },
      });
      watch('the userinfo endpoint', answer);
      return answer.status;
    },
    authenticateBy: (method) => {
      authentication = method;
    },
    settle: () => {
      settled = true;
      agent.settle();
    },
    begin: (id) => {
      during = id;
    },
    seen: {
      refusals,
      serverErrors,
      get redeemed() {
        return redeemed;
      },
    },
  };
}

/** Authenticates the client. Form-encodes id and secret before they go into the header (RFC 6749 §2.3.1). */
function authenticate(
  { clientId, clientSecret }: Client,
  method: AuthenticationMethod | 'none',
): { headers: Record<string, string>; fields: Changes } {
  if (clientSecret === undefined || method === 'none') return { headers: {}, fields: { client_id: clientId } };
  if (method === 'client_secret_post') {
    return { headers: {}, fields: { client_id: clientId, client_secret: clientSecret } };
  }
  const encodeForm = (value: string) => new URLSearchParams({ value }).toString().slice('value='.length);
  const credentials = Buffer.from(`${encodeForm(clientId)}:${encodeForm(clientSecret)}`).toString('base64');
  return { headers: { authorization: `Basic ${credentials}` }, fields: {} };
}

/** Returns the values that a check chose itself, to keep with their request. */
function pick(changes: Changes): Partial<AuthorizationRequest> {
  const { state, code_challenge: challenge } = changes;
  return {
    ...(typeof state === 'string' && { state }),
    ...(typeof challenge === 'string' && { challenge }),
  };
}

const hasCode = (landing: Landing): boolean => landing.kind === 'redirected' && landing.parameters.has('code');

export const holdsTokens = ({ body }: TokenAnswer): boolean =>
  ['access_token', 'refresh_token', 'id_token'].some((name) => typeof body?.[name] === 'string');

/** The characters of an error code (RFC 6749 §5.2). */
const errorCode = /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/;

function toSeenRefusal(during: string, { status, headers, body }: TokenAnswer): SeenRefusal {
  const error = body?.['error'];
  const type = headers.get('content-type') ?? '';
  return {
    during,
    status,
    isJson: /^application\/(?:[a-z.-]+\+)?json\s*(?:;|$)/i.test(type) && body !== undefined,
    ...(typeof error === 'string' && errorCode.test(error) && { error }),
  };
}

const isObject = (json: unknown): json is Readonly<Record<string, unknown>> =>
  typeof json === 'object' && json !== null && !Array.isArray(json);
