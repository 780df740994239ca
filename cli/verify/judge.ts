import type { Check } from './check.ts';
import type { Landing } from './landing.ts';
import type { Changes } from './parameters.ts';
import type { IssuedCode, Probe } from './probe.ts';
import { holdsTokens, type TokenAnswer } from './token-answer.ts';
import { failed, passed, skipped, type Verdict } from './verdict.ts';

/** Hides an error code that is too long or has unusual characters. */
const shownError = (error: string): string => (/^[a-zA-Z0-9_.-]{1,60}$/.test(error) ? error : 'an unreadable error');

const slowDown = skipped('the server asked to slow down (429)');

/**
 * Passes if an authorization request ends without a code: in a redirect with one of the accepted errors, or on a page of the
 * server, where refusals go that it does not want to redirect.
 */
export function mustBeRefused(landing: Landing, accepted: readonly string[] = ['invalid_request']): Verdict {
  switch (landing.kind) {
    case 'stuck':
      return skipped(landing.because);
    case 'refused':
      return judgeError(landing, accepted);
    case 'elsewhere':
      return failed('the browser was sent to an address that is not the redirect URI');
    case 'page':
      if (landing.status === 429) return slowDown;
      return landing.status < 500 ? passed : failed(`it ended on a page with status ${landing.status}`);
    case 'redirected': {
      const { parameters } = landing;
      if (parameters.has('code')) return failed('a code was issued');
      if (parameters.has('access_token')) return failed('an access token was issued');
      const [error] = parameters.get('error') ?? [];
      if (error === undefined) return failed('the redirect has neither a code nor an error');
      return accepted.includes(error)
        ? passed
        : failed(`it was refused with ${shownError(error)} instead of ${accepted.join(' or ')}`);
    }
  }
}

/** Errors for a missing or malformed proof; RFC 6749 §5.2 leaves open which of them applies. */
export const grantOrRequest = ['invalid_grant', 'invalid_request'] as const;

/** Passes if a token request ends without tokens. One separate check covers JSON and status for all refusals. */
export function mustGetNoTokens(answer: TokenAnswer, accepted: readonly string[] = grantOrRequest): Verdict {
  if (holdsTokens(answer)) return failed('tokens were issued');
  const error = answer.body?.['error'];
  return judgeError({ status: answer.status, ...(typeof error === 'string' && { error }) }, accepted);
}

/** Judges a refusal in JSON. */
export function judgeError(refusal: { status: number; error?: string }, accepted: readonly string[]): Verdict {
  const { status, error } = refusal;
  if (status === 429) return slowDown;
  if (status >= 500) return failed(`it was answered with status ${status}`);
  if (error === undefined) return status >= 400 ? passed : failed(`it was answered with status ${status} and no error`);
  return accepted.includes(error)
    ? passed
    : failed(`it was refused with ${shownError(error)} instead of ${accepted.join(' or ')}`);
}

/** Judges with a fresh code, if one is issued. */
export async function withCode(
  probe: Probe,
  judge: (issued: IssuedCode) => Promise<Verdict>,
  changes: Changes = {},
): Promise<Verdict> {
  const issued = await probe.code(changes);
  return issued.ok ? judge(issued.value) : issued.refusal;
}

/** Makes a check of an authorization request that must be refused. */
export const authorizationCheck = (
  check: Omit<Check, 'run'> & { request: Changes; errors?: readonly string[] },
): Check => {
  const { request, errors, ...rest } = check;
  return { ...rest, run: async (probe) => mustBeRefused(await probe.authorize(request), errors) };
};
