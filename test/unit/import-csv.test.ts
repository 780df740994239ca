import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseSettingsJson } from '../../shared/clients/import/json.ts';
import { csvReader, parseCsv } from '../../shared/csv.ts';
import { acceptedValue } from './read-result.ts';

/** The rows as plain objects. */
const rowsOf = (text: string) => acceptedValue(parseCsv(text)).map(({ cells }) => Object.fromEntries(cells));
const refusalOf = (text: string) => {
  const parsed = parseCsv(text);
  return parsed.ok ? undefined : parsed.refusal;
};

describe('a table', () => {
  test('RFC 4180: has a header line, and a line per client', () => {
    expect(rowsOf('a,b\r\n1,2\r\n3,4\r\n')).toEqual([
      { a: '1', b: '2' },
      { a: '3', b: '4' },
    ]);
  });

  test.each([
    ['without a line break at the end', 'a,b\n1,2'],
    ['with a byte order mark', '\ufeffa,b\n1,2\n'],
    ['with blank lines', 'a,b\n\n1,2\n\n'],
    ['with blanks around the names', ' a , b\n1,2\n'],
    ['with semicolons', 'a;b\n1;2\n'],
    ['with the line breaks of old Macs', 'a,b\r1,2\r'],
  ])('is read %s', (_, text) => {
    expect(rowsOf(text)).toEqual([{ a: '1', b: '2' }]);
  });

  test('RFC 4180 §2.5–2.7: a quoted field may have commas, line breaks and doubled quotation marks', () => {
    expect(rowsOf('a,b\n"1,""2""\r\n3",\n')).toEqual([{ a: '1,"2"\r\n3', b: '' }]);
  });

  test.each(['a,b\n"1,2', 'a,b\n1,"2""', '"a,b'])('that ends within a field is cut off: %j', (text) => {
    expect(refusalOf(text)).toMatch(/^is cut off: the field that begins in line \d has no end$/);
  });

  test('that has a quotation mark without another one is cut off, however large it is, whole or in pieces', () => {
    const problem = 'is cut off: the field that begins in line 2 has no end';
    expect(refusalOf(`a,b\n1,"${'x'.repeat(20_000_000)}`)).toBe(problem);
    expect(refusalOf(`a,b\n1,"${'""'.repeat(5_000_000)}`)).toBe(problem);
    const reader = csvReader();
    reader.push('a,b\n1,"');
    for (let piece = 0; piece < 300; piece += 1)
      expect(reader.push('x, "" y\n'.repeat(8_000))).toEqual({ ok: true, value: [] });
    expect(reader.end()).toEqual({ ok: false, refusal: problem });
  });

  test('may have one large field', () => {
    const large = 'x'.repeat(20_000_000);
    expect(rowsOf(`a,b\n1,"${large}"\n2,${large}`)).toEqual([
      { a: '1', b: large },
      { a: '2', b: large },
    ]);
  });

  test('is read the same in pieces, wherever it is cut', () => {
    const text = '\ufeffa,b\r\n1,"2\r\n""\r"\r3,4\n\r\n"5",6\r';
    const whole = acceptedValue(parseCsv(text));
    for (let at = 0; at <= text.length; at += 1) {
      const reader = csvReader();
      const pieces = [text.slice(0, at), text.slice(at)].map((piece) => acceptedValue(reader.push(piece)));
      expect([...pieces.flat(), ...acceptedValue(reader.end())]).toEqual(whole);
    }
  });

  test('keeps an empty field at the end of the text', () => {
    expect(rowsOf('a,b\n1,')).toEqual([{ a: '1', b: '' }]);
  });

  test('tells in which line a row starts, line breaks in fields counted', () => {
    const rows = acceptedValue(parseCsv('a,b\n"1\n2",3\n\n4,5\n'));
    expect(rows.map(({ line }) => line)).toEqual([2, 5]);
  });

  test('comes back as it was written, whatever is in it', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', ';', '\n', '\r', ' ', 'ü') });
    const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1 }), (table) => {
        const filled = table.map(([one, two]) => ({ one: `x${one}`, two }));
        const text = ['one,two', ...filled.map(({ one, two }) => `${quoted(one)},${quoted(two)}`)].join('\r\n');
        expect(rowsOf(text)).toEqual(filled);
      }),
    );
  });
});

describe('a table that cannot be read', () => {
  test.each([
    ['', 'is empty'],
    ['\n\n', 'is empty'],
    ['a,a\n1,2', 'has the same name for columns 1 and 2'],
    ['a,b\n1,2\n1,2,3', 'has 3 fields in line 3, and 2 columns'],
    ['a,b\n1', 'has 1 fields in line 2, and 2 columns'],
    ['a,b\n1,2\n"1"3,2', 'has a quotation mark in line 3 that does not enclose a whole field'],
    ['a,b\n1"3,2', 'has a quotation mark in line 2 that does not enclose a whole field'],
  ])('%j %s', (text, problem) => {
    expect(refusalOf(text)).toBe(problem);
  });
});

describe('a settings file', () => {
  test('may have comments, and commas after the last member', () => {
    const text = `{
      // one client
      "Clients": [ /* so far */ { "ClientId": "a//b", "Scopes": ["x", "y,]",], }, ],
    }`;
    expect(acceptedValue(parseSettingsJson(text))).toEqual({ Clients: [{ ClientId: 'a//b', Scopes: ['x', 'y,]'] }] });
  });

  test('with a mistake is refused with its place in the file, and without what stands there', () => {
    const parsed = parseSettingsJson('{\n  // the secret\n  "Value": geheim\n}');
    expect(parsed).toEqual({ ok: false, refusal: expect.stringMatching(/^is not JSON( \(line 3 column 12\))?$/) });
  });
});
