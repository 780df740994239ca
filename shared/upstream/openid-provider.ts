import {
  AuthorizationResponseError,
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  ClientError,
  ClientSecretBasic,
  ClientSecretPost,
  Configuration,
  calculatePKCECodeChallenge,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  fetchUserInfo,
  None,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
} from 'openid-client';
import { cachedByKey } from '../cached.ts';
import { namesSomebody } from '../oauth/subject.ts';
import { ok, type Result, refuse } from '../result.ts';
import { toIdentity, type UpstreamIdentity } from './identity.ts';
import type { UpstreamProvider } from './provider.ts';
import { inOneStep, providerFetch } from './provider-fetch.ts';
import { readMetadata } from './provider-metadata.ts';
import { UnusableAnswer } from './unusable-answer.ts';

/*
 * Pixy as a client of an OpenID Connect provider: code flow with PKCE S256, state and nonce. Checks `iss` of the response
 * (RFC 9207), verifies the ID token with the provider's keys, and follows no redirects.
 */

/** Why a provider returned no identity. `detail` is for the log: codes and classes, and nothing that was sent. */
export type UpstreamFailure = {
  reason: 'upstream_denied' | 'upstream_unavailable' | 'upstream_answer_invalid';
  detail: string;
};

/** Seconds to remember a provider's metadata and our secret there. A key that is not among those of a minute ago is fetched at once. */
const remembered = 900;

/** One flow as the provider sees it. */
export type UpstreamStart = { redirectUri: string; state: string; nonce: string; verifier: string };

/** Passed on to the provider if present. */
export type UpstreamHints = {
  loginHint?: string | undefined;
  prompt?: string | undefined;
  /** Seconds. Also asks for `auth_time` in the ID token. */
  maxAge?: number | undefined;
  uiLocales?: string | undefined;
};

export type OpenidProviders = ReturnType<typeof openidProviders>;

/** `secretOf` returns the client secret of a provider that has one. */
export function openidProviders(
  providers: readonly UpstreamProvider[],
  secretOf: (provider: UpstreamProvider) => Promise<string>,
  now: () => number,
) {
  const known = cachedByKey((id) => discover(providerOf(providers, id), secretOf), remembered, now, 100);

  return {
    /** Returns the URL to send the browser to (OpenID Connect Core §3.1.2.1). */
    async start(
      provider: UpstreamProvider,
      flow: UpstreamStart,
      hints: UpstreamHints,
    ): Promise<Result<URL, UpstreamFailure>> {
      return attempt(async () => {
        const configuration = await known(provider.id);
        return buildAuthorizationUrl(configuration, {
          redirect_uri: flow.redirectUri,
          scope: provider.scope,
          state: flow.state,
          nonce: flow.nonce,
          code_challenge: await calculatePKCECodeChallenge(flow.verifier),
          code_challenge_method: 'S256',
          ...(hints.loginHint !== undefined && { login_hint: hints.loginHint }),
          ...(hints.prompt !== undefined && { prompt: hints.prompt }),
          ...(hints.maxAge !== undefined && { max_age: String(hints.maxAge) }),
          ...(hints.uiLocales !== undefined && { ui_locales: hints.uiLocales }),
        });
      });
    },

    /**
     * Returns who came back (§3.1.3). Exchanges the code in the callback's `query` (without the question mark), and asks userinfo
     * for an address that the ID token lacks.
     */
    async finish(
      provider: UpstreamProvider,
      flow: UpstreamStart,
      query: string,
    ): Promise<Result<UpstreamIdentity, UpstreamFailure>> {
      return attempt(async () => {
        const configuration = await known(provider.id);
        const tokens = await authorizationCodeGrant(configuration, new URL(`${flow.redirectUri}?${query}`), {
          expectedState: flow.state,
          expectedNonce: flow.nonce,
          pkceCodeVerifier: flow.verifier,
          idTokenExpected: true,
        });
        const claims = tokens.claims();
        if (claims === undefined) throw new UnusableAnswer('id_token');
        if (!namesSomebody(claims.sub)) throw new UnusableAnswer('sub');
        // Beside a single audience, the library does not look (§3.1.3.7).
        if ((claims.azp ?? provider.clientId) !== provider.clientId) throw new UnusableAnswer('azp');
        const isComplete =
          claims[provider.claims['email'] ?? 'email'] !== undefined || !provider.scope.includes('email');
        const hasMore = configuration.serverMetadata().userinfo_endpoint !== undefined;
        if (isComplete || !hasMore) return toIdentity(provider, claims, {});
        // RFC 6749 A.12. It becomes a header, which takes nothing else.
        if (!/^[\x20-\x7e]+$/.test(tokens.access_token)) throw new UnusableAnswer('access_token');
        return toIdentity(provider, claims, await fetchUserInfo(configuration, tokens.access_token, claims.sub));
      });
    },
  };
}

function providerOf(providers: readonly UpstreamProvider[], id: string): UpstreamProvider {
  const provider = providers.find((one) => one.id === id);
  if (provider === undefined) throw new Error('there is no such upstream provider');
  return provider;
}

/** Discovers a provider (OpenID Connect Discovery §4). Throws when it is not the configured one. */
async function discover(
  provider: UpstreamProvider,
  secretOf: (provider: UpstreamProvider) => Promise<string>,
): Promise<Configuration> {
  const isLocal = provider.issuer.startsWith('http:');
  const { timeout } = provider;
  const secret = provider.authentication === 'none' ? '' : await secretOf(provider);
  const discovered = await discovery(new URL(provider.issuer), provider.clientId, undefined, None(), {
    timeout,
    [customFetch]: providerFetch,
    ...(isLocal && { execute: [allowInsecureRequests] }),
  });
  const metadata = readMetadata(discovered.serverMetadata(), provider.issuer, isLocal);
  const authentication = clientAuthentication(provider, secret);
  const configuration = new Configuration(metadata, provider.clientId, undefined, authentication);
  configuration.timeout = timeout;
  configuration[customFetch] = providerFetch;
  if (isLocal) allowInsecureRequests(configuration);
  enableNonRepudiationChecks(configuration);
  return configuration;
}

function clientAuthentication({ authentication }: UpstreamProvider, secret: string) {
  if (authentication === 'none') return None();
  return authentication === 'client_secret_post' ? ClientSecretPost(secret) : ClientSecretBasic(secret);
}

/** Turns what the library throws into a failure. Rethrows what is not an answer of the provider. */
async function attempt<Value>(work: () => Promise<Value>): Promise<Result<Value, UpstreamFailure>> {
  try {
    return ok(await inOneStep(work));
  } catch (error) {
    const failure = failureOf(error);
    if (failure === undefined) throw error;
    return refuse(failure);
  }
}

/** Errors by which the person, or the provider on their behalf, said no (RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6). */
const denials = [
  'access_denied',
  'login_required',
  'consent_required',
  'interaction_required',
  'account_selection_required',
];

function failureOf(error: unknown): UpstreamFailure | undefined {
  if (error instanceof AuthorizationResponseError) {
    const reason = denials.includes(error.error) ? 'upstream_denied' : unavailability(error.error);
    return { reason, detail: `callback ${wordOf(error.error)}` };
  }
  if (error instanceof ResponseBodyError) {
    return { reason: unavailability(error.error, error.status), detail: `${error.status} ${wordOf(error.error)}` };
  }
  if (error instanceof WWWAuthenticateChallengeError) {
    return { reason: 'upstream_answer_invalid', detail: `${error.status} challenge` };
  }
  if (error instanceof ClientError && error.cause instanceof UnusableAnswer) return failureOf(error.cause);
  if (error instanceof ClientError) {
    const response = error.cause instanceof Response ? error.cause.status : undefined;
    const isDown = error.code === 'OAUTH_TIMEOUT' || isNetworkError(error.cause) || (response ?? 0) >= 500;
    return {
      reason: isDown ? 'upstream_unavailable' : 'upstream_answer_invalid',
      detail: [
        error.code ?? (isUnsaidAlgorithm(error) ? 'userinfo_signing_alg_values_supported' : 'ClientError'),
        ...(response === undefined ? [] : [response]),
      ].join(' '),
    };
  }
  if (error instanceof UnusableAnswer) return { reason: 'upstream_answer_invalid', detail: error.message };
  if (isInvalidUrl(error)) return { reason: 'upstream_answer_invalid', detail: 'invalid URL' };
  // What fetch throws when a connection fails.
  return isNetworkError(error) ? { reason: 'upstream_unavailable', detail: 'connection' } : undefined;
}

/** The only thing that the library says without a code: the metadata do not name the algorithm of a JWT. For ID tokens, they always do. */
const isUnsaidAlgorithm = ({ cause }: ClientError): boolean =>
  cause instanceof Error && cause.name === 'OperationProcessingError';

/** `terminated`: in the middle of the answer. */
const isNetworkError = (error: unknown): boolean =>
  error instanceof TypeError && ['fetch failed', 'terminated'].includes(error.message);

/** What the library throws for an issuer in the metadata that is none. */
const isInvalidUrl = (error: unknown): boolean =>
  error instanceof TypeError && 'code' in error && error.code === 'ERR_INVALID_URL';

const unavailability = (error: string, status = 400): UpstreamFailure['reason'] =>
  status >= 500 || ['temporarily_unavailable', 'server_error'].includes(error)
    ? 'upstream_unavailable'
    : 'upstream_answer_invalid';

/** Returns the provider's error code if it looks like one. */
const wordOf = (code: string): string => (/^[a-z_]{1,40}$/.test(code) ? code : 'error');
