import { hash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { answerTheParent } from '../server-process.ts';
import { type Algorithm, pixyEnvironment } from './environment.ts';
import { authorizeEvent, refreshEvent, tokenEvent } from './events.ts';

/*
 * one-at-a-time.ts <folder of the bundles> <algorithm> <wrapping key> <cookie>...: signs in and refreshes through the functions as
 * Lambda calls them, and reports the milliseconds of processor time that each call took on average.
 */

export type SignInCost = { authorize: number; token: number; refresh: number };

type Result = { statusCode: number; headers: Record<string, string>; body: string };
type Handler = (event: unknown, context: object) => Promise<Result>;

const warmUp = 500;
const count = 1_500;

const [folder = '', algorithm = '', wrappingKey = '', ...cookies] = process.argv.slice(2);
Object.assign(process.env, pixyEnvironment('http://localhost', algorithm as Algorithm, wrappingKey));

const handlerOf = async (name: string): Promise<Handler> =>
  ((await import(pathToFileURL(join(folder, name, 'index.mjs')).href)) as { handler: Handler }).handler;
const functions = { authorize: await handlerOf('authorize'), token: await handlerOf('token') };

const asJson = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value;
const cost: SignInCost = { authorize: 0, token: 0, refresh: 0 };

/** Calls a function as the runtime does, and adds up what it takes. */
async function call(name: 'authorize' | 'token', event: object, what: keyof SignInCost = name): Promise<Result> {
  const before = process.cpuUsage();
  const context = { awsRequestId: 'request', functionName: name, getRemainingTimeInMillis: () => 10_000 };
  const result = asJson(await functions[name](asJson(event), context));
  const { user, system } = process.cpuUsage(before);
  cost[what] += (user + system) / 1_000 / count;
  if (result.statusCode >= 400) throw new Error(result.body);
  return result;
}

const tokensOf = ({ body }: Result) => JSON.parse(body) as { refresh_token: string };

async function signInAndRefresh(cookie = ''): Promise<void> {
  const verifier = randomBytes(32).toString('base64url');
  const authorized = await call('authorize', authorizeEvent(cookie, hash('sha256', verifier, 'base64url')));
  const code = new URL(authorized.headers['location'] ?? '').searchParams.get('code') ?? '';
  const issued = tokensOf(await call('token', tokenEvent({ code, verifier })));
  await call('token', refreshEvent(issued.refresh_token), 'refresh');
}

for (let done = 0; done < warmUp; done += 1) await signInAndRefresh(cookies[done % cookies.length]);
Object.assign(cost, { authorize: 0, token: 0, refresh: 0 });
for (let done = 0; done < count; done += 1) await signInAndRefresh(cookies[done % cookies.length]);
answerTheParent(cost);
