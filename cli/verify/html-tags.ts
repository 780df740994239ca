/*
 * Reads the tags and texts of a page in order, in linear time whatever it contains, because the pages of a server under test
 * cannot be trusted.
 */

export type Tag = { name: string; attributes: ReadonlyMap<string, string> };
export type Token = { open: Tag } | { close: string } | { text: string };

const tagStart = /<(\/?)([a-z][a-z0-9]*)/iy;
const attribute = /[\s/]*([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>][^\s>]*)))?/y;

/** The content of these is not HTML, and a template's is not part of the page. */
const opaque = new Set(['script', 'style', 'template', 'textarea', 'title']);

export function* tokensOf(html: string): Generator<Token> {
  const lowerCase = html.toLowerCase();
  let at = 0;
  while (at < html.length) {
    const start = html.indexOf('<', at);
    if (start > at || start === -1) yield { text: decode(html.slice(at, start === -1 ? undefined : start)) };
    if (start === -1) return;
    if (html.startsWith('<!--', start)) {
      at = after(html.indexOf('-->', start), 3);
      continue;
    }
    const [whole, slash, given = ''] = matchAt(tagStart, html, start) ?? [];
    if (whole === undefined) {
      yield { text: '<' };
      at = start + 1;
      continue;
    }
    const name = given.toLowerCase();
    const { attributes, end } = readAttributes(html, start + whole.length);
    at = end;
    if (slash === '/') {
      yield { close: name };
      continue;
    }
    yield { open: { name, attributes } };
    if (opaque.has(name)) {
      const close = lowerCase.indexOf(`</${name}`, at);
      if (name === 'textarea') yield { text: decode(html.slice(at, close === -1 ? undefined : close)) };
      at = after(close, 0);
    }
  }
}

/** Returns the position after a match, or infinity without one. */
const after = (index: number, length: number): number => (index === -1 ? Number.POSITIVE_INFINITY : index + length);

function matchAt(pattern: RegExp, text: string, index: number): RegExpExecArray | null {
  pattern.lastIndex = index;
  return pattern.exec(text);
}

function readAttributes(html: string, start: number): { attributes: Map<string, string>; end: number } {
  const attributes = new Map<string, string>();
  let at = start;
  while (at < html.length && html[at] !== '>') {
    const match = matchAt(attribute, html, at);
    if (match === null) {
      at += 1;
      continue;
    }
    const [whole, name = '', double, single, bare] = match;
    if (!attributes.has(name.toLowerCase())) attributes.set(name.toLowerCase(), decode(double ?? single ?? bare ?? ''));
    at += whole.length;
  }
  return { attributes, end: at + 1 };
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

const decode = (text: string): string =>
  text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|([a-z]{2,6}));/gi, (whole, hexadecimal, decimal, name) => {
    if (name !== undefined) return entities[name.toLowerCase()] ?? whole;
    const point = hexadecimal === undefined ? Number(decimal) : Number.parseInt(hexadecimal, 16);
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
  });
