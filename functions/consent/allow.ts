import type { Answer } from '../../shared/http/endpoint.ts';
import { seeOther } from '../../shared/http/reply.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { hashSecret } from '../../shared/secret.ts';
import type { ConsentDeps } from './consent-deps.ts';
import type { Interrupted } from './find-interrupted.ts';

/** Remembers what the person allows the client, and goes on with the request to /authorize. */
export async function allow(
  { query, name, client, need, sub, clientEpoch }: Interrupted,
  deps: ConsentDeps,
): Promise<Answer> {
  const requestHash = hashSecret(name);
  await deps.consents.allow(sub, client.clientId, {
    need,
    requestHash,
    clientEpoch,
    clientSince: client.since,
    documentHash: client.documentHash,
    now: deps.now(),
  });
  await deps.documents?.note(client, deps.now());
  return {
    reply: seeOther(`${endpoints.authorize}?${query}`),
    decision: { verdict: 'allowed', client: client.clientId },
  };
}
