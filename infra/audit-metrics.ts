import { kmsService } from '../shared/keys/kms-service.ts';
import type { Reason } from '../shared/oauth/refusal.ts';
import { passOnFunctions } from './other-regions.ts';
import type { EndpointFunctionName, OptionalFunctionName } from './routes.ts';

/** The functions whose log groups have audit lines; some are not in every deployment. */
export type AuditWriter = EndpointFunctionName | OptionalFunctionName;

export type AuditMetric = {
  /** Selects audit lines: a filter pattern of CloudWatch Logs for JSON. */
  pattern: string;
  /** Dimension → member of the line. Each has few values, so the client is not one of them. */
  dimensions?: Readonly<Record<string, `$.${string}`>>;
  /** The functions that write such lines. Default: all. */
  writtenBy?: readonly AuditWriter[];
  /** Only where a server has several regions. */
  ofRegions?: true;
};

const reason = (name: Reason): string => `$.reason = "${name}"`;

export type AuditMetricName =
  | 'issued'
  | 'tokens'
  | 'notAllowed'
  | 'refusals'
  | 'wouldRefuse'
  | 'codeSpent'
  | 'refreshTokenReplayed'
  | 'credentialChanged'
  | 'kmsFailed'
  | 'passOnFailed';

/** What is counted in the audit log (docs/audit.md has the same table). */
export const auditMetrics: Readonly<Record<AuditMetricName, AuditMetric>> = {
  issued: {
    pattern: '{ ($.v = 1) && ($.verdict = "allowed") && ($.method = "*") }',
    dimensions: { method: '$.method' },
    writtenBy: ['authorize', 'authorize-hybrid', 'device-authorization'],
  },
  tokens: {
    pattern: '{ ($.v = 1) && ($.verdict = "allowed") && ($.grant = "*") }',
    dimensions: { grant: '$.grant' },
    writtenBy: ['token'],
  },
  // What was refused and what failed has a reason, and nothing else has. One filter for both, since each takes a resource per function.
  notAllowed: {
    pattern: '{ ($.v = 1) && ($.reason = "*") }',
    dimensions: { verdict: '$.verdict', endpoint: '$.endpoint', reason: '$.reason' },
  },
  // For an alarm, which cannot add up what has dimensions.
  refusals: {
    pattern: '{ ($.v = 1) && ($.verdict = "refused") }',
    writtenBy: ['authorize', 'authorize-hybrid', 'par', 'sign-in', 'token'],
  },
  wouldRefuse: {
    pattern: '{ ($.v = 1) && ($.wouldRefuse = "*") }',
    dimensions: { reason: '$.wouldRefuse' },
    writtenBy: ['authorize', 'authorize-hybrid', 'device-authorization', 'token'],
  },
  codeSpent: {
    pattern: `{ ($.v = 1) && ($.endpoint = "token") && (${reason('code_spent')}) }`,
    writtenBy: ['token'],
  },
  refreshTokenReplayed: {
    pattern: `{ ($.v = 1) && ($.endpoint = "token") && (${reason('refresh_token_replayed')}) }`,
    writtenBy: ['token'],
  },
  credentialChanged: {
    pattern: '{ ($.v = 1) && ($.credential = "*") }',
    dimensions: { credential: '$.credential' },
    writtenBy: ['account', 'invitation', 'passkey', 'upstream'],
  },
  kmsFailed: {
    pattern: `{ ($.v = 1) && ($.verdict = "failed") && ($.cause = "StoreUnavailable ${kmsService}*") }`,
    // Every sign-in needs KMS in these; whatever else calls it uses the same keys.
    writtenBy: ['authorize', 'authorize-hybrid', 'token'],
  },
  passOnFailed: {
    pattern: `{ ($.v = 1) && (${reason('region_unavailable')}) }`,
    writtenBy: passOnFunctions,
    ofRegions: true,
  },
};
