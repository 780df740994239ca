import type { ApiReader } from '../../shared/apis/api-store.ts';
import type { WriteLine } from '../../shared/audit/audit-log.ts';
import type { ClientReader } from '../../shared/clients/client-reader.ts';
import type { RegisteredClient } from '../../shared/clients/registered-client.ts';
import type { Grant } from '../../shared/grants/grant.ts';
import type { GrantStore } from '../../shared/grants/grant-store.ts';
import type { RefreshKeys } from '../../shared/grants/refresh-token.ts';
import type { Home } from '../../shared/home.ts';
import type { JwkSet } from '../../shared/keys/loaded-keys.ts';
import type { ResponseParameters } from '../../shared/oauth/redirect-uri.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import type { SessionStore } from '../../shared/people/session-store.ts';
import type { SignedInStore } from '../../shared/people/signed-in-store.ts';
import type { StandingStore } from '../../shared/people/standing-store.ts';
import type { Result } from '../../shared/result.ts';
import type { PushedRequests } from '../open-pushed-requests.ts';
import type { RequestObjects } from '../open-request-objects.ts';
import type { SubjectsOf } from '../subjects-of.ts';
import type { Pages } from './pages.ts';

export type AuthorizeDeps = {
  issuer: string;
  /** Where this is, with several regions. */
  home: Home | undefined;
  /** Seconds. */
  codeLifetime: number;
  /** Whether grants have to know the session they came from. */
  revokesAtSignOut: boolean;
  clients: Pick<ClientReader, 'find' | 'findRegistered' | 'whyUnknown' | 'globalPolicy'>;
  apis: ApiReader;
  /** Whether people may have tokens for the management API. */
  hasOperators: boolean;
  signedIn: SignedInStore;
  sessions: Pick<SessionStore, 'keepAlive' | 'note'>;
  /** Uses up the permission for one request; false when it is gone. */
  useConsent: (sub: string, client: RegisteredClient, requestHash: string) => Promise<boolean>;
  accounts: Pick<StandingStore, 'findClaims'>;
  /** Keeps a client that registered itself, now that it is used; absent where none can. */
  renewClient?: ((client: RegisteredClient, now: number) => Promise<void>) | undefined;
  grants: Pick<GrantStore, 'issue'>;
  pushedRequests: PushedRequests;
  requestObjects: RequestObjects;
  /** Whether every client has to push its requests. */
  requiresPushedRequests: boolean;
  /** Codes name their person, sealed with these. */
  refreshKeys: () => Promise<RefreshKeys>;
  publishedKeys: () => Promise<JwkSet>;
  subjectsOf: SubjectsOf;
  pages: () => Promise<Pages>;
  /**
   * Loads what makes the ID token of the hybrid flow. Refuses an algorithm that the server has no key of. Absent in the function
   * that answers everything else: it cannot sign.
   */
  idTokenMinter?: (client: RegisteredClient) => Promise<Result<MintIdToken, Refusal>>;
  /** The same for the signed answers of JARM, whatever the response type. */
  responseSigner?: (client: RegisteredClient) => Promise<Result<SignResponse, Refusal>>;
  writeLine: WriteLine;
  now: () => number;
};

/** Makes the ID token that travels with the code (OpenID Connect Core §3.3.2.11). */
export type MintIdToken = (grant: Grant, code: string) => Promise<string>;

/** Signs the parameters of an answer (JARM §2.1). */
type SignResponse = (parameters: ResponseParameters) => Promise<string>;
