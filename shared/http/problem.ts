import type { Refusal } from '../oauth/refusal.ts';
import { errorUri, refusalCatalogue, statusOf } from '../oauth/refusal-catalogue.ts';
import { bearerChallenge } from './bearer.ts';
import { headersOf, jsonReply, type Reply } from './reply.ts';

/** One thing that is wrong: with a member of the body (JSON Pointer, RFC 6901, as a URI fragment), a query parameter or a header. */
export type ProblemError = { detail: string } & ({ pointer: string } | { parameter: string } | { header: string });

/** A refusal with what is special about this one. `conflict` tells programs apart what shares the reason `state_conflict`. */
export type Problem = { refusal: Refusal; detail?: string; errors?: readonly ProblemError[]; conflict?: string };

/** A body with ten thousand mistakes is not answered with a larger one. */
const mostErrors = 100;

/** RFC 9457: the refusal as `application/problem+json`. Its `type` is the address where the reason is explained. */
export function problemReply(problem: Problem, issuer: string): Reply {
  const { refusal, errors, conflict } = problem;
  const status = statusOf(refusal);
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
    ...(isAboutToken(refusal) && bearerChallenge(refusal)),
  });
}

/** RFC 6750 §3: what is refused for its access token is told how to use one. */
const isAboutToken = ({ reason }: Refusal): boolean =>
  reason.startsWith('access_token_') || reason === 'scope_insufficient';

/** The member that a {@link Mistake} names, as a JSON Pointer: `redirect_uris.0` is `#/redirect_uris/0`. `body` tells dots in names from levels. */
export function pointerTo(member: string, body: object): string {
  if (member === 'entry') return '#';
  const path = Object.hasOwn(body, member) ? [member] : member.split('.');
  return `#${path.map((name) => `/${encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'))}`).join('')}`;
}
