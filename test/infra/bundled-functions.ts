import { join } from 'node:path';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { bundlesOfRun } from './bundle-once.ts';

/* Takes the place of infra/bundling/bundle-functions.ts in the tests of this folder (bundle-once.ts). */

/** Returns the bundle of a function from those of this run. */
export const functionCode = (name: string): Code => Code.fromAsset(join(bundlesOfRun(), name));
