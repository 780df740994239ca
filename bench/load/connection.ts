import { connect, type Socket } from 'node:net';

export type Answered = { status: number; headers: ReadonlyMap<string, string>; cookies: string[]; body: string };

/**
 * A keep-alive connection that sends one request after another. Speaks HTTP/1.1 and nothing more, so that the load takes as
 * little as possible of the processors that it shares with the server.
 */
export class Connection {
  readonly #socket: Socket;
  #received = '';
  #waiting: { resolve: (answer: Answered) => void; reject: (error: Error) => void } | undefined;

  constructor(port: number) {
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    // One byte is one character, so that lengths match.
    this.#socket.setEncoding('latin1');
    this.#socket.on('data', (chunk: string) => this.#read(chunk));
    this.#socket.on('error', (error) => this.#waiting?.reject(error));
    this.#socket.on('close', () => this.#waiting?.reject(new Error('the server closed the connection')));
  }

  /** Each of the `headers` ends in a line break. */
  send(method: string, target: string, headers: string, body = ''): Promise<Answered> {
    const { promise, resolve, reject } = Promise.withResolvers<Answered>();
    this.#waiting = { resolve, reject };
    const length = body === '' ? '' : `content-length: ${body.length}\r\n`;
    this.#socket.write(`${method} ${target} HTTP/1.1\r\nhost: localhost\r\n${headers}${length}\r\n${body}`);
    return promise;
  }

  close(): void {
    this.#waiting = undefined;
    this.#socket.destroy();
  }

  #read(chunk: string): void {
    this.#received += chunk;
    const end = this.#received.indexOf('\r\n\r\n');
    if (end < 0) return;
    const { status, headers, cookies } = parseHead(this.#received.slice(0, end));
    const body = readBody(this.#received.slice(end + 4), status, headers);
    if (body === undefined) return;
    this.#received = '';
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve({ status, headers, cookies, body });
  }
}

function parseHead(head: string) {
  const [first = '', ...lines] = head.split('\r\n');
  const headers = new Map<string, string>();
  const cookies: string[] = [];
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (name === 'set-cookie') cookies.push(value);
    else headers.set(name, value);
  }
  return { status: Number(first.split(' ')[1]), headers, cookies };
}

/** Returns undefined until the body is complete. */
function readBody(text: string, status: number, headers: ReadonlyMap<string, string>): string | undefined {
  if (headers.get('transfer-encoding') === 'chunked') {
    if (!text.endsWith('0\r\n\r\n')) return undefined;
    return text.replaceAll(/(?:^|\r\n)[0-9a-f]+\r\n/g, '').slice(0, -2);
  }
  if (status === 204) return '';
  const length = Number(headers.get('content-length') ?? 0);
  return text.length < length ? undefined : text;
}
