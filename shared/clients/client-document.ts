import { type GlobalPolicy, resolveRules } from '../pkce/policy.ts';
import { formatTime } from '../time.ts';
import type { LoggedClient } from './change.ts';
import { loggedClient } from './change.ts';
import type { Versioned } from './records.ts';
import { policySettings, type RegisteredClient } from './registered-client.ts';

/*
 * A client as JSON, for the command line, the management API and files: RFC 7591's member names, and ours for what only an
 * operator decides. Never a secret nor its hash; times are RFC 3339.
 */

export type ClientDocument = Readonly<Record<string, unknown>> & { client_id: string };

/** Everything about a client that can be set, and how many secrets it has. Takes a client of the change log, too. */
export function clientDocument(client: RegisteredClient | LoggedClient): ClientDocument {
  const { clientId, scope, pkce, secrets, ...members } = 'secretHashes' in client ? loggedClient(client) : client;
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

/** The document with what follows from it: the rules the client is held to at `now` (epoch seconds), and its version. */
export function describeClient(
  { value, version }: Pick<Versioned<RegisteredClient>, 'value' | 'version'>,
  global: GlobalPolicy,
  now: number,
): ClientDocument {
  const { policy, origin, mode, enforced } = resolveRules(policySettings(value), global, now);
  return { ...clientDocument(value), effective_policy: { policy, origin, mode, enforced }, version };
}

/** `tokenEndpointAuthMethod` is `token_endpoint_auth_method` on the wire. */
export const memberName = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const present = (members: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
