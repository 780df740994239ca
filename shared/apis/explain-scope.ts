import * as v from 'valibot';
import type { RegisteredClient } from '../clients/registered-client.ts';
import { isOpenidScope } from '../oauth/scope.ts';
import { withScopeOfApis } from './client-scope.ts';
import { grantableScope, ignoredScope } from './grantable-scope.ts';
import { isManagementScope } from './management-api.ts';
import type { RegisteredApi } from './registered-api.ts';

/** What becomes of the scope of an authorization request, and why values are dropped. */
export type ScopeExplanation = {
  /** Everything that the client may ask for now. */
  registered: readonly string[];
  /** The two only where a scope was asked about. */
  granted?: readonly string[];
  dropped?: readonly { value: string; why: string }[];
};

/** Explains what /authorize would grant of a scope, its values separated by spaces. */
export function explainScope(
  client: RegisteredClient,
  requested: string | undefined,
  apis: readonly RegisteredApi[],
): ScopeExplanation {
  const whole = withScopeOfApis(client, apis);
  const registered = grantableScope(whole, false);
  const ignored = ignoredScope(whole);
  if (requested === undefined) return { registered };
  const values = [...new Set(requested.split(' ').filter((value) => value !== ''))];
  const granted = values.filter((value) => registered.includes(value));
  const lost = values.filter((value) => !registered.includes(value));
  return { registered, granted, dropped: lost.map((value) => ({ value, why: whyDropped(value, apis, ignored) })) };
}

function whyDropped(value: string, apis: readonly RegisteredApi[], ignored: readonly string[]): string {
  if (ignored.includes(value)) return 'the client gets no refresh tokens; add refresh_token to grant_types';
  if (isManagementScope(value))
    return 'only operators grant the management of this server; a client has it for itself by client_credentials';
  const api = apis.find(({ scope }) => scope.includes(value));
  if (api && !isOpenidScope(value)) {
    return `belongs to the API ${api.resource}; add the value to scope, or the API to all_scopes_of`;
  }
  return isOpenidScope(value)
    ? 'the client is not registered for it; add it to scope'
    : 'the client is not registered for it, and no API has it';
}

/** The explanation as JSON, for the command line and the management API. */
export const scopeDocument = ({ registered, granted, dropped }: ScopeExplanation): object => ({
  registered: registered.join(' '),
  ...(granted && { granted: granted.join(' ') }),
  ...(dropped && { dropped }),
});

/** The explanation that a document of {@link scopeDocument} gives. Throws when it is none. */
export function scopeOfDocument(document: unknown): ScopeExplanation {
  const { registered, granted, dropped } = v.parse(explanation, document);
  return { registered, ...(granted && { granted }), ...(dropped && { dropped }) };
}

const values = v.pipe(
  v.string(),
  v.transform((text) => text.split(' ').filter((value) => value !== '')),
);
const explanation = v.object({
  registered: values,
  granted: v.optional(values),
  dropped: v.optional(v.array(v.object({ value: v.string(), why: v.string() }))),
});
