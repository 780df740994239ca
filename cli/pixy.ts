#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

// Later runs reuse the compiled code.
enableCompileCache(join(import.meta.dirname, '..', 'node_modules', '.cache', 'node'));
const [{ processIo }, { run }] = await Promise.all([import('./io.ts'), import('./run.ts')]);

process.exitCode = await run(process.argv.slice(2), processIo());
