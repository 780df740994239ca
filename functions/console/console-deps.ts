import type { WriteLine } from '../../shared/audit/audit-log.ts';
import type { RegisteredClient } from '../../shared/clients/registered-client.ts';
import type { KeyStore } from '../../shared/keys/key-store.ts';
import type { Look, LookOf } from '../../shared/pages/look.ts';
import type { SearchAudit } from '../../shared/reports/audit-search.ts';
import type { RollUps } from '../../shared/reports/roll-up.ts';
import type { CallerDeps, OperationDeps } from '../admin/operation.ts';
import type { SumUp } from './figures.ts';
import type { People } from './open-people.ts';
import type { ConsoleClient } from './session/console-client.ts';
import type { ConsoleCookies } from './session/console-cookies.ts';
import type { ReadOperatorDeps } from './session/read-operator.ts';

export type ConsoleDeps = OperationDeps &
  CallerDeps &
  Omit<ReadOperatorDeps, 'client' | 'cookies'> & {
    client: ConsoleClient;
    cookies: ConsoleCookies;
    /** Those that are registered, and those by metadata document that somebody allowed something. */
    allClients: () => Promise<RegisteredClient[]>;
    keys: Pick<KeyStore, 'list'>;
    rollUps: RollUps;
    people: People;
    sumUp: SumUp;
    searchAudit: SearchAudit;
    /** Whether the audit log is on this machine, and a search of it takes no time. */
    isLogHere: boolean;
    /** How the pages of the console look, and those that everybody may see. */
    look: Look;
    lookOf: LookOf;
    /** The version of Pixy. */
    version: string;
    writeLine: WriteLine;
    /** Epoch seconds. */
    now: () => number;
  };
