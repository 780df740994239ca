import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { auditLine, type Decision, type MethodUsed, ruled } from '../shared/audit/decision.ts';
import { policySettings, type RegisteredClient } from '../shared/clients/registered-client.ts';
import { type GlobalPolicy, pkcePolicies, resolveRules } from '../shared/pkce/policy.ts';
import { replay } from '../shared/reports/replay.ts';
import type { Period } from '../shared/reports/tally.ts';

/*
 * Makes an audit log to measure with: clients with different policies and habits, and what /authorize would have decided about
 * their requests. The same arguments always give the same lines.
 */

const day = 86_400;
export const period: Period = { since: Date.UTC(2026, 9, 23) / 1_000, until: Date.UTC(2026, 10, 22) / 1_000 };
const days = (period.until - period.since) / day;

export const policyOfTheLines: GlobalPolicy = { default: 'any', floor: 'none', mode: 'enforce' };

export const madeUpClients = (count: number): RegisteredClient[] =>
  Array.from({ length: count }, (_, index) => ({
    clientId: `client-${String(index).padStart(4, '0')}`,
    redirectUris: ['https://client.example/callback'],
    tokenEndpointAuthMethod: 'client_secret_basic',
    secretHashes: ['sha256$none'],
    grantTypes: ['authorization_code'],
    scope: ['openid'],
    firstParty: false,
    disabled: false,
    pkce: { policy: pkcePolicies[index % 5] ?? 'inherit', ...(index % 7 === 0 && { mode: 'report' }) },
  }));

/** Every client has a habit; one in ten of its requests does something else. */
const habits: readonly MethodUsed[] = ['S256', 'S256', 'S256', 'plain', 'missing', 'none'];

function lineOf(index: number, lines: number, clients: readonly RegisteredClient[]): string {
  const time = period.since + Math.floor((index / lines) * days * day);
  const number = (index * 7_919) % clients.length;
  const client = clients[number];
  if (client === undefined) throw new Error('there are no clients');
  const rules = resolveRules(policySettings(client), policyOfTheLines, time);
  const method = habits[(index % 10 === 0 ? index / 10 : number) % habits.length] ?? 'S256';
  const replayed = replay(method, rules);
  const outcome: Pick<Decision, 'verdict' | 'reason' | 'wouldRefuse'> =
    replayed.verdict === 'refused'
      ? { verdict: 'refused', reason: replayed.reason }
      : { verdict: 'allowed', ...(replayed.verdict === 'reported' && { wouldRefuse: replayed.reason }) };
  const decision = { endpoint: 'authorize', client: client.clientId, ...ruled(rules), method, ...outcome };
  return auditLine(time, `JKJaX${String(index).padStart(10, '0')}=`, decision);
}

/** Writes one file per day, as a local run does. Returns the number of bytes. */
export async function writeAuditFolder(
  folder: string,
  lines: number,
  clients: readonly RegisteredClient[],
): Promise<number> {
  const byDay = Map.groupBy(
    Array.from({ length: lines }, (_, index) => index),
    (index) => Math.floor((index / lines) * days),
  );
  let bytes = 0;
  for (const [number, indexes] of byDay) {
    const name = new Date((period.since + number * day) * 1_000).toISOString().slice(0, 10);
    const text = indexes.map((index) => `${lineOf(index, lines, clients)}\n`).join('');
    bytes += text.length;
    await writeFile(join(folder, `${name}.jsonl`), text);
  }
  return bytes;
}
