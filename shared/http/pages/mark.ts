import { html, raw } from 'hono/html';

const keyhole = 'M16 8a5 5 0 0 0-2.6 9.3L12 24h8l-1.4-6.7A5 5 0 0 0 16 8z';

/** The sign at the head of every page: a keyhole in the colors of the stylesheet. It says nothing that the words do not. */
export const mark = html`<svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false"><rect width="32" height="32" rx="9"/><path d="${raw(keyhole)}"/></svg>`;

const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="9" fill="#3446c9"/><path d="${keyhole}" fill="#fff"/></svg>`;

/** The same for the tab of the browser, as a data URI: no second request. */
export const icon = `data:image/svg+xml,${encodeURIComponent(svg)}`;
