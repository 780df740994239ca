/*
 * A server in several regions (docs/regions.md): a code, a refresh token and whatever else may be used once lives in the region that made
 * it, and begins with the letter of that region and a dot. One without a letter is from before, and belongs to the region marked first. A
 * dot is in no value of that form.
 */

/** The letter of a region, as in `a`. */
export type Home = string;

const shape = /^([a-z])\.(.+)$/s;

/** The value as it leaves a region; unchanged where there is only one. */
export const withHome = (home: Home | undefined, value: string): string =>
  home === undefined ? value : `${home}.${value}`;

/** The letter that a value begins with. Proves nothing: only that region knows whether it made the value. */
export const homeIn = (value: string): Home | undefined => shape.exec(value)?.[1];

/** The value as its region made it. */
export const withoutHome = (value: string): string => shape.exec(value)?.[2] ?? value;
