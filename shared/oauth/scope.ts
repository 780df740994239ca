import { ok, type Result, refuse } from '../result.ts';
import type { Refusal } from './refusal.ts';

/** Scope values that OpenID Connect defines (Core §5.4). */
export const openidScopes = ['openid', 'profile', 'email', 'address', 'phone', 'offline_access'] as const;

export const isOpenidScope = (value: string): boolean => openidScopes.some((openid) => openid === value);

/** scope-token = 1*( %x21 / %x23-5B / %x5D-7E ) (RFC 6749 §3.3). */
export const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/** Splits a scope parameter into its distinct values, in order. Refuses with `scope_malformed`. */
export function parseScope(text: string): Result<string[], Refusal> {
  const values = [...new Set(text.split(' ').filter((value) => value !== ''))];
  return values.every((value) => scopeToken.test(value)) ? ok(values) : refuse({ reason: 'scope_malformed' });
}

/** Whether some value of a requested scope was not granted. */
export const wasNarrowed = (requested: string | undefined, granted: readonly string[]): boolean =>
  (requested ?? '').split(' ').some((value) => value !== '' && !granted.includes(value));

/**
 * Returns the granted part of a requested scope (RFC 6749 §3.3). Ignores values the client is not registered for, and refuses
 * when none is left, unless one of `ignored` was asked for: these are no mistake. Without a `scope` parameter, grants what the client is registered for except `openid` and `offline_access`,
 * which must be requested.
 */
export function grantScope(
  requested: string | undefined,
  registeredScope: readonly string[],
  ignored: readonly string[] = [],
): Result<string[], Refusal> {
  if (requested === undefined)
    return ok(registeredScope.filter((value) => value !== 'openid' && value !== 'offline_access'));
  const parsed = parseScope(requested);
  if (!parsed.ok) return parsed;
  const granted = parsed.value.filter((value) => registeredScope.includes(value));
  const isComplete = granted.length > 0 || parsed.value.some((value) => ignored.includes(value));
  return isComplete ? ok(granted) : refuse({ reason: 'scope_not_registered' });
}
