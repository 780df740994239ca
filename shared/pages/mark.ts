import { html, raw } from 'hono/html';
import type { Brand } from './brand.ts';

const keyhole = 'M16 8a5 5 0 0 0-2.6 9.3L12 24h8l-1.4-6.7A5 5 0 0 0 16 8z';

const mark = html`<svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false"><rect width="32" height="32" rx="9"/><path d="${raw(keyhole)}"/></svg>`;

/** The head of every page: the brand's logo and name, or a keyhole in its colors, which is decorative. */
export function headOf({ name, logo, logoDark }: Pick<Brand, 'name' | 'logo' | 'logoDark'>) {
  if (logo === undefined) {
    return html`<div class="head">${mark}${name ? html`<span class="brand">${name}</span>` : ''}</div>`;
  }
  const pictures = html`${logoDark ? html`<source srcset="${logoDark}" media="(prefers-color-scheme: dark)">` : ''}<img class="logo" src="${logo}" alt="${name ?? ''}">`;
  return html`<div class="head"><picture>${pictures}</picture></div>`;
}

/** Returns the keyhole as a data: URI for the browser's tab, which saves a request. */
export const iconOf = (accent: string, onAccent: string): string =>
  `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="9" fill="${accent}"/><path d="${keyhole}" fill="${onAccent}"/></svg>`)}`;
