import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

const repository = join(import.meta.dirname, '..');

/** Returns what the authors of the bundled packages ask to pass on with them: each text once, after those who use it. */
export function licensesOf(bundles: readonly Metafile[]): string {
  const folders = bundles.flatMap(({ inputs }) =>
    Object.keys(inputs).flatMap((file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? []),
  );
  const users = new Map<string, string[]>();
  for (const folder of [...new Set(folders)].toSorted()) {
    const { name, version, license = {} } = JSON.parse(readFileSync(join(repository, folder, 'package.json'), 'utf8'));
    const text = licenseText(join(repository, folder)) ?? `License: ${license.type ?? license}`;
    users.set(text, [...(users.get(text) ?? []), `${name} ${version}`]);
  }
  return [...users].map(([text, names]) => `${names.join('\n')}\n\n${text}\n`).join(`\n${'-'.repeat(80)}\n\n`);
}

function licenseText(folder: string): string | undefined {
  const file = readdirSync(folder).find((name) => /^licen[cs]e(\.|$)/i.test(name));
  return file && readFileSync(join(folder, file), 'utf8').trim();
}
