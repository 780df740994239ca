import {
  type ImportFormat,
  type ImportOptions,
  type ParsedImport,
  parseImport,
} from '../../shared/clients/import/parse-import.ts';
import type { RegisteredClient } from '../../shared/clients/registered-client.ts';

const now = 1_800_000_000;

/** Reads a file at {@link now}. */
export const readImport = (format: ImportFormat, text: string, options: Partial<ImportOptions> = {}) =>
  parseImport(format, text, { now, ...options });

/** The client of an import that has one and refuses nothing; fails the test otherwise. */
export function onlyClient({ clients, refused }: ParsedImport): RegisteredClient {
  const [only, ...more] = clients;
  if (!only || more.length > 0 || refused.length > 0) throw new Error(JSON.stringify({ clients, refused }));
  return only.client;
}

/** The one refusal of an import that takes nothing, as people read it. */
export function refusalOf({ clients, refused }: ParsedImport): string {
  const [only, ...more] = refused;
  if (!only || more.length > 0 || clients.length > 0) throw new Error(JSON.stringify({ clients, refused }));
  return `${only.entry}: ${only.member} ${only.problem}`;
}

/** The one note. */
export function noteOf({ notes }: ParsedImport): string {
  const [only, ...more] = notes;
  if (!only || more.length > 0) throw new Error(JSON.stringify(notes));
  return only.note;
}
