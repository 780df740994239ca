/** Red, green and blue from 0 to 255. */
type Rgb = readonly [number, number, number];

const parse = (hex: string): Rgb => {
  const digits = hex.length === 4 ? hex.slice(1).replace(/./g, '$&$&') : hex.slice(1);
  return [0, 2, 4].map((start) => Number.parseInt(digits.slice(start, start + 2), 16)) as unknown as Rgb;
};

const write = (rgb: Rgb): string => `#${rgb.map((value) => Math.round(value).toString(16).padStart(2, '0')).join('')}`;

/** The relative luminance as defined by WCAG 2.2. */
function luminance(rgb: Rgb): number {
  const [red, green, blue] = rgb.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as unknown as Rgb;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Returns the contrast ratio of two hex colors as defined by WCAG 2.2, from 1 to 21. */
export function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(parse(one)), luminance(parse(other))].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** Mixes two colors: `share` is the way from one to the other, from 0 to 1. */
export function mix(from: string, to: string, share: number): string {
  const [start, end] = [parse(from), parse(to)];
  return write(start.map((value, index) => value + ((end[index] ?? 0) - value) * share) as unknown as Rgb);
}

/** Moves `color` towards `to` only as far as it takes to have the contrast `ratio` on all of these colors. */
export function untilReadable(color: string, on: readonly string[], to: string, ratio: number): string {
  for (let step = 0; step <= 20; step += 1) {
    const candidate = mix(color, to, step / 20);
    if (on.every((ground) => contrast(candidate, ground) >= ratio)) return candidate;
  }
  return to;
}
