import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { csvReader, isFormula } from '../../shared/csv.ts';
import { decodeText, textReader } from '../../shared/http/decode-text.ts';
import { jsonLinesReader, jsonListReader } from '../../shared/people/import/json-list.ts';
import type { Result } from '../../shared/result.ts';
import { acceptedValue } from './read-result.ts';

const latin = (text: string) => Buffer.from(text, 'latin1');
const marked = (mark: number[], bytes: Buffer) => Buffer.concat([Buffer.from(mark), bytes]);
const utf16be = (text: string) => Buffer.from(text, 'utf16le').swap16();

describe('I4: a file', () => {
  test.each([
    ['UTF-8', Buffer.from('Jürgen €')],
    ['UTF-8 with a byte order mark', marked([0xef, 0xbb, 0xbf], Buffer.from('Jürgen €'))],
    ['UTF-16 little-endian with a mark', marked([0xff, 0xfe], Buffer.from('Jürgen €', 'utf16le'))],
    ['UTF-16 big-endian with a mark', marked([0xfe, 0xff], utf16be('Jürgen €'))],
  ])('in %s is read', (_, bytes) => {
    expect(decodeText(bytes)).toEqual({ ok: true, value: 'Jürgen €' });
  });

  test.each([
    ['Windows-1252', latin('name\nAda\nJürgen'), /^is not UTF-8 \(line 3 .*Windows-1252.* save it as UTF-8$/],
    ['UTF-16 without a mark', Buffer.from('name', 'utf16le'), /^has zero bytes: it may be UTF-16/],
    ['half of UTF-16', marked([0xff, 0xfe], Buffer.from([0x41])), /^is not UTF-16/],
    ['UTF-8 that is cut off', Buffer.from('Jü').subarray(0, 2), /^is not UTF-8 \(line 1/],
  ])('in %s is refused in words', (_, bytes, refusal) => {
    expect(decodeText(bytes)).toEqual({ ok: false, refusal: expect.stringMatching(refusal) });
  });
});

/** Feeds a text in pieces of any length. */
function inPieces<Item>(
  reader: { push(text: string): Result<Item[], string>; end(): Result<Item[], string> },
  text: string,
  lengths: readonly number[],
): Item[] {
  const items: Item[] = [];
  let at = 0;
  for (const length of lengths) {
    items.push(...acceptedValue(reader.push(text.slice(at, at + length))));
    at += length;
  }
  return [...items, ...acceptedValue(reader.push(text.slice(at))), ...acceptedValue(reader.end())];
}
const pieces = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 40 });

describe('a file that comes in pieces', () => {
  test('is decoded as in one, wherever it is cut', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), pieces, (text, lengths) => {
        const bytes = Buffer.from(text.replaceAll('\0', ''));
        const reader = textReader();
        let at = 0;
        let read = '';
        for (const length of [...lengths, bytes.length]) {
          read += acceptedValue(reader.push(bytes.subarray(at, at + length)));
          at += length;
        }
        expect(read + acceptedValue(reader.end())).toBe(text.replaceAll('\0', '').replace(/^\ufeff/, ''));
      }),
    );
  });

  const items = fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 6 });
  test.each([
    ['a list', (list: unknown[]) => JSON.stringify(list, null, 1), () => jsonListReader()],
    [
      'a member of an object',
      (list: unknown[]) => JSON.stringify({ realm: 'x,"]', other: [{ users: [1] }], users: list, end: {} }),
      () => jsonListReader(['users']),
    ],
    ['lines', (list: unknown[]) => list.map((item) => `${JSON.stringify(item)}\r\n`).join('\n'), jsonLinesReader],
  ])('has the items of %s', (_, write, reader) => {
    fc.assert(
      fc.property(items, pieces, (list, lengths) => {
        const plain = JSON.parse(JSON.stringify(list));
        expect(inPieces(reader(), write(plain), lengths)).toEqual(plain);
      }),
    );
  });

  test('has the rows of a table, with the lines that they are in', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', ';', '\n', '\r', ' ', 'ü') });
    const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
    fc.assert(
      fc.property(fc.array(cell), pieces, (cells, lengths) => {
        const text = `one\r\n${cells.map((each) => `${quoted(`x${each}`)}\r\n`).join('')}`;
        const whole = inPieces(csvReader(), text, []);
        expect(inPieces(csvReader(), text, lengths)).toEqual(whole);
        expect(whole.map((row) => row.cells.get('one'))).toEqual(cells.map((each) => `x${each}`));
      }),
    );
  });

  test.each([
    ['a list', () => jsonListReader(), '[{"a":"', '"}]'],
    ['lines', jsonLinesReader, '{"a":"', '"}\n'],
  ] as const)('%s: an entry in a thousand pieces is not copied for each of them', (_, make, before, after) => {
    const reader = make();
    reader.push(before);
    for (let piece = 0; piece < 1_500; piece += 1) reader.push('a'.repeat(40_000));
    const read = reader.push(after);
    const end = reader.end();
    expect([read, end].flatMap((each) => (each.ok ? each.value : []))).toEqual([{ a: 'a'.repeat(60_000_000) }]);
  });

  test.each([
    ['[{"a":1},{"a"', 'is cut off: it ends in entry 2, before the end of the list'],
    ['[{"a":1}', 'is cut off: it ends in entry 1, before the end of the list'],
    ['[{"a":1},{"secret"}]', 'is not JSON: entry 2 cannot be read'],
    ['[1] [2]', 'has something after the end of its list'],
    ['{"a":[1]}', 'is not a JSON array'],
    ['a,b', 'is not a JSON array'],
    ['', 'is empty'],
  ])('%j is refused: it %s', (text, refusal) => {
    const reader = jsonListReader();
    const read = reader.push(text);
    expect(read.ok ? reader.end() : read).toEqual({ ok: false, refusal });
  });
});

test.each(['=1+1', '=HYPERLINK("https://x.example")', '+cmd|x', '@SUM(1)', '-2+3+cmd|x', '\tx'])(
  '%j is a formula',
  (cell) => {
    expect(isFormula(cell)).toBe(true);
  },
);
test.each(['', 'Ada', '+44 20 7946 0000', '-1', '@ada', 'a=b', '$2b$12$x'])('%j is none', (cell) => {
  expect(isFormula(cell)).toBe(false);
});
