import { html, raw } from 'hono/html';
import type { Reply } from '../reply.ts';
import { icon, mark } from './mark.ts';
import { stylesheet, stylesheetSource } from './style.ts';

/** Markup that the template has escaped. */
export type Markup = ReturnType<typeof html>;

/*
 * No form-action: browsers apply it to the redirect after a form as well, and ours ends at the client's redirect URI.
 */
export const contentSecurityPolicy = `default-src 'none'; style-src ${stylesheetSource}; img-src data:; base-uri 'none'; frame-ancestors 'none'`;

const headers = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': contentSecurityPolicy,
  'x-frame-options': 'DENY',
};

/** A whole page; works without scripts, from 320 px, in light and dark. */
export async function pageReply(
  statusCode: number,
  title: string,
  content: Markup,
  more: { headers?: Record<string, string>; cookies?: string[]; wide?: boolean } = {},
): Promise<Reply> {
  const body = await html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="${icon}">
<style>${raw(stylesheet)}</style>
</head>
<body>
<main${more.wide ? raw(' class="wide"') : ''}>
${mark}
${content}
</main>
</body>
</html>
`;
  return {
    statusCode,
    headers: { ...headers, ...more.headers },
    body: body.toString(),
    ...(more.cookies && { cookies: more.cookies }),
  };
}
