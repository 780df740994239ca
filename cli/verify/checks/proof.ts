import { randomUUID } from 'node:crypto';
import type { Check } from '../check.ts';
import { mustGetNoTokens, withCode } from '../judge.ts';
import { readJwt } from '../jws.ts';
import type { Probe } from '../probe.ts';
import { holdsTokens, type TokenAnswer } from '../token-answer.ts';
import type { TokenOptions } from '../token-request.ts';
import { allOf, failed, skipped, type Verdict, verdictOf } from '../verdict.ts';

/*
 * DPoP (RFC 9449). All are skipped where it is not announced.
 */

const errors = ['invalid_dpop_proof', 'invalid_request', 'invalid_grant', 'invalid_client'];

const withDpop =
  (run: (probe: Probe) => Promise<Verdict>): Check['run'] =>
  (probe) =>
    probe.metadata.dpop_signing_alg_values_supported === undefined
      ? skipped('dpop_signing_alg_values_supported is not announced')
      : run(probe);

type WrongProof = {
  id: string;
  section: string;
  sends: string;
  fix: string;
  proof: (probe: Probe) => TokenOptions['proof'];
};

const wrongProofs: readonly WrongProof[] = [
  {
    id: 'dpop-method-other',
    section: 'RFC 9449 §4.3',
    sends: 'a proof for GET',
    fix: 'Compare htm with the method of the request.',
    proof: () => ({ claims: { htm: 'GET' } }),
  },
  {
    id: 'dpop-address-other',
    section: 'RFC 9449 §4.3',
    sends: 'a proof for another address',
    fix: 'Compare htu with the address of the endpoint.',
    proof: () => ({ claims: { htu: 'https://attacker.example/token' } }),
  },
  {
    id: 'dpop-old',
    section: 'RFC 9449 §4.3',
    sends: 'a proof that was made an hour ago',
    fix: 'Accept proofs of the last seconds or minutes only.',
    proof: ({ now }) => ({ claims: { iat: now() - 3_600 } }),
  },
  {
    id: 'dpop-future',
    section: 'RFC 9449 §4.3',
    sends: 'a proof that will be made in an hour',
    fix: 'Refuse proofs with a time in the future, except for clocks that differ a little.',
    proof: ({ now }) => ({ claims: { iat: now() + 3_600 } }),
  },
  {
    id: 'dpop-signature-other',
    section: 'RFC 9449 §4.3',
    sends: 'a proof signed with another key than the one in it',
    fix: 'Verify the signature with the jwk in the header.',
    proof: () => ({ signature: 'by another key' }),
  },
  {
    id: 'dpop-unsigned',
    section: 'RFC 9449 §4.3',
    sends: 'a proof with alg none',
    fix: 'Accept asymmetric algorithms only.',
    proof: () => ({ header: { alg: 'none' }, signature: 'none' }),
  },
  {
    id: 'dpop-type-other',
    section: 'RFC 9449 §4.3',
    sends: 'a proof with typ JWT',
    fix: 'Demand typ dpop+jwt, so that no other JWT passes for a proof.',
    proof: () => ({ header: { typ: 'JWT' } }),
  },
  {
    id: 'dpop-without-id',
    section: 'RFC 9449 §4.3',
    sends: 'a proof without jti',
    fix: 'Demand every claim of RFC 9449 §4.2.',
    proof: () => ({ claims: { jti: undefined } }),
  },
  {
    id: 'dpop-without-key',
    section: 'RFC 9449 §4.3',
    sends: 'a proof without jwk',
    fix: 'Demand the public key in the header.',
    proof: () => ({ header: { jwk: undefined } }),
  },
];

export const proofChecks: readonly Check[] = [
  ...wrongProofs.map(
    ({ proof, ...check }): Check => ({
      ...check,
      accepts: 'invalid_dpop_proof',
      run: withDpop((probe) =>
        withCode(probe, async (issued) =>
          mustGetNoTokens(await probe.redeem(issued, {}, { proof: proof(probe) as never }), errors),
        ),
      ),
    }),
  ),
  {
    id: 'dpop-code-binding',
    section: 'RFC 9449 §10',
    sends: 'a proof with another key than dpop_jkt of the authorization request',
    accepts: 'a refusal: the code is bound to the key',
    fix: 'Compare the thumbprint of the proof with dpop_jkt.',
    run: withDpop((probe) =>
      withCode(
        probe,
        async (issued) => mustGetNoTokens(await probe.redeem(issued, {}, { proof: 'by another key' }), errors),
        { dpop_jkt: probe.prover.thumbprint },
      ),
    ),
  },
  {
    id: 'dpop-token-bound',
    section: 'RFC 9449 §5',
    sends:
      'a valid token request with a proof, and its access token at the userinfo endpoint: as Bearer, with another key, and without a proof',
    accepts: 'token_type DPoP, and a refusal of all three',
    fix: 'Bind the access token to the key (cnf.jkt), and demand a proof with that key wherever it is used.',
    run: withDpop((probe) =>
      withCode(probe, async (issued) => {
        const answer = await probe.redeem(issued, {}, { proof: {} });
        const { access_token: token, token_type: type } = answer.body ?? {};
        if (typeof token !== 'string') return failed(`no token was issued: status ${answer.status}`);
        if (String(type).toLowerCase() !== 'dpop') return failed('token_type is not DPoP');
        const confirmation = readJwt(token)?.claims['cnf'] as { jkt?: unknown } | undefined;
        const isBound = confirmation === undefined || confirmation.jkt === probe.prover.thumbprint;
        return allOf(
          () =>
            verdictOf(
              readJwt(token) === undefined || (confirmation !== undefined && isBound),
              'cnf.jkt is not the thumbprint of the key',
            ),
          () => userinfoIsBound(probe, token),
        );
      }),
    ),
  },
  {
    id: 'dpop-replay',
    section: 'RFC 9449 §11.1',
    level: 'warning',
    sends: 'the same proof twice, with two codes',
    accepts: 'a refusal of the second, or a nonce: servers that use short-lived nonces need not remember proofs',
    fix: 'Remember jti for as long as a proof is accepted, or demand a nonce.',
    run: withDpop(async (probe) => {
      const proof = { claims: { jti: randomUUID(), iat: probe.now() } };
      const redeemWithIt = (judge: (answer: TokenAnswer) => Promise<Verdict> | Verdict) =>
        withCode(probe, async (issued) => judge(await probe.redeem(issued, {}, { proof })));
      return redeemWithIt((first) => {
        if (!holdsTokens(first)) return skipped('the valid request was refused');
        return redeemWithIt((second) => mustGetNoTokens(second, [...errors, 'use_dpop_nonce']));
      });
    }),
  },
];

async function userinfoIsBound(probe: Probe, token: string): Promise<Verdict> {
  const statusOf = (options: Parameters<Probe['userinfo']>[1]) => probe.userinfo(token, options);
  const good = await statusOf({ scheme: 'DPoP', proof: {} });
  if (good === undefined || good >= 300)
    return skipped('the token opens no userinfo endpoint, so nothing else can be tried');
  const isOpen = (status: number | undefined) => status !== undefined && status < 300;
  return allOf(
    async () => verdictOf(!isOpen(await statusOf({ scheme: 'Bearer', proof: 'none' })), 'it works as a Bearer token'),
    async () =>
      verdictOf(!isOpen(await statusOf({ scheme: 'DPoP', proof: 'by another key' })), 'it works with another key'),
    async () => verdictOf(!isOpen(await statusOf({ scheme: 'DPoP', proof: 'none' })), 'it works without a proof'),
    async () =>
      verdictOf(!isOpen(await statusOf({ scheme: 'DPoP', proof: { claims: { ath: 'x' } } })), 'ath is not compared'),
  );
}

/** FAPI 2.0: no token without a binding. */
export const fapiProofChecks: readonly Check[] = [
  {
    id: 'fapi-without-proof',
    section: 'FAPI 2.0 §5.3.2.1',
    sends: 'a token request without a proof of possession, correct otherwise',
    accepts: 'a refusal',
    fix: 'Issue this client sender-constrained tokens only.',
    run: (probe) => {
      if (
        probe.metadata.dpop_signing_alg_values_supported === undefined &&
        probe.metadata.tls_client_certificate_bound_access_tokens
      ) {
        return skipped('the server binds tokens to certificates, and this run has none');
      }
      return withCode(probe, async (issued) =>
        mustGetNoTokens(await probe.redeem(issued, {}, { proof: 'none' }), errors),
      );
    },
  },
];
