import { ok, type Result, refuse } from '../result.ts';

/*
 * Decodes files that people bring. A file in another encoding than it is read in turns letters into U+FFFD, and two names into
 * one: so nothing is decoded by guess. Only a byte order mark names another encoding than UTF-8.
 */

type Mark = { bytes: readonly number[]; encoding: 'utf-8' | 'utf-16le' | 'utf-16be' };

const marks: readonly Mark[] = [
  { bytes: [0xef, 0xbb, 0xbf], encoding: 'utf-8' },
  { bytes: [0xff, 0xfe], encoding: 'utf-16le' },
  { bytes: [0xfe, 0xff], encoding: 'utf-16be' },
];

/** Decodes a file piece by piece. Refuses with half a sentence that follows the name of the file. */
export type TextReader = {
  push(bytes: Uint8Array): Result<string, string>;
  end(): Result<string, string>;
};

/** UTF-8, or UTF-16 with a byte order mark, which is removed. Refuses everything else by the place of the first wrong byte. */
export function textReader(): TextReader {
  let encoding: Mark['encoding'] | undefined;
  let decoder: TextDecoder | undefined;
  let line = 1;

  function decode(bytes: Uint8Array, isLast: boolean): Result<string, string> {
    if (decoder === undefined) {
      encoding = marks.find((mark) => mark.bytes.every((byte, at) => bytes[at] === byte))?.encoding ?? 'utf-8';
      decoder = new TextDecoder(encoding, { fatal: true });
    }
    try {
      const text = decoder.decode(bytes, { stream: !isLast });
      if (text.includes('\0')) return refuse(withZeros);
      line += text.split('\n').length - 1;
      return ok(text);
    } catch {
      return refuse(encoding === 'utf-8' ? notUtf8(line + linesBeforeFault(bytes)) : cutUtf16);
    }
  }

  return { push: (bytes) => decode(bytes, false), end: () => decode(new Uint8Array(), true) };
}

/** Decodes a whole file as {@link textReader} does. */
export function decodeText(bytes: Uint8Array): Result<string, string> {
  const reader = textReader();
  const text = reader.push(bytes);
  const rest = text.ok ? reader.end() : text;
  return text.ok && rest.ok ? ok(text.value + rest.value) : rest;
}

const notUtf8 = (line: number): string =>
  `is not UTF-8 (line ${line} has a byte that UTF-8 does not have there): it may be Windows-1252 or ISO 8859-1, so save it as UTF-8`;

const withZeros = 'has zero bytes: it may be UTF-16 without a byte order mark, so save it as UTF-8';

const cutUtf16 = 'is not UTF-16, though its byte order mark says so: save it as UTF-8';

/** Counts the lines of `bytes` that are UTF-8. */
function linesBeforeFault(bytes: Uint8Array): number {
  let lines = 0;
  let start = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, start)) {
    if (!isUtf8(bytes.subarray(start, at))) return lines;
    lines += 1;
    start = at + 1;
  }
  return lines;
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
