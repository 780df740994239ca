import { join } from 'node:path';
import type { Plugin } from 'vitest/config';

const here = (name: string) => join(import.meta.dirname, name);

/**
 * A plugin for tests that are not about the database: an embedded one without a folder is in memory, and clients in the same process
 * reach it without a socket. `isProduct` picks the files by path that have the client of the bundles, the others have the SDK. With
 * PIXY_TEST_DATABASE=dynalite, everything stays as it is.
 */
export function databaseInMemory(isProduct?: RegExp): Plugin {
  const isOn = process.env['PIXY_TEST_DATABASE'] !== 'dynalite';
  return {
    name: 'database-in-memory',
    enforce: 'pre',
    resolveId(name, importer = '') {
      if (!isOn || importer.startsWith(import.meta.dirname)) return undefined;
      if (name === 'dynalite') return here('dynalite.ts');
      if (name !== '@aws-sdk/client-dynamodb') return undefined;
      return here(isProduct?.test(importer) ? 'bundled-client.ts' : 'sdk-client.ts');
    },
  };
}
