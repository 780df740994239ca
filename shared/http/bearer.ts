import { describeRefusal, errorOf } from '../oauth/describe-refusal.ts';
import { type Parameters, single } from '../oauth/parameters.ts';
import type { Refusal } from '../oauth/refusal.ts';
import { proofAlgorithms } from '../oauth/server-metadata.ts';
import { ok, type Result, refuse } from '../result.ts';
import { type Reply, refusalReply } from './reply.ts';
import type { HttpRequest } from './request.ts';

/** How a token was sent: for whoever bears it (RFC 6750 §2.1), or with a proof of the key that it is bound to (RFC 9449 §7.1). */
export type TokenScheme = 'Bearer' | 'DPoP';

/** An access token as a request presents it. */
export type PresentedToken = { scheme: TokenScheme; token: string };

/** Reads the value of an Authorization header. Undefined when it holds something else than a token of either scheme. */
export function tokenCredentials(header: string): PresentedToken | undefined {
  const [, scheme, token] = /^(bearer|dpop) +([A-Za-z0-9._~+/-]+=*) *$/i.exec(header) ?? [];
  if (scheme === undefined || token === undefined) return undefined;
  return { scheme: scheme.toLowerCase() === 'dpop' ? 'DPoP' : 'Bearer', token };
}

/**
 * Reads the token from the Authorization header (RFC 6750 §2.1, RFC 9449 §7.1) or, if given, the form (RFC 6750 §2.2), but never from
 * the query (§2.3). Refuses two tokens, a malformed header and a missing token, as which a header of another scheme counts.
 */
export function presentedToken(request: HttpRequest, form?: Parameters): Result<PresentedToken, Refusal> {
  const header = headerForToken(request);
  const inHeader = header === undefined ? undefined : tokenCredentials(header);
  const inForm = form && single(form, 'access_token');
  if (header !== undefined && inForm !== undefined) return refuse({ reason: 'access_token_sent_twice' });
  if (header !== undefined && inHeader === undefined) return refuse({ reason: 'access_token_invalid' });
  if (inHeader) return ok(inHeader);
  return inForm === undefined ? refuse({ reason: 'access_token_missing' }) : ok({ scheme: 'Bearer', token: inForm });
}

/** The Authorization header, if it has one of our schemes. Whoever sends another one did not know which to use (RFC 6750 §3.1). */
function headerForToken(request: HttpRequest): string | undefined {
  const header = request.header('authorization');
  return header !== undefined && /^(?:bearer|dpop)\b/i.test(header) ? header : undefined;
}

/** The same for tokens that are never bound to a key. */
export function bearerToken(request: HttpRequest): Result<string, Refusal> {
  const presented = presentedToken(request);
  if (!presented.ok) return presented;
  const { scheme, token } = presented.value;
  return scheme === 'Bearer' ? ok(token) : refuse({ reason: 'access_token_invalid' });
}

/** Replies with the refusal in WWW-Authenticate (RFC 6750 §3). A request without a token only learns which scheme to use (§3.1). */
export const bearerRefusalReply = (refusal: Refusal, issuer: string): Reply =>
  refusalReply(refusal, issuer, challenge([bearerChallenge(refusal)]));

/**
 * The same where tokens of both schemes are taken. `scheme`: how the token was sent, and so whose error it is (RFC 9449 §7.1). Who sent
 * none, or a bound one as a bearer token, learns both schemes.
 */
export const tokenRefusalReply = (refusal: Refusal, issuer: string, scheme?: TokenScheme): Reply => ({
  ...refusalReply(refusal, issuer, tokenChallenge(refusal, scheme)),
  ...(isAboutProof(refusal) && { statusCode: 401 }),
});

export const tokenChallenge = (refusal: Refusal, scheme: TokenScheme = 'Bearer'): { 'www-authenticate': string } => {
  if (scheme === 'DPoP') return challenge([provingChallenge(attributesOf(refusal))]);
  const isToldBoth = refusal.reason === 'access_token_missing' || refusal.reason === 'access_token_bound';
  return challenge([bearerChallenge(refusal), ...(isToldBoth ? [provingChallenge([])] : [])]);
};

/** Whether a resource refuses with 401 what the token endpoint refuses with 400 (RFC 9449 §7.1). */
export const isAboutProof = ({ reason }: Refusal): boolean => reason.startsWith('dpop_');

type Challenge = readonly [scheme: TokenScheme, attributes: readonly string[]];

const algs = `algs="${proofAlgorithms.join(' ')}"`;

const provingChallenge = (attributes: readonly string[]): Challenge => ['DPoP', [...attributes, algs]];

const bearerChallenge = (refusal: Refusal): Challenge => ['Bearer', attributesOf(refusal)];

const challenge = (challenges: readonly Challenge[]) => ({
  'www-authenticate': challenges
    .map(([scheme, attributes]) => [scheme, attributes.join(', ')].filter((part) => part !== '').join(' '))
    .join(', '),
});

function attributesOf(refusal: Refusal): string[] {
  // Nothing about an error (§3.1), but Bearer has one parameter at least (§3).
  if (refusal.reason === 'access_token_missing') return ['realm="pixy"'];
  const attributes = [`error="${errorOf(refusal)}"`, `error_description="${describeRefusal(refusal)}"`];
  if (refusal.reason === 'scope_insufficient') attributes.push(`scope="${refusal.scope}"`);
  return attributes;
}
