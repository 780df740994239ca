import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { afterAll } from 'vitest';

/** How the provider misbehaves, besides what `claims` say. */
export type Script = {
  /** What the ID token says instead, or in addition. */
  claims?: Record<string, unknown>;
  /** Another ID token altogether. */
  idToken?: (claims: JWTPayload) => Promise<string> | string | undefined;
  /** Members of the discovery document that are different. */
  metadata?: Record<string, unknown>;
  /** What the token endpoint answers instead of tokens. */
  token?: { status: number; body: unknown } | 'silence';
  userinfo?: Record<string, unknown>;
  accessToken?: string;
  /** What the answer at these paths is instead, in its own bytes. */
  raw?: Record<string, (response: ServerResponse) => void>;
};

export type ScriptedProvider = Awaited<ReturnType<typeof startScriptedProvider>>;

/** An OpenID Connect provider that does as it is told, where a real one would never do it. Closed after the last test of the file. */
export async function startScriptedProvider() {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const stranger = await generateKeyPair('RS256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'key', alg: 'RS256', use: 'sig' };
  const codes = new Map<string, URLSearchParams>();
  const seen: { path: string; authorization?: string | undefined; form: URLSearchParams }[] = [];
  let script: Script = {};
  let issuer = '';

  const sign = (claims: JWTPayload, key = privateKey, header: object = {}) =>
    new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'key', ...header }).sign(key);

  async function token(form: URLSearchParams) {
    const asked = codes.get(form.get('code') ?? '');
    if (asked === undefined) return { status: 400, body: { error: 'invalid_grant' } };
    codes.delete(form.get('code') ?? '');
    const now = Math.floor(Date.now() / 1_000);
    const claims: JWTPayload = {
      iss: issuer,
      sub: 'grace-at-provider',
      aud: asked.get('client_id') ?? '',
      nonce: asked.get('nonce') ?? '',
      iat: now,
      exp: now + 300,
      ...script.claims,
    };
    const id_token = script.idToken ? await script.idToken(claims) : await sign(claims);
    return {
      status: 200,
      body: { access_token: script.accessToken ?? 'at', token_type: 'Bearer', expires_in: 300, id_token },
    };
  }

  async function answer(request: IncomingMessage): Promise<{ status: number; body: unknown } | 'silence'> {
    const { pathname } = new URL(request.url ?? '', issuer);
    const form = new URLSearchParams(await text(request));
    seen.push({ path: pathname, authorization: request.headers.authorization, form });
    if (pathname === '/.well-known/openid-configuration') {
      const metadata = {
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/jwks`,
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
        ...script.metadata,
      };
      return { status: 200, body: metadata };
    }
    if (pathname === '/jwks') return { status: 200, body: { keys: [jwk] } };
    if (pathname === '/userinfo') return { status: 200, body: script.userinfo };
    if (pathname === '/token') return script.token ?? token(form);
    return { status: 404, body: {} };
  }

  const server: Server = createServer(async (request, response) => {
    const asked = new URL(request.url ?? '', issuer);
    if (asked.pathname === '/authorize') {
      response.writeHead(302, { location: provider.approve(asked).href }).end();
      return;
    }
    const raw = script.raw?.[asked.pathname];
    if (raw) return raw(response);
    const { status, body } = await answer(request).then((given) =>
      given === 'silence' ? { status: 0, body: '' } : given,
    );
    if (status === 0) return; // never answers
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  afterAll(close);
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const provider = {
    issuer,
    sign,
    strangersKey: stranger.privateKey,
    seen,
    close,
    /** From now on; everything that is not named is right again. */
    play: (next: Script) => {
      script = next;
    },
    /** The person says yes: the address of the callback. */
    approve(authorization: URL, changes: Record<string, string | undefined> = {}): URL {
      const code = randomBytes(16).toString('base64url');
      codes.set(code, authorization.searchParams);
      return this.back(authorization, { code, ...changes });
    },
    /** An answer with these parameters. */
    back(authorization: URL, parameters: Record<string, string | undefined>): URL {
      const to = new URL(authorization.searchParams.get('redirect_uri') ?? '');
      const all = { state: authorization.searchParams.get('state') ?? '', ...parameters };
      for (const [name, value] of Object.entries(all)) if (value !== undefined) to.searchParams.set(name, value);
      return to;
    },
  };
  return provider;
}
