import type { Mistake } from '../mistake.ts';
import { type Result, refuse } from '../result.ts';
import type { ChangedClient } from './change-client.ts';
import { guardedFetch, type Network } from './guarded-fetch.ts';
import type { RegisteredClient } from './registered-client.ts';

const limits = { bytes: 65_536, milliseconds: 3_000 };
const member = 'sector_identifier_uri';

/**
 * Fetches the document of a sector, and refuses a client whose redirect URIs it does not list (OpenID Connect Registration §5): otherwise
 * anybody could join a sector and learn its subjects. Only when the client is registered or changed; nothing is fetched later.
 */
export async function judgeSectorDocument(
  { subjectType, sectorIdentifierUri, redirectUris }: RegisteredClient,
  network: Network = {},
): Promise<Mistake | undefined> {
  if (subjectType !== 'pairwise' || sectorIdentifierUri === undefined) return undefined;
  const fetched = await guardedFetch(sectorIdentifierUri, limits, network);
  if (!fetched.ok) return { member, problem: `cannot be fetched (${fetched.refusal.replaceAll('_', ' ')})` };
  const listed = parseList(fetched.value.text);
  if (listed === undefined) return { member, problem: 'does not lead to a JSON list of redirect URIs' };
  const missing = redirectUris.find((uri) => !listed.includes(uri));
  return missing === undefined ? undefined : { member, problem: `does not list the redirect URI ${missing}` };
}

/** The same for a client that was just made or changed, unless nothing changed that matters to it. */
export async function withSectorJudged(
  changed: Result<ChangedClient, readonly Mistake[]>,
  before?: RegisteredClient,
): Promise<Result<ChangedClient, readonly Mistake[]>> {
  if (!changed.ok || (before && isSame(before, changed.value.client))) return changed;
  const mistake = await judgeSectorDocument(changed.value.client);
  return mistake ? refuse([mistake]) : changed;
}

const isSame = (one: RegisteredClient, other: RegisteredClient): boolean =>
  one.subjectType === other.subjectType &&
  one.sectorIdentifierUri === other.sectorIdentifierUri &&
  other.redirectUris.every((uri) => one.redirectUris.includes(uri));

function parseList(text: string): unknown[] | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return Array.isArray(json) ? json : undefined;
  } catch {
    return undefined;
  }
}
