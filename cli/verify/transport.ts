import { setTimeout as sleep } from 'node:timers/promises';
import packageJson from '../../package.json' with { type: 'json' };

/** What is sent besides the URL. */
export type Sent = { method?: 'GET' | 'POST' | 'OPTIONS'; headers?: Readonly<Record<string, string>>; body?: string };
export type Answer = { status: number; headers: Headers; text: string };

/** Nobody answered, or not in time. The message is one clause without a full stop. */
export class NoAnswer extends Error {
  override name = 'NoAnswer';
}

/** The limit of requests is reached. */
export class TooManyRequests extends Error {
  override name = 'TooManyRequests';
}

export type Transport = {
  /** Sends one request and follows no redirect. Rejects with {@link NoAnswer} or {@link TooManyRequests}. */
  send(url: string, sent?: Sent): Promise<Answer>;
  /** Whether a request may go there: https, or http on a loopback host if the server is on one itself. */
  mayReach(url: string): boolean;
  /** Returns how many requests were sent. */
  count(): number;
};

export type TransportOptions = {
  issuer: string;
  maximumRequests: number;
  /** Milliseconds. @default 10000 */
  timeout?: number;
};

/** Requests that may follow each other at once, and how many a second after that. A server on this machine has no limit. */
const burst = 20;
const perSecond = 20;

/** No response of an authorization server is nearly as long; the rest is not read. */
const longestAnswer = 1_048_576;

export function createTransport({ issuer, maximumRequests, timeout = 10_000 }: TransportOptions): Transport {
  let count = 0;
  const waitForTurn = makePace();
  const isLocal = isLoopback(issuer);
  const mayReach = (url: string) => isLoopback(url) === isLocal && (isLocal || protocolOf(url) === 'https:');
  return {
    count: () => count,
    mayReach,
    async send(url, { method = 'GET', headers = {}, body } = {}) {
      if (!mayReach(url)) throw new NoAnswer('an address is not https');
      if (count >= maximumRequests) throw new TooManyRequests();
      count += 1;
      if (!isLocal) await waitForTurn();
      try {
        const response = await fetch(url, {
          method,
          headers: { 'user-agent': `pixy-verify/${packageJson.version}`, ...headers },
          redirect: 'manual',
          signal: AbortSignal.timeout(timeout),
          ...(body !== undefined && { body }),
        });
        return { status: response.status, headers: response.headers, text: await readText(response) };
      } catch (error) {
        throw new NoAnswer(describe(error, timeout), { cause: error });
      }
    },
  };
}

/** Lets a burst through at once, and spreads what follows. */
function makePace(): () => Promise<void> {
  const interval = 1_000 / perSecond;
  let next = 0;
  return async () => {
    const now = performance.now();
    next = Math.max(next, now - burst * interval) + interval;
    if (next > now) await sleep(next - now);
  };
}

/** Returns the beginning of a body. */
async function readText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > longestAnswer) break;
  }
  return text;
}

function describe(error: unknown, timeout: number): string {
  if (!(error instanceof Error)) return 'the request failed';
  if (error.name === 'TimeoutError') return `there was no answer within ${timeout / 1_000} s`;
  const { code } = (error.cause ?? {}) as { code?: unknown };
  if (typeof code === 'string') return sentences[code] ?? `the connection failed (${code})`;
  return 'the connection failed';
}

const sentences: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was closed',
  ENOTFOUND: 'the host name is not known',
  EAI_AGAIN: 'the host name could not be looked up',
  UND_ERR_SOCKET: 'the connection was closed',
};

const protocolOf = (url: string): string | undefined => (URL.canParse(url) ? new URL(url).protocol : undefined);

/** Whether a URL is `http` or `https` on this machine. */
export function isLoopback(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return /^https?:$/.test(protocol) && /^(?:(?:.+\.)?localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(hostname);
}
