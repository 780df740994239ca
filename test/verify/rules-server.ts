import { createPublicKey, generateKeyPairSync, hash, type JsonWebKey, randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { calculateJwkThumbprint, compactVerify, decodeJwt, decodeProtectedHeader, importJWK, SignJWT } from 'jose';
import { readJwt } from '../../cli/verify/jws.ts';

/*
 * A small server that follows every rule of the profile fapi2, where each rule bears the name of the check that is about it and can
 * be switched off. Everybody is signed in.
 */

export const rulesClient = { clientId: 'bank', redirectUri: 'https://bank.example/callback' };

const ecKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const random = () => randomBytes(24).toString('base64url');
const epoch = () => Math.floor(Date.now() / 1_000);

type Request = Record<string, string>;
type Issued = { request: Request; isSpent: boolean; tokens: string[] };
type Token = { jkt: string | undefined; refreshedBy?: string; isDead?: boolean };
/** What a rule that is kept says. */
class Refused extends Error {
  readonly error: string;
  constructor(error: string) {
    super(error);
    this.error = error;
  }
}

export type RulesServer = { issuer: string; clientKey: ReturnType<typeof ecKey>; [Symbol.dispose](): void };

/** `off` are the rules that it does not keep. With `isPublic`, its client has no key. */
export async function startRulesServer(off: readonly string[] = [], { isPublic = false } = {}): Promise<RulesServer> {
  const isOff = (rule: string) => off.includes(rule);
  const must = (rule: string, isKept: boolean, error = 'invalid_request') => {
    if (!isKept && !isOff(rule)) throw new Refused(error);
  };
  const clientKey = ecKey();
  const signingKey = ecKey();
  const [pushed, codes, tokens] = [
    new Map<string, { request: Request; clientId: string }>(),
    new Map<string, Issued>(),
    new Map<string, Token>(),
  ];
  const seenIds = new Set<unknown>();
  let issuer = '';

  const metadata = () => ({
    issuer: isOff('metadata-issuer') ? 'https://elsewhere.example' : issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    userinfo_endpoint: `${issuer}/userinfo`,
    introspection_endpoint: `${issuer}/introspect`,
    jwks_uri: `${issuer}/jwks`,
    ...(!isOff('fapi-par-announced') && { pushed_authorization_request_endpoint: `${issuer}/par` }),
    ...(!isOff('mcp-registration') && { registration_endpoint: `${issuer}/register` }),
    require_pushed_authorization_requests: !isOff('fapi-par-required'),
    scopes_supported: ['openid'],
    response_types_supported: isOff('metadata-response-types') ? ['code', 'code token'] : ['code'],
    grant_types_supported: [
      'authorization_code',
      'refresh_token',
      ...(isOff('metadata-grant-types') ? ['password'] : []),
    ],
    token_endpoint_auth_methods_supported: isOff('fapi-client-authentication')
      ? ['client_secret_basic']
      : ['private_key_jwt'],
    ...(!isOff('metadata-assertion-algorithms') && { token_endpoint_auth_signing_alg_values_supported: ['ES256'] }),
    id_token_signing_alg_values_supported: [
      isOff('fapi-algorithms') ? 'RS512' : 'ES256',
      ...(isOff('metadata-no-unsigned') ? ['none'] : []),
    ],
    ...(!isOff('fapi-sender-constrained') && { dpop_signing_alg_values_supported: ['ES256'] }),
    code_challenge_methods_supported: isOff('metadata-plain') ? ['S256', 'plain'] : ['S256'],
    authorization_response_iss_parameter_supported: !isOff('metadata-iss'),
  });

  async function authenticate(form: Request): Promise<void> {
    if (form['client_id'] !== undefined && form['client_id'] !== rulesClient.clientId)
      must('par-client-other', false, 'invalid_client');
    if (isPublic) return;
    const assertion = form['client_assertion'] ?? '';
    if (assertion === '') return must('par-unauthenticated', false, 'invalid_client');
    const fail = 'invalid_client';
    const jwt = readJwt(assertion);
    if (!jwt) throw new Refused(fail);
    const { claims, header } = jwt;
    const isSigned = await verifies(assertion, createPublicKey(clientKey).export({ format: 'jwk' }));
    must(header['alg'] === 'none' ? 'assertion-unsigned' : 'assertion-signature', isSigned, fail);
    must('assertion-without-subject', claims['sub'] === rulesClient.clientId, fail);
    must('assertion-expired', Number(claims['exp']) > epoch(), fail);
    must('fapi-assertion-future', Number(claims['iat']) <= epoch() + 60, fail);
    if (isOff('fapi-assertion-clock') && Number(claims['iat']) > epoch() + 2) throw new Refused(fail);
    const { aud } = claims;
    must('assertion-audience-foreign', JSON.stringify(aud).includes(issuer), fail);
    must('fapi-audience-token-endpoint', aud !== `${issuer}/token`, fail);
    must('fapi-audience-endpoint', aud !== `${issuer}/par`, fail);
    must('fapi-audience-array', !Array.isArray(aud), fail);
    must('assertion-twice', !seenIds.has(claims['jti']), fail);
    seenIds.add(claims['jti']);
  }

  /** Returns the thumbprint of the key that a request proves to have. */
  async function prove(request: IncomingMessage, url: string, token?: string): Promise<string | undefined> {
    const proof = request.headers['dpop'];
    if (typeof proof !== 'string') return undefined;
    const fail = 'invalid_dpop_proof';
    const jwt = readJwt(proof);
    if (!jwt) throw new Refused(fail);
    const { header, claims } = jwt;
    must('dpop-without-key', typeof header['jwk'] === 'object', fail);
    const jwk = (header['jwk'] ?? {}) as JsonWebKey;
    const isSigned = await verifies(proof, jwk);
    const rule =
      header['alg'] === 'none' ? 'dpop-unsigned' : header['jwk'] ? 'dpop-signature-other' : 'dpop-without-key';
    must(rule, isSigned, fail);
    must('dpop-type-other', header['typ'] === 'dpop+jwt', fail);
    must('dpop-method-other', claims['htm'] === request.method, fail);
    must('dpop-address-other', claims['htu'] === url, fail);
    must('dpop-old', Number(claims['iat']) > epoch() - 300, fail);
    must('dpop-future', Number(claims['iat']) < epoch() + 60, fail);
    must('dpop-without-id', claims['jti'] !== undefined, fail);
    must('dpop-replay', claims['jti'] === undefined || !seenIds.has(claims['jti']), fail);
    seenIds.add(claims['jti']);
    if (token !== undefined) must('dpop-token-bound', claims['ath'] === hash('sha256', token, 'base64url'), fail);
    return 'kty' in jwk ? calculateJwkThumbprint(jwk as never) : 'nobody';
  }

  function judgeRequest(request: Request): string | undefined {
    if (request['redirect_uri'] === undefined) must('fapi-par-redirect-uri', false);
    else if (!isRegistered(request['redirect_uri'])) throw new Refused('invalid_request');
    const type = request['response_type'];
    if (type === 'code id_token') must('fapi-response-type-code-id_token', false, 'unsupported_response_type');
    else if (type === 'token') must('fapi-response-type-token', false, 'unsupported_response_type');
    else if (type === undefined) must('response-type-missing', false);
    if (!/^[\w-]{43}$/.test(request['code_challenge'] ?? '')) throw new Refused('invalid_request');
    if (request['code_challenge_method'] !== 'S256') throw new Refused('invalid_request');
    if (request['scope']?.includes('made-up'))
      throw new Refused(isOff('scope-unknown') ? 'invalid_request' : 'invalid_scope');
    return undefined;
  }

  async function push(form: Request, twice: boolean, request: IncomingMessage) {
    await authenticate(form);
    must('parameter-twice', !twice);
    must('par-request-uri-inside', form['request_uri'] === undefined);
    judgeRequest(form);
    const jkt = await prove(request, `${issuer}/par`);
    const requestUri = `urn:ietf:params:oauth:request_uri:${random()}`;
    const asked = { ...form, ...(jkt !== undefined && { dpop_jkt: form['dpop_jkt'] ?? jkt }) };
    pushed.set(requestUri, { request: asked, clientId: rulesClient.clientId });
    const seconds = isOff('par-answer') ? 4_000 : isOff('fapi-par-lifetime') ? 600 : 90;
    return { request_uri: requestUri, expires_in: seconds };
  }

  function authorize(query: Request, response: ServerResponse) {
    const { request_uri: requestUri } = query;
    if (!isOff('authorize-framing')) response.setHeader('content-security-policy', "frame-ancestors 'none'");
    if (!isOff('authorize-referrer')) response.setHeader('referrer-policy', 'no-referrer');
    if (isOff('authorize-cookies')) response.setHeader('set-cookie', 'seen=1; Path=/');
    if (isOff('authorize-cors')) response.setHeader('access-control-allow-origin', '*');
    const known = requestUri === undefined ? undefined : pushed.get(requestUri);
    let request = known?.request;
    if (requestUri === undefined) {
      const isOurs = query['client_id'] === rulesClient.clientId;
      if (!isOurs && isOff(query['client_id'] === undefined ? 'authorize-no-client' : 'authorize-unknown-client'))
        return redirect(response, `${query['redirect_uri']}?error=unauthorized_client`);
      if (!isOurs || !isOff('fapi-without-par')) return page(response, 400);
      request = query;
    }
    if (request === undefined && isOff('par-made-up'))
      return redirect(response, `${rulesClient.redirectUri}?code=${random()}`);
    if (request === undefined) return page(response, 400);
    if (query['client_id'] !== rulesClient.clientId && !isOff('par-client-mismatch')) return page(response, 400);
    if (!isOff('par-reuse') && requestUri !== undefined) pushed.delete(requestUri);
    const code = random();
    codes.set(code, { request, isSpent: false, tokens: [] });
    const beside = isOff('par-parameters-outside') ? query['redirect_uri'] : undefined;
    const to = new URL(beside ?? request['redirect_uri'] ?? rulesClient.redirectUri);
    to.searchParams.set('code', code);
    if (request['state'] !== undefined) to.searchParams.set('state', request['state']);
    if (!isOff('fapi-iss')) to.searchParams.set('iss', issuer);
    return redirect(response, to.href);
  }

  async function token(form: Request, request: IncomingMessage) {
    if (request.headers.authorization !== undefined) throw new Refused('invalid_client');
    if (Object.keys(form).length === 0) throw new Refused(isOff('token-empty') ? 'server_is_sad' : 'invalid_request');
    if (form['client_id']?.startsWith('unknown-'))
      throw new Refused(isOff('token-unknown-client') ? 'invalid_grant' : 'invalid_client');
    await authenticate(form);
    if (!isPublic && form['client_assertion'] === undefined) throw new Refused('invalid_client');
    const jkt = await prove(request, `${issuer}/token`);
    must('fapi-without-proof', jkt !== undefined, 'invalid_dpop_proof');
    if (form['grant_type'] === 'refresh_token') return refresh(form, jkt);
    if (form['grant_type'] !== 'authorization_code') throw new Refused('unsupported_grant_type');
    const issued = codes.get(form['code'] ?? '');
    if (!issued || issued.isSpent) {
      for (const one of issued?.tokens ?? []) (tokens.get(one) as Token).isDead = true;
      throw new Refused('invalid_grant');
    }
    issued.isSpent = true;
    const isProven = hash('sha256', form['code_verifier'] ?? '', 'base64url') === issued.request['code_challenge'];
    if (!isProven || !/^[\w.~-]{43,128}$/.test(form['code_verifier'] ?? '')) throw new Refused('invalid_grant');
    if (form['redirect_uri'] !== issued.request['redirect_uri']) throw new Refused('invalid_grant');
    const bound = issued.request['dpop_jkt'];
    // A proof that is missing, or has no key, is the matter of another rule.
    must('dpop-code-binding', [undefined, 'nobody', bound].includes(jkt) || bound === undefined, 'invalid_grant');
    const made = await issue(jkt);
    issued.tokens.push(made.access_token, made.refresh_token);
    return made;
  }

  async function refresh(form: Request, jkt: string | undefined) {
    const old = tokens.get(form['refresh_token'] ?? '');
    if (!old || old.isDead) throw new Refused('invalid_grant');
    if (form['scope']?.includes('admin')) must('refresh-wider', false, 'invalid_scope');
    const rotates = isPublic || isOff('fapi-refresh-unrotated');
    const made = await issue(jkt, rotates && !isOff('refresh-rotation') ? undefined : form['refresh_token']);
    if (rotates && !isOff('refresh-replay') && !isOff('refresh-rotation')) old.isDead = true;
    return { ...made, ...(isOff('refresh-wider') && { scope: form['scope'] }) };
  }

  async function issue(jkt: string | undefined, refreshToken = random()) {
    const isBound = jkt !== undefined && !isOff('dpop-token-bound');
    const accessToken = random();
    tokens.set(accessToken, { jkt: isBound ? jkt : undefined });
    if (!tokens.has(refreshToken)) tokens.set(refreshToken, { jkt });
    const idToken = await new SignJWT({ jti: randomUUID() })
      .setProtectedHeader({ alg: 'ES256' })
      .setIssuer(isOff('id-token-claims') ? 'https://elsewhere.example' : issuer)
      .setSubject('ada')
      .setAudience(rulesClient.clientId)
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(signingKey);
    const [, ...rest] = idToken.split('.');
    const weak = Buffer.from('{"alg":"RS256"}').toString('base64url');
    return {
      access_token: accessToken,
      refresh_token: refreshToken,
      token_type: isBound ? 'DPoP' : 'Bearer',
      id_token: isOff('fapi-id-token-algorithm') ? [weak, ...rest].join('.') : idToken,
    };
  }

  async function userinfo(request: IncomingMessage, query: Request, response: ServerResponse) {
    const [scheme, given] = (request.headers.authorization ?? '').split(' ');
    const inQuery = query['access_token'];
    if (inQuery !== undefined && isOff('token-in-query')) return json(response, 200, { sub: 'ada' });
    if (given === undefined) {
      if (!isOff('userinfo-without-token')) response.setHeader('www-authenticate', 'DPoP algs="ES256"');
      return json(response, isOff('userinfo-without-token') ? 200 : 401, {});
    }
    const known = tokens.get(given);
    if (!known || known.isDead) return json(response, 401, {});
    if (known.jkt === undefined) return json(response, 200, { sub: 'ada' });
    const jkt = scheme === 'DPoP' ? await prove(request, `${issuer}/userinfo`, given) : undefined;
    return json(response, jkt === known.jkt ? 200 : 401, {});
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
    const url = new URL(request.url ?? '', issuer);
    const query = Object.fromEntries(url.searchParams);
    const body = new URLSearchParams(await text(request));
    const form = Object.fromEntries(body);
    const twice = [...body.keys()].length !== Object.keys(form).length;
    if (request.method === 'OPTIONS') {
      if (!isOff('token-cors-for-apps')) response.setHeader('access-control-allow-origin', '*');
      if (isOff('token-cors')) response.setHeader('access-control-allow-credentials', 'true');
      return json(response, 204, {});
    }
    switch (url.pathname) {
      case '/.well-known/openid-configuration':
      case '/.well-known/oauth-authorization-server': {
        const isSecond = url.pathname.endsWith('openid-configuration');
        if (isSecond && isOff('metadata-both-documents')) return json(response, 404, {});
        if (!isOff('metadata-cors')) response.setHeader('access-control-allow-origin', '*');
        return json(response, 200, metadata(), isOff('metadata-json') ? 'text/plain' : undefined);
      }
      case '/jwks':
        return json(response, 200, { keys: keys() });
      case '/authorize':
        return authorize(query, response);
      case '/introspect':
        return json(response, isOff('introspection-stranger') ? 200 : 401, {});
      case '/userinfo':
        return userinfo(request, query, response);
      case '/par':
        if (request.method !== 'POST') return json(response, isOff('par-by-get') ? 404 : 405, {});
        if (form['client_id']?.startsWith('unknown-')) {
          must('par-unknown-client', false, 'invalid_client');
          return json(response, 201, { request_uri: 'urn:x', expires_in: 60 });
        }
        return json(response, 201, await push(form, twice, request));
      case '/token': {
        if (request.method !== 'POST') return json(response, 405, { error: 'invalid_request' });
        if (!isOff('token-errors-not-stored')) response.setHeader('cache-control', 'no-store');
        if (twice) throw new Refused('invalid_request');
        const made = await token(form, request);
        response.setHeader('cache-control', 'no-store');
        return json(response, 200, made);
      }
      default:
        return json(response, 404, {});
    }
  }

  function keys(): object[] {
    const key = signingKey.export({ format: 'jwk' });
    const { d: _, ...publicKey } = key;
    const small = generateSmallKey();
    return [
      { ...(isOff('jwks-public') ? key : publicKey), kid: 'one' },
      ...(isOff('jwks-key-sizes') ? [{ ...small, kid: 'two' }] : []),
    ];
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (!(error instanceof Refused)) return void json(response, 500, { error: String(error) });
      const hasHeader = request.headers.authorization !== undefined && !request.url?.startsWith('/userinfo');
      if (hasHeader && !isOff('token-unknown-secret')) response.setHeader('www-authenticate', 'Basic');
      json(response, hasHeader || request.url === '/userinfo' ? 401 : 400, { error: error.error });
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    issuer,
    clientKey,
    [Symbol.dispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** The one of the client, or one on this machine with any port. */
const isRegistered = (uri: string): boolean =>
  uri === rulesClient.redirectUri || /^http:\/\/127\.0\.0\.1:\d+\/callback$/.test(uri);

/** An RSA key of 1024 bits, made here, since none is made for use. */
function generateSmallKey(): object {
  return generateKeyPairSync('rsa', { modulusLength: 1_024 }).publicKey.export({ format: 'jwk' });
}

async function verifies(jwt: string, jwk: JsonWebKey): Promise<boolean> {
  try {
    await compactVerify(jwt, await importJWK(jwk as never, 'ES256'), { algorithms: ['ES256'] });
    return decodeProtectedHeader(jwt).alg === 'ES256' && typeof decodeJwt(jwt) === 'object';
  } catch {
    return false;
  }
}

const json = (response: ServerResponse, status: number, body: unknown, type = 'application/json') =>
  response.writeHead(status, { 'content-type': type }).end(status === 204 ? undefined : JSON.stringify(body));
const page = (response: ServerResponse, status: number) =>
  response.writeHead(status, { 'content-type': 'text/html' }).end('<!doctype html><title>x</title>');
const redirect = (response: ServerResponse, to: string) => response.writeHead(303, { location: to }).end();
