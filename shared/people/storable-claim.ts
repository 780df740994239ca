import type { Mistake } from '../mistake.ts';

/** DynamoDB takes 32 levels, and the claims are some way down in their item. */
const mostLevels = 28;

/** What the client of the database takes for parts of an object itself. */
const unstorable: readonly string[] = ['__proto__', 'constructor'];

/** Names the claims that the database cannot have, which would look like an outage. */
export function* unstorableClaims(claims: Readonly<Record<string, unknown>>): Generator<Mistake> {
  for (const [name, value] of Object.entries(claims)) {
    const problem = unstorable.includes(name) ? 'is a name that cannot be stored' : problemOf(value, mostLevels);
    if (problem !== undefined) yield { member: `claims.${name}`, problem };
  }
}

function problemOf(value: unknown, levels: number): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (levels === 0) return 'is nested too deeply to be stored';
  const name = unstorable.find((one) => Object.hasOwn(value, one));
  if (name !== undefined) return `has a member ${name}, which cannot be stored`;
  for (const inner of Object.values(value)) {
    const problem = problemOf(inner, levels - 1);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
