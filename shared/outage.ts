import type { Reason } from './oauth/refusal.ts';

/** A dependency of Pixy failed. The request ends with a 503 and this reason: never as a refusal, never as a permission. */
export abstract class Outage extends Error {
  abstract readonly reason: Extract<Reason, 'store_unavailable' | 'hook_failed' | 'mail_failed'>;
}

/** The reason to log for an exception and to report to the caller. */
export const reasonOf = (error: unknown): Outage['reason'] | 'server_error' =>
  error instanceof Outage ? error.reason : 'server_error';
