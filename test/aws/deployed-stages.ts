import { afterAll, beforeAll, expect } from 'vitest';
import { whyNoStandIn } from './prepare.ts';
import { environmentName, type StandIn, startStandIn } from './stand-in.ts';

export const stages = ['dev', 'prod'] as const;

let started: Promise<StandIn> | undefined;

/** The account with both stages in it, deployed once for all files. */
async function deployStages(): Promise<StandIn> {
  const standIn = await startStandIn();
  await bootstrap(standIn);
  for (const stage of stages) await deploy(standIn, stage);
  return standIn;
}

const bootstrap = (standIn: StandIn): Promise<string> =>
  succeed(standIn, 'bootstrap', environmentName(standIn), '--output', 'nothing.out');

/** Deploys a stage. What is deployed is in the folder `<stage>.out` afterwards. */
export const deploy = (standIn: StandIn, stage: string, ...parameters: string[]): Promise<string> =>
  succeed(standIn, 'deploy', ...deployment(stage, ...parameters));

/** The parameters of `cdk deploy` for a stage. */
export const deployment = (stage: string, ...parameters: string[]): string[] => [
  '--all',
  '-c',
  `stage=${stage}`,
  '-c',
  'domainName=none',
  ...parameters,
  '--require-approval',
  'never',
  '--output',
  `${stage}.out`,
];

/** Runs the CDK's command, and throws with what it printed unless it succeeds. Returns what it printed. */
export async function succeed(standIn: StandIn, ...parameters: string[]): Promise<string> {
  const { output, status } = await standIn.cdk(...parameters);
  if (status !== 0) throw new Error(`cdk ${parameters.join(' ')} ended with ${status}: ${output}`);
  return output;
}

/** For the top of a file. Returns the account, once its tests run; they are skipped with a word where there is none. */
export function deployedStages(): { standIn: () => StandIn; missing: string | undefined } {
  const missing = whyNoStandIn();
  let standIn: StandIn | undefined;
  beforeAll(async () => {
    if (missing !== undefined) return;
    started ??= deployStages();
    standIn = await started;
  });
  return { standIn: () => standIn ?? expect.unreachable(), missing };
}

/** For an account of a file's own. */
export function ownAccount() {
  const missing = whyNoStandIn();
  let standIn: StandIn | undefined;
  beforeAll(async () => {
    if (missing !== undefined) return;
    standIn = await startStandIn();
    await bootstrap(standIn);
  });
  afterAll(() => standIn?.stop());
  return { standIn: () => standIn ?? expect.unreachable(), missing };
}
