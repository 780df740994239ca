import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  admitNames,
  emailSchema,
  isNameOf,
  parseAccountDescription,
  usernameKey,
} from '../../shared/people/account.ts';
import { composeName, prepareName } from '../../shared/people/judge-name.ts';

const problemWith = (username: string): string | undefined => {
  const parsed = parseAccountDescription({ username });
  return 'problem' in parsed ? parsed.problem : undefined;
};
const stored = (username: string): string | undefined => {
  const parsed = parseAccountDescription({ username });
  return 'problem' in parsed ? undefined : parsed.account.username;
};

/** What has to be in the sentence that refuses it. */
const another = (form: string) =>
  expect.stringMatching(new RegExp(`^has “.+” \\(U\\+[0-9A-F]{4,6}\\), another form of “${form}”$`));
const noLetter = expect.stringMatching(
  /^has “.+” \(U\+[0-9A-F]{4,6}\), which is no letter, digit or punctuation of ASCII$/,
);
const invisible = 'has a character that cannot be seen';
const mixed = 'has letters that are read from right to left among others';

describe('S3: a new username that looks like another, or like an address, is refused', () => {
  test.each([
    ['a small @', 'victim\ufe6bexample.com', another('@')],
    ['a small full stop', 'ada\ufe52lovelace', another('\\.')],
    ['a one dot leader', 'ada\u2024lovelace', another('\\.')],
    ['an ellipsis', 'ada\u2026', another('\\.\\.\\.')],
    ['a halfwidth ideographic full stop', 'ada\uff61', another('。')],
    ['a ligature', 'o\ufb03ce', another('ffi')],
    ['a long s', 'je\u017f\u017fe', another('s')],
    ['a mathematical letter', '\u{1d400}da', another('A')],
    ['a mathematical digit', 'ada\u{1d7d8}', another('0')],
    ['a superscript digit', 'ada\u00b2', another('2')],
    ['a feminine ordinal', 'ad\u00aa', another('a')],
    ['a modifier letter', '\u02b0ada', another('h')],
    ['a circled digit', 'ada\u2460', another('1')],
    ['a circled letter', '\u24d0da', another('a')],
    ['a Roman numeral', 'louis\u2177', another('viii')],
    ['a digraph', '\u0133sbrand', another('ij')],
    ['a digraph with a caron', '\u01c6ep', another('dž')],
    ['a unit', '3\u338f', another('kg')],
    ['a fraction', '\u00bd', another('1⁄2')],
    ['a trade mark', 'ada\u2122', another('TM')],
    ['an account of', '\u2100', another('a/c')],
    ['a script letter', '\u2112ovelace', another('L|l')],
    ['an Arabic presentation form', '\ufe8d', another('ا')],
    ['a compatibility Jamo', '\u3131', another('ᄀ')],
    ['a halfwidth Jamo', '\uffa1', another('ᄀ')],
    ['a fullwidth currency sign', '\uffe0', another('¢')],
    ['a no-break space', 'ada\u00a0lovelace', another(' ')],
    ['an em space', 'ada\u2003lovelace', another(' ')],
    ['two spaces', 'ada  lovelace', 'has two spaces in a row'],
    ['a space and a wide one', 'ada \u3000lovelace', 'has two spaces in a row'],
    ['a zero width space', 'ad\u200ba', invisible],
    ['a zero width joiner', 'ad\u200da', invisible],
    ['a soft hyphen', 'ad\u00ada', invisible],
    ['a byte order mark', 'ad\ufeffa', invisible],
    ['a mark that turns the direction', 'ad\u202ea', invisible],
    ['an isolate', 'ad\u2066a', invisible],
    ['a combining grapheme joiner', 'ad\u034fa', invisible],
    ['a variation selector', 'ad\ufe0fa', invisible],
    ['a tag', 'ada\u{e0061}', invisible],
    ['a Hangul filler', '\u3164', invisible],
    ['a Hangul choseong filler', '\u115f', invisible],
    ['a character of private use', 'ada\ue000', invisible],
    ['a character that is not assigned', 'ada\u0378', invisible],
    ['half of a pair', 'ada\ud83d', invisible],
    ['a tabulator', 'ada\tlovelace', invisible],
    ['a null', 'ada\u0000', invisible],
    ['an emoji', 'ada\u{1f600}', noLetter],
    ['a heart', 'ada\u2665', noLetter],
    ['a curly apostrophe', 'o\u2019hara', noLetter],
    ['an en dash', 'ada\u2013lovelace', noLetter],
    ['a hyphen that is none of ASCII', 'ada\u2010lovelace', noLetter],
    ['a division slash', 'ada\u2215lovelace', noLetter],
    ['a middle dot', 'ada\u00b7lovelace', noLetter],
    ['a tatweel', 'سـلام', noLetter],
    ['an old Jamo', '\u1100', noLetter],
    ['a repetition mark', 'あ\u3033', noLetter],
    ['a Roman numeral that is a letter by itself', '\u2188', noLetter],
    ['marks over the lines around it', `ada${'\u0336'.repeat(5)}`, 'has more than four marks on one letter'],
    ['a mark without a letter', '\u0301ada', 'has a mark without a letter'],
    ['a mark after a space', 'ada \u0301lovelace', 'has a mark without a letter'],
    ['Hebrew and Latin letters', 'שלוםada', mixed],
    ['Latin and Hebrew letters', 'adaשלום', mixed],
    ['a digit before Hebrew letters', '5שלום', mixed],
    ['Hebrew letters that end in punctuation', 'שלום.', mixed],
    ['Arabic letters with digits of both kinds', 'سلام٣5', mixed],
    ['Arabic digits alone', '٣٤', mixed],
    ['Arabic and Persian digits', 'سلام٣۳', 'has Arabic digits of two kinds'],
    ['a capital letter that is compared otherwise', 'J\u030can', 'has a capital letter that has to be written small'],
  ])('with %s', (_, username, problem) => {
    expect(problemWith(username)).toEqual(problem);
  });
});

describe('S3: a new username is stored as it will be compared, but for its case', () => {
  test.each([
    ['ASCII', 'Ada.Lovelace-1815_x', 'Ada.Lovelace-1815_x'],
    ['every punctuation of ASCII', '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~', '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'],
    ['full width', '\uff21\uff44\uff41', 'Ada'],
    ['a full-width @', 'victim\uff20example.com', 'victim@example.com'],
    ['half-width Katakana', '\uff76\uff9e', 'ガ'],
    ['a wide space', 'ada\u3000lovelace', 'ada lovelace'],
    ['wide spaces around it', '\u3000ada\u3000', 'ada'],
    ['a Kelvin sign', '\u212aim', 'Kim'],
    ['a letter and its mark', 'Ame\u0301lie', 'Amélie'],
    ['parts with a space', 'Ada Lovelace', 'Ada Lovelace'],
    ['sharp s', 'Strauß', 'Strauß'],
    ['Cyrillic', 'Ада', 'Ада'],
    ['Greek', 'Ὑπατία', 'Ὑπατία'],
    ['Chinese', '二〇', '二〇'],
    ['Japanese with a long vowel', 'スーザン', 'スーザン'],
    ['Korean', '에이다', '에이다'],
    ['Hindi with its vowel signs', 'हिन्दी', 'हिन्दी'],
    ['Hebrew', 'שלום1', 'שלום1'],
    ['Hebrew with points', 'שָׁלוֹם', 'שָׁלוֹם'],
    ['Arabic with its digits', 'سلام٣', 'سلام٣'],
    ['Persian digits alone', '۱۲', '۱۲'],
    ['Hebrew beside Latin, each a part', 'שלום ada', 'שלום ada'],
  ])('%s', (_, username, kept) => {
    expect(stored(username)).toBe(kept.normalize('NFC'));
  });

  test('and its key is the prepared form: an @ of the key is one of the name', () => {
    const anything = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 8 }),
      fc.string({ unit: 'binary', maxLength: 4 }),
      fc
        .array(fc.constantFrom('a', 'K', '@', '\uff20', '\ufe6b', '.', '\uff0e', ' ', '\u3000', 'J', '\u030c'), {
          maxLength: 6,
        })
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(anything, (username) => {
        const kept = stored(username);
        if (kept === undefined) return;
        expect(usernameKey(kept)).toBe(prepareName(username));
        expect(usernameKey(username)).toBe(usernameKey(kept));
        expect(kept.includes('@')).toBe(usernameKey(kept).includes('@'));
        expect(composeName(kept)).toBe(kept);
      }),
      { numRuns: 3_000 },
    );
  });

  test('every single character is refused, or is stored as what it is compared as', () => {
    const wrong: string[] = [];
    for (let code = 1; code <= 0x1ffff; code += 1) {
      const char = String.fromCodePoint(code);
      const kept = stored(`a${char}`) ?? stored(char);
      if (kept !== undefined && kept.normalize('NFKC') !== kept && usernameKey(kept) !== prepareName(kept))
        wrong.push(char);
    }
    expect(wrong).toEqual([]);
  });
});

describe('S3: a new address is one that looks like no other', () => {
  const problemWithEmail = (email: string): string | undefined => {
    const parsed = parseAccountDescription({ email });
    return 'problem' in parsed ? parsed.problem : undefined;
  };

  const cannotHave = (char: string, number: string): unknown =>
    expect.stringMatching(`^has “${char}” \\(U\\+00${number}\\), which an address cannot have$`);

  test.each([
    ['a wide @ besides one', 'victim\uff20corp@example.com', another('@')],
    ['a small @ besides one', 'victim\ufe6bcorp@example.com', another('@')],
    ['a wide letter', 'victim@\uff45xample.com', another('e')],
    ['a wide full stop', 'victim@example\uff0ecom', 'is not an email address'],
    ['a wide full stop besides one', 'victim@mail\uff0eexample.com', another('\\.')],
    ['an ideographic full stop', 'victim@mail\u3002example.com', noLetter],
    ['a Kelvin sign', 'victim@wor\u212a.example', another('K')],
    ['a ligature', 'o\ufb03ce@example.com', another('ffi')],
    ['brackets, which mail takes off', '<ada@example.com>', cannotHave('<', '3C')],
    ['an address after a name', 'Ada<ada@example.com', cannotHave('<', '3C')],
    ['a comment', 'ada(x)@example.com', cannotHave('\\(', '28')],
    ['a comma', 'grace,ada@example.com', cannotHave(',', '2C')],
    ['a semicolon', 'ada;x@example.com', cannotHave(';', '3B')],
    ['the name of a group', 'all:ada@example.com', cannotHave(':', '3A')],
    ['a quoted local part', '"ada"@example.com', cannotHave('"', '22')],
    ['a backslash', 'ada\\x@example.com', cannotHave('\\\\', '5C')],
    ['a literal address', 'ada@[192.0.2.1]', cannotHave('\\[', '5B')],
    ['brackets in another script', '<amélie@example.com>', cannotHave('<', '3C')],
    ['an emoji', '\u{1f600}@example.com', noLetter],
    ['a wide @ alone', 'victim\uff20example.com', 'is not an email address'],
    ['letters of both directions in a part', 'שלוםa@example.com', mixed],
  ])('%s is refused', (_, email, problem) => {
    expect(problemWithEmail(email)).toEqual(problem);
  });

  test.each([
    'ada@example.com',
    "o'hara+x@mail.example.com",
    "!#$%&'*+-/=?^_`{|}~.x@example.com",
    'amélie@müller.example',
    'שלום@example.com',
    '二@例え.テスト',
  ])('%s is taken as it is', (email) => {
    expect(parseAccountDescription({ email })).toEqual({ account: { email, claims: {} } });
  });

  test('and the form of an address is still checked', () => {
    expect(emailSchema.type).toBe('string');
    expect(problemWithEmail('nobody')).toBe('is not an email address');
  });
});

describe('S3: names of before', () => {
  const squatter = { username: 'victim\uff20example.com', email: 'o\ufb03ce@example.com' };
  const odd = { email: '<ada@example.com>' };

  test('stay as they are when something else of the account changes', () => {
    expect(admitNames(squatter, squatter)).toEqual({ ok: true, value: squatter });
    expect(admitNames(odd, odd)).toEqual({ ok: true, value: odd });
    expect(parseAccountDescription({ ...squatter, claims: { name: 'x' } }, squatter)).toEqual({
      account: { ...squatter, claims: { name: 'x' } },
    });
  });

  test('are judged when they are new to the account', () => {
    expect(admitNames({ email: squatter.email }, { email: 'ada@example.com' })).toMatchObject({ ok: false });
    expect(admitNames({ username: 'a\ufe6bb' }, { username: 'ada' })).toMatchObject({ ok: false });
  });

  test('are found as they are written, and not by the address that they look like', () => {
    expect(isNameOf('Victim\uff20Example.com', squatter)).toBe(true);
    expect(isNameOf('victim@example.com', squatter)).toBe(false);
    expect(isNameOf('victim@example.com', { username: 'victim@example.com' })).toBe(true);
    expect(isNameOf('victim\uff20example.com', { username: 'victim@example.com' })).toBe(true);
    expect(isNameOf('victim\uff20example.com', { email: 'victim@example.com' })).toBe(true);
  });
});
