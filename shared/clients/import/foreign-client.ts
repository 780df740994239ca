import type { Result } from '../../result.ts';
import type { RegisteredClient } from '../registered-client.ts';
import type { Mistake } from '../registration.ts';

/** How clients with a secret prove it, where the file does not say; `none`: they do not send it. */
export const importableAuthMethods = ['client_secret_basic', 'client_secret_post', 'none'] as const;
export type ImportableAuthMethod = (typeof importableAuthMethods)[number];

/** What the operator says about a file that the file itself does not. */
export type ReadingOptions = {
  authMethod?: ImportableAuthMethod | undefined;
  /** Epoch seconds. */
  now: number;
};

/** A client of another system, in RFC 7591's words and ours. */
export type ForeignClient = {
  /** RFC 7591 §2, without the policy. Undefined members are absent. */
  metadata: Readonly<Record<string, unknown>>;
  pkce: RegisteredClient['pkce'];
  /** What members of `metadata`, and `pkce_policy`, are called in the file, where that differs. */
  names?: Readonly<Record<string, string>>;
  /** Hashes that the file has in place of a secret, as client-secret.ts keeps them. */
  secretHashes?: readonly string[] | undefined;
  disabled?: boolean | undefined;
  /** For whoever imports it: what was left behind, and what was decided. Sentences that go on from the client's name. */
  notes: readonly string[];
};

/** One client of a file. `label` is how messages call it. */
export type Entry = { label: string; value: unknown };

/** How the clients of one system are read: first the entries of the file, then each on its own. */
export type ForeignFormat = {
  entries(text: string): Result<Entry[], string>;
  translate(value: unknown, options: ReadingOptions): Result<ForeignClient, Mistake>;
};
