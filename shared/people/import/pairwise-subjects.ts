import type { Mistake } from '../../mistake.ts';
import { ok, type Result, refuse } from '../../result.ts';
import { isObject } from './account-entry.ts';

/**
 * Reads `pairwise_subjects`: what clients of another server know the person by, under the host of each sector. They keep it here, so no
 * client takes a person who moved in for somebody new. Refuses with every mistake.
 */
export function readPairwise(given: unknown): Result<Record<string, string> | undefined, readonly Mistake[]> {
  if (given === undefined || given === null || given === '') return ok(undefined);
  const member = 'pairwise_subjects';
  if (!isObject(given)) return refuse([{ member, problem: 'is not an object' }]);
  const read = Object.entries(given).map(([sector, subject]) => ({
    sector,
    subject,
    problem: problemOf(sector, subject),
  }));
  const mistakes = read.flatMap(({ sector, problem }) =>
    problem === undefined ? [] : [{ member: `${member}.${sector}`, problem }],
  );
  return mistakes.length > 0
    ? refuse(mistakes)
    : ok(Object.fromEntries(read.map(({ sector, subject }) => [sector, String(subject)])));
}

function problemOf(sector: string, subject: unknown): string | undefined {
  if (!/^[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(sector)) return 'is not the host of a sector, in lower case';
  // OpenID Connect Core §2: 255 ASCII characters at most. Parts of a session's notices are separated by spaces.
  return typeof subject === 'string' && /^[\x21-\x7e]{1,255}$/.test(subject)
    ? undefined
    : 'is not a subject of 1 to 255 visible ASCII characters';
}
