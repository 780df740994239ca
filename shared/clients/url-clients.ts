import { once } from '../cached.ts';
import type { Refusal } from '../oauth/refusal.ts';
import { type Result, refuse } from '../result.ts';
import type { DocumentSettings } from './judge-client-url.ts';
import type { RegisteredClient } from './registered-client.ts';
import { isDocumentId } from './reserved-ids.ts';

/** Finds the client that a URL stands for, or says why there is none. Nothing else may be a client id that is not registered. */
export type UrlClients = (clientId: string) => Promise<Result<RegisteredClient, Refusal>>;

/**
 * Clients by the documents at their ids. What fetches and judges them is loaded when the first one comes. `now` in epoch seconds.
 */
export function urlClients(settings: DocumentSettings, now: () => number): UrlClients {
  const reader = once(async () => (await import('./document-reader.ts')).documentReader(settings, now));
  return async (clientId) => {
    if (!isDocumentId(clientId)) return refuse({ reason: 'client_unknown' });
    return (await reader())(clientId);
  };
}
