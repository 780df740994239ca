import { hasStackedMarks } from '../unseen.ts';

/*
 * What a new name may look like, by RFC 8265 §3.3 (UsernameCaseMapped) and the IdentifierClass of RFC 8264 §4.2. So no two names
 * look different and are compared as equal, and no name turns into an address when it is compared. Names that are there already
 * are not judged again. Characters that the RFCs allow in some places only are left out.
 */

/** Full-width ASCII, half-width Katakana and the wide space stand for the usual ones (RFC 8265 §3.3.2, width mapping). */
const otherWidth = /[\u3000\uff01-\uff5e\uff66-\uff9f]/g;

/** Returns a name as it is stored: in the usual width, composed, and without spaces around it. */
export const composeName = (typed: string): string =>
  typed
    .replace(otherWidth, (char) => char.normalize('NFKC'))
    .normalize('NFC')
    .trim();

/** Returns the form that is judged: as it is stored, and in lower case. */
export const prepareName = (typed: string): string => composeName(typed).toLowerCase().normalize('NFC');

const invisible = /[\p{Cc}\p{Cf}\p{Cn}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

/** Letters and digits of any script with their marks, and the punctuation of ASCII. */
const usual = /^[\x21-\x7e\p{L}\p{Mn}\p{Mc}\p{Nd}\u3007]$/u;

/** Most names: nothing in them needs a closer look. */
const isPlain = (name: string): boolean => /^[\x21-\x7e]*$/.test(name);

/** Letters that are none, or only parts of one: stretching and repetition marks, old Hangul (RFC 5892 §2.6, RFC 8264 §9.9). */
const unusual = /[\u302e\u302f\u0640\u07fa\u3031-\u3035\u303b\u1100-\u11ff\ua960-\ua97c\ud7b0-\ud7fb]/;

/** Says what is wrong with a new name, as "has …", or returns undefined. Spaces may separate its parts, one at a time. */
export function judgeName(typed: string): string | undefined {
  if (isPlain(typed)) return undefined;
  const name = prepareName(typed);
  if (invisible.test(name)) return 'has a character that cannot be seen';
  for (const char of name) {
    if (char.normalize('NFKC') !== char) return isAnotherForm(char);
    if (char !== ' ' && (!usual.test(char) || unusual.test(char))) {
      return `has ${quoted(char)}, which is no letter, digit or punctuation of ASCII`;
    }
  }
  if (name.includes('  ')) return 'has two spaces in a row';
  return firstProblem(name.split(' ').map(judgePart));
}

const firstProblem = (problems: readonly (string | undefined)[]): string | undefined =>
  problems.find((problem) => problem !== undefined);

const isAnotherForm = (char: string): string => `has ${quoted(char)}, another form of “${char.normalize('NFKC')}”`;

const quoted = (char: string): string =>
  `“${char}” (U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')})`;

function judgePart(part: string): string | undefined {
  if (hasStackedMarks(part)) return 'has more than four marks on one letter';
  if (/^\p{M}/u.test(part)) return 'has a mark without a letter';
  // RFC 5892 §A.8, §A.9: two sets of digits that look the same.
  if (/[\u0660-\u0669]/.test(part) && /[\u06f0-\u06f9]/.test(part)) return 'has Arabic digits of two kinds';
  return isReadBothWays(part) ? 'has letters that are read from right to left among others' : undefined;
}

/** The blocks of Hebrew, Arabic and the other scripts that are written from right to left, without the Persian digits. */
const rightToLeft = /[\u0590-\u06ef\u06fa-\u08ff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/**
 * RFC 5893 §2: a part with such letters or with Arabic digits begins with such a letter, has no letters of another direction,
 * ends with a letter or digit, and has digits of one kind.
 */
function isReadBothWays(part: string): boolean {
  if (!rightToLeft.test(part)) return false;
  const chars = Array.from(part).filter((char) => !/\p{Mn}/u.test(char));
  const isLetter = (char = '') => /\p{L}/u.test(char) && rightToLeft.test(char);
  const isForeign = (char: string) => /[\p{L}\p{Mc}]/u.test(char) && !rightToLeft.test(char);
  const hasBothDigits = /[0-9\u06f0-\u06f9]/.test(part) && /[\u0660-\u0669]/.test(part);
  const last = chars.at(-1) ?? '';
  return !isLetter(chars[0]) || chars.some(isForeign) || !/[\p{L}\p{Nd}]/u.test(last) || hasBothDigits;
}

/**
 * What ASCII has no place for in an address (RFC 5322 §3.2.3): programs that send mail take `<a@b.example>` for the same address with
 * a name before it, and `(…)` for a comment. Quoted local parts are left out.
 */
const notInAddress = /["(),:;<>[\\\]]/;

/** The same for an address, as it is written: mail goes there, and not to what it would be prepared to. */
export function judgeAddress(address: string): string | undefined {
  const [special] = notInAddress.exec(address) ?? [];
  if (special !== undefined) return `has ${quoted(special)}, which an address cannot have`;
  if (isPlain(address)) return undefined;
  const other = Array.from(address).find((char) => char.normalize('NFKC') !== char);
  if (other !== undefined) return isAnotherForm(other);
  return firstProblem(address.split(/[@.]/).map(judgeName));
}
