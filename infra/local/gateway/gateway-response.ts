import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { HttpResponse } from '../http-api-event.ts';
import { codeOf } from './socket-error.ts';

/** The gateway's own responses, word for word. */
const messages = {
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  413: 'Request Entity Too Large',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

export const gatewayResponse = (statusCode: keyof typeof messages): HttpResponse => ({
  statusCode,
  headers: [['content-type', 'application/json']],
  body: Buffer.from(JSON.stringify({ message: messages[statusCode] })),
});

/** How long a refused client may go on sending, in milliseconds. */
const lingerMs = 1_000;

/** Responds to an unreadable request, for which there is no ServerResponse. */
export function refuseUnreadable(error: Error, socket: Duplex): void {
  // Already answered: the rest of a refused request is read so that the client gets to the response.
  if (socket.writableEnded) return;
  if (!socket.writable || codeOf(error) === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const { statusCode, headers, body } = gatewayResponse(codeOf(error) === 'HPE_HEADER_OVERFLOW' ? 431 : 400);
  const lines = [...headers, ['content-length', body.length], ['connection', 'close']].map((line) => line.join(': '));
  socket.end([`HTTP/1.1 ${statusCode} ${STATUS_CODES[statusCode]}`, ...lines, '', body].join('\r\n'));
  setTimeout(() => socket.destroy(), lingerMs).unref();
}
