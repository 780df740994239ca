import type { AuditEntry } from '../audit/audit-entry.ts';
import { refusalCatalogue } from '../oauth/refusal-catalogue.ts';

/** The time of day where the reader is. */
const clock = (time: number): string => new Date(time * 1_000).toTimeString().slice(0, 8);

/**
 * One decision for a terminal: time, verdict, endpoint and client, then the reason and what to change. Everything but the client's id
 * is in our words; the id cannot move the cursor.
 */
export function decisionLine(entry: AuditEntry): string {
  const { time, verdict, endpoint, client = '-' } = entry;
  const who = client.replaceAll(/[^\x21-\x7e]/g, '?');
  const words = [verdict.padEnd(9), endpoint.padEnd(10), who.padEnd(12), ...remarks(entry)];
  return `${clock(time)}  ${words.join('  ')}`.trimEnd();
}

function remarks({ reason, mistake, wouldRefuse, grant, refresh, dropped, cause, client }: AuditEntry): string[] {
  return [
    ...(grant === undefined ? [] : [grant]),
    ...(reason === undefined ? [] : [`${reason}${mistake === undefined ? '' : ` (${mistake})`}: ${fixOf(reason)}`]),
    ...(cause === undefined ? [] : [cause]),
    ...(wouldRefuse === undefined ? [] : [`enforce would refuse it: ${wouldRefuse}: ${fixOf(wouldRefuse)}`]),
    ...(refresh === undefined ? [] : [`replaced refresh token: ${refresh}`]),
    ...(dropped === undefined ? [] : [`${droppedWords[dropped]}: pixy policy explain ${client} --scope "…"`]),
  ];
}

const droppedWords: Record<NonNullable<AuditEntry['dropped']>, string> = {
  scope: 'dropped scope values that the client is not registered for',
  claim: 'dropped claims that the client is not registered for, or that are too large for a token',
  both: 'dropped scope values and claims that the client is not registered for',
};

/** A newer version of the server may know more reasons. */
const fixOf = (reason: string): string =>
  Object.hasOwn(refusalCatalogue, reason)
    ? refusalCatalogue[reason as keyof typeof refusalCatalogue].fix
    : 'see docs/errors.md of the version that is deployed.';
