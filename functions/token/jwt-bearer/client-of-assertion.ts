import { readAssertion } from '../../../shared/upstream/assertion.ts';
import type { TokenDeps } from '../grant-flow.ts';
import { isAdmitted, trustsOf } from './take-assertion.ts';

/**
 * Which client a workload is whose request does not name it, as libraries send it that know RFC 7523 alone: the one of the trusts whose
 * rules its assertion keeps. Undefined where there is none, or more than one. Nothing is proved by that: whoever names a client without a
 * secret is taken for it as well, until the signature is verified.
 */
export async function clientOfAssertion(
  text: string,
  deps: Pick<TokenDeps, 'apis' | 'audiences' | 'now'>,
): Promise<string | undefined> {
  const assertion = readAssertion(text);
  if (assertion?.kind !== 'workload') return undefined;
  const ofIssuer = await trustsOf(assertion, deps);
  // A key is proved by and by, when it is known whose rules for proofs hold.
  const request = { clientId: '', isProved: () => true };
  const admitting = ofIssuer.filter((trust) => isAdmitted(assertion, trust, request, deps));
  const [client, ...others] = new Set(admitting.flatMap(({ clients }) => clients));
  return others.length === 0 ? client : undefined;
}
