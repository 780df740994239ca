/*
 * Text of others that people read before they decide: what of it they would not see, or what would be drawn over its surroundings.
 */

/** What breaks a line, writes in another direction or is not there at all. Joiners and variation selectors belong to scripts and emoji. */
const hidden =
  /[\p{Cc}\p{Zl}\p{Zp}\ufff9-\ufffb]|(?!\p{Join_Control}|\p{Variation_Selector})\p{Default_Ignorable_Code_Point}/u;

/** More marks than writing puts on one letter are drawn over the lines above and below (Unicode UTS #39 §5.4). */
const stacked = /[\p{Mn}\p{Me}]{5}/u;

/** Whether a text has a character that cannot be seen. */
export const hasHidden = (text: string): boolean => hidden.test(text);

/** Whether a text has more than four marks on one letter. */
export const hasStackedMarks = (text: string): boolean => stacked.test(text.normalize('NFD'));

const shownByNumber = new RegExp(
  [
    hidden.source,
    // After ASCII, a joiner joins nothing, and a variation selector selects nothing but emoji of digits. After another one, neither does.
    String.raw`(?<=^|\p{ASCII}|\p{Join_Control})\p{Join_Control}`,
    String.raw`(?<=^|\p{ASCII}|\p{Join_Control}|\p{Variation_Selector})(?!(?<=[#*0-9])[\ufe0e\ufe0f])\p{Variation_Selector}`,
    String.raw`(?<=[\p{Mn}\p{Me}]{4})[\p{Mn}\p{Me}]`,
  ].join('|'),
  'gu',
);

/** Returns the text with its code point, as `[U+202E]`, for each character that cannot be seen and each mark beyond the fourth. */
export const withHiddenShown = (text: string): string =>
  text.replace(shownByNumber, (char) => `[U+${char.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}]`);
