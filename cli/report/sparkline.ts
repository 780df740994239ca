import { issuedIn, type TrendPoint } from '../../shared/reports/usage.ts';

const levels = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/** More characters than this leave no room for the rest of a table. */
const longest = 15;

/** How many steps of a trend are drawn as one character. */
export const stepsPerCharacter = (points: readonly unknown[]): number => Math.ceil(points.length / longest);

/**
 * Draws which part of the codes the target policy would issue as well, a character for each step or several: from `▁` for none to `█`
 * for all, and `·` where there were no codes. Full and empty blocks are exact: a single code that would be refused is seen.
 */
export function sparkline(points: readonly TrendPoint[]): string {
  const together = stepsPerCharacter(points);
  return Array.from({ length: Math.ceil(points.length / together) }, (_, index) =>
    levelOf(points.slice(index * together, (index + 1) * together)),
  ).join('');
}

function levelOf(points: readonly TrendPoint[]): string {
  const issued = points.reduce((sum, point) => sum + issuedIn(point), 0);
  const safe = points.reduce((sum, point) => sum + point.safe, 0);
  if (issued === 0) return '·';
  if (safe === issued) return levels[7];
  return safe === 0 ? levels[0] : (levels[Math.min(6, Math.max(1, Math.floor((safe / issued) * 8)))] ?? levels[1]);
}
