import type { Mistake } from '../../mistake.ts';
import type { Result } from '../../result.ts';

export type Json = Readonly<Record<string, unknown>>;

/** One account of a file. Messages call it by its `label`. `mistakes` are those that show before anything is read. */
export type AccountEntry = { label: string; value: unknown; mistakes?: readonly Mistake[] };

/** Reads a file piece by piece. Refuses it with half a sentence that follows its name. */
export type EntryReader = {
  push(text: string): Result<AccountEntry[], string>;
  end(): Result<AccountEntry[], string>;
};

/** What another server calls its providers, with the issuer and the id here that each of them has. */
export type ProviderMap = Readonly<Record<string, { issuer: string; id: string }>>;

/** What the operator says about the columns and members of a file. */
export type MemberOptions = {
  /** Columns that become claims of the same name. */
  claimColumns?: readonly string[] | undefined;
  /** Claims, and the member of the file that each of them comes from. */
  claimMap?: Readonly<Record<string, string>> | undefined;
  /** Columns and members to leave behind. */
  skipMembers?: readonly string[] | undefined;
  /** The issuers of another server's providers, by its names for them. */
  providers?: ProviderMap | undefined;
};

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Labels an entry by its place and its name. */
export function labelOf(label: string, { username, email }: Json): string {
  const name = [username, email].find((text) => typeof text === 'string' && text !== '');
  return typeof name === 'string' ? `${label} (${name.slice(0, 60)})` : label;
}
