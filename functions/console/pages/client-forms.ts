import { html } from 'hono/html';
import { clientDocument } from '../../../shared/clients/client-document.ts';
import type { RegisteredClient } from '../../../shared/clients/registered-client.ts';
import { differences } from '../../../shared/clients/roll-back.ts';
import type { JsonObject } from '../../../shared/http/json-document.ts';
import { type Parameters, single } from '../../../shared/oauth/parameters.ts';
import { entry, lines, moment, select } from '../../../shared/pages/console/parts.ts';
import { checkbox } from '../../../shared/pages/field.ts';
import { pkcePolicies } from '../../../shared/pkce/policy.ts';
import { ok, type Result, refuse } from '../../../shared/result.ts';
import { formatTime } from '../../../shared/time.ts';
import { patchClient, removeClient } from '../../admin/operations/clients.ts';
import { dropOldSecret, rotateClientSecret } from '../../admin/operations/secrets.ts';
import { grantWaiver, revokeWaiver } from '../../admin/operations/waiver.ts';
import { formOfClient } from './form-of-client.ts';
import { secretPage } from './secret.ts';

/* The forms of the page of a client, each with an operation of the management API behind it. */

const policies = ['inherit', ...pkcePolicies.toReversed()].map((value) => ({ value, text: value }));
const modes = [
  { value: '', text: 'as everywhere' },
  { value: 'enforce', text: 'enforce' },
  { value: 'report', text: 'report: let through, and count' },
];

/** The members that have a field of their own, and how a value of the form becomes one of the document. */
const members: Readonly<Record<string, (text: string | undefined) => unknown>> = {
  client_name: (text) => text ?? null,
  redirect_uris: (text) => listOf(text),
  post_logout_redirect_uris: (text) => (listOf(text).length > 0 ? listOf(text) : null),
  scope: (text) => text ?? '',
  pkce_policy: (text) => text ?? 'inherit',
  pkce_mode: (text) => text ?? null,
  pkce_enforce_after: (text) => text ?? null,
};

export const listOf = (text = ''): string[] =>
  text
    .split(/\s+/)
    .map((line) => line.trim())
    .filter((line) => line !== '');

const textOf = (value: unknown): string =>
  Array.isArray(value) ? value.join('\n') : typeof value === 'string' ? value : '';

export const editForm = formOfClient({
  describe(client, entered) {
    const document = clientDocument(client);
    const value = (member: string) => (entered ? single(entered, member) : textOf(document[member]));
    return {
      title: `Edit ${client.clientId}`,
      lead: 'What is not changed here stays as it is. Running functions follow within 30 seconds.',
      fields: html`<div class="fields">
${entry({ name: 'client_name', label: 'Name', value: value('client_name'), longest: 200 })}
${entry({ name: 'scope', label: 'Scope', value: value('scope'), hint: 'values, separated by spaces', longest: 4_000 })}
${lines({ name: 'redirect_uris', label: 'Redirect URIs', value: value('redirect_uris'), hint: 'one a line' })}
${lines({ name: 'post_logout_redirect_uris', label: 'Redirect URIs after sign-out', value: value('post_logout_redirect_uris'), hint: 'one a line' })}
${select('pkce_policy', 'PKCE policy', policies, value('pkce_policy'))}
${select('pkce_mode', 'Mode', modes, value('pkce_mode'))}
${entry({ name: 'pkce_enforce_after', label: 'In report mode until', value: value('pkce_enforce_after'), hint: 'a day like 2026-12-01', longest: 30 })}
</div>
${lines({ name: 'others', label: 'Any other member, as JSON', value: entered ? single(entered, 'others') : '', hint: 'A merge patch (RFC 7396), such as {"first_party": true}. null takes a member away.' })}`,
      button: 'Save',
    };
  },
  operation: patchClient,
  read: readEdit,
});

/** Sends only what is another one now, so that old mistakes of the registration keep nobody from changing its policy. */
function readEdit(form: Parameters, client: RegisteredClient): Result<JsonObject, string[]> {
  const others = readJson(single(form, 'others'));
  if (others === undefined) return refuse(['The other members are not a JSON object.']);
  const document = clientDocument(client);
  const change = Object.entries(members).flatMap(([member, read]) => {
    const next = read(single(form, member)?.trim());
    const before = document[member] ?? (member === 'scope' ? '' : null);
    return differences({ member: before }, { member: next }).length > 0 ? [[member, next] as const] : [];
  });
  const body = { ...Object.fromEntries(change), ...others };
  return Object.keys(body).length > 0 ? ok(body) : refuse(['Nothing is different from what is there.']);
}

function readJson(text: string | undefined): JsonObject | undefined {
  if (text === undefined || text.trim() === '') return {};
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}

export const disableForm = formOfClient({
  describe: ({ clientId }) => ({
    title: `Disable ${clientId}`,
    lead: 'Nobody can sign in to it any more, and its refresh tokens are refused, within 30 seconds. Access tokens that it has stay valid until they expire; removing the client ends them, too, but at APIs that verify them by themselves.',
    button: 'Disable',
    isDangerous: true,
  }),
  operation: patchClient,
  read: () => ok({ disabled: true }),
});

export const enableForm = formOfClient({
  describe: ({ clientId }) => ({
    title: `Enable ${clientId}`,
    lead: 'People can sign in to it again within 30 seconds.',
    button: 'Enable',
  }),
  operation: patchClient,
  read: () => ok({ disabled: false }),
});

export const removeForm = formOfClient({
  describe: ({ clientId }) => ({
    title: `Remove ${clientId}`,
    lead: 'The change log keeps its settings, and a rollback brings them back. Its secrets never come back.',
    button: 'Remove the client',
    isDangerous: true,
  }),
  operation: removeClient,
});

export const waiverForm = formOfClient({
  describe({ clientId, pkce: { waiver } }, entered) {
    const value = (name: string, before = '') => (entered ? single(entered, name) : before);
    return {
      title: waiver ? `The waiver of ${clientId}` : `A waiver for ${clientId}`,
      lead: html`It lifts the floors for this client alone, for at most 365 days. Reports name it while it lasts, and two weeks before it ends.${waiver ? html` Now: ${waiver.owner}, until ${moment(waiver.until)}: ${waiver.reason}` : ''}`,
      fields: html`<div class="fields">
${entry({ name: 'owner', label: 'Owner', value: value('owner', waiver?.owner), hint: 'who sees to it that it can end', isRequired: true, longest: 200 })}
${entry({ name: 'until', label: 'Until', value: value('until', waiver && formatTime(waiver.until).slice(0, 10)), isRequired: true, type: 'date', longest: 30 })}
</div>`,
      button: waiver ? 'Change the waiver' : 'Grant the waiver',
    };
  },
  operation: grantWaiver,
  // The reason of the form is that of the waiver.
  read: (form) =>
    ok({ owner: single(form, 'owner') ?? '', reason: single(form, 'why') ?? '', until: single(form, 'until') ?? '' }),
});

export const endWaiverForm = formOfClient({
  describe: ({ clientId }) => ({
    title: `End the waiver of ${clientId}`,
    lead: 'The floors hold for it again within 30 seconds.',
    button: 'End the waiver',
    isDangerous: true,
  }),
  operation: revokeWaiver,
});

export const secretForm = formOfClient({
  describe: ({ clientId, secretHashes }) => ({
    title: `A new secret for ${clientId}`,
    lead: `The new secret is shown once, on the next page. ${secretHashes.length > 1 ? 'The client has two secrets: end that rotation first, or end the others now.' : 'The old one stays valid beside it until you end it.'}`,
    fields: checkbox(
      'drop_old',
      'End every other secret at once',
      'An app that still has an old one is refused.',
      false,
    ),
    button: 'Make a new secret',
  }),
  operation: rotateClientSecret,
  read: (form) => ok(single(form, 'drop_old') === undefined ? {} : { drop_old: true }),
  done: (success, { clientId }) => secretPage(clientId, success),
});

export const endRotationForm = formOfClient({
  describe: ({ clientId }) => ({
    title: `End the old secret of ${clientId}`,
    lead: 'Only the newest secret stays valid. An app that still has the old one is refused.',
    button: 'End the old secret',
    isDangerous: true,
  }),
  operation: dropOldSecret,
});
