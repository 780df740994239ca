import type { Author } from '../shared/clients/change.ts';
import { logChange, newChange } from '../shared/clients/change-log.ts';
import type { Runtime } from './runtime.ts';

/** Writes what an operator did to an account into the change log. */
export type LogAccount = (author: Author, sub: string, did: string) => Promise<void>;

export const loggingAccounts =
  ({ config, database, now }: Runtime): LogAccount =>
  (author, sub, did) =>
    logChange(database, config.tables.clients, newChange({ ...author, at: now(), account: sub, after: { did } }, 0));
