import { extname } from 'node:path';
import type { Reply } from '../../http/reply.ts';
import { playgroundFiles } from './files.ts';

const page = 'playground.html';

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

/** The names of what the page is made of, which stand below it. */
export const playgroundParts = (): string[] => Object.keys(playgroundFiles).filter((name) => name !== page);

/** Replies with the page of the playground, for the path `at`. */
export const playgroundPage = (at: string): Reply => fileReply(page, { at });

/** Replies with a part of the page. Undefined when there is none of that name. */
export const playgroundPart = (name: string): Reply | undefined =>
  playgroundParts().includes(name) ? fileReply(name) : undefined;

function fileReply(name: string, words: Readonly<Record<string, string>> = {}): Reply {
  const text = playgroundFiles[name] ?? '';
  const body = text.replaceAll(/\{\{(\w+)\}\}/g, (_, word: string) => words[word] ?? '');
  return {
    statusCode: 200,
    headers: { ...headers, 'content-type': `${contentTypes[extname(name)]}; charset=utf-8` },
    body,
  };
}
