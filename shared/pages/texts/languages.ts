import { de } from './de.ts';
import { en, type Texts } from './en.ts';
import { es } from './es.ts';
import { fr } from './fr.ts';
import { pt } from './pt.ts';

export const texts = { en, de, fr, es, pt } as const satisfies Record<string, Texts>;

export type Language = keyof typeof texts;

/** The languages of the pages. The first one is for those whose language is not among them. */
export const languages = Object.keys(texts) as [Language, ...Language[]];
