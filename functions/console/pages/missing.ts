import { html } from 'hono/html';
import { endpoints } from '../../../shared/oauth/endpoints.ts';
import type { ConsolePlace } from '../../../shared/pages/console/console-page.ts';
import { sayingPage } from '../../../shared/pages/console/form-pages.ts';
import type { Shown } from '../visit.ts';

/** There is no such `thing`. */
export const missingPage = (thing = 'page', place: ConsolePlace = 'overview'): Shown => ({
  page: sayingPage(
    place,
    'Not here',
    html`<p>There is no such ${thing}. It may have been removed, or the address is not complete.</p>
<p><a href="${endpoints.console}">Overview</a></p>`,
    404,
  ),
  refused: 'resource_not_found',
});

/** Somebody may read, and not write. */
export const mayNotWrite = (place: ConsolePlace): Shown => ({
  page: sayingPage(
    place,
    'You may read, and not change',
    html`<p>The setting <code>operators</code> of this server lets you read. Ask whoever deploys it, or manages your account, to let you write. Nothing was changed.</p>`,
    403,
  ),
  refused: 'not_an_operator',
});

/** A client that manages the server, whose secret would be worth more than the rights of the console. */
export const leftToOthers = (clientId: string): Shown => ({
  page: sayingPage(
    'clients',
    'Not from here',
    html`<p>${clientId} manages this server. The console neither changes such a client nor makes one; the command line and the management API do, with the scope <code>pixy:delegate</code>.</p>`,
    403,
  ),
  refused: 'scope_insufficient',
});
