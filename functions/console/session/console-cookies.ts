import type { KeyObject } from 'node:crypto';
import * as v from 'valibot';
import { clearCookie, cookieName, setCookie } from '../../../shared/http/cookies.ts';
import type { HttpRequest } from '../../../shared/http/request.ts';
import { equalInConstantTime } from '../../../shared/secret.ts';
import type { Flow, Tokens } from './console-client.ts';
import { sealing } from './sealed.ts';

const tokensCookie = 'pixy_console';
const flowsCookie = 'pixy_console_flows';

/** Seconds in which somebody gets from the console through the sign-in page and back. */
const flowLifetime = 900;

/** Several tabs may be on their way at once; a newer one takes the place of the oldest. */
const mostFlows = 4;

/** Bytes of flows before they are sealed. Browsers keep no cookie of more than 4,096, and would keep the one of before instead. */
const mostBytes = 2_800;

const tokens = v.object({ access: v.string(), refresh: v.optional(v.string()), expiresAt: v.number() });

const flows = v.array(v.object({ state: v.string(), verifier: v.string(), to: v.string(), startedAt: v.number() }));

/** A flow that is under way, and the path that it leads back to. */
type Started = Flow & { to: string; startedAt: number };

export type ConsoleCookies = ReturnType<typeof consoleCookies>;

/** Reads and writes the cookies of the console, and the Set-Cookie values for them. */
export function consoleCookies(issuer: string, key: () => Promise<KeyObject>) {
  const sealedTokens = sealing('tokens', tokens, key);
  const sealedFlows = sealing('flows', flows, key);

  const flowsOf = async (request: HttpRequest, now: number): Promise<Started[]> => {
    const started = (await sealedFlows.open(request.cookies.get(cookieName(issuer, flowsCookie)))) ?? [];
    return started.filter(({ startedAt }) => now < startedAt + flowLifetime);
  };

  const writeFlows = async (started: readonly Started[]): Promise<string> =>
    started.length === 0
      ? clearCookie(issuer, flowsCookie)
      : setCookie(issuer, flowsCookie, await sealedFlows.seal([...started]), flowLifetime);

  return {
    tokens: (request: HttpRequest): Promise<Tokens | undefined> =>
      sealedTokens.open(request.cookies.get(cookieName(issuer, tokensCookie))),

    /** Lasts until the browser closes; the tokens in it, as long as the server says. */
    writeTokens: async (held: Tokens): Promise<string> =>
      setCookie(issuer, tokensCookie, await sealedTokens.seal(held)),

    forgetTokens: (): string => clearCookie(issuer, tokensCookie),

    async rememberFlow(request: HttpRequest, flow: Flow & { to: string }, now: number): Promise<string> {
      const started = [...(await flowsOf(request, now)), { ...flow, startedAt: now }].slice(-mostFlows);
      while (started.length > 1 && Buffer.byteLength(JSON.stringify(started)) > mostBytes) started.shift();
      return writeFlows(started);
    },

    /** The flow of this browser with that state, once: the cookie that is written now does without it. */
    async takeFlow(
      request: HttpRequest,
      state: string,
      now: number,
    ): Promise<{ flow: Started | undefined; cookie: string }> {
      const started = await flowsOf(request, now);
      const flow = started.find((one) => equalInConstantTime(one.state, state));
      return { flow, cookie: await writeFlows(started.filter((one) => one !== flow)) };
    },
  };
}
