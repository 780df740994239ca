import { random } from '../authorization-request.ts';
import type { Check } from '../check.ts';
import { authorizationCheck } from '../judge.ts';
import { failed, passed, skipped, verdictOf } from '../verdict.ts';

/** Authorization requests that are wrong in another way than their challenge. */
export const requestChecks: readonly Check[] = [
  authorizationCheck({
    id: 'parameter-twice',
    section: 'RFC 6749 §3.1',
    needs: 'client',
    sends: 'two different state parameters',
    accepts: 'invalid_request',
    fix: 'Refuse requests in which a parameter is repeated.',
    request: { state: [random(), random()] },
  }),
  authorizationCheck({
    id: 'response-type-missing',
    section: 'RFC 6749 §4.1.2.1',
    needs: 'client',
    sends: 'no response_type',
    accepts: 'invalid_request',
    fix: 'Require response_type.',
    request: { response_type: undefined },
    errors: ['invalid_request', 'unsupported_response_type'],
  }),
  authorizationCheck({
    id: 'redirect-uri-missing',
    section: 'OpenID Connect Core §3.1.2.1',
    needs: 'client',
    level: 'warning',
    sends: 'no redirect_uri',
    accepts: 'a refusal; OAuth allows it for clients with one redirect URI, OpenID Connect does not',
    fix: 'Require redirect_uri in every request.',
    request: { redirect_uri: undefined },
  }),
  {
    id: 'scope-unknown',
    section: 'RFC 6749 §4.1.2.1',
    needs: 'client',
    level: 'warning',
    sends: 'a scope value that does not exist, beside the usual ones',
    accepts: 'that it is ignored, or invalid_scope',
    fix: 'Ignore unknown scope values, or refuse them with invalid_scope.',
    run: async (probe) => {
      const landing = await probe.authorize({ scope: `${probe.scope ?? ''} made-up-${random().slice(0, 8)}`.trim() });
      if (landing.kind === 'stuck') return skipped(landing.because);
      if (landing.kind === 'refused')
        return verdictOf(landing.error === 'invalid_scope', 'it was refused with another error');
      if (landing.kind !== 'redirected') return failed('it ended without a response');
      const error = landing.parameters.get('error')?.[0];
      return error === undefined ? passed : verdictOf(error === 'invalid_scope', 'it was refused with another error');
    },
  },
];
