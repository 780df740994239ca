import type { Author } from '../../shared/clients/change.ts';
import type { ClientStore } from '../../shared/clients/client-store.ts';
import type {
  ImportedClient,
  ImportNote,
  ParsedImport,
  RefusedEntry,
} from '../../shared/clients/import/parse-import.ts';
import type { RegisteredClient } from '../../shared/clients/registered-client.ts';
import { ok, type Result, refuse } from '../../shared/result.ts';

/** What an import will do with one client. `version` is the one that this decision is based on. */
export type PlannedClient = ImportedClient & {
  action: 'add' | 'replace';
  before: RegisteredClient | undefined;
  version: number;
};

export type ImportPlan = { planned: PlannedClient[]; refused: RefusedEntry[]; notes: ImportNote[] };

/** Lists the refused entries, without duplicates. */
export const refusedEntries = ({ refused }: Pick<ImportPlan, 'refused'>): string[] => [
  ...new Set(refused.map(({ entry }) => entry)),
];

/**
 * Plans an import against the existing clients. Refuses an existing client unless `replace` is set, and a new one whose id
 * `isSubject` of an account. Writes nothing.
 */
export async function planImport(
  parsed: ParsedImport,
  store: Pick<ClientStore, 'findVersion'>,
  { replace = false, isSubject }: { replace?: boolean; isSubject?: (clientId: string) => Promise<boolean> } = {},
): Promise<ImportPlan> {
  const plan: ImportPlan = { planned: [], refused: [...parsed.refused], notes: [] };
  for (const { entry, client } of parsed.clients) {
    const current = await store.findVersion(client.clientId);
    const before = current?.value;
    if (before && !replace) {
      plan.refused.push({ entry, member: 'client_id', problem: 'is already registered: use --replace to replace it' });
      continue;
    }
    if (!before && (await isSubject?.(client.clientId))) {
      plan.refused.push({ entry, member: 'client_id', problem: 'is the sub of an account' });
      continue;
    }
    plan.planned.push({ entry, client, action: before ? 'replace' : 'add', before, version: current?.version ?? 0 });
  }
  const taken = new Set(plan.planned.map(({ entry }) => entry));
  plan.notes = parsed.notes.filter(({ entry }) => taken.has(entry));
  return plan;
}

/** Another write changed a client after the plan was made. What the import had written is undone. */
export type ImportConflict = { reason: 'changed_meanwhile'; clientId: string };

/** Writing failed in the middle. `written` lists the clients that are in the store and could not be undone. */
export class ImportInterrupted extends Error {
  override name = 'ImportInterrupted';
  readonly written: readonly string[];
  constructor(written: readonly string[], cause: unknown) {
    super(`the import was interrupted after ${written.length} clients`, { cause });
    this.written = written;
  }
}

/** Writes all planned clients or, as far as the store permits, none. Returns how many. Throws {@link ImportInterrupted}. */
export async function carryOut(
  { planned }: Pick<ImportPlan, 'planned'>,
  store: Pick<ClientStore, 'put'>,
  author: Author,
): Promise<Result<number, ImportConflict>> {
  const written: { client: PlannedClient; version: number }[] = [];
  try {
    for (const client of planned) {
      const { clientId } = client.client;
      const put = await store.put(clientId, client.client, author, client.version);
      if (!put.ok) {
        await takeBack(written, store, author);
        return refuse({ reason: 'changed_meanwhile', clientId });
      }
      written.push({ client, version: put.value });
    }
  } catch (cause) {
    await takeBack(written, store, author).catch(() => {});
    throw new ImportInterrupted(
      written.map(({ client }) => client.client.clientId),
      cause,
    );
  }
  return ok(planned.length);
}

/** Restores the previous clients, last first, and removes them from `written`. Keeps a client that somebody has changed since. */
async function takeBack(
  written: { client: PlannedClient; version: number }[],
  store: Pick<ClientStore, 'put'>,
  author: Author,
): Promise<void> {
  const why = `taken back: ${author.why}`;
  for (let last = written.at(-1); last; last = written.at(-1)) {
    await store.put(last.client.client.clientId, last.client.before, { ...author, why }, last.version);
    written.pop();
  }
}
