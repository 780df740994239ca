import type { PkceMistake, PkceRefusal } from '../pkce/refusal.ts';

/** Everything that a protocol endpoint may refuse. The `reason` is stable: it appears in error URIs, audit lines and docs/errors.md. */
export type Refusal =
  | PkceRefusal
  // what was sent
  | { reason: 'parameters_malformed' }
  | { reason: 'parameters_too_many' }
  | { reason: 'parameter_duplicated' }
  | { reason: 'parameter_too_long' }
  | { reason: 'method_not_allowed'; allow: readonly string[] }
  | { reason: 'content_type_unsupported' }
  | { reason: 'body_too_large' }
  // the client
  | { reason: 'client_id_missing' }
  | { reason: 'client_unknown' }
  | { reason: 'client_disabled' }
  | { reason: 'client_unfit' }
  /** `because`: a sentence that says which rule the document of the client fails. */
  | { reason: 'client_document_refused'; because: string }
  | { reason: 'client_authentication_missing'; registered?: string }
  | { reason: 'client_authentication_malformed' }
  | { reason: 'client_authentication_ambiguous' }
  | { reason: 'client_authentication_method_not_registered'; registered: string }
  | { reason: 'client_secret_wrong' }
  | { reason: 'client_authentication_throttled'; retryAfter: number }
  | { reason: 'client_assertion_malformed' }
  | { reason: 'client_assertion_wrong' }
  | { reason: 'client_assertion_replayed' }
  | { reason: 'grant_type_not_registered' }
  // the DPoP proof; because: what is wrong with it, nonce: for the next one
  | { reason: 'dpop_proof_missing' }
  | { reason: 'dpop_proof_invalid'; because: string }
  | { reason: 'dpop_proof_replayed' }
  | { reason: 'dpop_nonce_required'; nonce: string }
  | { reason: 'dpop_jkt_malformed' }
  | { reason: 'dpop_jkt_differs' }
  // the authorization request
  | { reason: 'redirect_uri_missing' }
  | { reason: 'redirect_uri_not_registered' }
  | { reason: 'response_type_missing' }
  | { reason: 'response_type_unsupported' }
  | { reason: 'response_type_not_registered' }
  | { reason: 'response_mode_unsupported' }
  | { reason: 'request_object_unsupported' }
  /** `because`: a sentence that says which rule it fails. */
  | { reason: 'request_object_invalid'; because: string }
  | { reason: 'signed_request_required' }
  | { reason: 'request_uri_unsupported' }
  | { reason: 'pushed_requests_throttled'; retryAfter: number }
  | { reason: 'pushed_request_required' }
  | { reason: 'pushed_request_too_large' }
  | { reason: 'request_uri_pushed' }
  | { reason: 'request_uri_unknown' }
  | { reason: 'request_uri_expired' }
  | { reason: 'request_uri_used' }
  | { reason: 'request_uri_of_another_client' }
  | { reason: 'scope_malformed' }
  | { reason: 'scope_not_registered' }
  | { reason: 'scope_about_people' }
  /** `because`: a sentence that names the element and the member. */
  | { reason: 'authorization_details_invalid'; because: string }
  | { reason: 'prompt_contradictory' }
  | { reason: 'max_age_malformed' }
  | { reason: 'claims_malformed' }
  | { reason: 'nonce_required' }
  | { reason: 'openid_required' }
  | { reason: 'login_required' }
  | { reason: 'acr_unmet' }
  | { reason: 'consent_required' }
  | { reason: 'consent_denied' }
  // the token request
  | { reason: 'grant_type_missing' }
  | { reason: 'grant_type_unsupported' }
  | { reason: 'code_missing' }
  | { reason: 'code_unknown' }
  | { reason: 'code_expired' }
  | { reason: 'code_spent' }
  | { reason: 'code_of_another_client' }
  | { reason: 'code_of_another_grant_type' }
  | { reason: 'code_of_another_key' }
  | { reason: 'redirect_uri_differs' }
  | { reason: 'redirect_uri_required' }
  | { reason: 'device_code_missing' }
  | { reason: 'authorization_pending' }
  | { reason: 'slow_down' }
  | { reason: 'device_code_expired' }
  | { reason: 'refresh_token_missing' }
  | { reason: 'refresh_token_unknown' }
  | { reason: 'refresh_token_of_another_client' }
  | { reason: 'refresh_token_of_another_key' }
  | { reason: 'refresh_token_expired' }
  | { reason: 'replaced_refresh_token_expired' }
  | { reason: 'refresh_token_replayed' }
  | { reason: 'assertion_missing' }
  | { reason: 'assertion_means_no_client' }
  | { reason: 'assertion_untrusted' }
  | { reason: 'assertion_invalid' }
  | { reason: 'assertion_not_for_client' }
  | { reason: 'assertion_replayed' }
  | { reason: 'assertion_subject_unknown' }
  | { reason: 'resource_missing' }
  | { reason: 'exchange_unsupported' }
  | { reason: 'subject_token_invalid' }
  | { reason: 'actor_not_allowed' }
  | { reason: 'grant_used_up' }
  | { reason: 'grant_revoked' }
  | { reason: 'account_gone' }
  | { reason: 'account_disabled' }
  | { reason: 'taken_back' }
  | { reason: 'client_added_again' }
  | { reason: 'scope_wider_than_granted' }
  | { reason: 'authorization_details_not_granted' }
  | { reason: 'resource_malformed' }
  | { reason: 'resource_unknown' }
  | { reason: 'resource_not_granted' }
  | { reason: 'resource_ambiguous' }
  | { reason: 'signing_algorithm_unavailable' }
  | { reason: 'pairwise_unavailable' }
  // device authorization
  | { reason: 'device_authorization_off' }
  | { reason: 'device_requests_throttled'; retryAfter: number }
  | { reason: 'user_code_unknown' }
  | { reason: 'user_code_throttled'; retryAfter: number }
  // revocation, introspection, userinfo
  | { reason: 'token_missing' }
  | { reason: 'token_of_another_client' }
  | { reason: 'token_type_not_revocable' }
  | { reason: 'introspection_not_allowed' }
  | { reason: 'access_token_missing' }
  | { reason: 'access_token_invalid' }
  | { reason: 'access_token_sent_twice' }
  | { reason: 'access_token_bound' }
  | { reason: 'access_token_not_bound' }
  | { reason: 'access_token_of_another_key' }
  | { reason: 'scope_insufficient'; scope: string }
  // the management API
  | { reason: 'access_token_for_another_api' }
  | { reason: 'not_an_operator'; scope: string }
  | { reason: 'console_sign_in_failed' }
  | { reason: 'console_signed_out' }
  | { reason: 'resource_not_found' }
  | { reason: 'query_invalid' }
  | { reason: 'header_invalid' }
  | { reason: 'json_expected' }
  | { reason: 'json_malformed' }
  | { reason: 'document_invalid' }
  | { reason: 'precondition_required' }
  | { reason: 'precondition_failed' }
  | { reason: 'state_conflict' }
  // a client that registers itself; because: what is wrong with which member
  | { reason: 'registration_redirect_uri_invalid'; because: string }
  | { reason: 'registration_metadata_invalid'; because: string }
  | { reason: 'client_registration_throttled'; retryAfter: number }
  // the person's side of the sign-in
  | { reason: 'form_token_invalid' }
  | { reason: 'sign_in_throttled'; retryAfter: number }
  | { reason: 'credentials_wrong' }
  | { reason: 'password_unacceptable'; problem: 'too_short' | 'too_long' | 'repetitive' | 'same_as_name' | 'common' }
  | { reason: 'invitation_unknown' }
  | { reason: 'invitation_used' }
  | { reason: 'invitation_expired' }
  | { reason: 'registration_off' }
  | { reason: 'mail_off' }
  | { reason: 'mail_failed' }
  | { reason: 'mail_throttled'; retryAfter: number }
  | { reason: 'mail_to_nobody' }
  | { reason: 'mail_undeliverable' }
  | { reason: 'mail_too_late' }
  | { reason: 'mail_code_wrong' }
  | { reason: 'address_taken' }
  | { reason: 'registration_throttled'; retryAfter: number }
  | { reason: 'username_malformed' }
  | { reason: 'username_taken' }
  | { reason: 'email_malformed' }
  | { reason: 'passwords_off' }
  | { reason: 'second_factor_wrong' }
  | { reason: 'second_factor_used' }
  | { reason: 'second_factor_late' }
  | { reason: 'passkey_wrong' }
  | { reason: 'passkey_unknown' }
  | { reason: 'passkey_known' }
  | { reason: 'passkey_challenge_spent' }
  | { reason: 'passkey_copied' }
  | { reason: 'last_way_in' }
  | { reason: 'password_changed_meanwhile' }
  // returning from an upstream provider
  | { reason: 'upstream_unknown' }
  | { reason: 'upstream_flow_unknown' }
  | { reason: 'upstream_denied' }
  | { reason: 'upstream_unavailable' }
  | { reason: 'upstream_answer_invalid' }
  | { reason: 'upstream_not_fresh' }
  | { reason: 'upstream_address_refused' }
  | { reason: 'upstream_not_linked' }
  | { reason: 'upstream_linked_elsewhere' }
  | { reason: 'upstream_account_disabled' }
  // signing out
  | { reason: 'id_token_hint_invalid' }
  | { reason: 'sign_out_client_unknown' }
  | { reason: 'post_logout_redirect_uri_not_registered' }
  // infrastructure
  | { reason: 'hook_failed' }
  | { reason: 'store_unavailable' }
  | { reason: 'region_unavailable' }
  | { reason: 'server_error' };

export type Reason = Refusal['reason'];

/** Returns the recognised mistake behind a refusal, if any. */
export const mistakeOf = (refusal: Refusal): PkceMistake | undefined =>
  'mistake' in refusal ? refusal.mistake : undefined;
