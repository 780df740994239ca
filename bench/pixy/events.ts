import { httpApiEvent } from '../../infra/local/http-api-event.ts';

/* The events that API Gateway sends to the functions. */

const event = (request: Partial<Parameters<typeof httpApiEvent>[0]>) =>
  httpApiEvent({
    method: 'GET',
    rawPath: '/',
    rawQueryString: '',
    httpVersion: '1.1',
    headers: {},
    body: Buffer.alloc(0),
    sourceIp: '127.0.0.1',
    port: 443,
    requestId: 'request',
    receivedAt: new Date(),
    traceId: 'Root=1-00000000-000000000000000000000000',
    ...request,
  });

/** A challenge whose verifier is at RFC 7636, appendix B. */
const rfcChallenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

/** Returns the event of a sign-in with a session. */
export function authorizeEvent(cookie: string, challenge = rfcChallenge): object {
  const rawQueryString = new URLSearchParams({
    response_type: 'code',
    client_id: 'bench',
    redirect_uri: 'https://client.example/callback',
    scope: 'openid',
    code_challenge: challenge,
    code_challenge_method: 'S256',
  }).toString();
  return event({ rawPath: '/authorize', rawQueryString, headers: { cookie: [cookie] } });
}

/** Returns the event that exchanges an issued code. */
export function tokenEvent({ code, verifier }: { code: string; verifier: string }): object {
  return tokenRequest({
    grant_type: 'authorization_code',
    redirect_uri: 'https://client.example/callback',
    code,
    code_verifier: verifier,
  });
}

export const refreshEvent = (refreshToken: string): object =>
  tokenRequest({ grant_type: 'refresh_token', refresh_token: refreshToken });

function tokenRequest(fields: Record<string, string>): object {
  const form = new URLSearchParams({ client_id: 'bench', ...fields });
  return event({
    method: 'POST',
    rawPath: '/token',
    headers: { 'content-type': ['application/x-www-form-urlencoded'] },
    body: Buffer.from(form.toString()),
  });
}
