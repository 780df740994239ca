/** A header beyond these limits is not about languages. */
const mostTags = 20;
const mostCharacters = 1_000;

/**
 * Chooses the language of a page: the first of `uiLocales` (OpenID Connect Core §3.1.2.1, BCP 47 tags in order of preference)
 * that is available, else the best of `acceptLanguage` (RFC 9110 §12.5.4), else the first available one. Shortens a tag until it
 * matches (RFC 4647 §3.4): `de-AT` finds `de`. Takes any text and never refuses.
 */
export function chooseLanguage<Language extends string>(
  available: readonly [Language, ...Language[]],
  uiLocales: string | undefined,
  acceptLanguage: string | undefined,
): Language {
  for (const tag of [...listed(uiLocales, ' '), ...byPreference(acceptLanguage)]) {
    const found = tag === '*' ? available[0] : lookUp(tag, available);
    if (found) return found;
  }
  return available[0];
}

const listed = (text: string | undefined, separator: string): string[] =>
  (text ?? '')
    .slice(0, mostCharacters)
    .split(separator, mostTags)
    .map((part) => part.trim())
    .filter((part) => part !== '');

/** Returns the language ranges of an Accept-Language header, most preferred first. A weight of 0 excludes a range. */
function byPreference(acceptLanguage: string | undefined): string[] {
  const ranges = listed(acceptLanguage, ',').map((range) => {
    const [tag = '', ...parameters] = range.split(';').map((part) => part.trim());
    const weight = parameters.find((parameter) => /^q=/i.test(parameter))?.slice(2);
    return { tag, weight: weight === undefined ? 1 : Number(weight) };
  });
  return ranges
    .filter(({ weight }) => weight > 0 && weight <= 1)
    .sort((one, other) => other.weight - one.weight)
    .map(({ tag }) => tag);
}

function lookUp<Language extends string>(tag: string, available: readonly Language[]): Language | undefined {
  const subtags = tag.toLowerCase().split('-');
  for (let length = subtags.length; length > 0; length -= 1) {
    const shorter = subtags.slice(0, length).join('-');
    const found = available.find((language) => language.toLowerCase() === shorter);
    if (found) return found;
  }
  return undefined;
}
