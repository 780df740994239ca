import { readFileSync } from 'node:fs';
import type { HttpApiHandler } from '../../../shared/http/endpoint.ts';

const headers = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
};

function file(name: string, contentType: string): HttpApiHandler {
  const body = readFileSync(new URL(name, import.meta.url), 'utf8');
  return async () => ({
    statusCode: 200,
    headers: { ...headers, 'content-type': `${contentType}; charset=utf-8` },
    body,
  });
}

/** Serves a page that performs a whole sign-in in the browser, for local runs only. */
export const demoRoutes = (): [path: string, handler: HttpApiHandler][] => [
  ['/', async () => ({ statusCode: 303, headers: { location: '/demo' } })],
  ['/demo', file('demo.html', 'text/html')],
  ['/demo/demo.js', file('demo.js', 'text/javascript')],
  ['/demo/demo.css', file('demo.css', 'text/css')],
];
