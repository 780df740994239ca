import { connect, type OnReadOpts, type Socket } from 'node:net';
import { connect as connectSecurely, createSecureContext, type SecureContext } from 'node:tls';
import { addressFamily } from './address-family.ts';
import { type Answer, NoAnswer, readAnswer } from './read-answer.ts';

/*
 * Kept connections to one service, with one request at a time on each. Speaks HTTP/1.1 itself: a call over Node's client takes 0.08
 * ms of the processor, and one of these 0.02 (docs/performance.md), and loading that client takes a third of a function's start.
 */

/** An attempt took too long. */
export class TimeoutError extends Error {
  override name = 'TimeoutError';
}

/** Milliseconds, from the moment that an attempt has a connection. */
export type Timeouts = { connectionTimeout: number; requestTimeout: number };

/** Bytes that are read at once: most answers, and no more than a record of TLS has. */
const readLength = 16_384;

/** More requests wait, in their order. */
const mostConnections = 50;

export class Connections {
  readonly #endpoint: URL;
  readonly #timeouts: Timeouts;
  readonly #idle: Connection[] = [];
  readonly #waiting: ((connection: Connection) => void)[] = [];
  #count = 0;
  /** The last TLS session, which makes the next connection cheaper. */
  #session: Buffer | undefined;
  /** The certificates of those who may vouch for the service, read once. */
  #trusted: SecureContext | undefined;

  constructor(endpoint: URL, timeouts: Timeouts) {
    this.#endpoint = endpoint;
    this.#timeouts = timeouts;
  }

  /** Sends a whole request. Rejects with what the connection failed with; `stale`: one that was kept had been closed meanwhile. */
  send(request: string): Promise<Answer> {
    const { requestTimeout } = this.#timeouts;
    const ready = this.#idle.pop() ?? (this.#count < mostConnections ? this.#open() : undefined);
    if (ready) return ready.send(request, requestTimeout);
    const { promise, resolve } = Promise.withResolvers<Connection>();
    this.#waiting.push(resolve);
    return promise.then((connection) => connection.send(request, requestTimeout));
  }

  #open(): Connection {
    this.#count += 1;
    const { protocol, port } = this.#endpoint;
    const isSecure = protocol === 'https:';
    const open = (onread: OnReadOpts) =>
      isSecure
        ? this.#connectSecurely(Number(port) || 443, onread)
        : connect({ ...this.#place(Number(port) || 80), onread });
    return new Connection(open, isSecure ? 'secureConnect' : 'connect', this.#timeouts.connectionTimeout, {
      onFree: (free) => {
        const next = this.#waiting.shift();
        if (next) next(free);
        else this.#idle.push(free);
      },
      onClosed: (closed) => {
        this.#count -= 1;
        const place = this.#idle.indexOf(closed);
        if (place >= 0) this.#idle.splice(place, 1);
        this.#waiting.shift()?.(this.#open());
      },
      onStale: () => {
        for (const kept of this.#idle.splice(0)) kept.close();
      },
    });
  }

  #place(port: number) {
    // An IPv6 address has brackets in a URL.
    const host = this.#endpoint.hostname.replace(/^\[(.*)\]$/, '$1');
    return { host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 1_000 };
  }

  #connectSecurely(port: number, onread: OnReadOpts): Socket {
    const place = this.#place(port);
    this.#trusted ??= createSecureContext();
    const options = {
      ...place,
      onread,
      ...(addressFamily(place.host) === 0 && { servername: place.host }),
      ...(this.#session && { session: this.#session }),
      secureContext: this.#trusted,
      ALPNProtocols: ['http/1.1'],
    };
    return connectSecurely(options).on('session', (session) => {
      this.#session = session;
    });
  }
}

type Call = { resolve: (answer: Answer) => void; reject: (error: Error) => void; late: NodeJS.Timeout };

/**
 * What hears when a connection can take another request, when it never will, and when a request found that out: those that are idle
 * have been so for longer, and may have been closed as well without telling. Else each would take one of the attempts of a request.
 */
type Keeper = { onFree: (free: Connection) => void; onClosed: (closed: Connection) => void; onStale: () => void };

/** One connection, which ends with the first thing that is not as it should be. */
class Connection {
  readonly #socket: Socket;
  readonly #keeper: Keeper;
  #received: Buffer | undefined;
  #call: Call | undefined;
  #isUsed = false;
  /** Why it was closed. */
  #failed: Error | undefined;

  constructor(
    open: (onread: OnReadOpts) => Socket,
    opened: 'connect' | 'secureConnect',
    connectionTimeout: number,
    keeper: Keeper,
  ) {
    const socket = open({
      // Instead of a stream of pieces, which takes as long again as reading an answer.
      buffer: Buffer.allocUnsafeSlow(readLength),
      callback: (length, buffer) => {
        this.#read((buffer as Buffer).subarray(0, length), false);
        return true;
      },
    });
    this.#socket = socket;
    this.#keeper = keeper;
    const late = setTimeout(
      () => this.#end(new TimeoutError(`the connection took longer than ${connectionTimeout} ms`)),
      connectionTimeout,
    );
    socket.once(opened, () => clearTimeout(late));
    socket.on('end', () => this.#read(Buffer.of(), true));
    socket.on('error', (error) => this.#end(error));
    socket.on('close', () => {
      clearTimeout(late);
      this.#end();
    });
  }

  send(request: string, timeout: number): Promise<Answer> {
    // Between the choice of a connection and this, it may have failed, and would tell nobody any more.
    if (this.#failed) return Promise.reject(this.#failed);
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const late = setTimeout(() => this.#end(new TimeoutError(`the request took longer than ${timeout} ms`)), timeout);
    this.#call = { resolve, reject, late };
    this.#socket.ref();
    this.#socket.write(request);
    return promise;
  }

  /** Closes a connection on which nothing waits for an answer. */
  close(): void {
    this.#end();
  }

  #read(chunk: Buffer, isOver: boolean): void {
    // What nobody waits for, even a part of an answer, would be taken for the answer to the next request.
    if (this.#call === undefined) {
      this.#end();
      return;
    }
    const received = this.#received === undefined ? chunk : Buffer.concat([this.#received, chunk]);
    if (received.length > 0) this.#received = received;
    try {
      const read = readAnswer(received, isOver);
      if (read === undefined) {
        // The socket reads into the same bytes again.
        if (this.#received === chunk) this.#received = Buffer.from(chunk);
        if (isOver) this.#end();
        return;
      }
      if (read.length !== received.length) throw new NoAnswer('more came than an answer');
      const { resolve, late } = this.#call;
      clearTimeout(late);
      this.#call = undefined;
      this.#received = undefined;
      this.#isUsed = true;
      if (isOver || read.answer.headers.get('connection')?.toLowerCase() === 'close') this.#end();
      else this.#rest();
      resolve(read.answer);
    } catch (error) {
      this.#end(error as Error);
    }
  }

  /** Does not keep the process alive until the next request. */
  #rest(): void {
    this.#socket.unref();
    this.#keeper.onFree(this);
  }

  /** Closes the connection, and fails what waits for an answer. Of a kept one that brought nothing of it, the service read nothing. */
  #end(error?: Error): void {
    if (this.#failed) return;
    const failed = error ?? Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' });
    const isStale = this.#isUsed && this.#received === undefined && !(error instanceof TimeoutError);
    this.#failed = isStale ? Object.assign(failed, { stale: true }) : failed;
    this.#socket.destroy();
    this.#keeper.onClosed(this);
    if (this.#call === undefined) return;
    if (isStale) this.#keeper.onStale();
    clearTimeout(this.#call.late);
    this.#call.reject(this.#failed);
  }
}
