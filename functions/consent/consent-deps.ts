import type { ApiReader } from '../../shared/apis/api-store.ts';
import type { WriteLine } from '../../shared/audit/audit-log.ts';
import type { ClientReader } from '../../shared/clients/client-reader.ts';
import type { DocumentStore } from '../../shared/clients/document-store.ts';
import type { LookOf } from '../../shared/pages/look.ts';
import type { ConsentStore } from '../../shared/people/consent-store.ts';
import type { SignedInStore } from '../../shared/people/signed-in-store.ts';
import type { StandingStore } from '../../shared/people/standing-store.ts';
import type { PushedRequests } from '../open-pushed-requests.ts';

export type ConsentDeps = {
  issuer: string;
  clients: Pick<ClientReader, 'find' | 'whyUnknown' | 'globalPolicy'>;
  pushedRequests: PushedRequests;
  /** Whether every client has to push its requests. */
  requiresPushedRequests: boolean;
  apis: ApiReader;
  /** Whether people may have tokens for the management API. */
  hasOperators: boolean;
  signedIn: Pick<SignedInStore, 'find'>;
  accounts: Pick<StandingStore, 'findClaims'>;
  consents: Pick<ConsentStore, 'allow'>;
  /** Where clients by metadata document are noted; absent where there are none. */
  documents?: Pick<DocumentStore, 'note'> | undefined;
  lookOf: LookOf;
  writeLine: WriteLine;
  /** Epoch seconds. */
  now: () => number;
};
