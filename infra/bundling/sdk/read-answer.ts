/** An answer of a service. Names of headers are in lower case; of one that is there twice, the values follow each other. */
export type Answer = { status: number; headers: ReadonlyMap<string, string>; text: string };

/** What came is not HTTP/1.1 (RFC 9112) as AWS speaks it. */
export class NoAnswer extends Error {
  override name = 'NoAnswer';
}

/** The most that the head of an answer takes, as in Node's own client. */
const longestHead = 16_384;

/**
 * Reads an answer to a POST (RFC 9112 §6): a body of the length that it says, in chunks, or up to the end of the connection. Returns
 * undefined until all of it is there, and how many bytes it took. `isOver`: nothing more comes. Throws {@link NoAnswer}.
 */
export function readAnswer(bytes: Buffer, isOver: boolean): { answer: Answer; length: number } | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0 && bytes.length <= longestHead) return undefined;
  if (end < 0 || end > longestHead) throw new NoAnswer('the head of the answer does not end');
  const { status, headers } = readHead(bytes.toString('latin1', 0, end));
  const start = end + 4;
  if (status < 200) {
    const next = readAnswer(bytes.subarray(start), isOver); // such as 100 Continue: the answer comes after it
    return next && { ...next, length: start + next.length };
  }
  const body = readBody(bytes, start, headers, isOver);
  return body && { answer: { status, headers, text: body.text }, length: body.end };
}

function readHead(head: string): Omit<Answer, 'text'> {
  const [, status] = /^HTTP\/1\.[01] (\d{3})(?: |\r\n|$)/.exec(head) ?? [];
  if (status === undefined) throw new NoAnswer('the answer has no status');
  const headers = new Map<string, string>();
  let at = endOfLine(head, 0) + 2;
  while (at < head.length) {
    const end = endOfLine(head, at);
    const colon = head.indexOf(':', at);
    if (colon <= at || colon > end) throw new NoAnswer('a header has no name');
    const name = head.slice(at, colon).toLowerCase();
    const value = head.slice(colon + 1, end).trim();
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
    at = end + 2;
  }
  return { status: Number(status), headers };
}

function endOfLine(head: string, from: number): number {
  const end = head.indexOf('\r\n', from);
  return end < 0 ? head.length : end;
}

function readBody(bytes: Buffer, start: number, headers: Answer['headers'], isOver: boolean) {
  const [encoding, length] = [headers.get('transfer-encoding'), headers.get('content-length')];
  if (encoding !== undefined) {
    if (encoding.toLowerCase() !== 'chunked' || length !== undefined) throw new NoAnswer('the body has no clear end');
    return readChunks(bytes, start);
  }
  if (length === undefined) return isOver ? { text: bytes.toString('utf8', start), end: bytes.length } : undefined;
  if (!/^\d{1,9}$/.test(length)) throw new NoAnswer('the length is no number');
  const end = start + Number(length);
  return end <= bytes.length ? { text: bytes.toString('utf8', start, end), end } : undefined;
}

/** RFC 9112 §7.1. Of extensions and of fields after the last chunk there is nothing that we would read. */
function readChunks(bytes: Buffer, start: number): { text: string; end: number } | undefined {
  const chunks: Buffer[] = [];
  let at = start;
  for (;;) {
    const line = bytes.indexOf('\r\n', at);
    if (line < 0) return undefined;
    const [, size] = /^([0-9a-f]{1,7})(?:;|\s|$)/i.exec(bytes.toString('latin1', at, line)) ?? [];
    if (size === undefined) throw new NoAnswer('the size of a chunk is no number');
    const first = line + 2;
    if (Number.parseInt(size, 16) === 0) {
      const last = bytes.indexOf('\r\n\r\n', line);
      return last < 0 ? undefined : { text: Buffer.concat(chunks).toString(), end: last + 4 };
    }
    at = first + Number.parseInt(size, 16) + 2;
    if (at > bytes.length) return undefined;
    if (bytes[at - 2] !== 0x0d || bytes[at - 1] !== 0x0a) throw new NoAnswer('a chunk is longer than it says');
    chunks.push(bytes.subarray(first, at - 2));
  }
}
