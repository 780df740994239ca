import type { Plugin } from 'vitest/config';
import { slimSdk } from '../../infra/bundling/build.ts';

/** A plugin that gives the files that `isProduct` picks by path the client of the bundles in place of the AWS SDK. Stand-ins and helpers keep the SDK. */
export function clientOfBundles(isProduct: RegExp): Plugin {
  return {
    name: 'client-of-bundles',
    enforce: 'pre',
    resolveId(name, importer = '') {
      return isProduct.test(importer) ? slimSdk[name as keyof typeof slimSdk] : undefined;
    },
  };
}
