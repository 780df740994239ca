import { random } from '../authorization-request.ts';
import type { Check } from '../check.ts';
import { baseOf } from '../landing.ts';
import { encode, withQuery } from '../parameters.ts';
import type { Probe } from '../probe.ts';
import { readTokenAnswer, type TokenAnswer, toSeenRefusal } from '../token-answer.ts';
import { redirectTarget } from '../user-agent.ts';
import { failed, passed, skipped, type Verdict, verdictOf, warned } from '../verdict.ts';

/*
 * Requests that anybody can send: of a client that does not exist, and of none.
 */

/** An address that belongs to nobody (RFC 2606). */
const nowhere = 'https://attacker.example/callback';

const unknownClient = (): string => `unknown-${random().slice(0, 12)}`;

const authorizationRequest = (): Record<string, string> => ({
  response_type: 'code',
  client_id: unknownClient(),
  redirect_uri: nowhere,
  state: random(),
  code_challenge: random(),
  code_challenge_method: 'S256',
});

/** The origin that scripts of another site have. */
const origin = 'https://attacker.example';

const atAuthorize = (
  probe: Probe,
  parameters: Record<string, string | undefined>,
  headers: Record<string, string> = {},
) =>
  probe.send(withQuery(probe.metadata.authorization_endpoint, parameters), {
    headers: { accept: 'text/html', ...headers },
  });

async function post(
  probe: Probe,
  endpoint: string,
  form: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<TokenAnswer> {
  const sent = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json', ...headers };
  return readTokenAnswer(await probe.send(endpoint, { method: 'POST', headers: sent, body: encode(form) }));
}

/** Passes if a request is refused in JSON, with one of these errors. */
function refusedInJson(answer: TokenAnswer, accepted: readonly string[]): Verdict {
  const { status, isJson, error } = toSeenRefusal('', answer);
  if (status === 429) return skipped('the server asked to slow down (429)');
  if (status < 400 || status >= 500) return failed(`it was answered with status ${status}`);
  if (!isJson || error === undefined) return failed(`status ${status} came without an error code in JSON`);
  return verdictOf(
    accepted.includes(error),
    `it was refused with ${/^\w{1,60}$/.test(error) ? error : 'another error'}`,
  );
}

/** Whether a response leads the browser to the address that the request named. */
const leadsAway = (probe: Probe, answer: Awaited<ReturnType<Probe['send']>>): boolean => {
  const to = redirectTarget(answer, probe.metadata.authorization_endpoint);
  return to !== undefined && baseOf(to).startsWith(origin);
};

const mustStay = (probe: Probe, answer: Awaited<ReturnType<Probe['send']>>): Verdict => {
  if (leadsAway(probe, answer)) return failed('the browser was redirected to an address that belongs to no client');
  return verdictOf(answer.status < 500, `it was answered with status ${answer.status}`);
};

export const strangerChecks: readonly Check[] = [
  {
    id: 'authorize-unknown-client',
    section: 'RFC 6749 §4.1.2.1',
    needs: 'issuer',
    sends: 'an authorization request of a client that does not exist, with a redirect URI',
    accepts: 'a page of the server and no redirect to that URI',
    fix: 'Show an error page unless the client is known and the redirect URI is one of its own.',
    run: async (probe) => mustStay(probe, await atAuthorize(probe, authorizationRequest())),
  },
  {
    id: 'authorize-no-client',
    section: 'RFC 6749 §4.1.2.1',
    needs: 'issuer',
    sends: 'an authorization request without client_id, with a redirect URI',
    accepts: 'a page of the server and no redirect to that URI',
    fix: 'Show an error page unless the client is known and the redirect URI is one of its own.',
    run: async (probe) =>
      mustStay(probe, await atAuthorize(probe, { ...authorizationRequest(), client_id: undefined as never })),
  },
  {
    id: 'authorize-cors',
    section: 'RFC 9700 §2.6',
    needs: 'issuer',
    sends: 'a request to the authorization endpoint with the Origin of another site',
    accepts: 'no Access-Control-Allow-Origin: scripts have no business there',
    fix: 'Do not answer with CORS headers at the authorization endpoint.',
    run: async (probe) => {
      const { headers } = await atAuthorize(probe, authorizationRequest(), { origin });
      return verdictOf(!headers.has('access-control-allow-origin'), 'scripts of other sites may read it');
    },
  },
  {
    id: 'authorize-framing',
    section: 'RFC 9700 §4.16',
    needs: 'issuer',
    level: 'warning',
    sends: 'the headers of a page of the authorization endpoint',
    accepts: 'X-Frame-Options, or a Content-Security-Policy with frame-ancestors',
    fix: "Send Content-Security-Policy: frame-ancestors 'none' with every page.",
    run: async (probe) => {
      const answer = await atAuthorize(probe, authorizationRequest());
      if (redirectTarget(answer, probe.metadata.authorization_endpoint) !== undefined)
        return skipped('there is no page');
      const isKept =
        answer.headers.has('x-frame-options') ||
        /frame-ancestors/i.test(answer.headers.get('content-security-policy') ?? '');
      return verdictOf(isKept, 'other sites may show the page in a frame');
    },
  },
  {
    id: 'authorize-referrer',
    section: 'RFC 9700 §4.2.4',
    needs: 'issuer',
    level: 'warning',
    sends: 'the headers of a page of the authorization endpoint',
    accepts: 'Referrer-Policy: no-referrer, same-origin or strict-origin',
    fix: 'Send Referrer-Policy: no-referrer with every page, so that no link carries the address with state and code.',
    run: async (probe) => {
      const answer = await atAuthorize(probe, authorizationRequest());
      const policy = answer.headers.get('referrer-policy') ?? '';
      if (redirectTarget(answer, probe.metadata.authorization_endpoint) !== undefined)
        return skipped('there is no page');
      return verdictOf(
        /no-referrer(?!-when)|same-origin|strict-origin(?!-when)/i.test(policy),
        'it is missing or too wide',
      );
    },
  },
  {
    id: 'authorize-cookies',
    section: 'RFC 6265 §4.1.2',
    needs: 'issuer',
    level: 'warning',
    sends: 'the cookies that the authorization endpoint sets',
    accepts: 'Secure (over https), HttpOnly and SameSite for each',
    fix: 'Set every cookie with Secure, HttpOnly and SameSite=Lax or Strict.',
    run: async (probe) => {
      const { headers } = await atAuthorize(probe, authorizationRequest());
      const isTls = probe.metadata.authorization_endpoint.startsWith('https:');
      const wrong = headers.getSetCookie().filter((cookie) => {
        const attributes = cookie.split(';').map((part) => part.trim().toLowerCase());
        const has = (name: string) => attributes.some((part) => part === name || part.startsWith(`${name}=`));
        return !has('httponly') || !has('samesite') || (isTls && !has('secure'));
      });
      const names = wrong.map((cookie) => /^[\w.-]{1,40}(?==)/.exec(cookie)?.[0] ?? 'a cookie');
      return verdictOf(wrong.length === 0, `${names.join(', ')} lacks an attribute`);
    },
  },
  {
    id: 'token-unknown-client',
    section: 'RFC 6749 §5.2',
    needs: 'issuer',
    sends: 'a token request of a client that does not exist',
    accepts: 'invalid_client in JSON, with status 400 or 401',
    fix: 'Refuse unknown clients with invalid_client before anything else is judged.',
    run: async (probe) =>
      refusedInJson(
        await post(probe, probe.metadata.token_endpoint, {
          grant_type: 'authorization_code',
          client_id: unknownClient(),
          code: random(),
          code_verifier: random(),
          redirect_uri: nowhere,
        }),
        ['invalid_client', 'unauthorized_client'],
      ),
  },
  {
    id: 'token-unknown-secret',
    section: 'RFC 6749 §5.2',
    needs: 'issuer',
    sends: 'a token request with an Authorization header of a client that does not exist',
    accepts: 'status 401 with WWW-Authenticate',
    fix: 'Answer a failed Authorization header with status 401 and WWW-Authenticate: Basic.',
    run: async (probe) => {
      const authorization = `Basic ${Buffer.from(`${unknownClient()}:${random()}`).toString('base64')}`;
      const form = { grant_type: 'authorization_code', code: random(), redirect_uri: nowhere };
      const { status, headers } = await post(probe, probe.metadata.token_endpoint, form, { authorization });
      if (status === 429) return skipped('the server asked to slow down (429)');
      if (status !== 401) return failed(`it was answered with status ${status}`);
      return verdictOf(headers.has('www-authenticate'), 'WWW-Authenticate is missing');
    },
  },
  {
    id: 'token-empty',
    section: 'RFC 6749 §5.2',
    needs: 'issuer',
    sends: 'a token request without any parameter',
    accepts: 'an error in JSON, with status 400 or 401',
    fix: 'Answer every token request that cannot be read with invalid_request in JSON.',
    run: async (probe) =>
      refusedInJson(await post(probe, probe.metadata.token_endpoint, {}), [
        'invalid_request',
        'invalid_client',
        'unsupported_grant_type',
      ]),
  },
  {
    id: 'token-errors-not-stored',
    section: 'RFC 6749 §5.2',
    needs: 'issuer',
    level: 'warning',
    sends: 'the Cache-Control header of a refused token request',
    accepts: 'no-store',
    fix: 'Send Cache-Control: no-store with every response of the token endpoint.',
    run: async (probe) => {
      const { headers } = await post(probe, probe.metadata.token_endpoint, {
        grant_type: 'authorization_code',
        client_id: unknownClient(),
        code: random(),
      });
      return verdictOf(/\bno-store\b/i.test(headers.get('cache-control') ?? ''), 'caches may store the response');
    },
  },
  {
    id: 'token-cors',
    section: 'RFC 9700 §2.6',
    needs: 'issuer',
    sends: 'a preflight request to the token endpoint with the Origin of another site',
    accepts: 'no CORS headers, or some without Access-Control-Allow-Credentials',
    fix: 'Answer scripts of other origins without Access-Control-Allow-Credentials: a token request needs no cookie.',
    run: async (probe) => {
      const { headers } = await preflight(probe, probe.metadata.token_endpoint);
      return verdictOf(
        headers.get('access-control-allow-credentials') !== 'true',
        'scripts of any site may send cookies along',
      );
    },
  },
  {
    id: 'token-cors-for-apps',
    section: 'RFC 10017',
    needs: 'issuer',
    level: 'warning',
    sends: 'a preflight request to the token endpoint',
    accepts:
      'Access-Control-Allow-Origin, which apps in browsers need; some servers know the origins of their clients only',
    fix: 'Allow the origins of your browser-based clients at the token endpoint.',
    run: async (probe) => {
      const { headers } = await preflight(probe, probe.metadata.token_endpoint);
      return verdictOf(headers.has('access-control-allow-origin'), 'scripts get no answer');
    },
  },
  {
    id: 'par-unknown-client',
    section: 'RFC 9126 §2.1',
    needs: 'issuer',
    sends: 'a pushed authorization request of a client that does not exist',
    accepts: 'invalid_client in JSON, with status 400 or 401',
    fix: 'Authenticate the client at the pushed authorization request endpoint as at the token endpoint.',
    run: async (probe) => {
      const endpoint = probe.metadata.pushed_authorization_request_endpoint;
      if (endpoint === undefined) return skipped('there is no such endpoint');
      return refusedInJson(await post(probe, endpoint, authorizationRequest()), [
        'invalid_client',
        'unauthorized_client',
      ]);
    },
  },
  {
    id: 'introspection-stranger',
    section: 'RFC 7662 §2.1',
    needs: 'issuer',
    sends: 'an introspection request without authentication',
    accepts: 'a refusal: otherwise anybody can search for tokens',
    fix: 'Authorize whoever asks at the introspection endpoint.',
    run: async (probe) => {
      const endpoint = probe.metadata.introspection_endpoint;
      if (endpoint === undefined) return skipped('there is no introspection endpoint');
      const { status } = await post(probe, endpoint, { token: random() });
      return verdictOf(status >= 400 && status < 500, `it was answered with status ${status}`);
    },
  },
  {
    id: 'userinfo-without-token',
    section: 'RFC 6750 §3',
    needs: 'issuer',
    sends: 'a userinfo request without a token',
    accepts: 'status 401 with WWW-Authenticate',
    fix: 'Answer requests without a token with status 401 and WWW-Authenticate: Bearer (or DPoP).',
    run: async (probe) => {
      if (probe.metadata.userinfo_endpoint === undefined) return skipped('there is no userinfo endpoint');
      const { status, headers } = await probe.send(probe.metadata.userinfo_endpoint);
      if (status < 400 || status >= 500) return failed(`it was answered with status ${status}`);
      if (status !== 401) return warned(`it was answered with status ${status}`);
      return verdictOf(headers.has('www-authenticate'), 'WWW-Authenticate is missing');
    },
  },
];

/** A client id that is a URL: what comes back must not depend on what answers there. */
export const urlClientChecks: readonly Check[] = [
  {
    id: 'url-client-on-loopback',
    section: 'Client ID Metadata Document §6',
    needs: 'issuer',
    sends: 'a client_id that is an https URL on the loopback interface',
    accepts: 'a page of the server within its time, and no redirect',
    fix: 'Fetch metadata documents only from public addresses, judged after the name was resolved.',
    run: async (probe) => {
      const request = { ...authorizationRequest(), client_id: 'https://127.0.0.1:1/client.json' };
      return mustStay(probe, await atAuthorize(probe, request));
    },
  },
];

const preflight = (probe: Probe, url: string) =>
  probe.send(url, {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
  });

/** Whether the metadata can be read by scripts, as apps in browsers do. */
export const metadataCorsCheck: Check = {
  id: 'metadata-cors',
  section: 'RFC 10017',
  needs: 'issuer',
  level: 'warning',
  sends: 'a request for the metadata with the Origin of another site',
  accepts: 'Access-Control-Allow-Origin, because nothing in it is secret',
  fix: 'Send Access-Control-Allow-Origin: * with the metadata and the keys.',
  run: async (probe) => {
    const { headers } = await probe.send(probe.discovered.documents[0].address, { headers: { origin } });
    return headers.has('access-control-allow-origin') ? passed : failed('scripts cannot read it');
  },
};
