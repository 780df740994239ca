import * as v from 'valibot';

/** What a deployment may change about its pages. Whether there are such texts, brand-texts.ts says. */
export interface Brand {
  /** Shown beside the logo and in the title of every page. */
  name?: string | undefined;
  /** A data: URI. Replaces the keyhole. */
  logo?: string | undefined;
  /** The logo for dark pages. */
  logoDark?: string | undefined;
  /** The color of buttons, links and outlines. Adjusted where needed so that it, and text on it, is readable. */
  accent?: string | undefined;
  /** The accent for dark pages. Default: derived from `accent`. */
  accentDark?: string | undefined;
  /** Replacement texts by language and key. */
  texts?: Record<string, Record<string, string>> | undefined;
}

const hexColor = v.pipe(
  v.string('is not a text'),
  v.regex(/^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/i, 'is not a color like #3446c9'),
);

/** An image in an img element runs no script and loads nothing, not even an SVG. */
const imageUri =
  /^data:image\/(?:svg\+xml|png|jpeg|webp|gif)(?:;charset=utf-8)?(?:;base64)?,[A-Za-z0-9+/=%._~:;,!*()@$&-]+$/;

export const isDataImage = (uri: string | undefined): uri is string =>
  uri !== undefined && uri.length <= 100_000 && imageUri.test(uri);

const dataImage = v.pipe(
  v.string('is not a text'),
  v.check(
    (uri) => isDataImage(uri),
    'is not a data: URI of an image (svg+xml, png, jpeg, webp or gif) below 100,000 characters',
  ),
);

/** Valibot's records and objects also accept arrays. */
const noArray = v.custom<object>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'is not an object',
);

const text = v.pipe(v.string('is not a text'), v.minLength(1, 'is empty'), v.maxLength(1_000, 'is too long'));

const brandMembers = v.strictObject(
  {
    name: v.optional(v.pipe(text, v.maxLength(80, 'is longer than 80 characters'))),
    logo: v.optional(dataImage),
    logoDark: v.optional(dataImage),
    accent: v.optional(hexColor),
    accentDark: v.optional(hexColor),
    texts: v.optional(v.pipe(noArray, v.record(v.string(), v.pipe(noArray, v.record(v.string(), text))))),
  },
  'is not an object',
);

const brandSchema = v.pipe(noArray, brandMembers) satisfies v.GenericSchema<object, Brand>;

/** Parses a brand from JSON in an environment variable. Refuses with the member that is wrong. */
export const brandJson = v.pipe(
  v.string(),
  v.rawTransform(({ dataset, addIssue, NEVER }): Brand => {
    const json = parseJson(dataset.value);
    if (json === undefined) {
      addIssue({ message: 'is not JSON' });
      return NEVER;
    }
    const parsed = v.safeParse(brandSchema, json);
    if (parsed.success) return parsed.output;
    for (const issue of parsed.issues) {
      const member = v.getDotPath(issue);
      const problem = issue.expected === 'never' ? 'is not a member of a brand' : issue.message;
      addIssue({ message: member ? `member ${member} ${problem}` : problem });
    }
    return NEVER;
  }),
);

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
