import { html } from 'hono/html';
import { chooseLanguage } from '../http/language.ts';
import type { HttpRequest } from '../http/request.ts';
import { type Parameters, parseParameters, single } from '../oauth/parameters.ts';
import type { Brand } from './brand.ts';
import { type Dress, dressBrand } from './dress.ts';
import type { en, TextKey, Texts } from './texts/en.ts';
import { type Language, languages, texts } from './texts/languages.ts';

/** Markup that the template has escaped. */
export type Markup = ReturnType<typeof html>;

type English = typeof en;

/** The names in braces in a text. */
type Names<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;

/** Requires all values of a text with names, and none of a text without. */
type Values<Key extends TextKey, Value> = [Names<English[Key]>] extends [never]
  ? []
  : [values: Record<Names<English[Key]>, Value>];

/** Texts with one form for 1 and another for more. */
type CountedKey = TextKey extends infer Key ? (Key extends `${infer Base}.other` ? Counted<Base> : never) : never;
type Counted<Base extends string> = `${Base}.one` extends TextKey ? Base : never;

/** How a page looks and reads: the deployment's brand in the person's language. */
export type Look = {
  language: Language;
  direction: 'ltr' | 'rtl';
  dress: Dress;
  /** Returns a text with values for the names in braces. Not escaped; the template does that. */
  text: <Key extends TextKey>(key: Key, ...values: Values<Key, string>) => string;
  /** Like `text`, but values may be markup. Escapes the text and plain values. */
  say: <Key extends TextKey>(key: Key, ...values: Values<Key, Markup | string>) => Markup;
  /** Returns the plural form that fits the number. */
  count: (key: CountedKey, count: number) => string;
  /** Tells in words how long ago `time` was, or how far ahead it is. Epoch seconds. */
  ago: (time: number, now: number) => string;
};

/**
 * Makes the look of one reply. `parameters` is the authorization request, for its `ui_locales`, where that is not the query of the
 * page: one that was pushed or posted.
 */
export type LookOf = (request: Pick<HttpRequest, 'header' | 'rawQuery'>, parameters?: Parameters) => Look;

/** Prepares the brand once, when a function starts. */
export function looksOf(brand: Brand): LookOf {
  const dress = dressBrand(brand);
  const looks = new Map(languages.map((language) => [language, lookIn(language, dress)]));
  return (request, parameters) => {
    const meant = parameters ?? readable(request.rawQuery);
    const wanted = meant && single(meant, 'ui_locales');
    const language = chooseLanguage(languages, wanted, request.header('accept-language'));
    return looks.get(language) ?? lookIn(language, dress);
  };
}

function readable(query: string): Parameters | undefined {
  const parsed = parseParameters(query);
  return parsed.ok ? parsed.value : undefined;
}

/** Returns the look in one language. */
export function lookIn(language: Language, dress: Dress): Look {
  const own: Texts = { ...texts[language], ...dress.texts[language] };
  const numbers = new Intl.PluralRules(language);
  const look: Look = {
    language,
    direction: isRightToLeft(language) ? 'rtl' : 'ltr',
    dress,
    text: (key, ...[values]) => fill(own[key], values ?? {}).join(''),
    say: (key, ...[values]) => html`${fill(own[key], values ?? {})}`,
    count: (key, count) => {
      const form = numbers.select(count) === 'one' ? 'one' : 'other';
      return fill(own[`${key}.${form}` as TextKey], { count: count.toLocaleString(language) }).join('');
    },
    ago: (time, now) => agoIn(language, time - now),
  };
  return look;
}

/** Splits a text into parts, with each name in braces replaced by its value. */
function fill<Value>(text: string, values: Readonly<Record<string, Value>>): (Value | string)[] {
  return text.split(/\{(\w+)\}/).map((part, index) => (index % 2 === 0 ? part : (values[part] ?? '')));
}

const isRightToLeft = (language: string): boolean => /^(ar|fa|he|ur|yi)\b/.test(language);

const units = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

/** Uses relative times, because the person's time zone is unknown. */
function agoIn(language: Language, seconds: number): string {
  const words = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  const unit = units.find(([, length]) => Math.abs(seconds) >= length);
  return unit ? words.format(Math.trunc(seconds / unit[1]), unit[0]) : words.format(0, 'second');
}
