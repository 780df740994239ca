import type { Result } from '../../result.ts';
import type { RegisteredClient } from '../registered-client.ts';
import type { Mistake } from '../registration.ts';

/** How clients with a secret authenticate when the file does not say. `none`: they do not send it. */
export const importableAuthMethods = ['client_secret_basic', 'client_secret_post', 'none'] as const;
export type ImportableAuthMethod = (typeof importableAuthMethods)[number];

/** What the operator adds where the file is silent. */
export type ReadingOptions = {
  authMethod?: ImportableAuthMethod | undefined;
  /** Epoch seconds. */
  now: number;
};

/** A client of another system, in the terms of RFC 7591 and our own. */
export type ForeignClient = {
  /** RFC 7591 §2, without the policy. Undefined members count as absent. */
  metadata: Readonly<Record<string, unknown>>;
  pkce: RegisteredClient['pkce'];
  /** The file's own names for members of `metadata` and for `pkce_policy`, where they differ. */
  names?: Readonly<Record<string, string>>;
  /** Hashes that the file has instead of a secret, in the format of client-secret.ts. */
  secretHashes?: readonly string[] | undefined;
  disabled?: boolean | undefined;
  /** Whether the source held the client to PKCE, although it inherits: it then gets no waiver. */
  isHeld?: boolean | undefined;
  /** What is wrong with the entry, besides what registration will find. */
  mistakes?: readonly Mistake[] | undefined;
  /** Tells the importer what was left behind and what was decided, in sentences that start with the client's name. */
  notes: readonly string[];
};

/** One client of a file. Messages call it by its `label`. `mistakes` show before anything is read. */
export type Entry = { label: string; value: unknown; mistakes?: readonly Mistake[] };

/** How to read the clients of one system: first the file's entries, then each entry on its own. */
export type ForeignFormat = {
  entries(text: string): Result<Entry[], string>;
  translate(value: unknown, options: ReadingOptions): Result<ForeignClient, Mistake>;
};
