import { isDeepStrictEqual } from 'node:util';
import { inTurns } from '../../shared/aws/in-turns.ts';
import type { Author, Change } from '../../shared/clients/change.ts';
import { clientDocument } from '../../shared/clients/client-document.ts';
import type { ClientImportStore, ClientWrite } from '../../shared/clients/client-import-store.ts';
import { verifyClientSecret } from '../../shared/clients/client-secret.ts';
import type {
  ImportedClient,
  ImportNote,
  ParsedImport,
  RefusedEntry,
} from '../../shared/clients/import/parse-import.ts';
import type { StoredClient } from '../../shared/clients/records.ts';
import type { RegisteredClient } from '../../shared/clients/registered-client.ts';
import { differences } from '../../shared/clients/roll-back.ts';
import { ok, type Result, refuse } from '../../shared/result.ts';
import { takeBack, writeAll } from './write-clients.ts';

/** What an import will do with one client, and the record that this decision is based on. */
export type PlannedClient = ImportedClient & { action: 'add' | 'replace'; before: StoredClient | undefined };

export type ImportPlan = {
  planned: PlannedClient[];
  refused: RefusedEntry[];
  notes: ImportNote[];
  /** How many clients are there already as the file has them. */
  unchanged: number;
  /** The import that was interrupted, and that this one finishes. */
  goesOn: Change | undefined;
  /** What it has changed, which may not be in the log yet. */
  written: Change[];
};

/** Lists the refused entries, without duplicates. */
export const refusedEntries = ({ refused }: Pick<ImportPlan, 'refused'>): string[] => [
  ...new Set(refused.map(({ entry }) => entry)),
];

/** `taken` returns why a new client cannot have an id, for those that it cannot. */
type PlanOptions = {
  replace?: boolean;
  taken?: (clientIds: readonly string[]) => Promise<ReadonlyMap<string, string>>;
};

/**
 * Plans an import against the existing clients. One that is there as the file has it stays. Refuses one that differs unless
 * `replace` is set, and a new one whose id is `taken`. Writes nothing.
 */
export async function planImport(
  parsed: ParsedImport,
  store: Pick<ClientImportStore, 'find' | 'findImport'>,
  { replace = false, taken = async () => new Map() }: PlanOptions = {},
): Promise<ImportPlan> {
  const clientIds = parsed.clients.map(({ client }) => client.clientId);
  const stored = await store.find(clientIds);
  const problems = await taken(clientIds);
  const plan: ImportPlan = {
    planned: [],
    refused: [...parsed.refused],
    notes: [],
    unchanged: 0,
    goesOn: undefined,
    written: [],
  };
  const kept: Change[] = [];
  const compared = await inTurns(
    parsed.clients,
    async (imported) => {
      const before = stored.get(imported.client.clientId);
      return { imported, before, same: before?.value !== undefined && (await isSame(imported, before.value)) };
    },
    verifiedTogether,
  );
  for (const { imported, before, same } of compared) {
    const { entry, client } = imported;
    if (before?.value && same) {
      plan.unchanged += 1;
      if (before.lastChange.importId !== undefined) kept.push(before.lastChange);
    } else if (before?.value && !replace) {
      const problem = 'is already registered with other settings: use --replace to replace it';
      plan.refused.push({ entry, member: 'client_id', problem });
    } else if (!before?.value && problems.has(client.clientId)) {
      plan.refused.push({ entry, member: 'client_id', problem: problems.get(client.clientId) ?? '' });
    } else plan.planned.push({ ...imported, action: before?.value ? 'replace' : 'add', before });
  }
  const planned = new Set(plan.planned.map(({ entry }) => entry));
  plan.notes = parsed.notes.filter(({ entry }) => planned.has(entry));
  for (const id of new Set(kept.flatMap(({ importId = [] }) => importId))) {
    const found = await store.findImport(id);
    if (found && found.outcome === undefined) plan.goesOn = found;
  }
  plan.written = kept.filter(({ importId }) => importId === plan.goesOn?.id);
  return plan;
}

/** A short secret is verified like a password, which takes some time. */
const verifiedTogether = 8;

/** Whether a client is there as the file has it, with its secret. */
async function isSame({ client, secret }: ImportedClient, current: RegisteredClient): Promise<boolean> {
  if (differences(clientDocument(client), clientDocument(current)).length > 0) return false;
  const [hash] = current.secretHashes;
  if (hash === undefined || isDeepStrictEqual(client.secretHashes, current.secretHashes)) return true;
  return secret !== undefined && verifyClientSecret(secret, hash);
}

/** Another write changed a client after the plan was made. What the import had written is taken back. */
export type ImportConflict = { reason: 'changed_meanwhile'; clientId: string };

/** Writing failed in the middle. `isTakenBack`: whether all that was written could be taken back. */
export class ImportInterrupted extends Error {
  override name = 'ImportInterrupted';
  readonly importId: string;
  readonly isTakenBack: boolean;
  constructor(importId: string, isTakenBack: boolean, cause: unknown) {
    super(`the import ${importId} was interrupted`, { cause });
    this.importId = importId;
    this.isTakenBack = isTakenBack;
  }
}

/**
 * Writes all planned clients as one import or, as far as the store permits, none. Returns the id of the import, undefined if there
 * was nothing to do. Throws {@link ImportInterrupted}.
 */
export async function carryOut(
  { planned, goesOn, unchanged, written }: Pick<ImportPlan, 'planned' | 'goesOn' | 'unchanged' | 'written'>,
  store: ClientImportStore,
  author: Author,
): Promise<Result<string | undefined, ImportConflict>> {
  if (planned.length === 0 && goesOn === undefined) return ok(undefined);
  const entry = goesOn ? { ...goesOn, clients: planned.length + unchanged } : store.newImport(author, planned.length);
  const origin = { ...author, importId: entry.id };
  const writes = planned.map(({ client, before }) => store.prepare(client.clientId, client, before, origin));
  try {
    await store.logImport(entry);
    await store.logChanges(written);
    const lost = await writeAll(writes, store);
    if (lost === undefined) {
      await store.logImport({ ...entry, outcome: 'done' });
      return ok(entry.id);
    }
    await leaveNothing(writes, entry, goesOn, store, author);
    return refuse({ reason: 'changed_meanwhile', clientId: lost });
  } catch (cause) {
    const isTakenBack = await leaveNothing(writes, entry, goesOn, store, author).then(
      () => true,
      () => false,
    );
    throw new ImportInterrupted(entry.id, isTakenBack && goesOn === undefined, cause);
  }
}

/** Takes back what this run has written. What an earlier run of the same import has written stays. */
async function leaveNothing(
  writes: readonly ClientWrite[],
  entry: Change,
  goesOn: Change | undefined,
  store: ClientImportStore,
  author: Author,
): Promise<void> {
  await takeBack(writes, store, { ...author, why: `taken back: ${author.why}`, importId: entry.id });
  if (goesOn === undefined) await store.logImport({ ...entry, outcome: 'taken back' });
}
