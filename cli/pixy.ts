#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { join, sep } from 'node:path';

/** Below the node_modules folder that the package is installed in, or else that of the checkout. */
function cacheFolder(): string {
  const here = import.meta.dirname;
  const installed = here.lastIndexOf(`${sep}node_modules${sep}`);
  return installed < 0
    ? join(here, '..', 'node_modules', '.cache', 'node')
    : join(here.slice(0, installed), 'node_modules', '.cache', 'pixy');
}

// Later runs reuse the compiled code.
enableCompileCache(cacheFolder());
const [{ processIo }, { run }] = await Promise.all([import('./io.ts'), import('./run.ts')]);

process.exitCode = await run(process.argv.slice(2), processIo());
