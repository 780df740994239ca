import type { Answer } from '../../shared/reports/safe-to-enforce.ts';
import type { UsageClass } from '../../shared/reports/usage.ts';

/** What the classes of usage are called: in the heading of a column, and in full in legends and descriptions. */
export const usageWords: Readonly<Record<UsageClass, { heading: string; label: string }>> = {
  S256: { heading: 'S256', label: 'S256' },
  s256: { heading: 'lower-case s256', label: 'lower-case s256' },
  plain: { heading: 'plain', label: 'plain' },
  missing: { heading: 'no method', label: 'plain by a missing method' },
  none: { heading: 'no PKCE', label: 'no PKCE' },
  refused: { heading: 'refused', label: 'refused' },
};

/** What a group of clients with the same answer is called. */
export const answerTitle = (answer: Answer, target: string): string =>
  ({
    no: `Not safe to enforce ${target}`,
    unknown: `Unknown whether ${target} is safe to enforce`,
    yes: `Safe to enforce ${target}`,
  })[answer];

/** What a step of a trend is called: `day`, `week` or `4 weeks`. */
export function stepName(days = 7): string {
  if (days === 1) return 'day';
  return days === 7 ? 'week' : `${days / 7} weeks`;
}

/** The heading of a column with the first days of steps. */
export function stepTitle(days?: number): string {
  const name = stepName(days);
  return days === 1 ? 'Day' : `${name.charAt(0).toUpperCase()}${name.slice(1)} from`;
}
