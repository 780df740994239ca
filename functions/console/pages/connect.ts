import { html } from 'hono/html';
import { kindOf, recipes } from '../../../shared/clients/kinds.ts';
import { isPublic } from '../../../shared/clients/registered-client.ts';
import { endpoints } from '../../../shared/oauth/endpoints.ts';
import { sayingPage } from '../../../shared/pages/console/form-pages.ts';
import { clientPath } from '../../../shared/pages/console/links.ts';
import { card, facts } from '../../../shared/pages/console/parts.ts';
import type { ShowPage } from '../visit.ts';
import { missingPage } from './missing.ts';

/** What an app needs to know to connect, and where its recipe is. */
export const showConnect: ShowPage = async ({ name }, { clients, issuer }) => {
  const client = await clients.find(name);
  if (client === undefined) return missingPage('client', 'clients');
  const discovery = issuer + endpoints.openidConfiguration;
  const asksPeople = client.grantTypes.includes('authorization_code');
  const content = html`<p class="side"><a href="${clientPath(name)}">${name}</a></p>
${card(
  'What the app is told',
  facts([
    ['Issuer', html`<code>${issuer}</code>`],
    ['Discovery', html`<a href="${discovery}">${discovery}</a>`],
    ['client_id', html`<code>${client.clientId}</code>`],
    ['Authentication', isPublic(client) ? 'none: the client is public' : client.tokenEndpointAuthMethod],
    ['Redirect URIs', client.redirectUris.join('\n')],
    ['Scope', client.scope.join(' ')],
    ['PKCE', asksPeople ? 'code_challenge_method=S256, with a new verifier for every sign-in' : undefined],
  ]),
)}
${card('Recipe', html`<p>In the documentation of Pixy: <code>${recipes[kindOf(client)]}</code>, and a page for each client library in <code>docs/clients</code>.</p>`)}`;
  return { page: sayingPage('clients', `Connect an app as ${name}`, content) };
};
