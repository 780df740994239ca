import type { Members } from './members.ts';

/*
 * What a client comes without: whatever its entry says that nothing was made of, unless it describes the record alone. So a setting
 * that a system adds in a later version is named as well.
 */

/** Lists the members that were never read and ask for something, also in the objects that they are. */
export const unreadOf = (members: Members, withoutEffect: RegExp): string[] =>
  members.unread().filter((name) => !withoutEffect.test(name) && asksInside(members.peek(name)));

/** `{ "enabled": false }` asks for nothing. */
function asksInside(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.values(value).some(asksInside);
  return value !== null && value !== undefined && value !== false && value !== '' && value !== 'false' && value !== 0;
}

/**
 * Whether a list of origins has one that no redirect URI is of. Browsers may read replies from any origin here, so the others need
 * nothing. A plus, a star and a pattern name no origin.
 */
export function hasOtherOrigin(origins: readonly string[], redirectUris: readonly string[]): boolean {
  const known = new Set(redirectUris.flatMap(originOf));
  return origins.flatMap(originOf).some((origin) => !known.has(origin));
}

const originOf = (uri: string): string[] =>
  URL.canParse(uri) && /^https?:/.test(uri) && !uri.includes('*') ? [new URL(uri).origin] : [];
