import { hash, randomBytes } from 'node:crypto';
import { compose as composeAuthorize } from '../functions/authorize/compose.ts';
import { openRuntime } from '../functions/runtime.ts';
import { compose as composeToken } from '../functions/token/compose.ts';
import { accessLogFormats } from '../infra/access-log.ts';
import { httpApiEvent } from '../infra/local/http-api-event.ts';
import { memoryDatabase } from './memory-database.ts';
import { newWrappingKey, pixyEnvironment, redirectUri } from './pixy/environment.ts';
import { setUp } from './pixy/set-up.ts';

/** Returns the bytes that a sign-in and a refresh log, from the handlers themselves. */
export async function writeLinesOfOneSignIn(): Promise<{ signIn: number; refresh: number }> {
  const environment = pixyEnvironment('https://sign-in.example.com', 'RS256', newWrappingKey());
  const database = memoryDatabase();
  const [cookie = ''] = await setUp(database, environment);
  let bytes = 0;
  const writeLine = (line: string) => {
    bytes += Buffer.byteLength(line) + 1;
  };
  const runtime = { ...openRuntime(environment, { writeLine }), database };
  const [authorize, token] = [composeAuthorize(runtime), composeToken(runtime)];
  const verifier = randomBytes(32).toString('base64url');
  const context = {} as Parameters<typeof authorize>[1];

  const call = async (handler: typeof authorize, path: string, fields: Record<string, string>) => {
    const text = new URLSearchParams({ client_id: 'bench', ...fields }).toString();
    const isForm = path === '/token';
    const headers = isForm
      ? { 'content-type': ['application/x-www-form-urlencoded'] }
      : { cookie: [cookie.replace('pixy_session', '__Host-pixy_session')] };
    return handler(
      httpApiEvent({
        method: isForm ? 'POST' : 'GET',
        rawPath: path,
        rawQueryString: isForm ? '' : text,
        httpVersion: '1.1',
        headers,
        body: Buffer.from(isForm ? text : ''),
        sourceIp: '127.0.0.1',
        port: 443,
        requestId: 'JKJaXmPLvHcESHA=',
        receivedAt: new Date(),
        traceId: 'Root=1-00000000-000000000000000000000000',
      }),
      context,
    );
  };

  const { headers } = await call(authorize, '/authorize', {
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: 'openid profile email',
    code_challenge: hash('sha256', verifier, 'base64url'),
    code_challenge_method: 'S256',
  });
  const code = new URL(String(headers?.['location'])).searchParams.get('code') ?? '';
  const grant = { grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: redirectUri };
  const { body = '{}' } = await call(token, '/token', grant);
  const signIn = bytes;
  const { refresh_token } = JSON.parse(body) as { refresh_token: string };
  const { statusCode } = await call(token, '/token', { grant_type: 'refresh_token', refresh_token });
  if (statusCode !== 200) throw new Error(`the refresh was answered with ${statusCode}`);
  return { signIn, refresh: bytes - signIn };
}

/** What API Gateway puts into a line of the access log about a token request. */
const told: Record<string, string> = {
  requestId: 'JKJaXmPLvHcESHA=',
  requestTimeEpoch: '1795341600000',
  'identity.sourceIp': '203.0.113.195',
  httpMethod: 'POST',
  routeKey: 'ANY /token',
  status: '200',
  responseLatency: '23',
  integrationLatency: '21',
  responseLength: '1832',
  'error.responseType': '-',
};

/** Returns the bytes of a line of the access log. */
export const accessLogBytes = (which: keyof typeof accessLogFormats): number =>
  accessLogFormats[which].replaceAll(/\$context\.([\w.]+)/g, (_, name: string) => told[name] ?? '').length + 1;
