import { html } from 'hono/html';
import { type Kind, kinds, settingsFor } from '../../../shared/clients/kinds.ts';
import { type Parameters, single } from '../../../shared/oauth/parameters.ts';
import { formPage } from '../../../shared/pages/console/form-pages.ts';
import { asked, clientPath } from '../../../shared/pages/console/links.ts';
import { entry, lines, select } from '../../../shared/pages/console/parts.ts';
import { addClient } from '../../admin/operations/clients.ts';
import { type NotPerformed, perform } from '../perform.ts';
import type { Shown, ShowPage, TakeForm, Visit } from '../visit.ts';
import { listOf } from './client-forms.ts';
import { mayNotWrite } from './missing.ts';
import { secretPage } from './secret.ts';

/** What each kind is called where somebody chooses one. */
const kindNames: Record<Kind, string> = {
  spa: 'an app in the browser',
  native: 'an app on a phone or a desktop',
  web: 'a web server',
  machine: 'a program without a person',
  device: 'a device without a browser',
  mcp: 'a tool on a laptop, or an agent',
};

export const showAddClient: ShowPage = async (visit) =>
  visit.operator.mayWrite ? page(visit) : mayNotWrite('clients');

function page({ operator }: Visit, failed?: { refusal: NotPerformed; entered: Parameters }): Shown {
  const value = (name: string) => failed && single(failed.entered, name);
  const refusal = failed?.refusal;
  return {
    page: formPage({
      title: 'Add a client',
      place: 'clients',
      lead: 'The kind decides how the client authenticates, and what it may do with refresh tokens. Everything can be changed afterwards.',
      fields: html`<div class="fields">
${entry({ name: 'client_id', label: 'Id', value: value('client_id'), hint: 'as the app sends it; it cannot be changed', isRequired: true, longest: 255 })}
${entry({ name: 'client_name', label: 'Name', value: value('client_name'), hint: 'what people read when they sign in', longest: 200 })}
${select(
  'kind',
  'Kind',
  kinds.map((kind) => ({ value: kind, text: kindNames[kind] })),
  value('kind'),
)}
${lines({ name: 'redirect_uris', label: 'Redirect URIs', value: value('redirect_uris'), hint: 'one a line; none for a program without a person' })}
${entry({ name: 'scope', label: 'Scope', value: value('scope'), hint: 'Leave it out for what its kind usually needs.', longest: 4_000 })}
</div>`,
      button: 'Add the client',
      formToken: operator.formToken,
      back: { path: asked('clients', {}), words: 'Clients' },
      why: value('why'),
      problem: refusal?.because === 'why' ? refusal.problem : undefined,
      wrong: refusal?.because === 'wrong' ? refusal.sentences : undefined,
    }),
    ...(refusal && { refused: 'document_invalid' }),
  };
}

export const takeAddClient: TakeForm = async (sent, deps) => {
  const { form } = sent;
  const kind = kinds.find((one) => one === single(form, 'kind')) ?? 'spa';
  const clientId = single(form, 'client_id')?.trim() ?? '';
  const name = single(form, 'client_name')?.trim();
  const scope = single(form, 'scope')?.trim();
  const body = {
    ...settingsFor[kind],
    client_id: clientId,
    redirect_uris: listOf(single(form, 'redirect_uris')),
    ...(name !== undefined && { client_name: name }),
    ...(scope !== undefined && { scope }),
  };
  const done = await perform(addClient, { name: '', body }, sent, deps);
  if (!done.ok) return page(sent, { refusal: done.refusal, entered: form });
  return 'client_secret' in done.value.document
    ? secretPage(clientId, done.value, `${clientId} was added`)
    : { to: clientPath(clientId, 'connect') };
};
