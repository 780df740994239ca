import type { Home } from './home.ts';
import type { Reason } from './oauth/refusal.ts';

/** A dependency of Pixy failed. The request ends with a 503 and this reason: never as a refusal, never as a permission. */
export abstract class Outage extends Error {
  abstract readonly reason: Extract<Reason, 'store_unavailable' | 'hook_failed' | 'mail_failed' | 'region_unavailable'>;
}

/** Another region of this server gave no answer. What was asked of it may have been done all the same. */
export class RegionUnavailable extends Outage {
  override name = 'RegionUnavailable';
  readonly reason = 'region_unavailable';
  /** Its letter, for the log. */
  readonly code: Home;
  constructor(home: Home, cause: unknown) {
    super('another region gave no answer', { cause });
    this.code = home;
  }
}

/** The reason to log for an exception and to report to the caller. */
export const reasonOf = (error: unknown): Outage['reason'] | 'server_error' =>
  error instanceof Outage ? error.reason : 'server_error';
