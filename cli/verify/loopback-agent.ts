import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure, wrongUsage } from '../failure.ts';
import { type Expected, type Landing, readResponse } from './landing.ts';
import { isLoopback, type Transport } from './transport.ts';
import { redirectTarget, type UserAgent, type Watch } from './user-agent.ts';

/** The person's own browser, led by a page on this machine. */
export type LoopbackBrowser = {
  /** The redirect URI with the port that is listened on. */
  redirectUri: string;
  /** To be opened in the browser. Its tab goes from one authorization request to the next by itself. */
  start: string;
  agent(options: { transport: Transport; watch: Watch }): UserAgent;
  /** Lets the tab load its last page. */
  close(): Promise<void>;
};

export type LoopbackOptions = {
  redirectUri: string;
  /** Receives one line for the person. */
  tell: (line: string) => void;
  /** Milliseconds until a request is given up on: the first one, for which the person signs in, and the others. */
  patience?: { first: number; others: number };
};

type Waiting = { url: string; expected: Expected; end: (landing: Landing) => void };

/**
 * Listens at a loopback redirect URI, on its port or a free one (RFC 8252 §7.3), for the browser of a person who signs in. Fails when
 * the port is taken.
 */
export async function openLoopbackBrowser(options: LoopbackOptions): Promise<LoopbackBrowser> {
  const { tell, patience = { first: 300_000, others: 45_000 } } = options;
  const target = URL.canParse(options.redirectUri) ? new URL(options.redirectUri) : undefined;
  if (target?.protocol !== 'http:' || !isLoopback(options.redirectUri)) {
    throw wrongUsage('--interactive needs a redirect URI on this machine, like http://127.0.0.1/callback.');
  }
  const nextPath = `/${randomBytes(16).toString('base64url')}`;
  let waiting: Waiting | undefined;
  let parked: ServerResponse | undefined;
  let hasEnded = false;
  let visits = 0;
  let givenUp = 0;

  const { promise: farewell, resolve: sayFarewell } = Promise.withResolvers<void>();

  /** Sends the tab on when both are there: a tab that waits and a request for it. */
  const leadOn = () => {
    if (!parked || !(waiting || hasEnded)) return;
    if (hasEnded) page(parked.once('finish', sayFarewell), 'That was all. You can close this tab.');
    else parked.writeHead(303, { location: waiting?.url ?? '/', 'cache-control': 'no-store' }).end();
    parked = undefined;
  };

  const server = createServer((request, response) => {
    const { pathname, search } = new URL(request.url ?? '/', 'http://localhost');
    if (pathname === nextPath) {
      parked = response;
      return leadOn();
    }
    if (pathname !== target.pathname || waiting === undefined) return page(response, 'There is nothing here.', 404);
    const { expected, end } = waiting;
    givenUp = 0;
    const landing = readResponse(`${redirectUri.replace(/[?#].*$/, '')}${search}`, expected);
    const state = landing?.parameters.get('state')?.[0];
    // A late response to a request that was given up on belongs to nobody.
    if (!landing || (state !== undefined && state !== expected.state)) return page(response, 'Go on.', 200, nextPath);
    end(landing);
    page(response, 'The checks go on …', 200, nextPath);
  });
  const host = target.hostname.replace(/^\[|\]$/g, '');
  server.listen(Number(target.port || 0), host === 'localhost' ? '127.0.0.1' : host);
  await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
    throw new Failure(
      `Port ${target.port} of the redirect URI cannot be listened on (${error.code ?? 'unknown error'}).`,
    );
  });
  const { port } = server.address() as AddressInfo;
  const redirectUri = options.redirectUri.replace(
    /^(http:\/\/(?:\[[^\]]*\]|[^/:?#]+))(?::\d*)?/,
    (_, origin: string) => `${origin}:${port}`,
  );
  const start = new URL(nextPath, redirectUri).href;

  const inBrowser = (url: string, expected: Expected): Promise<Landing> =>
    new Promise((resolve) => {
      const isFirst = visits === 0;
      visits += 1;
      const end = (landing: Landing) => {
        clearTimeout(timer);
        waiting = undefined;
        resolve(landing);
      };
      const giveUp = () => {
        givenUp += 1;
        tell(`The browser did not come back. Open ${start} again for what is left.`);
        end({ kind: 'stuck', because: 'the browser did not come back from the server' });
      };
      const timer = setTimeout(giveUp, isFirst ? patience.first : patience.others);
      waiting = { url, expected, end };
      leadOn();
    });

  return {
    redirectUri,
    start,
    agent: ({ transport, watch }) => ({
      async visit(url, expected) {
        // A pushed request may be good for one visit only. Every other one that is refused at once needs no browser.
        if (!new URL(url).searchParams.has('request_uri')) {
          const answer = await transport.send(url, { headers: { accept: 'text/html,*/*;q=0.8' } });
          watch(answer);
          const to = redirectTarget(answer, url);
          const atOnce = to === undefined ? undefined : readResponse(to, expected);
          if (atOnce) return atOnce;
          if (to === undefined && answer.status >= 400) return { kind: 'page', status: answer.status };
        }
        // Nobody is there any more.
        if (givenUp > 1) return { kind: 'stuck', because: 'the browser is gone' };
        return inBrowser(url, expected);
      },
      settle: () => {},
      signIns: () => Math.min(visits, 1),
      redirectAfterSignIn: () => undefined,
    }),
    async close() {
      hasEnded = true;
      leadOn();
      // After its last response, the tab comes back once more by itself.
      if (visits > 0 && givenUp === 0) await Promise.race([farewell, sleep(2_000, undefined, { ref: false })]);
      server.close();
      server.closeAllConnections();
    },
  };
}

function page(response: ServerResponse, text: string, status = 200, next?: string): void {
  const refresh = next === undefined ? '' : `<meta http-equiv="refresh" content="0;url=${next}">`;
  response
    .writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store', connection: 'close' })
    .end(`<!doctype html><html lang="en"><title>pixy verify</title>${refresh}<p>${text}`);
}
