import { hasHidden, hasStackedMarks } from '../unseen.ts';

/** What can be seen: letters and symbols that are not blank. */
const seen = /(?!\u2800|\p{Default_Ignorable_Code_Point})[\p{L}\p{N}\p{P}\p{S}]/u;

/**
 * Whether a page can show a name as what people are asked about: all of it can be seen, there is something to see, and it covers
 * nothing else.
 */
export const isVisibleName = (name: string): boolean => !hasHidden(name) && !hasStackedMarks(name) && seen.test(name);
