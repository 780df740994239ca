import type { Check } from '../check.ts';
import { mcpAnnouncementChecks } from '../checks/announcements.ts';
import { everyAnswerChecks } from '../checks/every-answer.ts';
import { urlClientChecks } from '../checks/stranger.ts';
import { oauth21ClientChecks, oauth21IssuerChecks } from './oauth21.ts';

/** What clients of the Model Context Protocol need of an authorization server, which is OAuth 2.1 and a way to become a client. */
export const mcpChecks: readonly Check[] = [
  ...oauth21IssuerChecks,
  ...mcpAnnouncementChecks,
  ...urlClientChecks,
  ...oauth21ClientChecks,
  ...everyAnswerChecks,
];
