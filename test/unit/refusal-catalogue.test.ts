import { describe, expect, test } from 'vitest';
import { describeRefusal, errorOf, errorUri, mistakeSentences, statusOf } from '../../shared/oauth/describe-refusal.ts';
import type { Reason, Refusal } from '../../shared/oauth/refusal.ts';
import { type ErrorCode, refusalCatalogue } from '../../shared/oauth/refusal-catalogue.ts';

/** RFC 6749 §4.1.2.1 and §5.2, OpenID Connect Core §3.1.2.6: how reasons are told on the wire. */
const wire: Partial<Record<Reason, readonly [error: ErrorCode, status: number]>> = {
  code_challenge_required: ['invalid_request', 400],
  code_challenge_missing: ['invalid_request', 400],
  code_challenge_malformed: ['invalid_request', 400],
  code_challenge_method_required: ['invalid_request', 400],
  code_challenge_method_unsupported: ['invalid_request', 400],
  code_challenge_method_plain_refused: ['invalid_request', 400],
  code_verifier_required: ['invalid_grant', 400],
  code_verifier_malformed: ['invalid_grant', 400],
  code_verifier_mismatch: ['invalid_grant', 400],
  code_verifier_unexpected: ['invalid_grant', 400],
  code_below_policy: ['invalid_grant', 400],
  parameters_malformed: ['invalid_request', 400],
  parameters_too_many: ['invalid_request', 400],
  parameter_duplicated: ['invalid_request', 400],
  parameter_too_long: ['invalid_request', 400],
  method_not_allowed: ['invalid_request', 405],
  content_type_unsupported: ['invalid_request', 415],
  body_too_large: ['invalid_request', 413],
  pushed_request_too_large: ['invalid_request', 413],
  client_id_missing: ['invalid_request', 400],
  client_unknown: ['invalid_client', 401],
  client_disabled: ['invalid_client', 401],
  client_authentication_missing: ['invalid_client', 401],
  client_authentication_malformed: ['invalid_client', 401],
  client_authentication_ambiguous: ['invalid_request', 400],
  client_authentication_method_not_registered: ['invalid_client', 401],
  client_secret_wrong: ['invalid_client', 401],
  client_authentication_throttled: ['temporarily_unavailable', 429],
  grant_type_not_registered: ['unauthorized_client', 400],
  redirect_uri_missing: ['invalid_request', 400],
  redirect_uri_not_registered: ['invalid_request', 400],
  response_type_missing: ['invalid_request', 400],
  response_type_unsupported: ['unsupported_response_type', 400],
  response_mode_unsupported: ['invalid_request', 400],
  request_object_unsupported: ['request_not_supported', 400],
  request_uri_unsupported: ['request_uri_not_supported', 400],
  scope_malformed: ['invalid_scope', 400],
  scope_not_registered: ['invalid_scope', 400],
  prompt_contradictory: ['invalid_request', 400],
  max_age_malformed: ['invalid_request', 400],
  login_required: ['login_required', 400],
  grant_type_missing: ['invalid_request', 400],
  grant_type_unsupported: ['unsupported_grant_type', 400],
  code_missing: ['invalid_request', 400],
  code_unknown: ['invalid_grant', 400],
  code_expired: ['invalid_grant', 400],
  code_spent: ['invalid_grant', 400],
  code_of_another_client: ['invalid_grant', 400],
  code_of_another_grant_type: ['invalid_grant', 400],
  redirect_uri_differs: ['invalid_grant', 400],
  redirect_uri_required: ['invalid_grant', 400],
  form_token_invalid: ['invalid_request', 403],
  sign_in_throttled: ['temporarily_unavailable', 429],
  credentials_wrong: ['access_denied', 400],
  store_unavailable: ['temporarily_unavailable', 503],
  region_unavailable: ['temporarily_unavailable', 503],
  server_error: ['server_error', 500],
};

const reasons = Object.keys(refusalCatalogue) as Reason[];
const refusal = (reason: Reason, mistake?: string): Refusal => ({ reason, ...(mistake && { mistake }) }) as Refusal;
const mistakes = Object.keys(mistakeSentences);

test.each(Object.entries(wire))('%s is told as %j', (reason, [error, status]) => {
  expect([errorOf(refusal(reason as Reason)), statusOf(refusal(reason as Reason))]).toEqual([error, status]);
});

test('OA3 every invalid_client has status 401, and every invalid_grant 400', () => {
  const statuses = (error: ErrorCode) =>
    reasons
      .map((reason) => refusal(reason))
      .filter((one) => errorOf(one) === error)
      .map(statusOf);
  expect(new Set(statuses('invalid_client'))).toEqual(new Set([401]));
  expect(new Set(statuses('invalid_grant'))).toEqual(new Set([400]));
});

describe('every reason', () => {
  test.each(reasons)('%s says in full sentences what was wrong and what to do', (reason) => {
    const { means, fix } = refusalCatalogue[reason];
    expect([means, fix]).toEqual([expect.stringMatching(/^\w.{10,}\.$/), expect.stringMatching(/^[A-Z].{5,}\.$/)]);
    expect(describeRefusal(refusal(reason))).toBe(`${means} ${fix}`);
  });

  test.each(reasons)('OA19 %s is described in the characters of RFC 6749, whatever the mistake', (reason) => {
    const descriptions = [undefined, ...mistakes].map((mistake) => describeRefusal(refusal(reason, mistake)));
    for (const description of descriptions) expect(description).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/);
  });

  test.each(reasons)('%s is a word that can be in a URL and stay there', (reason) => {
    expect(reason).toMatch(/^[a-z_]+$/);
    expect(errorUri('https://sign-in.example.com', reason)).toBe(`https://sign-in.example.com/errors#${reason}`);
  });
});

test.each(mistakes)('the mistake %s stands between what was wrong and what to do', (mistake) => {
  const { means, fix } = refusalCatalogue.code_challenge_malformed;
  const sentence = mistakeSentences[mistake as keyof typeof mistakeSentences];
  expect(sentence).toMatch(/^\w.{10,}\.$/);
  expect(describeRefusal(refusal('code_challenge_malformed', mistake))).toBe(`${means} ${sentence} ${fix}`);
});
