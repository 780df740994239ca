import type { Check } from '../check.ts';
import { announcementChecks } from '../checks/announcements.ts';
import { assertionChecks } from '../checks/assertion.ts';
import { challengeChecks } from '../checks/challenge.ts';
import { codeChecks } from '../checks/code.ts';
import { everyAnswerChecks } from '../checks/every-answer.ts';
import { metadataChecks, truthCheck } from '../checks/metadata.ts';
import { proofChecks } from '../checks/proof.ts';
import { pushedChecks } from '../checks/pushed.ts';
import { redirectUriCheck } from '../checks/redirect-uri.ts';
import { requestChecks } from '../checks/request.ts';
import { responseChecks } from '../checks/response.ts';
import { signingKeyChecks } from '../checks/signing-keys.ts';
import { metadataCorsCheck, strangerChecks } from '../checks/stranger.ts';
import { tlsChecks } from '../checks/tls.ts';
import { tokenChecks } from '../checks/tokens.ts';
import { verifierChecks } from '../checks/verifier.ts';

/** What can be seen without a client. */
export const oauth21IssuerChecks: readonly Check[] = [
  ...metadataChecks,
  ...announcementChecks,
  ...signingKeyChecks,
  ...tlsChecks,
  metadataCorsCheck,
  ...strangerChecks,
];

/** What takes a client. */
export const oauth21ClientChecks: readonly Check[] = [
  truthCheck,
  ...challengeChecks,
  redirectUriCheck,
  ...requestChecks,
  ...pushedChecks,
  ...verifierChecks,
  ...codeChecks,
  ...responseChecks,
  ...assertionChecks,
  ...proofChecks,
  ...tokenChecks,
];

/** OAuth 2.1 with RFC 9700: what every server owes every client. */
export const oauth21Checks: readonly Check[] = [...oauth21IssuerChecks, ...oauth21ClientChecks, ...everyAnswerChecks];
