import { hash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setImmediate as nextTurn } from 'node:timers/promises';

/**
 * What a server can get wrong. Without a flaw it does everything right: an authorization server with one account, a public
 * client and a confidential one that need not use PKCE.
 */
export type Flaw =
  | 'announces another issuer'
  | 'announces no methods'
  | 'announces only S256 and takes plain'
  | 'announces an open endpoint'
  | 'needs no challenge'
  | 'takes a method for a challenge'
  | 'drops a challenge without a method'
  | 'takes unknown methods for plain'
  | 'takes plain for S256'
  | 'takes any challenge'
  | 'takes the first of two'
  | 'compares the beginning of redirect URIs'
  | 'compares redirect URIs without case'
  | 'compares no redirect URI'
  | 'redirects errors to any URI'
  | 'ignores the verifier'
  | 'asks for no verifier'
  | 'takes any length and alphabet of verifiers'
  | 'reads the verifier from the query'
  | 'reads the method from the token request'
  | 'takes a verifier for an unbound code'
  | 'answers invalid_request to a wrong verifier'
  | 'leaves a code after a failed proof'
  | 'leaves a code after its redemption'
  | 'leaves tokens after a replay'
  | 'marks a code too late'
  | 'ignores redirect_uri at the token endpoint'
  | 'answers invalid_request to an unknown code'
  | 'takes PKCE for client authentication'
  | 'decodes the state'
  | 'forgets iss in errors'
  | 'serves the implicit grant'
  | 'serves the password grant'
  | 'takes token requests by GET'
  | 'lets caches keep tokens'
  | 'leaves token_type out'
  | 'redirects with 307'
  | 'refuses in HTML'
  | 'refuses with status 200'
  | 'fails with characters it does not know'
  | 'echoes what it was sent'
  | 'forgets who signed in'
  | 'shows a page of scripts after 20 codes'
  | 'shows a page of scripts at once'
  | 'never answers token requests'
  | 'breaks off the answer to one token request'
  | 'breaks off every answer to an empty verifier'
  | 'ends at an empty verifier';

export type FlawedServer = {
  issuer: string;
  /** Every code, verifier, token, password, secret and cookie that went over the wire. */
  secrets: Set<string>;
  /** How often a password came. */
  passwords: number;
  /** Cookie header of somebody who has signed in. */
  cookie: string;
  [Symbol.dispose](): void;
};

export const account = { username: 'ada', password: 'correct horse & battery staple' };
export const publicClient = { clientId: 'probe', redirectUri: 'https://app.example/callback' };
export const confidentialClient = {
  clientId: 'web',
  clientSecret: 'a secret: 100% + a bit',
  redirectUri: 'https://web.example/app/callback?tenant=1',
};

type Issued = {
  clientId: string;
  redirectUri: string;
  challenge?: string | undefined;
  method?: string | undefined;
  isSpent: boolean;
  tokens: string[];
};

const random = () => randomBytes(24).toString('base64url');
const s256 = (verifier: string) => hash('sha256', verifier, 'base64url');
const wellFormed = /^[A-Za-z0-9._~-]{43,128}$/;

/** Starts it on a free port of the loopback interface. */
export async function startFlawedServer(...flaws: Flaw[]): Promise<FlawedServer> {
  const has = (flaw: Flaw) => flaws.includes(flaw);
  const clients = [publicClient, confidentialClient];
  const codes = new Map<string, Issued>();
  const live = new Set<string>();
  const sessions = new Set(['a-session-from-elsewhere']);
  const server: FlawedServer = {
    issuer: '',
    secrets: new Set(),
    passwords: 0,
    cookie: 'sid=a-session-from-elsewhere',
    [Symbol.dispose]: () => {
      listening.close();
      listening.closeAllConnections();
    },
  };
  let tokenRequests = 0;
  const secret = (value: string) => {
    server.secrets.add(value);
    return value;
  };

  const metadata = () => ({
    issuer: has('announces another issuer') ? 'https://elsewhere.example' : server.issuer,
    authorization_endpoint: `${server.issuer}/authorize`,
    token_endpoint: `${server.issuer}/token`,
    userinfo_endpoint: `${server.issuer}/userinfo`,
    ...(has('announces an open endpoint') && { revocation_endpoint: 'http://auth.example/revoke' }),
    scopes_supported: ['openid'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'none'],
    authorization_response_iss_parameter_supported: true,
    ...(!has('announces no methods') && {
      code_challenge_methods_supported: has('announces only S256 and takes plain') ? ['S256'] : ['S256', 'plain'],
    }),
  });

  function isRegistered(presented: string, registered: string): boolean {
    if (has('compares no redirect URI')) return true;
    if (has('compares the beginning of redirect URIs')) return presented.startsWith(registered);
    if (has('compares redirect URIs without case')) return presented.toLowerCase() === registered.toLowerCase();
    return presented === registered;
  }

  function authorize(query: URLSearchParams, cookie: string, response: ServerResponse, here: string) {
    const client = clients.find(({ clientId }) => clientId === query.get('client_id'));
    const redirectUri = query.get('redirect_uri') ?? '';
    if (client === undefined) return page(response, 400, 'unknown client');
    const isTwice = query.getAll('redirect_uri').length > 1 && !has('takes the first of two');
    if (isTwice || !isRegistered(redirectUri, client.redirectUri)) {
      if (has('redirects errors to any URI')) {
        return redirect(response, 302, `${redirectUri.replace(/\s/g, '')}?error=invalid_request`);
      }
      return page(response, 400, 'unknown redirect URI');
    }
    const state = query.get('state');
    const answer = (parameters: Record<string, string>, separator?: string) => {
      const encoded = new URLSearchParams(parameters);
      if (state !== null)
        encoded.set('state', has('decodes the state') ? decodeURIComponent(state.replace(/%(?!2B)/g, '')) : state);
      if (!('error' in parameters) || !has('forgets iss in errors')) encoded.set('iss', server.issuer);
      return redirect(
        response,
        302,
        `${redirectUri.trim()}${separator ?? (redirectUri.includes('?') ? '&' : '?')}${encoded.toString()}`,
      );
    };
    const hasEnded = has('shows a page of scripts after 20 codes') && codes.size >= 20;
    if (hasEnded || has('shows a page of scripts at once')) return page(response, 200, '<script>x</script>');
    const refusal = refuseAuthorization(query, client);
    if (refusal) return answer({ error: refusal });
    const session = /sid=([^;]+)/.exec(cookie)?.[1] ?? '';
    if (!sessions.has(session)) return signInPage(response, here);
    if (has('forgets who signed in')) sessions.delete(session);
    if (query.get('response_type') === 'token') return answer({ access_token: secret(random()) }, '#');
    const code = secret(random());
    const challenge = query.get('code_challenge') ?? undefined;
    const method = query.get('code_challenge_method') ?? undefined;
    const isDropped = has('drops a challenge without a method') && method === undefined;
    codes.set(code, {
      clientId: client.clientId,
      redirectUri,
      ...(!isDropped && { challenge, method }),
      isSpent: false,
      tokens: [],
    });
    return answer({ code });
  }

  function refuseAuthorization(query: URLSearchParams, client: { clientId: string }): string | undefined {
    const challenge = query.get('code_challenge');
    const method = query.get('code_challenge_method');
    const isTwice = [...new Set(query.keys())].some((name) => query.getAll(name).length > 1);
    if (isTwice && !has('takes the first of two')) return 'invalid_request';
    if (query.get('response_type') !== 'code') {
      const isServed = query.get('response_type') === 'token' && has('serves the implicit grant');
      return isServed ? undefined : 'unsupported_response_type';
    }
    if (method !== null && !['S256', 'plain'].includes(method) && !has('takes unknown methods for plain'))
      return 'invalid_request';
    if (challenge === null) {
      if (method !== null && !has('takes a method for a challenge')) return 'invalid_request';
      const mayGoWithout = client.clientId === confidentialClient.clientId || has('needs no challenge');
      return mayGoWithout || method !== null ? undefined : 'invalid_request';
    }
    if (has('takes any challenge')) return undefined;
    return (method === 'S256' ? /^[\w-]{43}$/ : wellFormed).test(challenge) ? undefined : 'invalid_request';
  }

  async function token(form: URLSearchParams, query: URLSearchParams, headers: IncomingMessage['headers']) {
    const isTwice = [...new Set(form.keys())].some((name) => form.getAll(name).length > 1);
    if (isTwice && !has('takes the first of two')) return 'invalid_request';
    const [id, given] = credentials(headers.authorization) ?? [form.get('client_id'), form.get('client_secret')];
    const client = clients.find(({ clientId }) => clientId === id);
    if (given !== null) secret(given ?? '');
    const isAuthentic = client && (!('clientSecret' in client) || client.clientSecret === given);
    if (!client || (!isAuthentic && !has('takes PKCE for client authentication'))) return 'invalid_client';
    if (form.get('grant_type') === 'password')
      return has('serves the password grant') ? 'invalid_grant' : 'unsupported_grant_type';
    if (form.get('grant_type') === 'refresh_token') {
      return live.has(form.get('refresh_token') ?? '') ? tokens(client.clientId) : 'invalid_grant';
    }
    if (form.get('grant_type') !== 'authorization_code') return 'unsupported_grant_type';

    const issued = codes.get(form.get('code') ?? '');
    if (issued?.clientId !== client.clientId) {
      return has('answers invalid_request to an unknown code') ? 'invalid_request' : 'invalid_grant';
    }
    const proofQuery = has('reads the verifier from the query') ? query.get('code_verifier') : null;
    const verifier = form.get('code_verifier') || proofQuery || undefined;
    if (verifier !== undefined) secret(verifier);
    const isRight = proves(issued, verifier, form);
    const hasRightUri =
      form.get('redirect_uri') === issued.redirectUri || has('ignores redirect_uri at the token endpoint');
    if (issued.isSpent) {
      if (isRight && !has('leaves tokens after a replay')) for (const value of issued.tokens) live.delete(value);
      return 'invalid_grant';
    }
    if (has('marks a code too late')) await letOthersArrive();
    if (!isRight || !hasRightUri) {
      issued.isSpent = !has('leaves a code after a failed proof') && !has('leaves a code after its redemption');
      return has('answers invalid_request to a wrong verifier') ? 'invalid_request' : 'invalid_grant';
    }
    issued.isSpent = !has('leaves a code after its redemption');
    const made = tokens(client.clientId);
    issued.tokens.push(made.access_token, made.refresh_token);
    return made;
  }

  function proves({ challenge, method }: Issued, verifier: string | undefined, form: URLSearchParams): boolean {
    if (has('ignores the verifier')) return true;
    if (challenge === undefined)
      return (
        verifier === undefined ||
        has('takes a verifier for an unbound code') ||
        has('drops a challenge without a method')
      );
    if (verifier === undefined) return has('asks for no verifier');
    if (!wellFormed.test(verifier) && !has('takes any length and alphabet of verifiers')) return false;
    const kept = has('reads the method from the token request')
      ? (form.get('code_challenge_method') ?? method)
      : method;
    const isHashed = kept === 'S256' || (kept === 'plain' && has('takes plain for S256'));
    return (isHashed ? s256(verifier) : verifier) === challenge;
  }

  function tokens(clientId: string) {
    const made = {
      access_token: secret(random()),
      refresh_token: secret(random()),
      ...(!has('leaves token_type out') && { token_type: 'Bearer' }),
      client_id: clientId,
    };
    live.add(made.access_token).add(made.refresh_token);
    return made;
  }

  const listener = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '', server.issuer);
    const body = new URLSearchParams(await text(request));
    const cookie = request.headers.cookie ?? '';
    switch (url.pathname) {
      case '/.well-known/openid-configuration':
        return json(response, 200, metadata());
      case '/authorize':
        return authorize(url.searchParams, cookie, response, request.url ?? '');
      case '/sign-in': {
        server.passwords += 1;
        secret(body.get('password') ?? '');
        const isRight = body.get('login') === account.username && body.get('password') === account.password;
        if (!isRight || body.get('csrf') !== 'a"token') return signInPage(response, body.get('next') ?? '');
        const session = secret(random());
        sessions.add(session);
        response.setHeader('set-cookie', `sid=${session}; Path=/; HttpOnly`);
        return redirect(response, has('redirects with 307') ? 307 : 303, body.get('next') ?? '/');
      }
      case '/token': {
        if (has('never answers token requests')) return undefined;
        const isGet = request.method === 'GET';
        if (isGet && !has('takes token requests by GET')) return json(response, 405, { error: 'invalid_request' });
        const form = isGet ? url.searchParams : body;
        const shown = form.get('code_verifier') ?? '';
        tokenRequests += 1;
        const isBroken = has('breaks off the answer to one token request') && tokenRequests === 9;
        const isEmpty = form.get('code_verifier') === '';
        if (isEmpty && has('ends at an empty verifier')) return server[Symbol.dispose]();
        if (isBroken || (isEmpty && has('breaks off every answer to an empty verifier')))
          return void request.socket.destroy();
        if (has('fails with characters it does not know') && /[^ -~]/.test(shown)) return json(response, 500, {});
        const answer = await token(form, isGet ? new URLSearchParams() : url.searchParams, request.headers);
        if (typeof answer !== 'string') {
          if (!has('lets caches keep tokens')) response.setHeader('cache-control', 'no-store');
          return json(response, 200, answer);
        }
        if (has('refuses in HTML')) return page(response, 400, 'no');
        if (has('refuses with status 200')) return json(response, 200, { error: answer });
        if (has('echoes what it was sent'))
          return json(response, 400, { error: form.get('code_verifier') || form.get('code') });
        return json(response, answer === 'invalid_client' ? 401 : 400, { error: answer });
      }
      case '/userinfo':
        return json(response, live.has(request.headers.authorization?.slice('Bearer '.length) ?? '') ? 200 : 401, {});
      default:
        return json(response, 404, {});
    }
  };
  const listening = createServer((request, response) => void listener(request, response));
  await once(listening.listen(0, '127.0.0.1'), 'listening');
  server.issuer = `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
  return server;
}

/** Client and server are one process here: after so many turns of its event loop everything has arrived that was sent together. */
async function letOthersArrive(): Promise<void> {
  for (let turn = 0; turn < 1_000; turn += 1) await nextTurn();
}

function credentials(header = ''): [string, string] | undefined {
  const [, encoded] = /^Basic (.+)$/.exec(header) ?? [];
  if (encoded === undefined) return undefined;
  const [id = '', given = ''] = Buffer.from(encoded, 'base64')
    .toString()
    .split(':')
    .map((part) => decodeURIComponent(part.replaceAll('+', ' ')));
  return [id, given];
}

const json = (response: ServerResponse, status: number, body: unknown) =>
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

const page = (response: ServerResponse, status: number, content: string) =>
  response.writeHead(status, { 'content-type': 'text/html' }).end(`<!doctype html><title>x</title>${content}`);

const redirect = (response: ServerResponse, status: number, to: string) =>
  response.writeHead(status, { location: to.replace(/[^\x20-\x7e]/g, '') }).end();

/** Not ours, so that nothing of ours is taken for granted: other names, a search form in front, attributes in every spelling. */
const signInPage = (response: ServerResponse, next: string) =>
  page(
    response,
    200,
    `<!-- <form><input type=password name=no></form> -->
<form action=/search><input name=q><button>Continue</button></form>
<FORM METHOD="post" action='/sign-in' id="a > b">
<input type="hidden" name="next" value="${next.replaceAll('&', '&amp;')}"><input type=hidden name='csrf' value="a&quot;token">
<input type="checkbox" name="remember"><input name="login" type="email"><input type="password" name="password" required>
<button type="button" name="other" value="1">Show password</button><button>Sign in</button></FORM>`,
  );
