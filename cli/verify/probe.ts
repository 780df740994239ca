import { ok, type Result, refuse } from '../../shared/result.ts';
import { type AuthorizationRequest, makeAuthorizationRequest } from './authorization-request.ts';
import type { AuthenticationMethod, Client } from './client.ts';
import type { Discovered, Metadata } from './discovery.ts';
import type { Landing } from './landing.ts';
import { type Changes, withQuery } from './parameters.ts';
import type { Secrets } from './secrets.ts';
import {
  holdsTokens,
  readTokenAnswer,
  type SeenRefusal,
  type TokenAnswer,
  tokensIn,
  toSeenRefusal,
} from './token-answer.ts';
import { makeTokenRequest, type TokenOptions } from './token-request.ts';
import type { Answer, Transport } from './transport.ts';
import type { UserAgent, Watch } from './user-agent.ts';
import { skipped, type Verdict } from './verdict.ts';

/** A code, and the proof for its request. */
export type IssuedCode = { code: string; verifier?: string | undefined; challenge?: string | undefined };

/** Everything that a check may do: requests to one authorization server as one client. */
export type Probe = {
  discovered: Discovered;
  metadata: Metadata;
  client: Client;
  isPublic: boolean;
  scope: string | undefined;
  agent: UserAgent;
  /** Sends an authorization request that is correct (code, S256) except for `changes`. */
  authorize(changes?: Changes): Promise<Requested>;
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

/** Where an authorization request ended, and the request. */
type Requested = Landing & { request: AuthorizationRequest };

export type ProbeOptions = {
  discovered: Discovered;
  client: Client;
  scope: string | undefined;
  /** Makes the user agent, which shows every response to `watch`. */
  agent: (watch: Watch) => UserAgent;
  transport: Transport;
  secrets: Secrets;
};

/** Makes the probe of one server. It remembers every refusal and server error that it gets, and keeps secrets out of reports. */
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

  async function request(changes: Changes): Promise<Requested> {
    const { sent, parameters } = makeAuthorizationRequest(client, scope, changes);
    secrets.keep(sent.verifier);
    const landing = await agent.visit(withQuery(metadata.authorization_endpoint, parameters), {
      redirectUris: [client.redirectUri, ...[parameters['redirect_uri'] ?? []].flat()],
      state: sent.state,
    });
    if (landing.kind === 'redirected') {
      for (const name of ['code', 'access_token', 'id_token']) secrets.keep(...(landing.parameters.get(name) ?? []));
    }
    return { ...landing, request: sent };
  }

  async function authorize(changes: Changes = {}): Promise<Requested> {
    const landing = await request(changes);
    // A page without an error may be a refusal, or a sign-in page that needs scripts, after the session has ended.
    const isUnclear = settled && landing.kind === 'page' && landing.status < 400;
    if (!isUnclear || hasCode(await request({}))) return landing;
    const because = 'the session is no longer valid: a valid request gets no code';
    return { kind: 'stuck', because, request: landing.request } as const;
  }

  async function token(form: Changes, options: TokenOptions = {}): Promise<TokenAnswer> {
    secrets.keep(...[form['code_verifier'], options.query?.['code_verifier']].flat());
    const { url, sent } = makeTokenRequest(metadata.token_endpoint, client, authentication, form, options);
    const answer = await transport.send(url, sent);
    watch('the token endpoint', answer);
    const answered = readTokenAnswer(answer);
    secrets.keep(...tokensIn(answered));
    if (holdsTokens(answered)) redeemed ??= answered;
    else if (sent.method === 'POST') refusals.push(toSeenRefusal(during, answered));
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

const hasCode = (landing: Landing): boolean => landing.kind === 'redirected' && landing.parameters.has('code');
