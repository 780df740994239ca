import { readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { HttpApiHandler } from '../../../shared/http/endpoint.ts';

const headers = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
};

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
};

const folder = new URL('playground/', import.meta.url);

function file(name: string, at: string): HttpApiHandler {
  const body = readFileSync(new URL(name, folder), 'utf8').replaceAll('{{at}}', at);
  const type = `${contentTypes[extname(name)]}; charset=utf-8`;
  return async () => ({ statusCode: 200, headers: { ...headers, 'content-type': type }, body });
}

/** Serves the playground, for local runs only. */
export const demoRoutes = (): [path: string, handler: HttpApiHandler][] => [
  ['/', async () => ({ statusCode: 303, headers: { location: '/demo' } })],
  ...playgroundRoutes('/demo'),
];

/**
 * Serves a page that performs a whole sign-in in the browser, and breaks it, and below it its modules. They find each other, and what
 * answers them, wherever that is.
 */
export function playgroundRoutes(at: string): [path: string, handler: HttpApiHandler][] {
  const names = readdirSync(folder).filter((name) => /\.(js|css)$/.test(name));
  return [
    [at, file('playground.html', at)],
    ...names.map((name): [string, HttpApiHandler] => [`${at}/${name}`, file(name, at)]),
  ];
}
