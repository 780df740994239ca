#!/usr/bin/env node
import { enableCompileCache } from 'node:module';

// From the second time on, nothing is compiled again.
enableCompileCache();
const [{ processIo }, { run }] = await Promise.all([import('./io.ts'), import('./run.ts')]);

process.exitCode = await run(process.argv.slice(2), processIo());
