import { once } from '../cached.ts';
import { type HookEvent, hookNames } from './events.ts';
import { type HookCall, type Hooks, hooksOf } from './hooks.ts';
import type { HookSettings } from './settings.ts';

/** Opens the hooks of a deployment. Loads nothing before the first call, and nothing at all without hooks. */
export function openHooks({ timeout, ...targets }: HookSettings): Hooks {
  const named = hookNames.flatMap((name) => {
    const target = targets[name];
    return target === undefined ? [] : [[name, target.startsWith('arn:') ? ofFunction(target) : ofModule(target)]];
  });
  return hooksOf(Object.fromEntries(named), timeout);
}

function ofFunction(arn: string): HookCall {
  const load = once(() => import('./invoke-function-store.ts'));
  return async (event, signal) => (await load()).invokeFunction(arn, event, signal);
}

function ofModule(url: string): HookCall {
  return async (event: HookEvent, _signal) => {
    const hooks = (await import(url)) as Record<string, (event: HookEvent) => unknown>;
    const hook = hooks[event.hook];
    if (hook === undefined) throw new Error('the module has no function of this name');
    return hook(event);
  };
}
