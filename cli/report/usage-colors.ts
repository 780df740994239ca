import type { UsageClass } from '../../shared/reports/usage.ts';

/*
 * How the classes of usage look, in the SVG file and in the page: a texture each, besides the colour, in light and dark.
 */

/** The CSS class of a segment. Classes of CSS are told apart by case as well, but people who read them may not. */
export const segmentClass: Readonly<Record<UsageClass, string>> = {
  S256: 's256',
  s256: 'lowercase',
  plain: 'plain',
  missing: 'missing',
  none: 'none',
  refused: 'refused',
};

/** Once in a document. */
export const usagePatterns = `<defs>
<pattern id="adoption-lowercase" width="8" height="8" patternUnits="userSpaceOnUse"><rect class="fill-s256" width="8" height="8"/><path class="rail" d="M0 2h8M0 6h8"/></pattern>
<pattern id="adoption-plain" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="fill-plain" width="8" height="8"/><rect class="mark" width="2" height="8"/></pattern>
<pattern id="adoption-missing" width="8" height="8" patternUnits="userSpaceOnUse"><rect class="fill-missing" width="8" height="8"/><circle class="mark" cx="2" cy="2" r="1.3"/><circle class="mark" cx="6" cy="6" r="1.3"/></pattern>
<pattern id="adoption-none" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="fill-none" width="8" height="8"/><path class="cross" d="M0 4h8M4 0v8"/></pattern>
</defs>`;

/** For everything below an element of the class `adoption`. */
export const usageStyle = `
.adoption { --ink: #16181d; --soft: #565d6e; --paper: #ffffff; --rule: #e3e5eb; --s256: #3446c9; --on-s256: #ffffff; --plain: #f2b632; --missing: #fadf9b; --none: #d8472b; --mark: #8a5a00; --cross: #8f1f0b; --yes: #1b7a3d; --no: #b3261e; --unknown: #5a6072; }
@media (prefers-color-scheme: dark) { .adoption { --ink: #eceef4; --soft: #aab1c4; --paper: #171a22; --rule: #2c313e; --s256: #aab5ff; --on-s256: #12142b; --plain: #c98a06; --missing: #8a6a1f; --none: #ff7a5c; --mark: #4a3000; --cross: #7a1c08; --yes: #6fdc94; --no: #ff9a8f; --unknown: #aab1c4; } }
.adoption svg text, svg.adoption text { fill: var(--ink); }
.adoption .soft { fill: var(--soft); font-size: 12px; }
.adoption .rule { stroke: var(--rule); }
.adoption .segment.s256 { fill: var(--s256); }
.adoption .segment.lowercase { fill: url(#adoption-lowercase); }
.adoption .segment.plain { fill: url(#adoption-plain); }
.adoption .segment.missing { fill: url(#adoption-missing); }
.adoption .segment.none { fill: url(#adoption-none); }
.adoption .segment.refused, .adoption .empty { fill: none; stroke: var(--soft); stroke-width: 1.5; stroke-dasharray: 4 3; }
.adoption .empty { stroke-width: 1; }
.adoption .fill-s256 { fill: var(--s256); }
.adoption .rail { stroke: var(--on-s256); stroke-opacity: .6; stroke-width: 1.5; fill: none; }
.adoption .fill-plain { fill: var(--plain); }
.adoption .fill-missing { fill: var(--missing); }
.adoption .fill-none { fill: var(--none); }
.adoption .mark { fill: var(--mark); fill-opacity: .55; }
.adoption .cross { stroke: var(--cross); stroke-width: 1.4; fill: none; }
.adoption .count { text-anchor: middle; font-size: 13px; font-weight: 650; stroke: var(--paper); stroke-width: 4px; stroke-linejoin: round; paint-order: stroke; }
.adoption .count.s256 { fill: var(--on-s256); stroke: none; }
.adoption .count.refused { stroke: none; }
.adoption .sign circle { fill: none; stroke-width: 1.8; }
.adoption .sign path { fill: none; stroke-width: 2.2; stroke-linecap: round; stroke-linejoin: round; }
.adoption .sign.yes * { stroke: var(--yes); }
.adoption .sign.no * { stroke: var(--no); }
.adoption .sign.unknown * { stroke: var(--unknown); }
`;
