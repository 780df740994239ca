import { errorUri, statusOf } from '../oauth/describe-refusal.ts';
import type { Refusal } from '../oauth/refusal.ts';
import { refusalCatalogue } from '../oauth/refusal-catalogue.ts';
import { isAboutProof, type TokenScheme, tokenChallenge } from './bearer.ts';
import { headersOf, jsonReply, type Reply } from './reply.ts';

/** One mistake in a member of the body (an RFC 6901 JSON Pointer as a URI fragment), a query parameter or a header. */
export type ProblemError = { detail: string } & ({ pointer: string } | { parameter: string } | { header: string });

/** A refusal with its particulars. `conflict` lets programs distinguish what shares the reason `state_conflict`. `scheme`: how the token was sent. */
export type Problem = {
  refusal: Refusal;
  detail?: string;
  errors?: readonly ProblemError[];
  conflict?: string;
  scheme?: TokenScheme | undefined;
};

/** Keeps the reply small, however many mistakes the body has. */
const mostErrors = 100;

/** Replies with a refusal as `application/problem+json` (RFC 9457). Its `type` is the URL that explains the reason. */
export function problemReply(problem: Problem, issuer: string): Reply {
  const { refusal, errors, conflict } = problem;
  const status = problemStatus(refusal);
  const { means, fix } = refusalCatalogue[refusal.reason];
  const body = {
    type: errorUri(issuer, refusal.reason),
    title: means,
    status,
    detail: problem.detail ?? fix,
    reason: refusal.reason,
    ...(conflict !== undefined && { conflict }),
    ...(errors && { errors: errors.slice(0, mostErrors) }),
  };
  return jsonReply(status, body, {
    'content-type': 'application/problem+json',
    ...headersOf(refusal),
    ...(isAboutToken(refusal) && tokenChallenge(refusal, problem.scheme)),
  });
}

/** The status of a refusal where an access token is presented. */
export const problemStatus = (refusal: Refusal): number => (isAboutProof(refusal) ? 401 : statusOf(refusal));

/** Whether the reply needs a WWW-Authenticate header (RFC 6750 §3). */
const isAboutToken = (refusal: Refusal): boolean =>
  isAboutProof(refusal) ||
  refusal.reason.startsWith('access_token_') ||
  refusal.reason === 'scope_insufficient' ||
  refusal.reason === 'not_an_operator';

/**
 * Returns the JSON Pointer of the member that a {@link Mistake} names: `#/redirect_uris/0` for `redirect_uris.0`. `body`
 * distinguishes dots in names from levels.
 */
export function pointerTo(member: string, body: object): string {
  if (member === 'entry') return '#';
  const path = Object.hasOwn(body, member) ? [member] : member.split('.');
  return `#${path.map((name) => `/${encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'))}`).join('')}`;
}
