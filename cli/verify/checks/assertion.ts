import { randomUUID } from 'node:crypto';
import { random } from '../authorization-request.ts';
import type { Check } from '../check.ts';
import { mustGetNoTokens } from '../judge.ts';
import type { JwtChanges } from '../jws.ts';
import type { Probe } from '../probe.ts';
import { skipped, type Verdict, verdictOf } from '../verdict.ts';

/*
 * Client assertions (RFC 7523). Each goes with a code that was never issued: a server that accepts the assertion refuses the
 * code, and one that does not refuses the client.
 */

const clientErrors = ['invalid_client', 'unauthorized_client', 'invalid_request'];

const tryAssertion = (probe: Probe, assertion: JwtChanges) =>
  probe.token(
    {
      grant_type: 'authorization_code',
      code: random(),
      redirect_uri: probe.client.redirectUri,
      code_verifier: random(),
    },
    { assertion },
  );

/** Passes if the client is refused, and not only the code. */
async function mustNotAuthenticate(probe: Probe, assertion: JwtChanges): Promise<Verdict> {
  const answer = await tryAssertion(probe, assertion);
  if (answer.body?.['error'] === 'invalid_grant') return verdictOf(false, 'the client was authenticated');
  return mustGetNoTokens(answer, clientErrors);
}

type WrongAssertion = Omit<Check, 'accepts' | 'run'> & { assertion: (probe: Probe) => JwtChanges };

const wrongAssertions: readonly WrongAssertion[] = [
  {
    id: 'assertion-signature',
    section: 'RFC 7523 §3',
    sends: 'a client assertion signed with another key',
    fix: 'Verify assertions with the keys registered for the client.',
    assertion: () => ({ signature: 'by another key' }),
  },
  {
    id: 'assertion-unsigned',
    section: 'RFC 8725 §3.2',
    sends: 'a client assertion with alg none',
    fix: 'Accept asymmetric algorithms only.',
    assertion: () => ({ header: { alg: 'none' }, signature: 'none' }),
  },
  {
    id: 'assertion-expired',
    section: 'RFC 7523 §3',
    sends: 'a client assertion that expired five minutes ago',
    fix: 'Refuse assertions whose exp has passed.',
    assertion: ({ now }) => ({ claims: { iat: now() - 360, exp: now() - 300 } }),
  },
  {
    id: 'assertion-audience-foreign',
    section: 'RFC 7523 §3',
    sends: 'a client assertion for another server',
    fix: 'Refuse assertions that name somebody else as aud.',
    assertion: () => ({ claims: { aud: 'https://attacker.example' } }),
  },
  {
    id: 'assertion-without-subject',
    section: 'RFC 7523 §3',
    sends: 'a client assertion without sub',
    fix: 'Demand iss, sub, aud and exp, and that iss and sub are the client.',
    assertion: () => ({ claims: { sub: undefined } }),
  },
];

const withKey =
  (run: (probe: Probe) => Promise<Verdict>): Check['run'] =>
  (probe) =>
    probe.client.key === undefined ? skipped('the client has no key, see --private-key') : run(probe);

const toCheck = ({ assertion, ...check }: WrongAssertion): Check => ({
  ...check,
  accepts: 'invalid_client',
  run: withKey(async (probe) => {
    const changes = assertion(probe);
    const hasNothingToTry =
      changes.claims !== undefined && 'aud' in changes.claims && changes.claims['aud'] === undefined;
    return hasNothingToTry ? skipped('there is no such endpoint') : mustNotAuthenticate(probe, changes);
  }),
});

export const assertionChecks: readonly Check[] = [
  ...wrongAssertions.map(toCheck),
  {
    id: 'assertion-twice',
    section: 'RFC 7523 §3',
    level: 'warning',
    sends: 'the same client assertion twice',
    accepts: 'invalid_client for the second: remembering jti is optional',
    fix: 'Remember jti until the assertion expires.',
    run: withKey(async (probe) => {
      const once = { claims: { jti: randomUUID() } };
      await tryAssertion(probe, once);
      return mustNotAuthenticate(probe, once);
    }),
  },
];

/** What FAPI 2.0 demands of assertions. */
export const fapiAssertionChecks: readonly Check[] = [
  ...(
    [
      ['token-endpoint', 'the token endpoint', ({ metadata }) => metadata.token_endpoint],
      [
        'endpoint',
        'the pushed authorization request endpoint',
        ({ metadata }) => metadata.pushed_authorization_request_endpoint,
      ],
      ['array', 'an array with the issuer', ({ discovered }) => [discovered.issuer]],
    ] as readonly [string, string, (probe: Probe) => unknown][]
  ).map(([id, name, audience]) =>
    toCheck({
      id: `fapi-audience-${id}`,
      section: 'FAPI 2.0 §5.3.2.1',
      sends: `a client assertion with ${name} as aud`,
      fix: 'Accept only the issuer as aud, as a string.',
      assertion: (probe) => ({ claims: { aud: audience(probe) } }),
    }),
  ),
  toCheck({
    id: 'fapi-assertion-future',
    section: 'FAPI 2.0 §5.3.2.1',
    sends: 'a client assertion with iat and nbf 75 seconds in the future',
    fix: 'Refuse assertions from more than 60 seconds in the future.',
    assertion: ({ now }) => ({ claims: { iat: now() + 75, nbf: now() + 75, exp: now() + 180 } }),
  }),
  {
    id: 'fapi-assertion-clock',
    section: 'FAPI 2.0 §5.3.2.1',
    sends: 'a client assertion with iat and nbf 8 seconds in the future',
    accepts: 'that the client is authenticated: clocks differ a little',
    fix: 'Accept iat and nbf up to 10 seconds in the future.',
    run: withKey(async (probe) => {
      const claims = { iat: probe.now() + 8, nbf: probe.now() + 8 };
      const { body } = await tryAssertion(probe, { claims });
      return verdictOf(body?.['error'] === 'invalid_grant', 'the client was refused');
    }),
  },
];
