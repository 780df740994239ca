import { auditLine } from '../shared/audit/decision.ts';
import { type SecretPlace, secretReader } from '../shared/aws/secret-store.ts';
import { cached } from '../shared/cached.ts';
import { describeCause, type HttpApiHandler } from '../shared/http/endpoint.ts';
import { throughFront } from '../shared/http/front.ts';
import { noStore, type Reply } from '../shared/http/reply.ts';
import { reasonOf } from '../shared/outage.ts';
import type { Runtime } from './runtime.ts';

/*
 * What a function does with a CDN in front of it. Loaded only there.
 */

/** Answers what came through the CDN as `handler` does, and nothing else: 403. Answers 503 while nobody knows the secrets. */
export function fromFront(
  handler: HttpApiHandler,
  places: readonly SecretPlace[],
  { config, writeLine, now }: Runtime,
): HttpApiHandler {
  const read = secretReader();
  // Other secrets are other settings of the function, and so another process.
  const secrets = cached(() => Promise.all(places.map(read)), Number.POSITIVE_INFINITY, now);
  secrets().catch(() => undefined);
  return async (event, context) => {
    let known: readonly string[];
    try {
      known = await secrets();
    } catch (error) {
      const failed = {
        endpoint: 'front',
        verdict: 'failed',
        reason: reasonOf(error),
        cause: describeCause(error),
      } as const;
      writeLine(auditLine(now(), event.requestContext.requestId, failed));
      return plain(503, 'The server cannot answer right now.', { 'retry-after': '1' });
    }
    const meant = throughFront(event, known);
    return meant ? handler(meant, context) : plain(403, `This server answers at ${config.issuer} only.`);
  };
}

/** For whoever asks the wrong address: no page of the server's, which would lead there again. */
const plain = (statusCode: number, sentence: string, headers: Record<string, string> = {}): Reply => ({
  statusCode,
  headers: { ...noStore, 'content-type': 'text/plain; charset=utf-8', ...headers },
  body: `${sentence}\n`,
});
