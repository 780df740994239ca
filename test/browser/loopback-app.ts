import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { generateSecret, hashSecret } from '../../shared/secret.ts';

/** An authorization request, and what the app has to keep to finish it. */
export type Beginning = { url: string; state: string; verifier: string };

export type Arrival = { headers: IncomingHttpHeaders; form: URLSearchParams };

export type LoopbackApp = Awaited<ReturnType<typeof startLoopbackApp>>;

/** A native app (RFC 8252 §7.3): it listens on a loopback port of its own, and on another site than the server. */
export async function startLoopbackApp(issuer: string) {
  const arrivals: Arrival[] = [];
  const pages = new Map([['/callback', '<h1>Back in the app</h1>']]);
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url?.split('?')[0] ?? '';
    const form = new URLSearchParams(await text(request));
    if (path === '/callback') arrivals.push({ headers: request.headers, form });
    response.writeHead(pages.has(path) ? 200 : 404, { 'content-type': 'text/html; charset=utf-8' });
    response.end(`<!doctype html><link rel="icon" href="data:,"><title>App</title>${pages.get(path) ?? ''}`);
  }
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const redirectUri = `${origin}/callback`;

  return {
    redirectUri,
    /** Every request to the redirect URI; the form is empty unless the answer was posted. */
    arrivals,

    /** Serves a page at this path, as a site that does not belong to the server might. Returns its address. */
    serve(path: `/${string}`, body: string): string {
      pages.set(path, body);
      return origin + path;
    },

    /** A request for sign-in with PKCE; `more` adds parameters or replaces them. */
    begin(more: Record<string, string> = {}): Beginning {
      const verifier = generateSecret();
      const state = generateSecret();
      const parameters = new URLSearchParams({
        response_type: 'code',
        client_id: 'demo-app',
        redirect_uri: redirectUri,
        scope: 'openid',
        state,
        code_challenge: hashSecret(verifier),
        code_challenge_method: 'S256',
        ...more,
      });
      return { url: `${issuer}/authorize?${parameters.toString()}`, state: parameters.get('state') ?? '', verifier };
    },

    /** Exchanges the code of the address that the browser came back to, or of the form that was posted. */
    async redeem(arrived: string | URLSearchParams, { verifier, state }: Beginning): Promise<Record<string, unknown>> {
      const answer = typeof arrived === 'string' ? new URL(arrived).searchParams : arrived;
      if (answer.get('state') !== state) throw new Error(`no answer to this request: ${arrived.toString()}`);
      const reply = await fetch(`${issuer}/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'authorization_code',
          client_id: 'demo-app',
          redirect_uri: redirectUri,
          code: answer.get('code') ?? '',
          code_verifier: verifier,
        }),
      });
      return (await reply.json()) as Record<string, unknown>;
    },

    async close(): Promise<void> {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
