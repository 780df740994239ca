import type { IncomingMessage } from 'node:http';

/** Returns undefined when the body exceeds the limit, in bytes. Rejects when the client aborts its request. */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    size += chunk.length;
    if (size > limit) break;
    chunks.push(chunk);
  }
  if (size <= limit) return Buffer.concat(chunks);
  // Drains the rest, so that a client that sends everything before it reads also gets a response.
  request.resume();
  return undefined;
}
