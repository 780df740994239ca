import type { GenericSchema } from 'valibot';
import type { ApiStore, ScopeStore } from '../../shared/apis/api-store.ts';
import type { ManagementScope } from '../../shared/apis/management-api.ts';
import type { WriteLine } from '../../shared/audit/audit-log.ts';
import type { Author } from '../../shared/clients/change.ts';
import type { ClientStore } from '../../shared/clients/client-store.ts';
import type { SubjectStore } from '../../shared/grants/subject-store.ts';
import type { JsonObject } from '../../shared/http/json-document.ts';
import type { Problem } from '../../shared/http/problem.ts';
import type { JwkSet } from '../../shared/keys/loaded-keys.ts';
import type { Reason } from '../../shared/oauth/refusal.ts';
import type { AccountStore } from '../../shared/people/account-store.ts';
import type { Operators } from '../../shared/people/operators.ts';
import type { SessionStore } from '../../shared/people/session-store.ts';
import type { Result } from '../../shared/result.ts';
import type { ProveTokenDeps } from '../../shared/tokens/prove-token.ts';
import type { LogAccount } from '../log-account.ts';
import type { EndSession } from '../sign-out/end-session.ts';
import type { ProofUses } from '../use-proof.ts';
import type { IfMatch } from './if-match.ts';

/*
 * An operation of the management API is described once: the handler serves it from the description, and the OpenAPI document is
 * made from the same one.
 */

/** What operations read and write: for the management API, and for whoever else performs them for an operator. */
export type OperationDeps = {
  clients: ClientStore;
  apis: Pick<ApiStore, 'list'>;
  scopes: ScopeStore;
  accounts: Pick<AccountStore, 'isSubject'>;
  sessions: Pick<SessionStore, 'list' | 'findListed'>;
  /** Ends a session by its id in the list, and tells its clients. */
  endListed: EndSession;
  /** Writes what was done to an account into the change log. */
  logAccount: LogAccount;
  /** Epoch seconds. */
  now: () => number;
};

/** What decides whether a token manages. */
export type CallerDeps = {
  issuer: string;
  clients: Pick<ClientStore, 'find'>;
  /** The grant of a person's token, and the person. */
  subjects: Pick<SubjectStore, 'findClaims'>;
  /** Who of the people manages; absent: nobody. */
  operators: Operators | undefined;
  publishedKeys: () => Promise<JwkSet>;
  /** Epoch seconds. */
  now: () => number;
};

export type AdminDeps = ProveTokenDeps &
  OperationDeps &
  CallerDeps & {
    /** Remembers DPoP proofs that work once. */
    assertions: ProofUses;
    writeLine: WriteLine;
  };

/** A query parameter: how its text is checked and turned into a value, and how OpenAPI says the same. */
export type QueryParameter = { schema: GenericSchema<unknown, unknown>; json: object; description: string };

/** The schemas of answers, by the name they have in the OpenAPI document. */
export type AnswerName =
  | 'Client'
  | 'ClientWithSecret'
  | 'ClientList'
  | 'RemovedClient'
  | 'Policy'
  | 'ChangeList'
  | 'Explanation'
  | 'RolledBack'
  | 'Scope'
  | 'ScopeList'
  | 'RemovedScope'
  | 'SessionList'
  | 'EndedSessions';

export type Operation = {
  id: string;
  summary: string;
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With `{client_id}`, `{scope}`, `{sub}` or `{change_id}` where these stand. */
  path: `/admin/${string}`;
  scope: Exclude<ManagementScope, 'pixy:delegate'>;
  query?: Readonly<Record<string, QueryParameter>>;
  body?: { schema: GenericSchema<unknown, unknown>; name: string; required: boolean; mediaTypes: readonly string[] };
  /** Whether the change has to name the version it was made for. */
  ifMatch?: 'required' | 'optional';
  status: 200 | 201;
  answer: AnswerName;
  /** What it refuses, besides what every operation does. */
  refuses: readonly Reason[];
  perform: (call: Call, deps: OperationDeps) => Promise<Outcome>;
};

/** One request of a client that may make it, checked as far as its operation describes it. */
export type Call = {
  /** The value in the path; empty where the path has none. */
  name: string;
  query: Readonly<Record<string, unknown>>;
  body: JsonObject;
  ifMatch: IfMatch | undefined;
  /** `why` is empty when the request does not say. */
  author: Author;
  /** Whether the caller may change clients that manage this server, and make new ones. */
  mayDelegate: boolean;
  /** Epoch seconds. */
  now: number;
};

/** `version` goes into the ETag. `location` is the path of what was made. */
export type Success = { document: object; version?: number; location?: string };

export type Outcome = Result<Success, Problem>;

export const json = ['application/json'] as const;
export const mergePatch = ['application/merge-patch+json', 'application/json'] as const;
