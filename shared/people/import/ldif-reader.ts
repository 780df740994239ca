import { isUtf8 } from 'node:buffer';
import { fromBase64 } from '../../foreign-hashes/base64.ts';
import { ok, type Result, refuse } from '../../result.ts';
import { lineSplitter } from './line-splitter.ts';

/** A text, or bytes that are none, such as a photograph. */
export type LdifValue = string | Buffer;

/** An entry of a directory: its name, and the values of its attributes as they are spelt in the file, in the order of the file. */
export type LdifEntry = { line: number; dn: string; attributes: ReadonlyMap<string, readonly LdifValue[]> };

/** Reads a directory piece by piece. Refuses with half a sentence that names the line and quotes nothing. */
export type LdifReader = {
  push(text: string): Result<LdifEntry[], string>;
  end(): Result<LdifEntry[], string>;
};

/** Reads LDIF (RFC 2849): records of the content of a directory, or of changes that add them. */
export function ldifReader(): LdifReader {
  const splitter = lineSplitter();
  let line = 0;
  /** The lines of the record that has begun, unfolded, and where each begins. */
  let record: { line: number; text: string }[] = [];

  /** Takes note of a line. Returns the entry that it ends. */
  function step(text: string): Result<LdifEntry | undefined, string> {
    line += 1;
    const last = record.at(-1);
    if (text.startsWith(' ') && last) {
      last.text += text.slice(1);
      return ok(undefined);
    }
    if (text !== '') {
      record.push({ line, text });
      return ok(undefined);
    }
    const ended = record;
    record = [];
    return entryOf(ended.filter(({ text: own }) => !own.startsWith('#')));
  }

  function steps(lines: readonly string[]): Result<LdifEntry[], string> {
    const entries: LdifEntry[] = [];
    for (const each of lines) {
      const read = step(each.replace(/\r$/, ''));
      if (!read.ok) return read;
      if (read.value) entries.push(read.value);
    }
    return ok(entries);
  }

  return {
    push: (text) => steps(splitter.push(text)),
    end: () => steps([splitter.end(), '']),
  };
}

/** ldapsearch without -LLL says where else a search has to go, and last how it went. */
const ofSearch = /^(?:(?:search|result): \d|ref: )/;

function entryOf(lines: readonly { line: number; text: string }[]): Result<LdifEntry | undefined, string> {
  const content = lines.filter(({ text }, at) => !(at === 0 && /^version\s*:/i.test(text)));
  const [first] = content;
  if (first === undefined || ofSearch.test(first.text)) return ok(undefined);
  const attributes = new Map<string, LdifValue[]>();
  /** The first spelling of each attribute, by its name in lower case: directories compare names without case. */
  const spellings = new Map<string, string>();
  let dn: string | undefined;
  for (const { line, text } of content) {
    const [, name = '', form = '', written = ''] = /^([A-Za-z\d][\w.;-]*):([:<]?) *(.*)$/s.exec(text) ?? [];
    if (name === '') return refuse(`is no LDIF in line ${line}`);
    const value = form === ':' ? decoded(written) : written;
    if (value === undefined || form === '<') return refuse(`has a value in line ${line} that is not in the file`);
    if (dn === undefined) {
      if (name.toLowerCase() !== 'dn') return refuse(`is no LDIF in line ${line}: an entry begins with its dn`);
      dn = String(value);
    } else if (name.toLowerCase() === 'dn') {
      return refuse(`is no LDIF in line ${line}: an empty line is missing before the next dn`);
    } else if (name.toLowerCase() === 'changetype' && value !== 'add') {
      return refuse(`has a change in line ${line}: export the entries themselves, with slapcat or ldapsearch -LLL`);
    } else if (!['changetype', 'control'].includes(name.toLowerCase())) {
      const values = attributes.get(spellings.get(name.toLowerCase()) ?? name);
      if (values) values.push(value);
      else {
        attributes.set(name, [value]);
        spellings.set(name.toLowerCase(), name);
      }
    }
  }
  return ok({ line: first.line, dn: dn ?? '', attributes });
}

function decoded(base64: string): LdifValue | undefined {
  const bytes = base64.trim() === '' ? Buffer.alloc(0) : fromBase64(base64.trim());
  if (!bytes) return undefined;
  return isUtf8(bytes) ? bytes.toString('utf8') : bytes;
}
