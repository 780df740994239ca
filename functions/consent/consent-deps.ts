import type { WriteLine } from '../../shared/audit/audit-log.ts';
import type { ClientReader } from '../../shared/clients/client-reader.ts';
import type { LookOf } from '../../shared/pages/look.ts';
import type { AccountStore } from '../../shared/people/account-store.ts';
import type { ConsentStore } from '../../shared/people/consent-store.ts';
import type { SessionStore } from '../../shared/people/session-store.ts';

export type ConsentDeps = {
  issuer: string;
  clients: Pick<ClientReader, 'find' | 'globalPolicy'>;
  sessions: Pick<SessionStore, 'find'>;
  accounts: Pick<AccountStore, 'findClaims'>;
  consents: Pick<ConsentStore, 'allow'>;
  lookOf: LookOf;
  writeLine: WriteLine;
  /** Epoch seconds. */
  now: () => number;
};
