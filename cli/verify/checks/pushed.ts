import { makeAuthorizationRequest } from '../authorization-request.ts';
import type { Check } from '../check.ts';
import { judgeError, mustBeRefused } from '../judge.ts';
import type { Changes } from '../parameters.ts';
import type { Probe, Pushed } from '../probe.ts';
import type { TokenOptions } from '../token-request.ts';
import { allOf, failed, skipped, type Verdict, verdictOf } from '../verdict.ts';

/*
 * Pushed authorization requests (RFC 9126). All are skipped where the server has no endpoint for them.
 */

const clientErrors = ['invalid_client', 'unauthorized_client'];

const withPar =
  (run: (probe: Probe) => Promise<Verdict>): Check['run'] =>
  (probe) =>
    probe.metadata.pushed_authorization_request_endpoint === undefined
      ? skipped('there is no pushed_authorization_request_endpoint')
      : run(probe);

/** Passes if a pushed request is refused. */
function mustNotBePushed({ answer, requestUri }: Pushed, accepted: readonly string[]): Verdict {
  if (requestUri !== undefined) return failed('it was accepted');
  const error = answer.body?.['error'];
  return judgeError({ status: answer.status, ...(typeof error === 'string' && { error }) }, accepted);
}

const pushedCheck = (
  check: Omit<Check, 'run'> & { request?: Changes; options?: TokenOptions; errors?: readonly string[] },
): Check => {
  const { request = {}, options = {}, errors = ['invalid_request'], ...rest } = check;
  return { ...rest, run: withPar(async (probe) => mustNotBePushed(await probe.push(request, options), errors)) };
};

export const pushedChecks: readonly Check[] = [
  {
    id: 'par-answer',
    section: 'RFC 9126 §2.2',
    sends: 'a valid pushed request',
    accepts: 'status 201, request_uri and expires_in of 5 to 600 seconds',
    fix: 'Answer with 201 and JSON, with a short-lived request_uri.',
    run: withPar(async (probe) => {
      const { answer, requestUri } = await probe.push();
      if (requestUri === undefined) return failed(`it was answered with status ${answer.status} and no request_uri`);
      const seconds = answer.body?.['expires_in'];
      return verdictOf(
        typeof seconds === 'number' && seconds >= 5 && seconds <= 600,
        'expires_in is missing or out of range',
      );
    }),
  },
  pushedCheck({
    id: 'par-request-uri-inside',
    section: 'RFC 9126 §2.1',
    sends: 'a pushed request with a request_uri in it',
    accepts: 'invalid_request',
    fix: 'Refuse request_uri at the pushed authorization request endpoint.',
    request: { request_uri: 'urn:ietf:params:oauth:request_uri:made-up' },
    errors: ['invalid_request', 'invalid_request_uri', 'request_uri_not_supported'],
  }),
  {
    id: 'par-unauthenticated',
    section: 'RFC 9126 §2.1',
    sends: 'a pushed request of the confidential client without its authentication',
    accepts: 'invalid_client',
    fix: 'Authenticate the client at the pushed authorization request endpoint as at the token endpoint.',
    run: withPar(async (probe) => {
      if (probe.isPublic) return skipped('the client is public');
      return mustNotBePushed(await probe.push({}, { unauthenticated: true }), [...clientErrors, 'invalid_request']);
    }),
  },
  pushedCheck({
    id: 'par-client-other',
    section: 'RFC 9126 §2.1',
    sends: 'a pushed request with the client_id of another client',
    accepts: 'a refusal',
    fix: 'Compare client_id with the client that authenticated.',
    request: { client_id: 'another-client' },
    errors: ['invalid_request', ...clientErrors],
  }),
  {
    id: 'par-by-get',
    section: 'RFC 9126 §2.3',
    level: 'warning',
    sends: 'a GET request to the pushed authorization request endpoint',
    accepts: 'status 405',
    fix: 'Answer anything but POST with 405.',
    run: withPar(async (probe) => {
      const { status } = await probe.send(probe.metadata.pushed_authorization_request_endpoint ?? '');
      if (status < 400 || status >= 500) return failed(`it was answered with status ${status}`);
      return verdictOf(status === 405, `it was answered with status ${status}`);
    }),
  },
  {
    id: 'par-made-up',
    section: 'RFC 9126 §4',
    sends: 'a request_uri that was never given out, at the authorization endpoint',
    accepts: 'a refusal',
    fix: 'Refuse a request_uri that is unknown or has expired.',
    run: withPar(async (probe) =>
      mustBeRefused(
        await probe.visit({
          client_id: probe.client.clientId,
          request_uri: 'urn:ietf:params:oauth:request_uri:6esc_11ACC5bwc014ltc14eY22c',
          redirect_uri: undefined,
        }),
        ['invalid_request', 'invalid_request_uri'],
      ),
    ),
  },
  {
    id: 'par-client-mismatch',
    section: 'RFC 9126 §4',
    sends: "another client's id with this client's request_uri, at the authorization endpoint",
    accepts: 'a refusal: a request belongs to the client that pushed it',
    fix: 'Bind the request_uri to the client that pushed it.',
    run: withPar(async (probe) => {
      const { requestUri, request } = await probe.push();
      if (requestUri === undefined) return skipped('the valid request was refused, see par-answer');
      const landing = await probe.visit({
        client_id: `${probe.client.clientId}-other`,
        request_uri: requestUri,
        state: request.state,
      });
      return mustBeRefused(landing, ['invalid_request', 'invalid_request_uri', ...clientErrors]);
    }),
  },
  {
    id: 'par-parameters-outside',
    section: 'RFC 9126 §4',
    sends: 'another redirect_uri beside the request_uri, at the authorization endpoint',
    accepts: 'a refusal, or a response at the pushed redirect URI',
    fix: 'Use the pushed parameters only, and ignore what comes beside request_uri (RFC 9101 §6.3).',
    run: withPar(async (probe) => {
      const { requestUri, request } = await probe.push();
      if (requestUri === undefined) return skipped('the valid request was refused, see par-answer');
      const parameters = {
        client_id: probe.client.clientId,
        request_uri: requestUri,
        redirect_uri: 'https://attacker.example/',
      };
      const landing = await probe.visit({ ...parameters, state: request.state });
      if (landing.kind === 'stuck') return skipped(landing.because);
      const isAstray =
        landing.kind === 'elsewhere' ||
        (landing.kind === 'redirected' && landing.to.startsWith('https://attacker.example'));
      return verdictOf(!isAstray, 'the browser was sent to the address beside it');
    }),
  },
  {
    id: 'par-reuse',
    section: 'RFC 9126 §7.3',
    level: 'warning',
    sends: 'a request_uri again after a code was issued for it',
    accepts: 'a refusal: it is for one use, except that a person reloads a page',
    fix: 'Forget the pushed request when its code is issued.',
    run: withPar(async (probe) => {
      const { requestUri, request } = await probe.push();
      if (requestUri === undefined) return skipped('the valid request was refused, see par-answer');
      const parameters = { client_id: probe.client.clientId, request_uri: requestUri };
      const visit = () => probe.visit({ ...parameters, state: undefined }, request.state);
      const first = await visit();
      const isIssued = first.kind === 'redirected' && first.parameters.has('code');
      if (!isIssued) return skipped('the server issued no code for it');
      return mustBeRefused(await visit(), ['invalid_request', 'invalid_request_uri']);
    }),
  },
];

/** What FAPI 2.0 demands of authorization requests. */
export const fapiRequestChecks: readonly Check[] = [
  {
    id: 'fapi-without-par',
    section: 'FAPI 2.0 §5.3.2.2',
    sends: 'an authorization request that was not pushed, correct otherwise',
    accepts: 'a refusal',
    fix: 'Require pushed requests of this client.',
    run: async (probe) => {
      const { sent, parameters } = makeAuthorizationRequest(probe.client, probe.scope, {});
      return mustBeRefused(await probe.visit(parameters, sent.state), ['invalid_request', ...clientErrors]);
    },
  },
  pushedCheck({
    id: 'fapi-par-redirect-uri',
    section: 'FAPI 2.0 §5.3.2.2',
    sends: 'a pushed request without redirect_uri',
    accepts: 'invalid_request',
    fix: 'Require redirect_uri in every pushed request.',
    request: { redirect_uri: undefined },
  }),
  {
    id: 'fapi-par-lifetime',
    section: 'FAPI 2.0 §5.3.2.2',
    sends: 'expires_in of a pushed request',
    accepts: 'less than 600 seconds',
    fix: 'Give pushed requests less than ten minutes.',
    run: withPar(async (probe) => {
      const seconds = (await probe.push()).answer.body?.['expires_in'];
      return verdictOf(typeof seconds === 'number' && seconds < 600, 'it is missing, or 600 and more');
    }),
  },
  ...(['code id_token', 'token'] as const).map((responseType) =>
    pushedCheck({
      id: `fapi-response-type-${responseType.replace(' ', '-')}`,
      section: 'FAPI 2.0 §5.3.2.2',
      sends: `response_type=${responseType}`,
      accepts: 'unsupported_response_type, unauthorized_client or invalid_request',
      fix: 'Allow this client response_type=code only.',
      request: { response_type: responseType },
      errors: ['unsupported_response_type', 'unauthorized_client', 'invalid_request'],
    }),
  ),
  {
    id: 'fapi-confidential',
    section: 'FAPI 2.0 §5.3.2.1',
    sends: 'the kind of the client',
    accepts: 'a client that authenticates with a key',
    fix: 'Register the client for private_key_jwt, and run with --private-key.',
    run: (probe) => {
      if (probe.isPublic) return failed('the client is public, and it got tokens');
      return verdictOf(probe.client.key !== undefined, 'the client authenticates with a secret, and it got tokens');
    },
  },
  {
    id: 'fapi-iss',
    section: 'FAPI 2.0 §5.3.2.2',
    sends: 'a valid request',
    accepts: 'iss in the response (RFC 9207)',
    fix: 'Add iss to every authorization response.',
    run: async (probe) => {
      const landing = await probe.authorize();
      if (landing.kind === 'stuck') return skipped(landing.because);
      const iss = landing.kind === 'redirected' ? landing.parameters.get('iss') : undefined;
      return allOf(
        () => verdictOf(iss !== undefined, 'it is missing'),
        () => verdictOf(iss?.length === 1 && iss[0] === probe.discovered.issuer, 'it is not the issuer'),
      );
    },
  },
];
