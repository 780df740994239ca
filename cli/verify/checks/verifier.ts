import { s256 } from '../../../shared/pkce/s256.ts';
import { random } from '../authorization-request.ts';
import type { Check } from '../check.ts';
import { grantOrRequest, mustGetNoTokens, withCode } from '../judge.ts';
import type { Changes } from '../parameters.ts';
import type { IssuedCode } from '../probe.ts';
import type { TokenOptions } from '../token-request.ts';
import { skipped } from '../verdict.ts';
import { noChallenge } from './challenge.ts';

/** A token request that is right except for its proof. The challenge is made from `verifier`, by default a random one. */
type WrongProof = Omit<Check, 'accepts' | 'run'> & {
  verifier?: string;
  form: (issued: Required<IssuedCode>) => Changes;
  options?: (issued: Required<IssuedCode>) => TokenOptions;
  errors?: readonly string[];
};

const wrongProofs: readonly WrongProof[] = [
  {
    id: 'verifier-wrong',
    section: 'RFC 7636 §4.6',
    sends: 'another well-formed code_verifier',
    fix: 'Compare the hash of the verifier with the challenge of the code.',
    form: () => ({ code_verifier: random() }),
    errors: ['invalid_grant'],
  },
  {
    id: 'verifier-missing',
    section: 'RFC 9700 §2.1.1',
    sends: 'no code_verifier for a code that has a challenge',
    fix: 'Require code_verifier for every code that has a challenge.',
    form: () => ({ code_verifier: undefined }),
  },
  {
    id: 'verifier-empty',
    section: 'RFC 6749 §3.2',
    sends: 'an empty code_verifier',
    fix: 'Treat an empty code_verifier as missing.',
    form: () => ({ code_verifier: '' }),
  },
  {
    id: 'verifier-is-challenge',
    section: 'RFC 7636 §4.6',
    sends: 'the S256 challenge as the code_verifier',
    fix: 'Hash the verifier before comparing it.',
    form: ({ challenge }) => ({ code_verifier: challenge }),
  },
  {
    id: 'verifier-short',
    section: 'RFC 7636 §4.1',
    sends: 'a code_verifier of 42 characters that matches its challenge',
    fix: 'Demand 43 to 128 characters of a code_verifier.',
    verifier: random().slice(0, 42),
    form: () => ({}),
  },
  {
    id: 'verifier-long',
    section: 'RFC 7636 §4.1',
    sends: 'a code_verifier of 129 characters that matches its challenge',
    fix: 'Demand 43 to 128 characters of a code_verifier.',
    verifier: `${random()}${random()}${random()}`,
    form: () => ({}),
  },
  {
    id: 'verifier-non-ascii',
    section: 'RFC 7636 §4.1',
    sends: 'a code_verifier with non-ASCII characters that matches its challenge',
    fix: 'Allow only letters, digits, and - . _ ~ in a code_verifier.',
    verifier: `é€😀${random()}`,
    form: () => ({}),
  },
  {
    id: 'verifier-twice',
    section: 'RFC 6749 §3.2',
    sends: 'the right code_verifier and another one',
    fix: 'Refuse requests in which a parameter is repeated.',
    form: ({ verifier }) => ({ code_verifier: [verifier, random()] }),
  },
  {
    id: 'verifier-in-query',
    section: 'RFC 6749 §4.1.3',
    sends: "the right code_verifier in the query of the token endpoint's address instead of the body",
    fix: 'Read token requests from the body only.',
    form: () => ({ code_verifier: undefined }),
    options: ({ verifier }) => ({ query: { code_verifier: verifier } }),
  },
  {
    id: 'method-at-token-endpoint',
    section: 'RFC 7636 §4.4',
    sends: 'code_challenge_method=plain and the S256 challenge as the code_verifier, in the token request',
    fix: 'Use the method of the authorization request, and ignore one in the token request.',
    form: ({ challenge }) => ({ code_challenge_method: 'plain', code_verifier: challenge }),
  },
];

const describe = (errors: readonly string[]): string => errors.join(' or ');

/** Proofs that the token endpoint must reject. Tries each on its own code. */
export const verifierChecks: readonly Check[] = [
  ...wrongProofs.map(
    ({ verifier, form, options, errors = grantOrRequest, ...check }): Check => ({
      ...check,
      accepts: describe(errors),
      run: (probe) =>
        withCode(
          probe,
          async ({ code, verifier: made = '', challenge = '' }) => {
            const issued = { code, verifier: verifier ?? made, challenge };
            return mustGetNoTokens(await probe.redeem(issued, form(issued), options?.(issued)), errors);
          },
          verifier === undefined ? {} : { code_challenge: s256(verifier) },
        ),
    }),
  ),
  {
    id: 'downgrade',
    section: 'RFC 9700 §4.8.2',
    sends: 'a code_verifier for a code that has no challenge',
    accepts: describe(grantOrRequest),
    fix: 'Refuse a code_verifier for a code without a challenge.',
    run: async (probe) => {
      const issued = await probe.code(noChallenge);
      if (!issued.ok) return skipped('no code without a challenge could be obtained');
      return mustGetNoTokens(await probe.redeem(issued.value, { code_verifier: random() }));
    },
  },
];
