import { html } from 'hono/html';
import type { Reply } from '../http/reply.ts';
import { type CatalogueEntry, refusalCatalogue } from '../oauth/refusal-catalogue.ts';
import { type Look, lookIn } from './look.ts';
import { pageReply } from './page.ts';

/** The page behind every `error_uri`, with a section for each reason. In English, like the protocol's error texts. */
export function errorReferencePage({ dress }: Look): Promise<Reply> {
  const entries = Object.entries<CatalogueEntry>(refusalCatalogue);
  return pageReply(
    lookIn('en', dress),
    200,
    'Why a request was refused',
    html`<h1>Why a request was refused</h1>
<p class="soft">Every refusal names its reason. Each reason stands here with its OAuth error code, what it means and what to do about it.</p>
${entries.map(
  ([reason, { error, means, fix }]) => html`<section class="entry" id="${reason}">
<h2><a href="#${reason}"><code>${reason}</code></a> <span class="soft">${error}</span></h2>
<p>${means}</p>
<p class="soft">${fix}</p>
</section>
`,
)}`,
    { wide: true, headers: { 'cache-control': 'public, max-age=3600' } },
  );
}
