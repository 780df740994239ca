import type { Brand } from '../brand.ts';
import { type Dress, dressBrand } from '../dress.ts';
import { de } from './texts/de.ts';
import { en, type MailTexts } from './texts/en.ts';
import { es } from './texts/es.ts';
import { fr } from './texts/fr.ts';
import { pt } from './texts/pt.ts';

/** What mails say, by language: the same languages as the pages. */
export const mailTexts: Readonly<Record<string, MailTexts>> = { en, de, fr, es, pt };

export const hasMailTexts = (language: string | undefined): language is string =>
  language !== undefined && Object.hasOwn(mailTexts, language);

/** How a mail looks and reads. */
export type MailLook = {
  language: string;
  dress: Dress;
  /** What the sender is called: the brand's name, or the host. */
  service: string;
  /** Returns a text with values for the names in braces. Not escaped. */
  text: (key: keyof MailTexts, values?: Readonly<Record<string, string>>) => string;
  /** A time (epoch seconds) in words, in UTC. */
  time: (time: number) => string;
};

/** Prepares the brand once. A language that is not known becomes English. */
export function mailLooksOf(brand: Brand, issuer: string): (language: string) => MailLook {
  const dress = dressBrand(brand);
  const service = brand.name ?? new URL(issuer).host;
  return (asked) => {
    const language = hasMailTexts(asked) ? asked : 'en';
    const texts = mailTexts[language] ?? en;
    return {
      language,
      dress,
      service,
      text: (key, values = {}) => fill(texts[key], { service, ...values }),
      time: (time) => timeIn(language, time),
    };
  };
}

const fill = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '');

const timeIn = (language: string, time: number): string =>
  new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' })
    .format(time * 1_000)
    .concat(' UTC');
