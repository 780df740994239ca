import type { NewmanRunOptions, NewmanRunSummary } from 'newman';
import { installPackages } from '../../scripts/install-packages.ts';

/** Runs a collection. Where newman is not installed yet, the network decides how long that takes. */
export async function runCollection(options: NewmanRunOptions): Promise<NewmanRunSummary> {
  installPackages(import.meta.dirname);
  const newman = await loadNewman();
  return new Promise((resolve, reject) => {
    newman.run(options, (error, result) => (error ? reject(error) : resolve(result)));
  });
}

/** It copies every function of `node:fs`, and with them one that Node warns of. */
async function loadNewman() {
  const { noDeprecation } = process;
  process.noDeprecation = true;
  try {
    return (await import('newman')).default;
  } finally {
    process.noDeprecation = noDeprecation ?? false;
  }
}

/** What went wrong in a run, a line each. */
export const failuresOf = (summary: NewmanRunSummary): string[] =>
  summary.run.failures.map(({ source, error }) => `${source?.name}: ${error.test}: ${error.message}`);
