import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createServer as createSecureServer, getCACertificates, setDefaultCACertificates } from 'node:tls';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { Connections } from '../../infra/bundling/sdk/connections.ts';
import { NoAnswer, readAnswer } from '../../infra/bundling/sdk/read-answer.ts';
import { makeCertificate } from '../support/tls-host.ts';

/* What the SDK's replacement reads from its connections, byte for byte; slim-sdk.test.ts has what becomes of it. */

const read = (text: string, isOver = false) => readAnswer(Buffer.from(text), isOver)?.answer;
const head = 'HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.0\r\n';
const counted = `${head}Content-Length: 7\r\n\r\n{"ü":1`;
const chunked = `${head}Transfer-Encoding: chunked\r\n\r\n3;x=y\r\n{"a\r\n4\r\n":1}\r\n0\r\n\r\n`;

describe('an answer', () => {
  test.each([
    ['has no status', 'HTTP/2 200\r\n\r\n'],
    ['has a status with something behind it', `HTTP/1.1 200\rX: y\r\nContent-Length: 0\r\n\r\n`],
    ['has a header that is one line too long for its name', `${head}Content-Length\r\n: 0\r\n\r\n`],
    ['is of another protocol', 'SSH-2.0-OpenSSH_9\r\n\r\n'],
    ['has a length that is no number', `${head}Content-Length: -1\r\n\r\n`],
    ['has two lengths', `${head}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`],
    ['has a length and chunks', `${head}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['is encoded in another way', `${head}Transfer-Encoding: gzip, chunked\r\n\r\n`],
    ['has a chunk without a size', `${head}Transfer-Encoding: chunked\r\n\r\nx\r\n`],
    ['has a chunk that goes on after its size', `${head}Transfer-Encoding: chunked\r\n\r\n1\r\nabc0\r\n\r\n`],
    ['has a header without a name', `${head}: x\r\nContent-Length: 0\r\n\r\n`],
    ['has a head without an end', `${head}x: ${'y'.repeat(20_000)}`],
  ])('is refused that %s', (_, text) => {
    expect(() => read(text)).toThrow(NoAnswer);
  });

  it('has a body of the bytes that it says, or in chunks, or up to the end of the connection', () => {
    expect(read(counted)?.text).toBe('{"ü":1');
    expect(read(chunked)?.text).toBe('{"a":1}');
    expect(read(`${head}\r\n{}`)).toBeUndefined();
    expect(read(`${head}\r\n{}`, true)?.text).toBe('{}');
  });

  it('follows a provisional one', () => {
    expect(read(`HTTP/1.1 100 Continue\r\n\r\n${counted}`)?.status).toBe(200);
  });

  it('has headers by their names in lower case', () => {
    expect(read(counted)?.headers.get('content-type')).toBe('application/x-amz-json-1.0');
  });

  it('is none until all of it is there', () => {
    for (const text of [counted, chunked]) {
      const bytes = Buffer.from(text);
      for (let length = 0; length < bytes.length; length += 1) {
        expect(readAnswer(bytes.subarray(0, length), false)).toBeUndefined();
      }
      expect(readAnswer(bytes, false)?.length).toBe(bytes.length);
    }
  });

  it('is read or refused, whatever comes', () => {
    const outcome = (text: string): unknown => {
      try {
        read(`${head}${text}`, true);
        return 'read';
      } catch (error) {
        return error instanceof NoAnswer ? 'read' : error;
      }
    };
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(outcome(text)).toBe('read');
      }),
    );
  });
});

/**
 * A service that does with each request what `answer` says. Returns what sends it one, and how many connections it had. `certificate`: it
 * has TLS, and is localhost.
 */
async function serve(
  answer: (socket: Socket, count: number) => void,
  certificate?: ReturnType<typeof makeCertificate>,
) {
  let count = 0;
  let opened = 0;
  const sockets = new Set<Socket>();
  const accept = (socket: Socket) => {
    opened += 1;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', () => {
      count += 1;
      answer(socket, count);
    });
  };
  const server = certificate ? createSecureServer(certificate, accept) : createServer(accept);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const connections = new Connections(new URL(certificate ? `https://localhost:${port}` : `http://127.0.0.1:${port}`), {
    connectionTimeout: 60_000,
    requestTimeout: 60_000,
  });
  return {
    send: () => connections.send('POST / HTTP/1.1\r\ncontent-length: 0\r\n\r\n'),
    opened: () => opened,
    sockets,
    [Symbol.dispose]() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

describe('a connection', () => {
  it('is not used again when more came than an answer, which would be taken for the answer to another request', async () => {
    using service = await serve((socket) => socket.write(`${counted}HTTP/1.1 200 OK\r\n`));
    await expect(service.send()).rejects.toThrow(NoAnswer);
    await expect(service.send()).rejects.toThrow(NoAnswer);
    expect(service.opened()).toBe(2);
  });

  it('is not used again when the service says so', async () => {
    using service = await serve((socket) => socket.write(`${head}Connection: close\r\nContent-Length: 0\r\n\r\n`));
    await service.send();
    await service.send();
    expect(service.opened()).toBe(2);
  });

  it('is one of fifty at most, and goes to those that wait in their order', async () => {
    const open: Socket[] = [];
    using service = await serve((socket) => open.push(socket));
    const order: number[] = [];
    const sent = Array.from({ length: 53 }, (_, count) => service.send().then(() => order.push(count)));
    for (let answered = 0; answered < 53; answered += 1) {
      await expect.poll(() => open.length).toBe(Math.min(50, 53 - answered));
      // The last one that a request came on, so those that waited are answered first.
      open.pop()?.write(counted);
      await expect.poll(() => order.length).toBe(answered + 1);
    }
    await Promise.all(sent);
    expect(service.opened()).toBe(50);
    expect(order.filter((count) => count >= 50)).toEqual([50, 51, 52]);
    expect(order.slice(1, 4)).toEqual([50, 51, 52]);
  });

  it('is used for one request after another', async () => {
    using service = await serve((socket) => socket.write(counted));
    await service.send();
    await service.send();
    expect(service.opened()).toBe(1);
  });

  it('is not used again when a part of an answer came that nobody had asked for', async () => {
    using service = await serve((socket, count) => {
      if (count === 1) socket.write(counted);
      else socket.write('Content-Length: 0\r\n\r\n');
    });
    await service.send();
    const [socket] = service.sockets;
    const closed = once(socket as Socket, 'close');
    socket?.write('HTTP/1.1 408 Request Timeout\r\n');
    await closed;
    await expect(service.send()).rejects.toThrow(NoAnswer);
  });

  it('that failed before the request was sent on it fails the request', async () => {
    // No socket may broadcast, so it fails before anything is awaited.
    const connections = new Connections(new URL('http://255.255.255.255'), {
      connectionTimeout: 60_000,
      requestTimeout: 60_000,
    });
    const sent = new Promise((resolve) => {
      setImmediate(() => resolve(connections.send('POST / HTTP/1.1\r\n\r\n')));
    });
    await expect(sent).rejects.toMatchObject({ syscall: 'connect' });
  });

  it('that was kept and brought nothing had been closed; one that was not, or that brought anything, was cut', async () => {
    using service = await serve((socket, count) => {
      if (count === 1 || count === 5) socket.write(counted);
      else if (count === 2 || count === 3) socket.destroy();
      else if (count === 4) socket.end(counted.slice(0, -1));
      else socket.end('HTTP/2 200\r\n\r\n');
    });
    const isNotStale = (error: { stale?: true }) => error.stale === undefined;
    await service.send();
    await expect(service.send()).rejects.toMatchObject({ code: 'ECONNRESET', stale: true });
    await expect(service.send()).rejects.toSatisfy(isNotStale);
    await expect(service.send()).rejects.toSatisfy(isNotStale);
    await service.send();
    await expect(service.send()).rejects.toSatisfy(isNotStale);
  });

  it('that was kept for longer than one that had been closed is not used again', async () => {
    const kept: Socket[] = [];
    using service = await serve((socket) => {
      if (kept.includes(socket)) socket.destroy();
      else if (kept.length === 3) socket.write(counted);
      else if (kept.push(socket) === 3) for (const each of kept) each.write(counted);
    });
    await Promise.all([service.send(), service.send(), service.send()]);
    await expect(service.send()).rejects.toMatchObject({ stale: true });
    await service.send();
    await service.send();
    expect(service.opened()).toBe(4);
  });

  /** Longer than what is read at once, and in pieces of which none is like another. */
  const long = Array.from({ length: 20_000 }, (_, count) => `${count} ü`).join(', ');
  const bytes = Buffer.from(`${head}Content-Length: ${Buffer.byteLength(long)}\r\n\r\n${long}`);

  async function writeInPieces(socket: Socket, lengths: readonly number[]): Promise<void> {
    let at = 0;
    for (let count = 0; at < bytes.length; count += 1) {
      const end = at + (lengths[count % lengths.length] as number);
      socket.write(bytes.subarray(at, end));
      at = end;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  it.each([[[1_000_000]], [[1, 16_384, 7_000, 40_000]], [[20_000, 3]]])(
    'reads a long answer that comes in pieces of %j bytes',
    async (lengths) => {
      using service = await serve((socket) => void writeInPieces(socket, lengths));
      for (let count = 0; count < 3; count += 1) expect((await service.send()).text).toBe(long);
      expect(service.opened()).toBe(1);
    },
  );

  describe('with TLS', () => {
    const certificate = makeCertificate(1, 'localhost');

    it('ends before the request is sent when nobody we know vouches for the service', async () => {
      let requests = 0;
      using service = await serve(() => {
        requests += 1;
      }, certificate);
      await expect(service.send()).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
      expect(requests).toBe(0);
    });

    it('reads long answers, one after another', async () => {
      const known = getCACertificates('default');
      setDefaultCACertificates([...known, certificate.cert]);
      try {
        using service = await serve((socket) => void writeInPieces(socket, [1, 30_000, 7_000]), certificate);
        for (let count = 0; count < 3; count += 1) expect((await service.send()).text).toBe(long);
        expect(service.opened()).toBe(1);
      } finally {
        setDefaultCACertificates(known);
      }
    });
  });
});
