import { html } from 'hono/html';
import { sayingPage } from '../../../shared/pages/console/form-pages.ts';
import { clientPath } from '../../../shared/pages/console/links.ts';
import { notice } from '../../../shared/pages/console/parts.ts';
import type { Success } from '../../admin/operation.ts';
import type { Shown } from '../visit.ts';

/** Shows a secret that was made, this once: nothing that is stored can show it again. */
export function secretPage(clientId: string, { document }: Success, title = 'The new secret'): Shown {
  const { client_secret: secret } = document as { client_secret?: string };
  const content = html`${
    secret === undefined
      ? ''
      : html`${notice('warn', 'Copy it now. It is not stored, and nobody can show it again.')}
<section class="card"><h2>Secret of ${clientId}</h2>
<p class="once"><code>${secret}</code></p></section>`
  }
<p class="side"><a href="${clientPath(clientId, 'connect')}">Connect the app</a><a href="${clientPath(clientId)}">${clientId}</a></p>`;
  return { page: sayingPage('clients', title, content) };
}
