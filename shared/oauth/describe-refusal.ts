import type { PkceMistake } from '../pkce/refusal.ts';
import { mistakeOf, type Reason, type Refusal } from './refusal.ts';
import { type CatalogueEntry, type ErrorCode, refusalCatalogue } from './refusal-catalogue.ts';

/** Sentences that name a recognised mistake, added to the description. */
export const mistakeSentences: Record<PkceMistake, string> = {
  challenge_padded: 'It ends in padding (=): remove the padding.',
  challenge_in_standard_base64: 'It looks like standard base64: use the URL-safe alphabet, - for + and _ for /.',
  challenge_is_hex: 'It looks like the digest in hexadecimal: encode the raw 32 bytes of the digest in base64url.',
  challenge_is_base64_of_hex:
    'It looks like the base64 of a hexadecimal digest: encode the raw 32 bytes of the digest, not their hexadecimal text.',
  double_percent_encoding: 'It looks percent-encoded twice: encode it once.',
  verifier_sent_as_challenge:
    'The verifier itself was sent as the challenge with method S256: hash it first, or check that the two are not swapped.',
  plain_used_with_hash:
    'The challenge is the S256 hash of the verifier, but the method was plain or missing: send code_challenge_method=S256.',
  method_in_wrong_case: 'The method is case-sensitive: S256 has a capital S, and plain is all lower case.',
  method_is_a_hash_name: 'The method is called S256.',
};

/**
 * Returns `error_description`: what was wrong, the mistake if one was recognised, the method that the client is registered for if
 * that is what matters, and what to send instead.
 */
export function describeRefusal(refusal: Refusal): string {
  const { means, fix } = refusalCatalogue[refusal.reason];
  const mistake = mistakeOf(refusal);
  const registered = 'registered' in refusal ? refusal.registered : undefined;
  return [
    means,
    ...('because' in refusal ? [refusal.because] : []),
    ...(mistake ? [mistakeSentences[mistake]] : []),
    ...(registered ? [`It is registered for token_endpoint_auth_method ${registered}.`] : []),
    fix,
  ].join(' ');
}

/** Returns `error` as in RFC 6749 §5.2. */
export const errorOf = (refusal: Refusal): ErrorCode => refusalCatalogue[refusal.reason].error;

/** Returns the HTTP status of a refusal that is not sent by redirect. */
export function statusOf(refusal: Refusal): number {
  const entry: CatalogueEntry = refusalCatalogue[refusal.reason];
  return entry.status ?? (entry.error === 'invalid_client' ? 401 : 400);
}

/** Returns the URL that explains a reason. It is our own /errors page, so it can never be a dead link. */
export const errorUri = (issuer: string, reason: Reason): string => `${issuer}/errors#${reason}`;

/** Returns the parameters of a refusal that goes back to the client by redirect (RFC 6749 §4.1.2.1). */
export const errorParameters = (refusal: Refusal, issuer: string) => ({
  error: errorOf(refusal),
  error_description: describeRefusal(refusal),
  error_uri: errorUri(issuer, refusal.reason),
});
