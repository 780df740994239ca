import { hasDotlessScheme } from '../oauth/redirect-uri.ts';

/** Client metadata without what was left out of it, and sentences about that, which go on from the client's name. */
type Kept = { metadata: Readonly<Record<string, unknown>>; notes: string[] };

/**
 * Leaves redirect URIs with a dotless private-use scheme out of client metadata (RFC 7591 §3.2.1 lets a server do so), for files
 * that somebody else wrote: one of them shall not keep the whole client out. Leaves nothing out of a client that may have them, or
 * that would be left without a redirect URI: that one is refused with the reason.
 */
export function leaveOutRedirectUris(metadata: Readonly<Record<string, unknown>>): Kept {
  const { redirect_uris: uris, post_logout_redirect_uris: afterSignOut } = metadata;
  if (metadata['accept_dotless_schemes'] === true) return { metadata, notes: [] };
  const [kept, left] = divide(uris);
  const [keptAfter, leftAfter] = divide(afterSignOut);
  const leaves = left.length > 0 && kept.length > 0;
  return {
    metadata: {
      ...metadata,
      ...(leaves && { redirect_uris: kept }),
      ...(leftAfter.length > 0 && { post_logout_redirect_uris: keptAfter }),
    },
    notes: [...(leaves ? left : []), ...leftAfter].map(noteOf),
  };
}

function divide(list: unknown): [kept: unknown[], left: string[]] {
  const all: unknown[] = Array.isArray(list) ? list : [];
  const isLeft = (uri: unknown): uri is string => typeof uri === 'string' && hasDotlessScheme(uri);
  return [all.filter((uri) => !isLeft(uri)), all.filter(isLeft)];
}

/** Quotes no more of the URI than its scheme. */
const noteOf = (uri: string): string =>
  `comes without its redirect URI ${uri.slice(0, Math.min(40, uri.indexOf(':')))}:…, whose scheme has no dot (accept_dotless_schemes lets it in)`;
