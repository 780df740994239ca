import { extname } from 'node:path';
import { html } from 'hono/html';
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

/** Where the playground is, and what it can do there. */
export type PlaygroundPlace = {
  /** The path of the page, which is the path of its redirect URI. */
  at: string;
  clientId: string;
  /** A redirect URI of the client that no web page can have. */
  scheme?: string;
  /** Whether the server sends its authorization requests, and tells it the answers (`answer` below the page). */
  relays: boolean;
  /** Whether the audit log answers at once, or is searched when somebody asks. */
  log: 'here' | 'remote';
  /** What the page says about what it shows. */
  about: string;
  /** The path of the page that it belongs to, and what that is called. */
  back?: { path: string; words: string };
};

/** Replies with the page of the playground. */
export async function playgroundPage({ back, relays, ...place }: PlaygroundPlace): Promise<Reply> {
  const words = { scheme: '', ...place, relays: relays ? 'yes' : 'no' };
  const escaped = await Promise.all(
    Object.entries(words).map(async ([name, text]) => [name, String(await html`${text}`)] as const),
  );
  const link = back ? html`<p class="back"><a href="${back.path}">${back.words}</a></p>` : '';
  return fileReply(page, { ...Object.fromEntries(escaped), back: String(await link) });
}

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
