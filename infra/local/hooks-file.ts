import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { hookNames } from '../../shared/hooks/events.ts';
import { UnusableFile } from './entries-file.ts';

/**
 * Returns the hooks that a module exports, as the environment variable. Throws {@link UnusableFile} when it exports none or
 * cannot be loaded.
 */
export async function readHooksFile(file: string): Promise<string> {
  const url = pathToFileURL(resolve(file)).href;
  const module = await load(file, url);
  const exported = hookNames.filter((name) => typeof module[name] === 'function');
  if (exported.length === 0) throw new UnusableFile(`${file}: exports no function called ${hookNames.join(', ')}`);
  return JSON.stringify(Object.fromEntries(exported.map((name) => [name, url])));
}

async function load(file: string, url: string): Promise<Record<string, unknown>> {
  try {
    return (await import(url)) as Record<string, unknown>;
  } catch (error) {
    throw new UnusableFile(`${file}: cannot be loaded (${error instanceof Error ? error.message : 'unknown error'})`);
  }
}
