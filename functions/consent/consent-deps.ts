import type { ApiReader } from '../../shared/apis/api-store.ts';
import type { WriteLine } from '../../shared/audit/audit-log.ts';
import type { ClientReader } from '../../shared/clients/client-reader.ts';
import type { LookOf } from '../../shared/pages/look.ts';
import type { ConsentStore } from '../../shared/people/consent-store.ts';
import type { SignedInStore } from '../../shared/people/signed-in-store.ts';
import type { StandingStore } from '../../shared/people/standing-store.ts';

export type ConsentDeps = {
  issuer: string;
  clients: Pick<ClientReader, 'find' | 'globalPolicy'>;
  apis: ApiReader;
  signedIn: Pick<SignedInStore, 'find'>;
  accounts: Pick<StandingStore, 'findClaims'>;
  consents: Pick<ConsentStore, 'allow'>;
  lookOf: LookOf;
  writeLine: WriteLine;
  /** Epoch seconds. */
  now: () => number;
};
