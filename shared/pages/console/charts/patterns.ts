import { html } from 'hono/html';

/*
 * Charts are SVG made here, without a library: stacked columns are rectangles, and a library for the server would bring its own
 * fonts, sizes and style attributes, which the Content-Security-Policy of the pages does not allow (docs/adr/0011-a-console-without-a-chart-library.md).
 */

/** The patterns that every chart of a page refers to, once per page. */
export const patterns = html`<svg class="patterns" aria-hidden="true" focusable="false"><defs>
<pattern id="k-lowercase" width="6" height="6" patternUnits="userSpaceOnUse"><rect class="fill-accent" width="6" height="6"/><path class="on-accent" d="M0 1.5h6M0 4.5h6"/></pattern>
<pattern id="k-plain" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="fill-plain" width="6" height="6"/><rect class="mark-plain" width="2" height="6"/></pattern>
<pattern id="k-none" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="fill-none" width="6" height="6"/><path class="mark-none" d="M0 3h6M3 0v6"/></pattern>
<pattern id="k-refused" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="fill-paper" width="5" height="5"/><path class="mark-soft" d="M0 0v5"/></pattern>
</defs></svg>`;
