import { s256 } from '../../../shared/pkce/s256.ts';
import { random } from '../authorization-request.ts';
import type { Check } from '../check.ts';
import { authorizationCheck, mustBeRefused, mustGetNoTokens, withCode } from '../judge.ts';
import type { Changes } from '../parameters.ts';
import type { Probe } from '../probe.ts';
import { allOf, skipped } from '../verdict.ts';

const randomChallenge = (): string => s256(random());

/** Returns the challenge in standard base64, with + and / for - and _. */
const inStandardBase64 = (challenge: string): string =>
  `${challenge.slice(0, 40)}-_A`.replaceAll('-', '+').replaceAll('_', '/');

/** Requests that the authorization endpoint must refuse. */
export const challengeChecks: readonly Check[] = [
  {
    id: 'challenge-missing',
    section: 'RFC 9700 §2.1.1',
    needs: 'client',
    sends: 'no code_challenge, as a public client',
    accepts: 'invalid_request (RFC 7636 §4.4.1)',
    fix: 'Require PKCE of public clients.',
    run: async (probe) => {
      const landing = await probe.authorize(noChallenge);
      const isIssued = landing.kind === 'redirected' && landing.parameters.has('code');
      if (!probe.isPublic && isIssued) return skipped('the client authenticates, so it may go without');
      return mustBeRefused(landing);
    },
  },
  authorizationCheck({
    id: 'method-without-challenge',
    section: 'RFC 7636 §4.3',
    needs: 'client',
    sends: 'code_challenge_method=S256 and no code_challenge',
    accepts: 'invalid_request',
    fix: 'Refuse code_challenge_method without code_challenge.',
    request: { code_challenge: undefined },
  }),
  {
    id: 'challenge-without-method',
    section: 'RFC 7636 §4.3',
    sends: 'code_challenge and no code_challenge_method',
    accepts: 'invalid_request, or a code that is bound to the challenge',
    fix: 'Treat a missing method as plain, or refuse it. Never drop the challenge.',
    run: (probe) =>
      mustBindOrRefuse(probe, () => ({
        request: { code_challenge: random(), code_challenge_method: undefined },
        wrongVerifier: random(),
      })),
  },
  {
    id: 'method-plain',
    section: 'RFC 7636 §4.6',
    sends: 'code_challenge_method=plain',
    accepts: 'invalid_request, or a code that only the challenge itself redeems, not a verifier that hashes to it',
    fix: 'Compare plain challenges with the verifier itself, or refuse plain.',
    run: (probe) =>
      mustBindOrRefuse(probe, () => {
        const wrongVerifier = random();
        return {
          request: { code_challenge: s256(wrongVerifier), code_challenge_method: 'plain' },
          wrongVerifier,
        };
      }),
  },
  authorizationCheck({
    id: 'method-lowercase',
    section: 'RFC 7636 §4.4.1',
    needs: 'client',
    sends: 'code_challenge_method=s256',
    accepts: 'invalid_request: methods are case-sensitive',
    fix: 'Compare code_challenge_method exactly.',
    request: { code_challenge_method: 's256' },
  }),
  authorizationCheck({
    id: 'method-unknown',
    section: 'RFC 7636 §4.4.1',
    needs: 'client',
    sends: 'code_challenge_method=S512',
    accepts: 'invalid_request',
    fix: 'Refuse methods other than S256 and plain.',
    request: { code_challenge_method: 'S512' },
  }),
  authorizationCheck({
    id: 'challenge-short',
    section: 'RFC 7636 §4.2',
    needs: 'client',
    sends: 'an S256 challenge of 42 characters',
    accepts: 'invalid_request',
    fix: 'Demand exactly 43 characters of an S256 challenge.',
    request: { code_challenge: randomChallenge().slice(1) },
  }),
  authorizationCheck({
    id: 'challenge-long',
    section: 'RFC 7636 §4.2',
    needs: 'client',
    sends: 'an S256 challenge of 129 characters',
    accepts: 'invalid_request',
    fix: 'Demand exactly 43 characters of an S256 challenge.',
    request: { code_challenge: 'a'.repeat(129) },
  }),
  authorizationCheck({
    id: 'challenge-padded',
    section: 'RFC 7636 §3',
    needs: 'client',
    sends: 'an S256 challenge with padding (=)',
    accepts: 'invalid_request',
    fix: 'Demand base64url without padding of an S256 challenge.',
    request: { code_challenge: `${randomChallenge()}=` },
  }),
  authorizationCheck({
    id: 'challenge-standard-base64',
    section: 'RFC 7636 §4.2',
    needs: 'client',
    sends: 'an S256 challenge with + and /',
    accepts: 'invalid_request',
    fix: 'Demand base64url of an S256 challenge.',
    request: { code_challenge: inStandardBase64(randomChallenge()) },
  }),
  authorizationCheck({
    id: 'challenge-twice',
    section: 'RFC 6749 §3.1',
    needs: 'client',
    sends: 'two different code_challenge parameters',
    accepts: 'invalid_request',
    fix: 'Refuse requests in which a parameter is repeated.',
    request: { code_challenge: [randomChallenge(), randomChallenge()] },
  }),
  authorizationCheck({
    id: 'method-twice',
    section: 'RFC 6749 §3.1',
    needs: 'client',
    sends: 'code_challenge_method=S256 and code_challenge_method=plain',
    accepts: 'invalid_request',
    fix: 'Refuse requests in which a parameter is repeated.',
    request: { code_challenge_method: ['S256', 'plain'] },
  }),
];

/** An authorization request without PKCE. */
export const noChallenge = { code_challenge: undefined, code_challenge_method: undefined };

/**
 * If a code is issued for the challenge, it must not be redeemable without a verifier or with another one. Tries each on its own
 * code.
 */
async function mustBindOrRefuse(probe: Probe, make: () => { request: Changes; wrongVerifier: string }) {
  const first = make();
  const landing = await probe.authorize(first.request);
  const code = landing.kind === 'redirected' ? landing.parameters.get('code')?.[0] : undefined;
  if (code === undefined) return mustBeRefused(landing);
  const second = make();
  return allOf(
    async () => mustGetNoTokens(await probe.redeem({ code })),
    () =>
      withCode(
        probe,
        async (issued) => mustGetNoTokens(await probe.redeem(issued, { code_verifier: second.wrongVerifier })),
        second.request,
      ),
  );
}
