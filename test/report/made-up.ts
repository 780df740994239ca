import type { AuditEntry } from '../../shared/audit/audit-entry.ts';
import { auditVersion, loggedClientId, type MethodUsed } from '../../shared/audit/decision.ts';
import type { RegisteredClient } from '../../shared/clients/registered-client.ts';
import type { GlobalPolicy } from '../../shared/pkce/policy.ts';
import { type Period, stepsOf } from '../../shared/reports/steps.ts';
import { newTally, type Tallied } from '../../shared/reports/tally.ts';

/** Noon of 22 November 2026, UTC, in epoch seconds. */
export const now = Date.UTC(2026, 10, 22, 12) / 1_000;
export const day = 86_400;
export const lastMonth: Period = { since: now - 30 * day, until: now };

export const shipped: GlobalPolicy = { default: 'S256', floor: 'none', mode: 'enforce' };

type ClientParts = RegisteredClient['pkce'] & { isPublic?: boolean; disabled?: boolean };

/** A registered client that is confidential unless it is said to be public. */
export const clientWith = (
  clientId: string,
  { isPublic = false, disabled = false, ...pkce }: Partial<ClientParts> = {},
): RegisteredClient => ({
  clientId,
  redirectUris: ['https://client.example/callback'],
  tokenEndpointAuthMethod: isPublic ? 'none' : 'client_secret_basic',
  secretHashes: isPublic ? [] : ['sha256$none'],
  grantTypes: ['authorization_code'],
  scope: ['openid'],
  firstParty: false,
  disabled,
  pkce: { policy: 'inherit', ...pkce },
});

/** An authorization that ended with a code, an hour ago. */
export const issued = (client: string, method: MethodUsed, more: Partial<AuditEntry> = {}): AuditEntry => ({
  v: auditVersion,
  time: now - 3_600,
  request: 'JKJaXmPLvHcESHA=',
  endpoint: 'authorize',
  verdict: 'allowed',
  client: loggedClientId(client),
  method,
  ...more,
});

/** An authorization that was refused, an hour ago. */
export const refusedFor = (reason: string, client: string, method: MethodUsed, more: Partial<AuditEntry> = {}) =>
  issued(client, method, { verdict: 'refused', reason, ...more });

export const times = (count: number, entry: AuditEntry): AuditEntry[] => Array.from({ length: count }, () => entry);

export type Entries = readonly (AuditEntry | readonly AuditEntry[])[];

export function tallied(...entries: Entries): Tallied {
  const tally = newTally(stepsOf(lastMonth));
  for (const entry of entries.flat()) tally.addEntry(entry);
  return tally.result();
}
