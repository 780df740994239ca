import type { ApiReader } from '../../shared/apis/api-store.ts';
import type { WriteLine } from '../../shared/audit/audit-log.ts';
import type { Decision } from '../../shared/audit/decision.ts';
import type { AuthenticatedClient, AuthenticationDeps } from '../../shared/clients/client-authentication.ts';
import type { ClientReader } from '../../shared/clients/client-reader.ts';
import type { GrantStore } from '../../shared/grants/grant-store.ts';
import type { RefreshSettings } from '../../shared/grants/refresh-grant.ts';
import type { RefreshKeys } from '../../shared/grants/refresh-token.ts';
import type { Home } from '../../shared/home.ts';
import type { Hooks } from '../../shared/hooks/hooks.ts';
import type { SigningAlgorithm, SigningKey } from '../../shared/keys/signing-key.ts';
import type { Parameters } from '../../shared/oauth/parameters.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import type { deviceCodeGrant, jwtBearer, SwitchedOn, tokenExchange } from '../../shared/oauth/server-metadata.ts';
import type { StandingStore } from '../../shared/people/standing-store.ts';
import type { Result } from '../../shared/result.ts';
import type { TokenResponse } from '../../shared/tokens/mint.ts';
import type { ProveKeyDeps } from '../prove-key.ts';
import type { TidyUp } from '../tidy-up.ts';

export type TokenDeps = AuthenticationDeps &
  ProveKeyDeps &
  RefreshSettings &
  SwitchedOn & {
    issuer: string;
    /** Where this is, with several regions. */
    home: Home | undefined;
    /** `aud` when no resource is named. */
    audience: string;
    /** Seconds. */
    accessTokenLifetime: number;
    idTokenLifetime: number;
    /** Signs access tokens, and ID tokens of clients that do not ask for another algorithm. */
    defaultAlgorithm: SigningAlgorithm;
    clients: Pick<ClientReader, 'find' | 'findRegistered' | 'globalPolicy'>;
    apis: ApiReader;
    grants: Pick<GrantStore, 'find' | 'spend' | 'rotate' | 'keepUsing' | 'countUse' | 'revoke' | 'endOldest'>;
    tidyUp: TidyUp;
    accounts: Pick<StandingStore, 'findStanding' | 'findWithClaims'>;
    hooks: Pick<Hooks, 'claims'>;
    signingKey: (algorithm: SigningAlgorithm) => Promise<SigningKey>;
    refreshKeys: () => Promise<RefreshKeys>;
    lateFlows: Record<LateGrantType, GrantFlow>;
    /** The client that a request means which names none, or why it means nobody. */
    meantClient: (form: Parameters, deps: TokenDeps) => Promise<Result<string, Refusal>>;
    writeLine: WriteLine;
  };

/** The grants whose code is read when they first come; see late-flow.ts. */
export type LateGrantType = typeof deviceCodeGrant | typeof jwtBearer | typeof tokenExchange;

/** What a grant flow answers: the tokens, or the refusal, and what the audit log should know. */
export type FlowOutcome = { note: Partial<Decision> } & (
  | { ok: true; tokens: TokenResponse }
  | { ok: false; refusal: Refusal }
);

/** `jkt`: the thumbprint of the key that the request proved to have; undefined without a DPoP proof. */
export type GrantFlow = (
  form: Parameters,
  client: AuthenticatedClient,
  deps: TokenDeps,
  jkt: string | undefined,
) => Promise<FlowOutcome>;
