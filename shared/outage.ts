import type { Reason } from './oauth/refusal.ts';

/** Something that Pixy depends on did not answer as it should. It becomes a 503 with this reason: never a refusal, never a permission. */
export abstract class Outage extends Error {
  abstract readonly reason: Extract<Reason, 'store_unavailable' | 'hook_failed'>;
}

/** What the log says of an exception, and what the caller is told. */
export const reasonOf = (error: unknown): Outage['reason'] | 'server_error' =>
  error instanceof Outage ? error.reason : 'server_error';
