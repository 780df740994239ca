import type { Check } from '../check.ts';
import { challengeChecks } from '../checks/challenge.ts';
import { codeChecks } from '../checks/code.ts';
import { everyAnswerChecks } from '../checks/every-answer.ts';
import { metadataChecks, truthCheck } from '../checks/metadata.ts';
import { redirectUriCheck } from '../checks/redirect-uri.ts';
import { responseChecks } from '../checks/response.ts';
import { verifierChecks } from '../checks/verifier.ts';

/** PKCE and the code it protects. Every other profile has all of these, too. */
export const pkceChecks: readonly Check[] = [
  ...metadataChecks,
  truthCheck,
  ...challengeChecks,
  redirectUriCheck,
  ...verifierChecks,
  ...codeChecks,
  ...responseChecks,
  ...everyAnswerChecks,
];
