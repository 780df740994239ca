import { randomBytes } from 'node:crypto';
import type { GlobalPolicy } from '../pkce/policy.ts';
import type { RegisteredClient } from './registered-client.ts';

/** Who makes a change and why. Every write of a client or the policy requires it. */
export type Author = { by: string; why: string };

/** A client as the change log shows it: with the number of its secrets in place of the secrets. */
export type LoggedClient = Omit<RegisteredClient, 'secretHashes'> & { secrets: number };

/** A registered API, a scope value or a signing key as the change log shows it. */
type LoggedThing = Readonly<Record<string, unknown>>;

/**
 * A change of one client, API, scope value or key, or of the global policy when none of them is named. `before` is absent for an addition,
 * `after` for a removal.
 */
export type Change = Author & {
  /** Sorts by time: `20261122T031459Z-000002-4f9a2c`. */
  id: string;
  /** Epoch seconds. */
  at: number;
  client?: string | undefined;
  /** The resource of an API. */
  api?: string | undefined;
  /** A registered scope value. */
  scope?: string | undefined;
  /** The `kid` of a signing key. */
  key?: string | undefined;
  before?: LoggedClient | GlobalPolicy | LoggedThing | undefined;
  after?: LoggedClient | GlobalPolicy | LoggedThing | undefined;
};

/** Names the subject of a change in a list. */
export function subjectOf({ client, api, scope, key }: Change): string {
  if (client !== undefined) return client;
  if (api !== undefined) return `API ${api}`;
  if (scope !== undefined) return `scope ${scope}`;
  return key === undefined ? '(global policy)' : `key ${key}`;
}

/** Makes the id of a change. `at` is in epoch seconds; changes of one record within a second sort by `version`. */
export function changeId(at: number, version: number): string {
  const time = new Date(at * 1_000).toISOString().replaceAll(/[-:]|\.000/g, '');
  return `${time}-${String(version).padStart(6, '0')}-${randomBytes(3).toString('hex')}`;
}

export function loggedClient({ secretHashes, ...client }: RegisteredClient): LoggedClient {
  return { ...client, secrets: secretHashes.length };
}
