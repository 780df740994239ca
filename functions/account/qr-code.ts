import { encode } from 'uqr';

/** White around it, in modules: readers need it (ISO/IEC 18004 §6.3.8). */
const margin = 4;

/** A QR code as SVG: dark on light whatever the colors of the page, because that is what cameras read. */
export function qrCode(text: string): string {
  const { size, data } = encode(text, { ecc: 'M', border: margin });
  const dark = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])));
  return `<svg viewBox="0 0 ${size} ${size}" aria-hidden="true" focusable="false" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h${size}v${size}H0z"/><path fill="#000" d="${dark.join('')}"/></svg>`;
}
