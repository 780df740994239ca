import type { Problem } from '../../shared/http/problem.ts';
import { ok, type Result, refuse } from '../../shared/result.ts';
import { hasHidden } from '../../shared/unseen.ts';

/** Why a change is made, for the change log. */
export const reasonHeader = 'Pixy-Reason';

const longestReason = 500;

/** The header's text: visible characters and spaces, others percent-encoded as UTF-8. Absent: empty. */
export function parseReason(header: string | undefined): Result<string, Problem> {
  if (header === undefined) return ok('');
  const reason = decode(header.trim());
  const wrong = (detail: string) =>
    refuse<Problem>({ refusal: { reason: 'header_invalid' }, errors: [{ header: reasonHeader, detail }] });
  if (reason === undefined)
    return wrong('is not ASCII text with everything else percent-encoded (and % itself as %25)');
  if (hasHidden(reason)) return wrong('has a character that cannot be seen, or a line break');
  return reason.length <= longestReason ? ok(reason) : wrong(`is longer than ${longestReason} characters`);
}

function decode(header: string): string | undefined {
  if (!/^[\x20-\x7e]*$/.test(header)) return undefined;
  try {
    return decodeURIComponent(header);
  } catch {
    return undefined;
  }
}
