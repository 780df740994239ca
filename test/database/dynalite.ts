import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import { memoryServer } from './memory-dynamodb.ts';

const startReal = createRequire(import.meta.url)('dynalite') as (options: object) => Server;

/** Stands where dynalite stands. What has a folder is the real one. */
export default (options: { path?: string }): Server =>
  options.path === undefined ? memoryServer() : startReal(options);
