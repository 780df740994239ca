import type { Check } from '../check.ts';
import { challengeChecks } from './challenge.ts';
import { codeChecks } from './code.ts';
import { everyAnswerChecks } from './every-answer.ts';
import { metadataChecks, truthCheck } from './metadata.ts';
import { redirectUriCheck } from './redirect-uri.ts';
import { responseChecks } from './response.ts';
import { verifierChecks } from './verifier.ts';

/** Whether a check runs without a client and without a sign-in. */
export const isMetadataCheck = (check: Check): boolean => metadataChecks.includes(check);

/** All checks in the order in which they run. */
export const checks: readonly Check[] = [
  ...metadataChecks,
  truthCheck,
  ...challengeChecks,
  redirectUriCheck,
  ...verifierChecks,
  ...codeChecks,
  ...responseChecks,
  ...everyAnswerChecks,
];
