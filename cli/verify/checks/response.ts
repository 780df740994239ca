import { random } from '../authorization-request.ts';
import type { Check } from '../check.ts';
import { authorizationCheck, mustGetNoTokens, withCode } from '../judge.ts';
import type { Landing } from '../landing.ts';
import type { Probe } from '../probe.ts';
import { holdsTokens } from '../token-answer.ts';
import { allOf, failed, passed, skipped, type Verdict, verdictOf } from '../verdict.ts';

/** A state with all kinds of printable ASCII (RFC 6749 appendix A.5) that tends to get lost on the way. */
const awkwardState = (): string => `${random()} +%2B%&=#?/\\"'<>;:@[]{}|^~\`$,!*()`;

/** A request that every server refuses by redirect, as RFC 7636 §4.4.1 says. */
const refusedRequest = { code_challenge_method: 'S512' };

/** Checks of the responses from the two endpoints. */
export const responseChecks: readonly Check[] = [
  {
    id: 'state-exact',
    section: 'RFC 6749 §4.1.2',
    sends: 'a state with every character that tends to get lost, in a valid and an invalid request',
    accepts: 'the same state, once',
    fix: 'Return state as it came, encoded once.',
    run: (probe) => bothResponses(probe, (name, landing, state) => echoes(name, landing, 'state', state)),
  },
  {
    id: 'iss-exact',
    section: 'RFC 9207 §2',
    sends: 'a valid and an invalid request, if iss is announced',
    accepts: 'the issuer as iss, once, in both responses',
    fix: 'Add iss with the exact issuer to every response, errors included.',
    run: (probe) =>
      probe.metadata.authorization_response_iss_parameter_supported
        ? bothResponses(probe, (name, landing) => echoes(name, landing, 'iss', probe.metadata.issuer ?? ''))
        : skipped('authorization_response_iss_parameter_supported is not announced'),
  },
  authorizationCheck({
    id: 'response-type-token',
    section: 'RFC 9700 §2.1.2',
    needs: 'client',
    sends: 'response_type=token, the implicit grant',
    accepts: 'unsupported_response_type, unauthorized_client or invalid_request',
    fix: 'Switch off the implicit grant.',
    request: { response_type: 'token' },
    errors: ['unsupported_response_type', 'unauthorized_client', 'invalid_request'],
  }),
  {
    id: 'grant-type-password',
    section: 'RFC 9700 §2.4',
    sends: 'grant_type=password with a made-up username and password',
    accepts:
      'unsupported_grant_type, unauthorized_client or invalid_request; invalid_grant means that the grant type is supported',
    fix: 'Switch off the password grant.',
    run: async (probe) =>
      mustGetNoTokens(
        await probe.token({ grant_type: 'password', username: `nobody-${random()}`, password: random() }),
        ['unsupported_grant_type', 'unauthorized_client', 'invalid_request', 'invalid_client'],
      ),
  },
  {
    id: 'token-by-get',
    section: 'RFC 6749 §3.2',
    sends: 'a valid token request by GET',
    accepts: 'a refusal, usually with status 405',
    fix: 'Answer anything but POST at the token endpoint with 405.',
    run: (probe) =>
      withCode(probe, async (issued) => {
        const answer = await probe.redeem(issued, {}, { method: 'GET' });
        if (holdsTokens(answer)) return failed('tokens were issued');
        return verdictOf(answer.status < 500, `it was answered with status ${answer.status}`);
      }),
  },
  {
    id: 'token-no-store',
    section: 'RFC 6749 §5.1',
    sends: 'the Cache-Control header of a token response',
    accepts: 'no-store',
    fix: 'Send Cache-Control: no-store with every response that holds tokens.',
    run: withTokens(({ headers }) =>
      verdictOf(/\bno-store\b/i.test(headers.get('cache-control') ?? ''), 'caches may store the response'),
    ),
  },
  {
    id: 'token-type',
    section: 'RFC 6749 §5.1',
    sends: 'the members of a token response',
    accepts: 'JSON with access_token and token_type',
    fix: 'Answer in JSON with access_token and token_type.',
    run: withTokens(({ headers, body }) => {
      const missing = ['access_token', 'token_type'].filter((name) => typeof body?.[name] !== 'string');
      if (missing.length > 0) return failed(`${missing.join(' and ')} is missing`);
      return verdictOf(
        /^application\/json\b/i.test(headers.get('content-type') ?? ''),
        'its content type is not application/json',
      );
    }),
  },
  {
    id: 'sign-in-redirect',
    section: 'RFC 9700 §4.12',
    sends: 'the status of the redirect after the password',
    accepts: '303 or 302, never 307 or 308, which would forward the password',
    fix: 'Redirect with 303 after a form.',
    run: (probe) => {
      const status = probe.agent.redirectAfterSignIn();
      if (status === undefined) return skipped('no redirect followed a password');
      return verdictOf(status !== 307 && status !== 308, `it is ${status}`);
    },
  },
];

function withTokens(judge: (answer: NonNullable<Probe['seen']['redeemed']>) => Verdict): Check['run'] {
  return ({ seen: { redeemed } }) => (redeemed ? judge(redeemed) : skipped('no tokens were issued'));
}

type JudgeResponse = (name: string, landing: Extract<Landing, { kind: 'redirected' }>, state: string) => Verdict;

/** Judges the response with a code and, if it comes by redirect, the one with an error. */
function bothResponses(probe: Probe, judge: JudgeResponse): Promise<Verdict> {
  const response = async (name: string, changes: Parameters<Probe['authorize']>[0]) => {
    const state = awkwardState();
    const landing = await probe.authorize({ ...changes, state });
    if (landing.kind === 'stuck') return skipped(landing.because);
    const isRefusal = name === 'error';
    if (landing.kind !== 'redirected')
      return isRefusal ? passed : failed('the valid request did not end in a redirect');
    return isRefusal || landing.parameters.has('code')
      ? judge(name, landing, state)
      : failed('the valid request got no code');
  };
  return allOf(
    () => response('success', {}),
    () => response('error', refusedRequest),
  );
}

function echoes(
  name: string,
  { parameters }: Extract<Landing, { kind: 'redirected' }>,
  member: 'state' | 'iss',
  expected: string,
): Verdict {
  const values = parameters.get(member) ?? [];
  if (values.length === 0) return failed(`${member} is missing in the ${name} response`);
  if (values.length > 1) return failed(`${member} appears ${values.length} times in the ${name} response`);
  return verdictOf(values[0] === expected, `${member} differs in the ${name} response`);
}
