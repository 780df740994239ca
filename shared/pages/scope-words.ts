import { html } from 'hono/html';
import type { Look, Markup } from './look.ts';
import type { TextKey } from './texts/en.ts';

/** Describes what a scope value lets a client do: in our words, in its API's, or by showing it as is. */
export function scopeInWords(look: Look, value: string, descriptions: Readonly<Record<string, string>> = {}): Markup {
  if (Object.hasOwn(descriptions, value)) return html`${descriptions[value]}`;
  const key = Object.hasOwn(scopeKeys, value) ? scopeKeys[value] : undefined;
  return key ? html`${look.text(key)}` : look.say('scope.other', { scope: html`<code>${value}</code>` });
}

/**
 * The scope values that a page lists beside `others`. Where nothing is asked for, the token still names the person: the client knows them by
 * it, as by `openid`.
 */
export const listedScope = (scope: readonly string[], ...others: (readonly unknown[] | undefined)[]) =>
  [scope, ...others].some((list = []) => list.length > 0) ? scope : ['openid'];

const scopeKeys: Partial<Record<string, Exclude<Extract<TextKey, `scope.${string}`>, 'scope.other'>>> = {
  openid: 'scope.openid',
  profile: 'scope.profile',
  email: 'scope.email',
  address: 'scope.address',
  phone: 'scope.phone',
  offline_access: 'scope.offline_access',
  'pixy:read': 'scope.manageRead',
  'pixy:write': 'scope.manageWrite',
  'pixy:delegate': 'scope.manageDelegate',
};
