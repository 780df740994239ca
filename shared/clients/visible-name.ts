/** What breaks a line, writes in another direction or is not there at all. Joiners and variation selectors belong to scripts and emoji. */
const unseen = /[\p{Cc}\p{Zl}\p{Zp}]|(?!\p{Join_Control}|\p{Variation_Selector})\p{Default_Ignorable_Code_Point}/u;

/** What can be seen: letters and symbols that are not blank. */
const seen = /(?!\u2800|\p{Default_Ignorable_Code_Point})[\p{L}\p{N}\p{P}\p{S}]/u;

/** Whether a page can show a name as what people are asked about: all of it can be seen, and there is something to see. */
export const isVisibleName = (name: string): boolean => !unseen.test(name) && seen.test(name);
