import type { Brand } from './brand.ts';
import { en } from './texts/en.ts';
import { languages } from './texts/languages.ts';

/**
 * What is wrong with the texts of a brand, as the end of a sentence: an unknown language or key, or a name in braces that has no value
 * there. Needs the texts of all pages, so it is asked before a function starts and not by it.
 */
export function judgeBrandTexts({ texts = {} }: Brand): string | undefined {
  for (const [language, own] of Object.entries(texts)) {
    if (!languages.some((known) => known === language))
      return `texts.${language} is not one of ${languages.join(', ')}`;
    for (const [key, text] of Object.entries(own)) {
      const english = Object.hasOwn(en, key) ? en[key as keyof typeof en] : undefined;
      if (english === undefined) return `texts.${language}.${key} is not a text of the pages`;
      const strange = namesIn(text).find((name) => !namesIn(english).includes(name));
      if (strange) return `texts.${language}.${key} has {${strange}}, which has no value there`;
    }
  }
  return undefined;
}

const namesIn = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
