import { hash } from 'node:crypto';
import { html, raw } from 'hono/html';
import type { Reply } from '../../http/reply.ts';
import { endpoints } from '../../oauth/endpoints.ts';
import type { Brand } from '../brand.ts';
import { dressBrand } from '../dress.ts';
import { formTokenField } from '../field.ts';
import { formScript } from '../inline-script.ts';
import { type Look, lookIn, type Markup } from '../look.ts';
import { headOf } from '../mark.ts';
import { pageReply } from '../page.ts';
import { stylesheetOf } from '../style.ts';
import { patterns } from './charts/patterns.ts';
import { consoleStylesheet } from './console-style.ts';

/** How the console looks: the deployment's brand, in English, with a stylesheet of its own. */
export function consoleLook(brand: Brand): Look {
  const dress = dressBrand(brand);
  const stylesheet = consoleStylesheet(stylesheetOf, dress.colors);
  const stylesheetSource = `'sha256-${hash('sha256', stylesheet, 'base64')}'`;
  return lookIn('en', { ...dress, stylesheet, stylesheetSource });
}

/** The pages that every other one leads to, in their order. */
const ways = [
  ['overview', 'Overview', ''],
  ['adoption', 'Adoption', '/adoption'],
  ['policy', 'Policy', '/policy'],
  ['clients', 'Clients', '/clients'],
  ['waivers', 'Waivers', '/waivers'],
  ['refusals', 'Refusals', '/refusals'],
  ['people', 'People', '/people'],
  ['changes', 'Change log', '/changes'],
  ['audit', 'Audit log', '/audit'],
  ['playground', 'Playground', '/playground'],
] as const;

export type ConsolePlace = (typeof ways)[number][0];

/** Who looks at a page, and what they may do there. */
export type Viewer = { name: string; mayWrite: boolean; formToken: string; cookies: readonly string[] };

export type ConsolePage = {
  title: string;
  place: ConsolePlace;
  content: Markup;
  /** @default 200 */
  status?: number | undefined;
};

/** Replies with a page of the console. */
export const consoleReply = (
  look: Look,
  viewer: Viewer,
  { title, place, content, status = 200 }: ConsolePage,
): Promise<Reply> =>
  pageReply(look, status, `${title} · Console`, content, {
    cookies: viewer.cookies,
    isError: status >= 400,
    inlineScript: formScript,
    frame: (inner) => frame(look, viewer, place, inner),
  });

const frame = ({ dress }: Look, viewer: Viewer, place: ConsolePlace, content: Markup): Markup =>
  html`<a class="skip" href="#content">Skip to the content</a>
${patterns}
<header class="top">
${headOf(dress.name === undefined ? { ...dress, name: 'Console' } : dress)}
<form method="post" action="${endpoints.console}/sign-out">${formTokenField(viewer.formToken)}<span>${viewer.name}${viewer.mayWrite ? '' : html` <span class="badge">reads only</span>`}</span><button class="second">Sign out</button></form>
</header>
<div class="shell">
<nav class="ways" aria-label="Pages"><ul>
${ways.map(([name, title, path]) => html`<li><a href="${endpoints.console}${path}"${name === place ? raw(' aria-current="page"') : ''}>${title}</a></li>\n`)}</ul></nav>
<main class="content" id="content" tabindex="-1">
${content}
</main>
</div>`;

/** Replies to somebody who is not in: a sentence or more, and where to go on. */
export const outsideReply = (
  look: Look,
  { title, content, status, cookies }: Pick<ConsolePage, 'title' | 'content' | 'status'> & { cookies?: string[] },
): Promise<Reply> =>
  pageReply(look, status ?? 200, `${title} · Console`, content, {
    cookies,
    isError: (status ?? 200) >= 400,
    inlineScript: formScript,
    frame: (inner) =>
      html`<header class="top">${headOf(look.dress.name === undefined ? { ...look.dress, name: 'Console' } : look.dress)}</header>
<main class="content">
<h1>${title}</h1>
${inner}
</main>`,
  });
