import type { Refusal } from '../oauth/refusal.ts';
import { ok, type Result, refuse } from '../result.ts';
import { type FetchFailure, guardedFetch, type Network } from './guarded-fetch.ts';
import { type DocumentSettings, judgeClientUrl } from './judge-client-url.ts';
import { readDocument } from './read-document.ts';
import type { RegisteredClient } from './registered-client.ts';

/*
 * Fetches and remembers client id metadata documents. Loaded when the first client with a URL for an id comes: see
 * infra/bundling/build.ts.
 */

const limits = { bytes: 5_120, milliseconds: 3_000 };

/** Seconds for which a document is remembered: what its server says, within bounds. After a failure, nothing is fetched as long. */
const remembered = { least: 60, most: 86_400, unsaid: 3_600, failure: 60 };

/** The most documents that are remembered. The oldest makes room. */
const maximum = 1_000;

type Judged = Result<RegisteredClient, Refusal>;

/** Answers what client a URL stands for, or why none. */
export type DocumentReader = (clientId: string) => Promise<Judged>;

/** Concurrent callers share a fetch. `now` in epoch seconds. */
export function documentReader(settings: DocumentSettings, now: () => number, network: Network = {}): DocumentReader {
  const known = new Map<string, { judged: Judged; until: number }>();
  const running = new Map<string, Promise<Judged>>();

  async function load(clientId: string): Promise<Judged> {
    const { judged, seconds } = await fetchDocument(clientId, { ...network, allowLoopback: settings.allowLoopback });
    const [oldest] = known.size >= maximum ? known.keys() : [];
    if (oldest !== undefined) known.delete(oldest);
    known.delete(clientId);
    known.set(clientId, { judged, until: now() + seconds });
    return judged;
  }

  return async (clientId) => {
    const url = judgeClientUrl(clientId, settings);
    if (!url.ok) return refused(`The client_id ${url.refusal}.`);
    const found = known.get(clientId);
    if (found && now() < found.until) return found.judged;
    const started = running.get(clientId) ?? load(clientId).finally(() => running.delete(clientId));
    running.set(clientId, started);
    return started;
  };
}

/** Fetches a document once and judges it. `seconds`: how long to keep what came of it. */
export async function fetchDocument(clientId: string, network: Network): Promise<{ judged: Judged; seconds: number }> {
  const fetched = await guardedFetch(clientId, limits, network);
  if (!fetched.ok) return { judged: refused(failures[fetched.refusal]), seconds: remembered.failure };
  const client = await readDocument(clientId, fetched.value);
  if (!client.ok) return { judged: refused(`The document ${client.refusal}.`), seconds: remembered.failure };
  return { judged: ok(client.value), seconds: lifetimeOf(fetched.value.cacheControl) };
}

const refused = (because: string) => refuse({ reason: 'client_document_refused', because } as const);

const failures: Record<FetchFailure, string> = {
  not_fetchable: 'The client_id is not an https URL of a public host.',
  address_not_public: 'The host of the client_id has an address that is not public.',
  redirected: 'The document is redirected, and it must be at the client_id itself.',
  not_served: 'The host of the client_id does not serve the document with status 200.',
  too_large: 'The document is larger than 5 kB.',
  too_slow: 'The document does not come within 3 seconds.',
  certificate_refused: 'The certificate of the host of the client_id is not valid.',
  unreachable: 'The host of the client_id cannot be reached.',
};

/** RFC 9111 §5.2.2, of which we need the lifetime alone. */
export function lifetimeOf(cacheControl: string): number {
  if (/\bno-(?:store|cache)\b/i.test(cacheControl)) return remembered.least;
  const said = /\bmax-age\s*=\s*"?(\d{1,10})/i.exec(cacheControl)?.[1];
  return Math.min(Math.max(said === undefined ? remembered.unsaid : Number(said), remembered.least), remembered.most);
}
