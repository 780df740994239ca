import { ok, type Result, refuse } from '../../shared/result.ts';
import { type AuthorizationRequest, makeAuthorizationRequest } from './authorization-request.ts';
import { type AuthenticationMethod, type Client, isPublicClient } from './client.ts';
import type { Discovered, Metadata } from './discovery.ts';
import { makeProver, type Prover } from './dpop-proof.ts';
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
import type { Answer, Sent, Transport } from './transport.ts';
import type { UserAgent, Watch } from './user-agent.ts';
import { skipped, type Verdict } from './verdict.ts';

/** A code, and the proof for its request. */
export type IssuedCode = { code: string; verifier?: string | undefined; challenge?: string | undefined };

/** What every correct sign-in of a run does besides PKCE. */
export type Flow = {
  /** Pushes the request first (RFC 9126). */
  par: boolean;
  /** Proves possession of a key (RFC 9449). */
  dpop: boolean;
};

/** Everything that a check may do: requests to one authorization server as one client. */
export type Probe = {
  discovered: Discovered;
  metadata: Metadata;
  client: Client;
  isPublic: boolean;
  flow: Flow;
  scope: string | undefined;
  agent: UserAgent;
  /** The key that proofs are made with. */
  prover: Prover;
  /** Epoch seconds. */
  now: () => number;
  /** Sends a request without the client's credentials. */
  send(url: string, sent?: Sent): Promise<Answer>;
  /** Sends an authorization request that is correct (code, S256) except for `changes`. */
  authorize(changes?: Changes): Promise<Requested>;
  /** Sends the browser to the authorization endpoint with these parameters and nothing else. */
  visit(parameters: Changes, state?: string): Promise<Landing>;
  /** Pushes an authorization request that is correct except for `changes`. */
  push(changes?: Changes, options?: TokenOptions): Promise<Pushed>;
  /** Gets a fresh code. The verdict says why there is none. */
  code(changes?: Changes): Promise<Result<IssuedCode, Verdict>>;
  token(form: Changes, options?: TokenOptions): Promise<TokenAnswer>;
  /** Redeems a code as its client would, except for `changes`. */
  redeem(issued: IssuedCode, changes?: Changes, options?: TokenOptions): Promise<TokenAnswer>;
  /** Returns the status of the userinfo endpoint, or undefined when there is none. */
  userinfo(accessToken: string, options?: UserinfoOptions): Promise<number | undefined>;
  authenticateBy(method: AuthenticationMethod): void;
  /** Records that a correct request got tokens, so the server's normal behaviour is known from now on. */
  settle(): void;
  /** Names the check that the following requests belong to. */
  begin(id: string): void;
  seen: { refusals: readonly SeenRefusal[]; serverErrors: readonly string[]; redeemed: TokenAnswer | undefined };
};

type UserinfoOptions = { scheme?: 'Bearer' | 'DPoP'; inQuery?: boolean; proof?: TokenOptions['proof'] };

/** Where an authorization request ended, and the request. */
type Requested = Landing & { request: AuthorizationRequest };

/** What the pushed authorization request endpoint said, and the request. `requestUri` is there when it was accepted. */
export type Pushed = { answer: TokenAnswer; request: AuthorizationRequest; requestUri?: string };

export type ProbeOptions = {
  discovered: Discovered;
  client: Client;
  flow: Flow;
  scope: string | undefined;
  /** Makes the user agent, which shows every response to `watch`. */
  agent: (watch: Watch) => UserAgent;
  transport: Transport;
  secrets: Secrets;
  now: () => number;
};

/** Makes the probe of one server. It remembers every refusal and server error that it gets, and keeps secrets out of reports. */
export function createProbe({
  discovered,
  client,
  flow,
  scope,
  transport,
  secrets,
  now,
  ...options
}: ProbeOptions): Probe {
  const { issuer } = discovered;
  const { metadata } = discovered.documents[0];
  const refusals: SeenRefusal[] = [];
  const serverErrors: string[] = [];
  const prover = makeProver(now);
  let during = 'the first sign-in';
  let authentication: AuthenticationMethod = 'client_secret_basic';
  let redeemed: TokenAnswer | undefined;
  let settled = false;
  let nonce: string | undefined;

  const watch = (where: string, { status }: Answer) => {
    if (status >= 500) serverErrors.push(`${during}: ${status} from ${where}`);
  };
  const agent = options.agent((answer) => watch('a page', answer));

  /** Sends a form as the client, with a proof if the flow has one, and once more if the server wants its nonce in the proof. */
  async function post(endpoint: string, form: Changes, given: TokenOptions): Promise<TokenAnswer> {
    const makeProof = given.proof === 'by another key' ? makeProver(now) : prover;
    for (let attempt = 1; ; attempt += 1) {
      const { url, sent } = makeTokenRequest(endpoint, client, authentication, form, given, { issuer, now: now() });
      const headers = {
        ...sent.headers,
        ...(hasProof(given.proof) && {
          dpop: makeProof.prove({ method: sent.method ?? 'GET', url, nonce }, changesOf(given.proof)),
        }),
      };
      const answer = readTokenAnswer(await transport.send(url, { ...sent, headers }));
      nonce = answer.headers.get('dpop-nonce') ?? nonce;
      if (attempt > 1 || answer.body?.['error'] !== 'use_dpop_nonce') return answer;
    }
  }

  const hasProof = (proof: TokenOptions['proof']) => (flow.dpop || proof !== undefined) && proof !== 'none';

  async function push(changes: Changes = {}, given: TokenOptions = {}): Promise<Pushed> {
    const { sent, parameters } = makeAuthorizationRequest(client, scope, changes);
    secrets.keep(sent.verifier);
    const answer = await post(metadata.pushed_authorization_request_endpoint ?? '', parameters, given);
    watch('the pushed authorization request endpoint', answer);
    const requestUri = answer.status === 201 ? answer.body?.['request_uri'] : undefined;
    if (typeof requestUri !== 'string') return { answer, request: sent };
    secrets.keep(requestUri);
    return { answer, request: sent, requestUri };
  }

  async function visit(parameters: Changes, state = String(parameters['state'])): Promise<Landing> {
    const landing = await agent.visit(withQuery(metadata.authorization_endpoint, parameters), {
      redirectUris: [client.redirectUri, ...[parameters['redirect_uri'] ?? []].flat()],
      state,
    });
    if (landing.kind === 'redirected') {
      for (const name of ['code', 'access_token', 'id_token']) secrets.keep(...(landing.parameters.get(name) ?? []));
    }
    return landing;
  }

  async function request(changes: Changes): Promise<Requested> {
    if (flow.par) {
      const { answer, request: pushed, requestUri } = await push(changes);
      if (requestUri === undefined) {
        const error = answer.body?.['error'];
        const refusal = { status: answer.status, ...(typeof error === 'string' && { error }) };
        return { kind: 'refused', ...refusal, request: pushed };
      }
      const landing = await visit({ client_id: client.clientId, request_uri: requestUri }, pushed.state);
      return { ...landing, request: pushed };
    }
    const { sent, parameters } = makeAuthorizationRequest(client, scope, changes);
    secrets.keep(sent.verifier);
    return { ...(await visit(parameters, sent.state)), request: sent };
  }

  async function authorize(changes: Changes = {}): Promise<Requested> {
    const landing = await request(changes);
    // A page without an error may be a refusal, or a sign-in page that needs scripts, after the session has ended.
    const isUnclear = settled && landing.kind === 'page' && landing.status < 400;
    if (!isUnclear || hasCode(await request({}))) return landing;
    const because = 'the session is no longer valid: a valid request gets no code';
    return { kind: 'stuck', because, request: landing.request } as const;
  }

  async function token(form: Changes, given: TokenOptions = {}): Promise<TokenAnswer> {
    secrets.keep(...[form['code_verifier'], given.query?.['code_verifier']].flat());
    const answered = await post(metadata.token_endpoint, form, given);
    watch('the token endpoint', answered);
    secrets.keep(...tokensIn(answered));
    if (holdsTokens(answered)) redeemed ??= answered;
    else if (given.method !== 'GET') refusals.push(toSeenRefusal(during, answered));
    return answered;
  }

  return {
    discovered,
    metadata,
    client,
    isPublic: isPublicClient(client),
    flow,
    scope,
    agent,
    prover,
    now,
    async send(url, sent) {
      const answer = await transport.send(url, sent);
      watch(url, answer);
      return answer;
    },
    authorize,
    visit,
    push,
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
    redeem: (issued, changes = {}, given = {}) =>
      token(
        {
          grant_type: 'authorization_code',
          code: issued.code,
          redirect_uri: client.redirectUri,
          code_verifier: issued.verifier,
          ...changes,
        },
        given,
      ),
    async userinfo(accessToken, { scheme = flow.dpop ? 'DPoP' : 'Bearer', inQuery = false, proof } = {}) {
      const url = metadata.userinfo_endpoint;
      if (url === undefined) return undefined;
      for (let attempt = 1; ; attempt += 1) {
        const answer = await transport.send(inQuery ? withQuery(url, { access_token: accessToken }) : url, {
          headers: {
            accept: 'application/json',
            ...(!inQuery && { authorization: `${scheme} ${accessToken}` }),
            ...(hasProof(proof) && {
              dpop: (proof === 'by another key' ? makeProver(now) : prover).prove(
                { method: 'GET', url, accessToken, nonce },
                changesOf(proof),
              ),
            }),
          },
        });
        watch('the userinfo endpoint', answer);
        nonce = answer.headers.get('dpop-nonce') ?? nonce;
        const wantsNonce = /\buse_dpop_nonce\b/.test(answer.headers.get('www-authenticate') ?? '');
        if (attempt > 1 || !wantsNonce) return answer.status;
      }
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

const changesOf = (proof: TokenOptions['proof']) => (typeof proof === 'object' ? proof : undefined);
