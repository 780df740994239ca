import type { Check } from './check.ts';
import type { Landing } from './landing.ts';
import type { Changes } from './parameters.ts';
import { holdsTokens, type IssuedCode, type Probe, type TokenAnswer } from './probe.ts';
import { failed, passed, skipped, type Verdict } from './verdict.ts';

/** A code as it may be quoted: what is longer or holds other characters is not shown. */
const shownError = (error: string): string => (/^[a-zA-Z0-9_.-]{1,60}$/.test(error) ? error : 'an unreadable error');

const slowDown = skipped('the server asked to slow down (429)');

/**
 * An authorization request that must end without a code: in a redirect with one of these errors, or on a page of the server,
 * which is where refusals go that the server does not want to redirect.
 */
export function mustBeRefused(landing: Landing, accepted: readonly string[] = ['invalid_request']): Verdict {
  switch (landing.kind) {
    case 'stuck':
      return skipped(landing.because);
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

/** What a token request may be refused with when either fits: RFC 6749 §5.2 leaves it open for a proof that is missing or malformed. */
export const grantOrRequest = ['invalid_grant', 'invalid_request'] as const;

/** A token request that must end without tokens. Whether the refusal is in JSON and has the right status is asked once, for all of them. */
export function mustGetNoTokens(answer: TokenAnswer, accepted: readonly string[] = grantOrRequest): Verdict {
  if (holdsTokens(answer)) return failed('tokens were issued');
  if (answer.status === 429) return slowDown;
  if (answer.status >= 500) return failed(`it was answered with status ${answer.status}`);
  const error = answer.body?.['error'];
  if (typeof error === 'string') {
    return accepted.includes(error)
      ? passed
      : failed(`it was refused with ${shownError(error)} instead of ${accepted.join(' or ')}`);
  }
  return answer.status >= 400 ? passed : failed(`it was answered with status ${answer.status} and no error`);
}

/** Judges with a fresh code, if there is one. */
export async function withCode(
  probe: Probe,
  judge: (issued: IssuedCode) => Promise<Verdict>,
  changes: Changes = {},
): Promise<Verdict> {
  const issued = await probe.code(changes);
  return issued.ok ? judge(issued.value) : issued.refusal;
}

/** An authorization request that must be refused. */
export const authorizationCheck = (
  check: Omit<Check, 'run'> & { request: Changes; errors?: readonly string[] },
): Check => {
  const { request, errors, ...rest } = check;
  return { ...rest, run: async (probe) => mustBeRefused(await probe.authorize(request), errors) };
};
