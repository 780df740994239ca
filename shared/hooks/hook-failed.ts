import { Outage } from '../outage.ts';
import type { HookName } from './events.ts';

/** An operator's function failed, timed out or gave an invalid answer. Nobody is let through then. */
export class HookFailed extends Outage {
  override name = 'HookFailed';
  readonly reason = 'hook_failed';
  /** Which hook failed and how, for the log. Never what it was asked or what it answered. */
  readonly code: string;
  constructor(hook: HookName, how: 'time' | 'error' | 'answer' | 'name taken' | 'name malformed', cause?: unknown) {
    super('a hook failed', { cause });
    this.code = `${hook} ${how}`;
  }
}
