import { join } from 'node:path';
import { Code } from 'aws-cdk-lib/aws-lambda';

/* Takes the place of bundle-functions.ts in the package that people install (package/build.ts). */

/** Returns a function as the package has it, so that nobody who synthesizes needs a bundler. */
export const functionCode = (name: string): Code =>
  Code.fromAsset(join(import.meta.dirname, 'functions', `${name}.zip`));
