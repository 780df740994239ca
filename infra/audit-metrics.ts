import type { Reason } from '../shared/oauth/refusal.ts';
import type { EndpointFunctionName } from './routes.ts';

export type AuditMetric = {
  /** Selects audit lines: a filter pattern of CloudWatch Logs for JSON. */
  pattern: string;
  /** Dimension → member of the line. Each has few values, so the client is not one of them. */
  dimensions?: Readonly<Record<string, `$.${string}`>>;
  /** The functions that write such lines. Default: all. */
  writtenBy?: readonly EndpointFunctionName[];
};

const reason = (name: Reason): string => `$.reason = "${name}"`;

export type AuditMetricName =
  | 'refused'
  | 'wouldRefuse'
  | 'codeSpent'
  | 'refreshTokenReplayed'
  | 'credentialChanged'
  | 'failed';

/** What is counted in the audit log (docs/audit.md has the same table). */
export const auditMetrics: Readonly<Record<AuditMetricName, AuditMetric>> = {
  refused: {
    pattern: '{ ($.v = 1) && ($.verdict = "refused") }',
    dimensions: { endpoint: '$.endpoint', reason: '$.reason' },
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
  failed: {
    pattern: '{ ($.v = 1) && ($.verdict = "failed") }',
    dimensions: { reason: '$.reason' },
  },
};
