import { type GlobalPolicy, resolveRules } from '../pkce/policy.ts';
import { formatTime, parseTime } from '../time.ts';
import type { LoggedClient } from './change.ts';
import { loggedClient } from './change.ts';
import { toClient, type Versioned } from './records.ts';
import { policySettings, type RegisteredClient } from './registered-client.ts';
import { addedAt } from './since.ts';

/*
 * A client as JSON, for the command line, the management API and files, with RFC 7591's member names and our own for what only an
 * operator decides. Never contains a secret or its hash. Times are RFC 3339.
 */

export type ClientDocument = Readonly<Record<string, unknown>> & { client_id: string };

/** Describes everything that can be set about a client, and counts its secrets. Also takes a client of the change log. */
export function clientDocument(client: RegisteredClient | LoggedClient): ClientDocument {
  const logged = 'secretHashes' in client ? loggedClient(client) : client;
  // Nobody sets the hash: it follows from what is set.
  const { clientId, scope, pkce, secrets, documentHash: _, ...members } = logged;
  const { policy, mode, enforceAfter, waiver, acceptLowercaseMethod, acceptShortVerifier } = pkce;
  return present({
    client_id: clientId,
    ...Object.fromEntries(Object.entries(members).map(([name, value]) => [memberName(name), value])),
    scope: scope.join(' '),
    pkce_policy: policy,
    pkce_mode: mode,
    pkce_enforce_after: enforceAfter === undefined ? undefined : formatTime(enforceAfter),
    pkce_waiver: waiver && { owner: waiver.owner, reason: waiver.reason, until: formatTime(waiver.until) },
    pkce_accept_lowercase_method: acceptLowercaseMethod,
    pkce_accept_short_verifier: acceptShortVerifier,
    client_secrets: secrets,
  }) as ClientDocument;
}

/** Adds to the document the version, when the client was added, and the rules that apply to it at `now` (epoch seconds). */
export function describeClient(
  { value, version }: Pick<Versioned<RegisteredClient>, 'value' | 'version'>,
  global: GlobalPolicy,
  now: number,
): ClientDocument {
  const { policy, origin, mode, enforced } = resolveRules(policySettings(value), global, now);
  const at = addedAt(value);
  return {
    ...clientDocument(value),
    effective_policy: { policy, origin, mode, enforced },
    ...(at !== undefined && { added_at: formatTime(at) }),
    version,
  };
}

/** The client that a document of {@link clientDocument} describes. It has placeholders for its secrets. */
export function clientOfDocument(document: Readonly<Record<string, unknown>>): RegisteredClient {
  const { scope, client_secrets: secrets = 0, pkce_enforce_after: enforceAfter, pkce_waiver: waiver } = document;
  const members = Object.entries(document).filter(([name]) => !/^(scope|client_secrets|pkce_.*)$/.test(name));
  const pkce = {
    policy: document['pkce_policy'],
    mode: document['pkce_mode'],
    enforceAfter: timeOf(enforceAfter),
    waiver: isWaiver(waiver) ? { ...waiver, until: timeOf(waiver.until) } : undefined,
    acceptLowercaseMethod: document['pkce_accept_lowercase_method'],
    acceptShortVerifier: document['pkce_accept_short_verifier'],
  };
  const value = {
    ...Object.fromEntries(members.map(([name, member]) => [propertyName(name), member])),
    scope: scopeOf(scope),
    secretHashes: Array.from({ length: Number(secrets) }, (_, at) => `secret ${at}`),
    pkce: present(pkce),
  };
  return toClient({ value });
}

const timeOf = (text: unknown): number | undefined => (typeof text === 'string' ? parseTime(text) : undefined);

const scopeOf = (text: unknown): string[] =>
  typeof text === 'string' ? text.split(' ').filter((value) => value !== '') : [];

const isWaiver = (value: unknown): value is { until: unknown } =>
  typeof value === 'object' && value !== null && 'until' in value;

const propertyName = (name: string): string =>
  name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** Turns `tokenEndpointAuthMethod` into `token_endpoint_auth_method`. */
export const memberName = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const present = (members: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
