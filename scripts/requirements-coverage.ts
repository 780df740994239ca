import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A row of docs/requirements.md. */
export type Requirement = { id: string; level: 'MUST' | 'SHOULD'; what: string };

/** A requirement, and the places (`file:line`) where tests name it. */
export type Covered = Requirement & { tests: string[] };

/** Parses the rows of the tables: `| PK1 | MUST | … | … |`. Throws for a repeated id. */
export function parseRequirements(markdown: string): Requirement[] {
  const found = [...markdown.matchAll(/^\| ([A-Z]+\d+) +\| (MUST|SHOULD) +\| ([^|]+?) +\|/gm)].map(
    ([, id = '', level, what = '']): Requirement => ({ id, level: level as Requirement['level'], what }),
  );
  const twice = found.find(({ id }, index) => found.findIndex((row) => row.id === id) !== index);
  if (twice) throw new Error(`${twice.id} is in the table twice`);
  return found;
}

const textOfCode = /\/\/.*|\/\*[\s\S]*?\*\/|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g;
/** Matches an id on its own, as in `PK1: …` or `(PK3 BP6)`, but not within longer text such as a code challenge. */
const namedId = /(?<=^|[\s('"`/,*])[A-Z]{1,4}\d{1,2}(?=$|[\s:,.)'"`])/g;

/** Finds the ids in the titles and comments of a test file, with their lines. */
export function namedIn(source: string): Map<string, number[]> {
  const named = new Map<string, number[]>();
  for (const { 0: text, index } of source.matchAll(textOfCode)) {
    for (const id of text.matchAll(namedId)) {
      const line = source.slice(0, index + id.index).split('\n').length;
      const lines = named.get(id[0]) ?? [];
      if (!lines.includes(line)) named.set(id[0], [...lines, line]);
    }
  }
  return named;
}

/** Returns every requirement with the tests that name it. `folder` is the repository. */
export function requirementsCoverage(folder: string): Covered[] {
  const requirements = parseRequirements(readFileSync(join(folder, 'docs/requirements.md'), 'utf8'));
  const files = globSync('test/**/*.test.ts', { cwd: folder, exclude: ['**/node_modules/**'] })
    .sort()
    .map((file) => ({ file, named: namedIn(readFileSync(join(folder, file), 'utf8')) }));
  return requirements.map((requirement) => ({
    ...requirement,
    tests: files.flatMap(({ file, named }) => (named.get(requirement.id) ?? []).map((line) => `${file}:${line}`)),
  }));
}

/** Returns the MUST requirements without a test. */
export const missingTests = (covered: readonly Covered[]): Covered[] =>
  covered.filter(({ level, tests }) => level === 'MUST' && tests.length === 0);

/** Describes each requirement in a line, and sums up in the last one. */
export function describeCoverage(covered: readonly Covered[]): string {
  const lines = covered.map(({ id, level, tests }) => {
    const [first = 'no test', ...others] = tests;
    return `${id.padEnd(5)} ${level.padEnd(6)} ${first}${others.length > 0 ? ` and ${others.length} more` : ''}`;
  });
  const missing = missingTests(covered).map(({ id, what }) => `${id} (${what})`);
  const sum = missing.length === 0 ? 'every MUST has a test' : `MUST without a test: ${missing.join(', ')}`;
  return `${[...lines, `${covered.length} requirements, ${sum}`].join('\n')}\n`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const covered = requirementsCoverage(join(import.meta.dirname, '..'));
  process.stdout.write(describeCoverage(covered));
  if (missingTests(covered).length > 0) process.exitCode = 1;
}
