import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { behindCloudFront, everything, inSeveralRegions } from '../infra/everything.ts';
import { removeAssemblies, synthesize, templateWith } from '../infra/synthesize.ts';
import { whyNot } from '../recipes/languages.ts';
import { installPython } from './prepare.ts';

/*
 * The templates before cfn-lint and checkov. What they say and we do not follow is answered in docs/deploy.md, rule by rule; an answer that
 * nothing asks for any more has to go.
 */

const missing = whyNot('Python');
const folder = mkdtempSync(join(tmpdir(), 'pixy-templates-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterAll(removeAssemblies);

const templates = {
  dev: () => synthesize({ stage: 'dev' }),
  prod: () => synthesize({ stage: 'prod' }),
  everything: () => ({ api: templateWith(everything) }),
  front: () => ({ api: templateOf(behindCloudFront()) }),
  regions: () =>
    Object.fromEntries(
      Object.entries(inSeveralRegions()).flatMap(([letter, { tables, api }]) => [
        [`tables-${letter}`, templateOf(tables)],
        [`api-${letter}`, templateOf(api)],
      ]),
    ),
};
const templateOf = (stack: Stack): object => Template.fromStack(stack).toJSON();
const found = new Set<string>();
let programs = '';

beforeAll(async () => {
  if (missing !== undefined) return;
  programs = await installPython('templates');
  for (const [name, made] of Object.entries(templates)) {
    mkdirSync(join(folder, name));
    for (const [stack, template] of Object.entries(made())) {
      if (!/^(api|tables)(-[ab])?$/.test(stack)) continue;
      writeFileSync(join(folder, name, `${stack}.template.json`), JSON.stringify(template, undefined, 1));
    }
  }
});

/** Runs a linter. Its status is not looked at: it says whether there are findings. */
const run = (program: string, ...parameters: string[]): Promise<string> =>
  new Promise((resolve) =>
    execFile(join(programs, program), parameters, { maxBuffer: 1e8 }, (_error, stdout) => resolve(stdout)),
  );

/** The rules that docs/deploy.md answers, of a linter. */
const answered = (linter: string): string[] => {
  const rows = readFileSync('docs/deploy.md', 'utf8').matchAll(/^\| `([A-Z0-9_]+)` +\| (\S+) /gm);
  return Array.from(rows)
    .filter(([, , by]) => by === linter)
    .map(([, rule = '']) => rule);
};

type Checked = { results: { failed_checks: { check_id: string; resource: string }[] } };

describe.skipIf(missing !== undefined)('the templates', () => {
  it.each(Object.keys(templates))('of %s have no finding of cfn-lint that is not answered', async (name) => {
    const output = await run('cfn-lint', '--format', 'json', join(folder, name, '*.template.json'));
    const findings = JSON.parse(output) as { Rule: { Id: string }; Message: string }[];
    for (const { Rule } of findings) found.add(Rule.Id);
    expect(findings.filter(({ Rule }) => !answered('cfn-lint').includes(Rule.Id))).toEqual([]);
  });

  it.each(Object.keys(templates))('of %s have no finding of checkov that is not answered', async (name) => {
    const flags = ['--framework', 'cloudformation', '--quiet', '--compact', '--skip-download', '--output', 'json'];
    const output = JSON.parse(await run('checkov', '--directory', join(folder, name), ...flags)) as Checked | Checked[];
    const findings = [output].flat().flatMap(({ results }) => results.failed_checks);
    for (const { check_id } of findings) found.add(check_id);
    const open = findings.filter(({ check_id }) => !answered('checkov').includes(check_id));
    expect(open.map(({ check_id, resource }) => [check_id, resource])).toEqual([]);
  });

  it('give rise to every answer', () => {
    expect([...answered('cfn-lint'), ...answered('checkov')].sort()).toEqual([...found].sort());
  });
});
