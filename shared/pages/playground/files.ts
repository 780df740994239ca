import { readdirSync, readFileSync } from 'node:fs';

/*
 * The files of the playground by their names: its page, its stylesheet and its modules. A bundle has them in it, and the modules as one
 * (infra/bundling/playground-files.ts).
 */

const folder = new URL('./', import.meta.url);

export const playgroundFiles: Readonly<Record<string, string>> = Object.fromEntries(
  readdirSync(folder)
    .filter((name) => /\.(html|css|js)$/.test(name))
    .map((name) => [name, readFileSync(new URL(name, folder), 'utf8')]),
);
