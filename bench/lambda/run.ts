import { hash, randomBytes } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { httpApiEvent } from '../../infra/local/http-api-event.ts';
import { answerTheParent } from '../server-process.ts';
import type { Contender, LambdaResult } from './contender.ts';
import { profile, type Shares } from './profile.ts';

/*
 * run.ts <server> <plain | pushed> <argument>...: signs in and refreshes through a server as Lambda calls it, one event at a time, JSON
 * in and out. Does as many of each as the parent says, and reports what they took. `pushed`: the request is pushed (RFC 9126), and both
 * that and the token requests have a DPoP proof (RFC 9449). The proofs are made outside of what is measured.
 */

/** Milliseconds of processor time that the parts of a sign-in, and refreshes, took. */
export type Parts = { push: number; authorize: number; token: number; refresh: number };

/**
 * How many sign-ins and refreshes. `collects`: garbage, after them, so that the heap's size says something. `profiles`: says which part
 * of Pixy took how much, while the costs grow by what that takes.
 */
export type Order = { count: number; collects?: boolean; profiles?: boolean };

/** Parts in sum; how long each sign-in and each refresh took, in milliseconds; and bytes. */
export type Ran = {
  cost: Parts;
  signIns: number[];
  refreshes: number[];
  rss: number;
  heap: number;
  shares: Shares | undefined;
};

/** The first sign-in after the process has started, which loads what it needs. */
export type Ready = { first: number };

const nothing: Parts = { push: 0, authorize: 0, token: 0, refresh: 0 };

const [server = '', flow = '', ...given] = process.argv.slice(2);
// The packages of the others are there only once they are measured: what imports them is found by its name.
const modules: Record<string, string> = {
  pixy: './pixy.ts',
  pixyInMemory: './pixy.ts',
  'oidc-provider': '../peers/as-functions.ts',
  openauth: '../peers/as-functions.ts',
};
const openers = (await import(modules[server] ?? '')) as Record<string, (given: string[]) => Promise<Contender>>;
const contender = await openers[server]?.(given);
if (contender === undefined) throw new Error(`there is no ${server}`);
const { handle, paths, issuer, redirectUri, cookies = [] } = contender;
const isPushed = flow === 'pushed';
const scope = 'openid profile email';

const cost: Parts = { ...nothing };
/** Milliseconds that calls took. */
let waited = 0;
const jar = new Map<string, string>();
const keep = (pair: string): void => {
  const [name = '', ...value] = pair.split('=');
  if (value.join('=') === '') jar.delete(name);
  else jar.set(name, value.join('='));
};

const { publicKey, privateKey } = await generateKeyPair('ES256');
const jwk = await exportJWK(publicKey);
await calculateJwkThumbprint(jwk);
const proof = (url: string): Promise<string> =>
  new SignJWT({ htm: 'POST', htu: url, jti: randomBytes(16).toString('base64url') })
    .setIssuedAt()
    .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk })
    .sign(privateKey);

/** Everybody comes from somewhere else, so that no limit for one address is reached. */
let people = 0;
let address = '';

const asJson = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value;

type Sent = { form?: Record<string, string>; dpop?: string };

/** Calls the server, and adds up what that takes. */
async function call(target: string, what: keyof Parts, { form, dpop }: Sent = {}): Promise<LambdaResult> {
  const { pathname, search } = new URL(target, issuer);
  const cookie = Array.from(jar, (pair) => pair.join('=')).join('; ');
  const event = httpApiEvent({
    method: form ? 'POST' : 'GET',
    rawPath: pathname,
    rawQueryString: search.slice(1),
    httpVersion: '1.1',
    headers: {
      host: ['auth.example'],
      'x-forwarded-proto': ['https'],
      ...(!form && cookie !== '' && { cookie: [cookie] }),
      ...(form && { 'content-type': ['application/x-www-form-urlencoded'] }),
      ...(dpop !== undefined && { dpop: [dpop] }),
    },
    body: Buffer.from(form ? new URLSearchParams(form).toString() : ''),
    sourceIp: address,
    port: 443,
    requestId: 'request',
    receivedAt: new Date(),
    traceId: 'Root=1-00000000-000000000000000000000000',
  });
  const start = performance.now();
  const before = process.cpuUsage();
  const context = { awsRequestId: 'request', functionName: pathname, getRemainingTimeInMillis: () => 10_000 };
  const result = asJson(await handle(asJson(event), context));
  const { user, system } = process.cpuUsage(before);
  cost[what] += (user + system) / 1_000;
  waited += performance.now() - start;
  for (const line of result.cookies ?? []) keep(line.split(';')[0] ?? '');
  if (result.statusCode >= 400) throw new Error(`${server} ${flow} ${target}: ${result.statusCode} ${bodyOf(result)}`);
  return result;
}

const bodyOf = ({ body = '', isBase64Encoded }: LambdaResult): string =>
  isBase64Encoded ? Buffer.from(body, 'base64').toString() : body;

async function authorize(challenge: string): Promise<string> {
  const request = {
    response_type: 'code',
    client_id: 'bench',
    redirect_uri: redirectUri,
    scope,
    state: 'a-state',
    code_challenge: challenge,
    code_challenge_method: 'S256',
  };
  let query: Record<string, string> = request;
  if (isPushed) {
    const dpop = await proof(issuer + paths.push);
    const pushed = JSON.parse(bodyOf(await call(paths.push, 'push', { form: request, dpop })));
    query = { client_id: 'bench', request_uri: pushed.request_uri };
  }
  let target = `${paths.authorize}?${new URLSearchParams(query).toString()}`;
  for (let hops = 0; hops < 10; hops += 1) {
    const { headers = {} } = await call(target, 'authorize');
    const location = headers['location'] ?? headers['Location'] ?? '';
    if (location.startsWith(redirectUri)) return new URL(location).searchParams.get('code') ?? '';
    target = location;
  }
  throw new Error('redirected in a circle');
}

async function tokens(form: Record<string, string>, what: keyof Parts): Promise<{ refresh_token: string }> {
  const dpop = isPushed ? { dpop: await proof(issuer + paths.token) } : {};
  return JSON.parse(bodyOf(await call(paths.token, what, { form: { client_id: 'bench', ...form }, ...dpop })));
}

async function signInAndRefresh(): Promise<{ signIn: number; refresh: number }> {
  people += 1;
  address = `10.0.${Math.floor(people / 250)}.${people % 250}`;
  const cookie = cookies[people % cookies.length];
  if (cookie !== undefined) keep(cookie);
  const verifier = randomBytes(32).toString('base64url');
  waited = 0;
  const code = await authorize(hash('sha256', verifier, 'base64url'));
  const redeemed = { grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: redirectUri };
  const { refresh_token } = await tokens(redeemed, 'token');
  const signIn = waited;
  await tokens({ grant_type: 'refresh_token', refresh_token }, 'refresh');
  return { signIn, refresh: waited - signIn };
}

async function run({ count, collects = false, profiles = false }: Order): Promise<Ran> {
  Object.assign(cost, nothing);
  const signIns: number[] = [];
  const refreshes: number[] = [];
  const work = async () => {
    for (let done = 0; done < count; done += 1) {
      const { signIn, refresh } = await signInAndRefresh();
      signIns.push(signIn);
      refreshes.push(refresh);
    }
  };
  const shares = profiles ? await profile(work) : undefined;
  if (!profiles) await work();
  const { rss } = process.memoryUsage();
  if (collects) global.gc?.();
  return { cost, signIns, refreshes, rss, heap: process.memoryUsage().heapUsed, shares };
}

await signInAndRefresh();
answerTheParent({ first: cost.push + cost.authorize + cost.token } satisfies Ready, run);
