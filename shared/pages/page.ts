import { html, raw } from 'hono/html';
import type { Reply } from '../http/reply.ts';
import type { InlineScript } from './inline-script.ts';
import type { Look, Markup } from './look.ts';
import { headOf } from './mark.ts';

export type { Markup } from './look.ts';

/** A script from our own origin, with the hash that a browser requires to run it (Subresource Integrity). */
export type PageScript = { path: `/${string}`; integrity: `sha256-${string}` };

export type PageExtras = {
  headers?: Record<string, string> | undefined;
  cookies?: readonly string[] | undefined;
  /** For pages with more to read than to fill in. */
  wide?: boolean;
  /** Our own scripts that the page loads. Nothing else runs. */
  scripts?: readonly PageScript[];
  /** Our own script in the page itself. No other one runs there. */
  inlineScript?: InlineScript;
  /** Also announces the problem in the title, for people who use a screen reader. */
  isError?: boolean;
  /** What is around the content, instead of the head in a box of its own. */
  frame?: (content: Markup) => Markup;
};

/*
 * Omits form-action: browsers also apply it to the redirect after a form, and ours ends at the client's redirect URI.
 */
function contentSecurityPolicy(look: Look, { scripts = [], inlineScript }: PageExtras): string {
  const scriptSources = [...(scripts.length > 0 ? ["'self'"] : []), ...(inlineScript ? [inlineScript.source] : [])];
  return [
    `default-src 'none'; style-src ${look.dress.stylesheetSource}; img-src data:; base-uri 'none'; frame-ancestors 'none'`,
    ...(scriptSources.length > 0 ? [`script-src ${scriptSources.join(' ')}`] : []),
  ].join('; ');
}

/** Replies with a whole page that works without scripts, from 320 px, in light and dark. */
export async function pageReply(
  look: Look,
  statusCode: number,
  title: string,
  content: Markup,
  extras: PageExtras = {},
): Promise<Reply> {
  const { headers, cookies, wide, scripts = [], inlineScript, isError, frame = boxOf(look, wide) } = extras;
  const said = isError ? look.text('common.errorTitle', { title }) : title;
  const { dress } = look;
  const body = await html`<!doctype html>
<html lang="${look.language}" dir="${look.direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${dress.name ? `${said} · ${dress.name}` : said}</title>
<link rel="icon" href="${dress.icon}">
<style>${raw(dress.stylesheet)}</style>
${scripts.map(({ path, integrity }) => html`<script src="${path}" integrity="${integrity}" defer></script>\n`)}</head>
<body>
${frame(content)}
${inlineScript ? html`<script>${raw(inlineScript.text)}</script>\n` : ''}</body>
</html>
`;
  return {
    statusCode,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': contentSecurityPolicy(look, extras),
      'x-frame-options': 'DENY',
      ...headers,
    },
    body: body.toString(),
    ...(cookies && { cookies: [...cookies] }),
  };
}

const boxOf =
  ({ dress }: Look, wide = false) =>
  (content: Markup): Markup =>
    html`<main${wide ? raw(' class="wide"') : ''}>
${headOf(dress)}
${content}
</main>`;
