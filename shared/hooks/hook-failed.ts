import { Outage } from '../outage.ts';
import type { HookName } from './events.ts';

/** A function of the operator did not answer in time, failed, or answered something else. Nothing is let through then. */
export class HookFailed extends Outage {
  override name = 'HookFailed';
  readonly reason = 'hook_failed';
  /** For the log: which hook, and how. Never what it was asked or what it said. */
  readonly code: string;
  constructor(hook: HookName, how: 'time' | 'error' | 'answer' | 'name taken', cause?: unknown) {
    super('a hook failed', { cause });
    this.code = `${hook} ${how}`;
  }
}
