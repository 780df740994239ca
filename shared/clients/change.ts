import type { GlobalPolicy } from '../pkce/policy.ts';
import { randomBytes } from '../random-bytes.ts';
import type { RegisteredClient } from './registered-client.ts';

/** Who makes a change and why. Every write of a client or the policy requires it. */
export type Author = { by: string; why: string };

/** A client as the change log shows it: what can be set, with the number of its secrets in place of the secrets. */
export type LoggedClient = Omit<RegisteredClient, 'secretHashes' | 'since'> & { secrets: number };

/** A registered API, a scope value, a type of authorization details, a trust, a signing key or an account as the change log shows it. */
type LoggedThing = Readonly<Record<string, unknown>>;

/**
 * A change of one client, API, scope value, type of authorization details, trust, key or account, of many clients by an import, or of the global policy when nothing is named.
 * `before` is absent for an addition, `after` for a removal.
 */
export type Change = Author & {
  /** Sorts by time: `20261122T031459Z-000002-4f9a2c81d07e`. */
  id: string;
  /** Epoch seconds. */
  at: number;
  client?: string | undefined;
  /** The resource of an API. */
  api?: string | undefined;
  /** A registered scope value. */
  scope?: string | undefined;
  /** A type of authorization details. */
  detailType?: string | undefined;
  /** The name of a trust in an issuer. */
  trust?: string | undefined;
  /** The `kid` of a signing key. */
  key?: string | undefined;
  /** The `sub` of an account that an operator did something to. */
  account?: string | undefined;
  /** The mark of the client that was there before (see since.ts), for a rollback of its removal. */
  since?: string | undefined;
  before?: LoggedClient | GlobalPolicy | LoggedThing | undefined;
  after?: LoggedClient | GlobalPolicy | LoggedThing | undefined;
  /** The import, or the rollback of one, that this change is a part of; of its own entry, the `id`. */
  importId?: string | undefined;
  /** The id of the change that this one takes back for an import, or of the import that it rolls back. */
  undoes?: string | undefined;
  /** How many clients an import is about, in its own entry. */
  clients?: number | undefined;
  /** How an import ended, in its own entry. Absent while it runs, and when it was interrupted. */
  outcome?: 'done' | 'taken back' | undefined;
};

/** Whether a change of the log is the entry of an import as a whole. */
export const isImport = ({ id, importId }: Change): boolean => importId === id;

/** Names the subject of a change in a list. */
export function subjectOf(change: Change): string {
  const { client, api, scope, detailType, trust, key, account, clients } = change;
  if (isImport(change)) return `${clients ?? 0} clients`;
  if (client !== undefined) return client;
  if (api !== undefined) return `API ${api}`;
  if (scope !== undefined) return `scope ${scope}`;
  if (detailType !== undefined) return `authorization details ${detailType}`;
  if (trust !== undefined) return `trust ${trust}`;
  if (account !== undefined) return `account ${account}`;
  return key === undefined ? '(global policy)' : `key ${key}`;
}

/** Makes the id of a change. `at` is in epoch seconds; changes of one record within a second sort by `version`. */
export const changeId = (at: number, version: number): string =>
  idOf(at, String(version).padStart(6, '0'), bytesOfChange);

/** Makes the id of an import, `20261122T031459Z-import-4f9a2c`, which sorts behind the changes of its second. */
export const newImportId = (at: number): string => idOf(at, 'import', bytesOfImport);

/** An import makes ten thousand changes within a second, and two with the same id would be one in the log. People copy its own id. */
const bytesOfChange = 6;
const bytesOfImport = 3;

function idOf(at: number, kind: string, bytes: number): string {
  const time = new Date(at * 1_000).toISOString().replaceAll(/[-:]|\.000/g, '');
  return `${time}-${kind}-${randomBytes(bytes).toString('hex')}`;
}

export function loggedClient(logged: RegisteredClient): LoggedClient {
  const { secretHashes, since: _, ...client } = logged;
  return { ...client, secrets: secretHashes.length };
}
