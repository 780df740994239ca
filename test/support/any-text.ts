import fc from 'fast-check';

const surrogates = { first: 0xd800, count: 0x800 };

/** Any code point but half of a pair, as `binary` of fast-check; but that makes a table of all of them first, for half a second. */
const anyCharacter = fc
  .nat(0x10_ffff - surrogates.count)
  .map((point) => String.fromCodePoint(point < surrogates.first ? point : point + surrogates.count));

/** Text of anything that can be in a string. */
export const anyText = (lengths: { minLength?: number; maxLength?: number } = {}): fc.Arbitrary<string> =>
  fc.string({ ...lengths, unit: anyCharacter });
