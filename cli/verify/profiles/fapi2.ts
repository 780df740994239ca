import type { Check } from '../check.ts';
import { fapiAnnouncementChecks } from '../checks/announcements.ts';
import { fapiAssertionChecks } from '../checks/assertion.ts';
import { everyAnswerChecks } from '../checks/every-answer.ts';
import { fapiProofChecks } from '../checks/proof.ts';
import { fapiRequestChecks } from '../checks/pushed.ts';
import { fapiTokenChecks } from '../checks/tokens.ts';
import { oauth21ClientChecks, oauth21IssuerChecks } from './oauth21.ts';

/** The FAPI 2.0 Security Profile, with private_key_jwt and DPoP. */
export const fapi2Checks: readonly Check[] = [
  ...oauth21IssuerChecks,
  ...fapiAnnouncementChecks,
  ...oauth21ClientChecks,
  ...fapiRequestChecks,
  ...fapiAssertionChecks,
  ...fapiProofChecks,
  ...fapiTokenChecks,
  ...everyAnswerChecks,
];
