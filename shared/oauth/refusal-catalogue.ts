import type { Reason } from './refusal.ts';

/**
 * OAuth error codes: RFC 6749 §4.1.2.1 and §5.2, RFC 7591 §3.2.2, RFC 8628 §3.5, RFC 9101 §7, RFC 9396 §14.6, RFC 9449 §12.2, OpenID Connect Core §3.1.2.6, and OpenID Connect's
 * code for unmet acr.
 */
export type ErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'invalid_scope'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'unsupported_response_type'
  | 'request_not_supported'
  | 'request_uri_not_supported'
  | 'invalid_request_uri'
  | 'invalid_request_object'
  | 'invalid_authorization_details'
  | 'login_required'
  | 'consent_required'
  | 'unmet_authentication_requirements'
  | 'invalid_redirect_uri'
  | 'invalid_client_metadata'
  | 'invalid_target'
  | 'invalid_dpop_proof'
  | 'use_dpop_nonce'
  | 'invalid_token'
  | 'insufficient_scope'
  | 'unsupported_token_type'
  | 'access_denied'
  | 'authorization_pending'
  | 'slow_down'
  | 'expired_token'
  | 'temporarily_unavailable'
  | 'server_error';

/** One reason: its OAuth error, what happened, and what to do about it. `status` overrides the status of the error. */
export type CatalogueEntry = { error: ErrorCode; means: string; fix: string; status?: number };

/**
 * The single source of what people read about a refusal: `error_description`, the /errors page and docs/errors.md. A new reason
 * does not compile until it has an entry. Text uses RFC 6749 §5.2's characters (no quotes, no backslash).
 */
export const refusalCatalogue = {
  code_challenge_required: {
    error: 'invalid_request',
    means: 'This client must use PKCE and the request has no code_challenge.',
    fix: 'Send code_challenge=base64url(SHA-256(code_verifier)) and code_challenge_method=S256.',
  },
  code_challenge_missing: {
    error: 'invalid_request',
    means: 'The request has a code_challenge_method but no code_challenge.',
    fix: 'Send code_challenge=base64url(SHA-256(code_verifier)) with it.',
  },
  code_challenge_malformed: {
    error: 'invalid_request',
    means: 'The code_challenge does not have the form that its method requires.',
    fix: 'For S256 send base64url(SHA-256(code_verifier)): exactly 43 characters of A-Z a-z 0-9 - _ without padding. For plain, or without a method, send the verifier: 43 to 128 characters of A-Z a-z 0-9 - . _ ~.',
  },
  code_challenge_method_required: {
    error: 'invalid_request',
    means: 'The request has no code_challenge_method, which means plain, and this client must use S256.',
    fix: 'Send code_challenge_method=S256 with code_challenge=base64url(SHA-256(code_verifier)).',
  },
  code_challenge_method_unsupported: {
    error: 'invalid_request',
    means: 'The code_challenge_method is unknown.',
    fix: 'Send code_challenge_method=S256, spelled exactly like this.',
  },
  code_challenge_method_plain_refused: {
    error: 'invalid_request',
    means: 'This client must use code_challenge_method S256 and the request says plain.',
    fix: 'Send code_challenge_method=S256 with code_challenge=base64url(SHA-256(code_verifier)).',
  },
  code_verifier_required: {
    error: 'invalid_grant',
    means: 'The code was issued with a code_challenge and the request has no code_verifier. The code is spent.',
    fix: 'Start again and send the code_verifier that the challenge was made from.',
  },
  code_verifier_malformed: {
    error: 'invalid_grant',
    means: 'The code_verifier is not 43 to 128 characters of A-Z a-z 0-9 - . _ ~.',
    fix: 'Send the verifier exactly as it was generated; the code can still be redeemed.',
  },
  code_verifier_mismatch: {
    error: 'invalid_grant',
    means: 'The code_verifier does not match the code_challenge of the authorization request. The code is spent.',
    fix: 'Keep the verifier of each authorization request with its state, and start again.',
  },
  code_verifier_unexpected: {
    error: 'invalid_grant',
    means: 'The request has a code_verifier but the code was issued without a code_challenge. The code is spent.',
    fix: 'Send code_challenge and code_challenge_method=S256 in the authorization request. If the client did, its request was tampered with on the way.',
  },
  code_below_policy: {
    error: 'invalid_grant',
    means: 'The PKCE policy of this client became stricter after the code was issued. The code is spent.',
    fix: 'Start again with code_challenge_method=S256.',
  },
  parameters_malformed: {
    error: 'invalid_request',
    means: 'A parameter is not valid percent-encoded UTF-8.',
    fix: 'Encode names and values as application/x-www-form-urlencoded.',
  },
  parameters_too_many: {
    error: 'invalid_request',
    means: 'The request has more than 100 parameters.',
    fix: 'Send only the parameters of the request.',
  },
  parameter_duplicated: {
    error: 'invalid_request',
    means: 'A parameter is sent more than once.',
    fix: 'Send every parameter only once.',
  },
  parameter_too_long: {
    error: 'invalid_request',
    means: 'A parameter is too long: state and claims may have 4096 characters, nonce 1024, scope 2048.',
    fix: 'Keep large values in the client and send a reference to them.',
  },
  method_not_allowed: {
    error: 'invalid_request',
    status: 405,
    means: 'The endpoint does not support this HTTP method.',
    fix: 'Use a method from the Allow header.',
  },
  content_type_unsupported: {
    error: 'invalid_request',
    status: 415,
    means: 'The body is not a form.',
    fix: 'Send it with Content-Type application/x-www-form-urlencoded.',
  },
  body_too_large: {
    error: 'invalid_request',
    status: 413,
    means: 'The body is larger than 64 KiB.',
    fix: 'Send only the parameters of the request.',
  },
  client_id_missing: {
    error: 'invalid_request',
    means: 'The request has no client_id.',
    fix: 'Send the client_id that the client was registered with, beside request and request_uri as well.',
  },
  client_unknown: {
    error: 'invalid_client',
    means: 'No client is registered with this client_id.',
    fix: 'Check the client_id, and that the client is registered with this authorization server.',
  },
  client_disabled: {
    error: 'invalid_client',
    means: 'The client is disabled.',
    fix: 'Ask the operator of this authorization server to enable it.',
  },
  client_unfit: {
    error: 'invalid_client',
    means:
      'This server takes only clients that keep to FAPI 2.0, and this one is registered for something that it forbids.',
    fix: 'Ask the operator of this authorization server; pixy clients check says what to change.',
  },
  client_document_refused: {
    error: 'invalid_client',
    means: 'The client_id is a URL, and there is no usable client metadata document at it.',
    fix: 'Run pixy clients inspect with the URL to see every rule, and try again a minute after the document is right.',
  },
  client_authentication_missing: {
    error: 'invalid_client',
    means: 'The client must authenticate and did not.',
    fix: 'Send the client secret or the client assertion.',
  },
  client_authentication_malformed: {
    error: 'invalid_client',
    means: 'The Authorization header is not valid HTTP Basic authentication.',
    fix: 'Send Basic and the base64 of client_id:client_secret, both form-encoded.',
  },
  client_authentication_ambiguous: {
    error: 'invalid_request',
    means: 'The client authenticates in more than one way, or with two client ids.',
    fix: 'Use the Authorization header or the form, not both.',
  },
  client_authentication_method_not_registered: {
    error: 'invalid_client',
    means: 'The client does not authenticate in the way it is registered for.',
    fix: 'Use the registered token_endpoint_auth_method, or register this one. A public client sends no secret.',
  },
  client_secret_wrong: {
    error: 'invalid_client',
    means: 'The client secret is wrong.',
    fix: 'Check the secret; it may have been rotated.',
  },
  client_authentication_throttled: {
    error: 'temporarily_unavailable',
    status: 429,
    means: 'There were too many wrong client secrets from this address.',
    fix: 'Wait as long as the Retry-After header says, and send the right secret.',
  },
  grant_type_not_registered: {
    error: 'unauthorized_client',
    means: 'The client is not registered for this grant type.',
    fix: 'Register it in grant_types, or use a registered grant type.',
  },
  dpop_proof_missing: {
    error: 'invalid_dpop_proof',
    means: 'The tokens of this client are bound to a key, and the request has no DPoP header.',
    fix: 'Send a DPoP proof for this request, signed with the key of the client (RFC 9449).',
  },
  dpop_proof_invalid: {
    error: 'invalid_dpop_proof',
    means: 'The DPoP proof is not one for this request.',
    fix: 'Make a new proof for every request: typ dpop+jwt, the public key as jwk, and jti, htm, htu, iat, with an access token also ath, as section 4.2 of RFC 9449 says.',
  },
  dpop_proof_replayed: {
    error: 'invalid_dpop_proof',
    means: 'The DPoP proof was used before.',
    fix: 'Make a new proof, with a new jti, for every request.',
  },
  dpop_nonce_required: {
    error: 'use_dpop_nonce',
    means: 'The DPoP proof has no nonce of this server, or one that is too old.',
    fix: 'Make a new proof with the value of the DPoP-Nonce header as nonce, and send the request again.',
  },
  dpop_jkt_malformed: {
    error: 'invalid_request',
    means: 'The dpop_jkt is not the thumbprint of a key.',
    fix: 'Send the SHA-256 thumbprint of the public key (RFC 7638), 43 characters of base64url, or leave dpop_jkt out.',
  },
  dpop_jkt_differs: {
    error: 'invalid_request',
    means: 'The dpop_jkt is the thumbprint of another key than that of the DPoP proof.',
    fix: 'Send the thumbprint of the key that signs the proof, or leave dpop_jkt out.',
  },
  redirect_uri_missing: {
    error: 'invalid_request',
    means: 'The request has no redirect_uri and the client has not registered exactly one.',
    fix: 'Send one of the registered redirect URIs.',
  },
  redirect_uri_not_registered: {
    error: 'invalid_request',
    means: 'The redirect_uri is not registered for this client.',
    fix: 'Send it character for character as registered. Only the port of a loopback URI may differ.',
  },
  response_type_missing: {
    error: 'invalid_request',
    means: 'The request has no response_type.',
    fix: 'Send response_type=code.',
  },
  response_type_unsupported: {
    error: 'unsupported_response_type',
    means: 'The response_type is not supported.',
    fix: 'Send response_type=code. Access tokens are not issued from the authorization endpoint.',
  },
  response_type_not_registered: {
    error: 'unauthorized_client',
    means: 'The client is not registered for this response_type.',
    fix: 'Send response_type=code, or register the other one in response_types.',
  },
  response_mode_unsupported: {
    error: 'invalid_request',
    means: 'The response_mode is not supported.',
    fix: 'Use one of response_modes_supported in the metadata, or leave it out.',
  },
  request_object_unsupported: {
    error: 'request_not_supported',
    means: 'The request parameter (a request object) is not supported here.',
    fix: 'Send the parameters themselves.',
  },
  request_object_invalid: {
    error: 'invalid_request_object',
    means: 'The request object is refused.',
    fix: 'Sign a JWT with client_id, aud (the issuer), exp and the parameters.',
  },
  signed_request_required: {
    error: 'invalid_request',
    means: 'This client must sign its requests.',
    fix: 'Send the parameters as a JWT in request.',
  },
  request_uri_unsupported: {
    error: 'request_uri_not_supported',
    means: 'The request_uri is none of this server.',
    fix: 'Push the request to /par, or send the parameters themselves.',
  },
  pushed_requests_throttled: {
    error: 'temporarily_unavailable',
    status: 429,
    means: 'Too many requests of public clients were pushed from this address.',
    fix: 'Wait as long as the Retry-After header says and try again.',
  },
  pushed_request_required: {
    error: 'invalid_request',
    means: 'This client must push its requests.',
    fix: 'Post the parameters to /par, then send client_id and request_uri.',
  },
  pushed_request_too_large: {
    error: 'invalid_request',
    status: 413,
    means: 'The request is larger than 16 KiB, encoded as a query.',
    fix: 'Keep large values in the client and send a reference to them.',
  },
  request_uri_pushed: {
    error: 'invalid_request',
    means: 'A pushed request has a request_uri, and the server is what gives one out.',
    fix: 'Push the parameters themselves.',
  },
  request_uri_unknown: {
    error: 'invalid_request_uri',
    means: 'No request was pushed for this request_uri.',
    fix: 'Push the request again.',
  },
  request_uri_expired: {
    error: 'invalid_request_uri',
    means: 'The request_uri is too old.',
    fix: 'Push the request when the person wants to sign in: it is good for 60 seconds.',
  },
  request_uri_used: {
    error: 'invalid_request_uri',
    means: 'This request_uri has led to a code.',
    fix: 'Push a request for every sign-in.',
  },
  request_uri_of_another_client: {
    error: 'invalid_request_uri',
    means: 'The request_uri belongs to another client.',
    fix: 'Send the client_id that pushed it.',
  },
  scope_malformed: {
    error: 'invalid_scope',
    means: 'The scope contains a character that scope values cannot have.',
    fix: 'Separate values with single spaces, and use visible ASCII without quotes or backslashes.',
  },
  scope_not_registered: {
    error: 'invalid_scope',
    means: 'The client is registered for none of the requested scope values.',
    fix: 'Request a scope that the client is registered for.',
  },
  scope_about_people: {
    error: 'invalid_scope',
    means: 'The token is for the client itself, and the requested scope values are about people.',
    fix: 'Leave out scope, openid, profile and the like, or request a scope value of an API that the client is registered for.',
  },
  authorization_details_invalid: {
    error: 'invalid_authorization_details',
    means: 'The authorization_details are wrong.',
    fix: 'Send a JSON array of objects, each with a type that the client is registered for and the members that this type has.',
  },
  prompt_contradictory: {
    error: 'invalid_request',
    means: 'prompt=none is combined with another prompt value.',
    fix: 'Send none alone, or send only other values.',
  },
  max_age_malformed: {
    error: 'invalid_request',
    means: 'max_age is not a whole number of seconds of nine digits at most.',
    fix: 'Send digits only, or leave it out.',
  },
  login_required: {
    error: 'login_required',
    means:
      'Nobody is signed in as the request asks: nobody at all, not since max_age, or not the person that id_token_hint or the claim sub names.',
    fix: 'Send the request again without prompt=none, or without what names the person.',
  },
  consent_required: {
    error: 'consent_required',
    means: 'The person has not allowed this yet and the request has prompt=none.',
    fix: 'Send the request again without prompt=none.',
  },
  consent_denied: {
    error: 'access_denied',
    means: 'The person did not allow the request.',
    fix: 'Ask for less, or tell the person what it is for, and start again.',
  },
  acr_unmet: {
    error: 'unmet_authentication_requirements',
    means: 'The request requires an authentication context class that the person did not reach or cannot reach.',
    fix: 'Ask for one of acr_values_supported in the server metadata, or do not mark it as essential.',
  },
  grant_type_missing: {
    error: 'invalid_request',
    means: 'The request has no grant_type.',
    fix: 'Send grant_type=authorization_code.',
  },
  grant_type_unsupported: {
    error: 'unsupported_grant_type',
    means: 'The grant_type is not supported.',
    fix: 'Use one of grant_types_supported in the metadata.',
  },
  code_missing: {
    error: 'invalid_request',
    means: 'The request has no code.',
    fix: 'Send the code from the authorization response.',
  },
  code_unknown: {
    error: 'invalid_grant',
    means: 'The code is unknown: it was never issued here, or was deleted long ago.',
    fix: 'Start again, and send the code once, percent-decoded and otherwise exactly as received.',
  },
  code_expired: {
    error: 'invalid_grant',
    means: 'The code has expired.',
    fix: 'Start again, and redeem the code at once.',
  },
  code_spent: {
    error: 'invalid_grant',
    means:
      'The code was presented before. A code can be redeemed once; replaying it with a valid proof revokes its tokens.',
    fix: 'Start again, and make sure that the client sends its token request only once.',
  },
  code_of_another_client: {
    error: 'invalid_grant',
    means: 'The code was issued to another client.',
    fix: 'Redeem a code with the client that asked for it.',
  },
  code_of_another_grant_type: {
    error: 'invalid_grant',
    means: 'A device code is redeemed as an authorization code, or the other way round. The code is spent.',
    fix: 'Send an authorization code with the grant type authorization_code, and a device code with that of devices.',
  },
  code_of_another_key: {
    error: 'invalid_grant',
    means: 'The code is bound to a key by dpop_jkt, and the request has no DPoP proof of that key. The code is spent.',
    fix: 'Send a DPoP proof that is signed with the key of dpop_jkt.',
  },
  redirect_uri_differs: {
    error: 'invalid_grant',
    means: 'The redirect_uri differs from the one in the authorization request. The code is spent.',
    fix: 'Start again, and send the same redirect_uri in both requests.',
  },
  redirect_uri_required: {
    error: 'invalid_grant',
    means:
      'The authorization request had a redirect_uri and no code_challenge, so the token request must repeat the redirect_uri. The code is spent.',
    fix: 'Start again, and send the same redirect_uri in both requests, or use PKCE.',
  },
  device_code_missing: {
    error: 'invalid_request',
    means: 'The request has no device_code.',
    fix: 'Send the device_code from the device authorization response.',
  },
  authorization_pending: {
    error: 'authorization_pending',
    means: 'The person has not decided yet.',
    fix: 'Ask again after interval seconds, and stop when the person cancels or the codes expire.',
  },
  slow_down: {
    error: 'slow_down',
    means: 'The client asked again too soon.',
    fix: 'Wait five seconds longer than before between all requests from now on.',
  },
  device_code_expired: {
    error: 'expired_token',
    means: 'The device_code has expired, and the person did not decide in time.',
    fix: 'Start a new device authorization when the person wants to go on.',
  },
  device_authorization_off: {
    error: 'invalid_request',
    status: 404,
    means: 'Device authorization is switched off here.',
    fix: 'Ask the operator to switch it on, or use the authorization code flow.',
  },
  device_requests_throttled: {
    error: 'temporarily_unavailable',
    status: 429,
    means: 'Too many devices asked for codes from this address.',
    fix: 'Wait as long as the Retry-After header says and try again.',
  },
  user_code_unknown: {
    error: 'invalid_request',
    means: 'No device waits with this user code: it is misspelt, has expired, or was used before.',
    fix: 'Enter the code that the device shows now.',
  },
  user_code_throttled: {
    error: 'access_denied',
    status: 429,
    means: 'There were too many wrong user codes from this address or account.',
    fix: 'Wait as long as the Retry-After header says and try again.',
  },
  refresh_token_missing: {
    error: 'invalid_request',
    means: 'The request has no refresh_token.',
    fix: 'Send the refresh token from the last token response.',
  },
  refresh_token_unknown: {
    error: 'invalid_grant',
    means: 'The refresh token is unknown: it was never issued here, or its grant was deleted long ago.',
    fix: 'Have the person sign in again, and store the complete refresh token from every response.',
  },
  refresh_token_of_another_client: {
    error: 'invalid_grant',
    means: 'The refresh token was issued to another client.',
    fix: 'Use a refresh token with the client it was issued to.',
  },
  refresh_token_of_another_key: {
    error: 'invalid_grant',
    means: 'The refresh token is bound to a key, and the request has no DPoP proof of that key.',
    fix: 'Send a DPoP proof that is signed with the key of the token request that the refresh token came from.',
  },
  refresh_token_expired: {
    error: 'invalid_grant',
    means: 'The refresh token was unused for too long, or its grant has ended.',
    fix: 'Have the person sign in again.',
  },
  replaced_refresh_token_expired: {
    error: 'invalid_grant',
    means: 'The refresh token was replaced, and the one that replaced it was unused for too long.',
    fix: 'Have the person sign in again, and store the refresh token from every response. A program that cannot may keep one if it has a secret and is registered with rotate_refresh_tokens false.',
  },
  refresh_token_replayed: {
    error: 'invalid_grant',
    means: 'The refresh token has already been replaced by a newer one. Somebody has a copy, so the grant is revoked.',
    fix: 'Have the person sign in again, and replace the stored refresh token with the one from every response.',
  },
  assertion_missing: {
    error: 'invalid_request',
    means: 'The request has no assertion.',
    fix: 'Send the JWT as assertion.',
  },
  assertion_means_no_client: {
    error: 'invalid_grant',
    means:
      'The request names no client, and neither does the assertion: no trust takes it, or those of several clients do.',
    fix: 'Send the client_id. Operators see with pixy trust check which rule the assertion breaks.',
  },
  assertion_untrusted: {
    error: 'invalid_grant',
    means: 'Nobody trusts the issuer of the assertion, or its type is none that is taken.',
    fix: 'Ask the operator to trust it: pixy trust add.',
  },
  assertion_invalid: {
    error: 'invalid_grant',
    means: 'The assertion breaks a rule: signature, times, aud, or claims.',
    fix: 'Operators see which with pixy trust check.',
  },
  assertion_not_for_client: {
    error: 'invalid_grant',
    means: 'No trust lets this client bring assertions of this issuer.',
    fix: 'Send the client_id that the trust names.',
  },
  assertion_replayed: {
    error: 'invalid_grant',
    means: 'The assertion was used before.',
    fix: 'Get a new one for every request.',
  },
  assertion_subject_unknown: {
    error: 'invalid_grant',
    means: 'No account is linked to the person of the assertion.',
    fix: 'Let the person sign in through this provider once.',
  },
  resource_missing: {
    error: 'invalid_target',
    means: 'The request has no resource.',
    fix: 'Send the URI of the API that the token is for.',
  },
  exchange_unsupported: {
    error: 'invalid_request',
    means: 'The request has no subject_token, token types other than access_token, or an actor_token.',
    fix: 'Send an access token of this server and its type.',
  },
  subject_token_invalid: {
    error: 'invalid_request',
    means: 'The subject_token is no access token of ours whose grant is in force.',
    fix: 'Get a new one from the app.',
  },
  actor_not_allowed: {
    error: 'invalid_request',
    means: 'The client may not act by this token: may_act names another, five act already, or the person ended it.',
    fix: 'Let the person sign in to the app again.',
  },
  grant_used_up: {
    error: 'invalid_grant',
    means: 'The grant was used as often as it may be.',
    fix: 'Have the person sign in again.',
  },
  grant_revoked: {
    error: 'invalid_grant',
    means: 'The grant was revoked.',
    fix: 'Have the person sign in again.',
  },
  account_gone: {
    error: 'invalid_grant',
    means: 'The account of the person who granted access was removed.',
    fix: 'Nobody can grant access in this name any more. Forget what you keep for it.',
  },
  account_disabled: {
    error: 'invalid_grant',
    means: 'The account of the person who granted access is disabled.',
    fix: 'Let the person ask the operator. What was granted before does not come back when the account is enabled again.',
  },
  taken_back: {
    error: 'invalid_grant',
    means:
      'The access was taken back: by signing out, by another password, or by removing this client from the account.',
    fix: 'Let the person sign in again.',
  },
  client_added_again: {
    error: 'invalid_grant',
    means: 'This was granted to a client that was removed. Another one was added under its id since.',
    fix: 'Let the person sign in again.',
  },
  scope_wider_than_granted: {
    error: 'invalid_scope',
    means: 'The scope asks for more than was granted.',
    fix: 'Ask for some of the granted scope values, or leave scope out.',
  },
  authorization_details_not_granted: {
    error: 'invalid_authorization_details',
    means: 'The authorization_details have an element that was not granted as it is.',
    fix: 'Send some of the granted elements without a change, or leave authorization_details out.',
  },
  resource_malformed: {
    error: 'invalid_target',
    means: 'The resource is not an absolute URI without a fragment.',
    fix: 'Send the URI that the API is registered with.',
  },
  resource_unknown: {
    error: 'invalid_target',
    means: 'No API is registered with this resource.',
    fix: 'Register the API, or send the URI that it is registered with.',
  },
  resource_not_granted: {
    error: 'invalid_target',
    means: 'The resource was not part of the authorization request.',
    fix: 'Ask for it in the authorization request, or leave it out.',
  },
  resource_ambiguous: {
    error: 'invalid_target',
    means:
      'More than one of the resources defines the same scope value, so a token for all of them would be ambiguous.',
    fix: 'Send one resource in each token request.',
  },
  signing_algorithm_unavailable: {
    error: 'unauthorized_client',
    means: 'The client is registered for a signing algorithm that this server has no key for.',
    fix: 'Register the client with an id_token_signed_response_alg and an introspection_signed_response_alg that the server metadata announces.',
  },
  pairwise_unavailable: {
    error: 'unauthorized_client',
    means:
      'The client is registered for pairwise subjects, which this server has switched off, or it has no sector any more.',
    fix: 'Switch pairwiseSubjects on, or register the client with subject_type public.',
  },
  token_missing: {
    error: 'invalid_request',
    means: 'The request has no token.',
    fix: 'Send the token in the token parameter.',
  },
  token_of_another_client: {
    error: 'invalid_grant',
    means: 'The token was issued to another client.',
    fix: 'Revoke a token with the client it was issued to.',
  },
  token_type_not_revocable: {
    error: 'unsupported_token_type',
    means: 'The token is self-contained and has no grant that could be revoked.',
    fix: 'Wait for it to expire, or disable the client.',
  },
  introspection_not_allowed: {
    error: 'unauthorized_client',
    status: 403,
    means: 'The client is not registered to introspect tokens.',
    fix: 'Set may_introspect of the client, as pixy clients set --may-introspect does.',
  },
  access_token_missing: {
    error: 'invalid_token',
    status: 401,
    means: 'The request has no access token.',
    fix: 'Send it as Authorization: Bearer.',
  },
  access_token_invalid: {
    error: 'invalid_token',
    status: 401,
    means: 'The access token is malformed, expired, revoked, or not issued by this server.',
    fix: 'Get a new one with the refresh token, or have the person sign in again.',
  },
  access_token_sent_twice: {
    error: 'invalid_request',
    means: 'The access token is in both the header and the form.',
    fix: 'Send it only once.',
  },
  access_token_bound: {
    error: 'invalid_token',
    status: 401,
    means: 'The access token is bound to a key and was sent without a proof of it.',
    fix: 'Send it with the DPoP scheme in the Authorization header, and with a DPoP proof.',
  },
  access_token_not_bound: {
    error: 'invalid_token',
    status: 401,
    means: 'The access token is not bound to a key and was sent with the DPoP scheme.',
    fix: 'Send it with the Bearer scheme where that is allowed, or get a bound one by sending a DPoP proof to the token endpoint.',
  },
  access_token_of_another_key: {
    error: 'invalid_token',
    status: 401,
    means: 'The access token is bound to another key than that of the DPoP proof.',
    fix: 'Sign the proof with the key that signed the proof of the token request.',
  },
  scope_insufficient: {
    error: 'insufficient_scope',
    status: 403,
    means: 'The access token does not have the required scope.',
    fix: 'In the authorization request, ask for the scope that the WWW-Authenticate header names.',
  },
  access_token_for_another_api: {
    error: 'invalid_token',
    status: 401,
    means: 'The access token was issued for another API.',
    fix: 'Request one from the token endpoint with the resource of this API.',
  },
  not_an_operator: {
    error: 'insufficient_scope',
    status: 403,
    means: 'The person is not one of the operators who may do this.',
    fix: 'Ask whoever runs the server for the group or claim that the setting operators names.',
  },
  console_sign_in_failed: {
    error: 'access_denied',
    status: 400,
    means:
      'The console could not sign the person in: they began elsewhere or too long ago, or the server gave it no token.',
    fix: 'Open /console again. If it goes on, the audit lines of /par, /authorize and /token say what was refused.',
  },
  console_signed_out: {
    error: 'access_denied',
    status: 403,
    means: 'A form of the console came when the person was not signed in to it any more. Nothing was changed.',
    fix: 'Open /console, sign in, and fill in the form again.',
  },
  resource_not_found: {
    error: 'invalid_request',
    status: 404,
    means: 'There is nothing at this address of the management API.',
    fix: 'Check the path and the client id in it; GET /admin/openapi.json lists every path.',
  },
  query_invalid: {
    error: 'invalid_request',
    means: 'A query parameter is wrong, missing or unknown.',
    fix: 'The errors member names each of them.',
  },
  header_invalid: {
    error: 'invalid_request',
    means: 'A request header is malformed.',
    fix: 'The errors member names it.',
  },
  json_expected: {
    error: 'invalid_request',
    status: 415,
    means: 'The body is not JSON.',
    fix: 'Send it with Content-Type application/json.',
  },
  json_malformed: {
    error: 'invalid_request',
    means: 'The body is not a JSON object of at most 16 levels in valid UTF-8.',
    fix: 'Check it with a JSON parser, and check that all of it was sent.',
  },
  document_invalid: {
    error: 'invalid_request',
    status: 422,
    means: 'A member of the body is wrong, missing or unknown. Nothing was changed.',
    fix: 'The errors member names each of them.',
  },
  precondition_required: {
    error: 'invalid_request',
    status: 428,
    means: 'A change must name the version it was made for, and the request has no If-Match header.',
    fix: 'Read the current version and send its ETag in If-Match.',
  },
  precondition_failed: {
    error: 'invalid_request',
    status: 412,
    means: 'Somebody else changed it since that version. Nothing was changed.',
    fix: 'Read the current version, decide again and send its ETag in If-Match.',
  },
  state_conflict: {
    error: 'invalid_request',
    status: 409,
    means: 'The change conflicts with the current state. Nothing was changed.',
    fix: 'The detail member describes the conflict.',
  },
  client_assertion_malformed: {
    error: 'invalid_client',
    means: 'The client assertion is not a JWT of the form that RFC 7523 requires.',
    fix: 'Send client_assertion_type and a JWT signed by a key of the client, with iss, sub, aud, exp and jti.',
  },
  client_assertion_wrong: {
    error: 'invalid_client',
    means:
      'The client assertion does not prove the client: its signature, issuer, subject, audience, jti, time or typ is wrong.',
    fix: 'Sign it with a registered key; iss and sub are the client_id, aud is the issuer, jti is there, and exp is at most five minutes away, or an hour if iat is less than five minutes ago; typ is client-authentication+jwt, JWT or absent.',
  },
  client_assertion_replayed: {
    error: 'invalid_client',
    means: 'A client assertion with this jti was used before.',
    fix: 'Make a new assertion, with a new jti, for every request.',
  },
  claims_malformed: {
    error: 'invalid_request',
    means: 'The claims parameter is not the JSON object that OpenID Connect Core section 5.5 describes.',
    fix: 'Send an object with the members userinfo and id_token, or leave it out.',
  },
  nonce_required: {
    error: 'invalid_request',
    means: 'The response_type returns an ID token from the authorization endpoint and the request has no nonce.',
    fix: 'Send a nonce that is bound to the browser session.',
  },
  openid_required: {
    error: 'invalid_request',
    means:
      'The response_type returns an ID token from the authorization endpoint and the scope has no openid that the client is registered for.',
    fix: 'Add openid to the scope, or send response_type=code.',
  },
  form_token_invalid: {
    error: 'invalid_request',
    status: 403,
    means: 'The form does not belong to this browser, or the page was open for too long.',
    fix: 'Open the page again, with cookies allowed.',
  },
  sign_in_throttled: {
    error: 'temporarily_unavailable',
    status: 429,
    means: 'There were too many attempts to sign in.',
    fix: 'Wait as long as the Retry-After header says and try again.',
  },
  credentials_wrong: {
    error: 'access_denied',
    means: 'The username or the password is wrong.',
    fix: 'Try again.',
  },
  passwords_off: {
    error: 'access_denied',
    means: 'Passwords are switched off here.',
    fix: 'Sign in with a passkey, or in another way that the page offers.',
  },
  second_factor_wrong: {
    error: 'access_denied',
    means: 'The code is neither from the authenticator app of the account nor an unused recovery code.',
    fix: 'Enter the code that the app shows now, or another recovery code.',
  },
  second_factor_used: {
    error: 'access_denied',
    means: 'The code was used before, or a later one was.',
    fix: 'Wait until the app shows the next code.',
  },
  second_factor_late: {
    error: 'access_denied',
    means: 'The password was entered more than five minutes ago, in another browser, or not at all.',
    fix: 'Sign in again from the beginning.',
  },
  passkey_wrong: {
    error: 'access_denied',
    means:
      'The response from the browser does not prove the passkey: its signature, origin, RP ID or user verification is wrong.',
    fix: 'Try again on the page of this server, and let the device verify who you are.',
  },
  passkey_unknown: {
    error: 'access_denied',
    means: 'No account has this passkey, or its account is disabled.',
    fix: 'Use another passkey, and remove this one from the device.',
  },
  passkey_known: {
    error: 'access_denied',
    means: 'The account already has this passkey, or has as many as it can have.',
    fix: 'Use the existing passkey, or another device.',
  },
  passkey_challenge_spent: {
    error: 'access_denied',
    means: 'The challenge was used before, is older than ten minutes, or was made for another browser.',
    fix: 'Load the page again and use the passkey on it.',
  },
  passkey_copied: {
    error: 'access_denied',
    means: 'The passkey reports fewer uses than were recorded here. There may be a copy of it.',
    fix: 'Sign in another way, remove the passkey and make a new one.',
  },
  last_way_in: {
    error: 'access_denied',
    means: 'This is the only way the person can sign in.',
    fix: 'Add another one first.',
  },
  password_changed_meanwhile: {
    error: 'access_denied',
    status: 409,
    means: 'The password was changed somewhere else while this change was being made. This change was not applied.',
    fix: 'Sign in with the new password. If you did not change it, ask for a new link.',
  },
  upstream_unknown: {
    error: 'invalid_request',
    status: 404,
    means: 'There is no upstream provider with this id.',
    fix: 'Start from the sign-in page, which has a button for each provider.',
  },
  upstream_flow_unknown: {
    error: 'access_denied',
    means:
      'The response from the upstream provider belongs to no sign-in of this browser: that sign-in took too long, is already over, or was started elsewhere.',
    fix: 'Sign in again from the beginning, in one browser that keeps cookies.',
  },
  upstream_denied: {
    error: 'access_denied',
    means: 'The person or the upstream provider declined.',
    fix: 'Try again, or sign in another way.',
  },
  upstream_unavailable: {
    error: 'temporarily_unavailable',
    means: 'The upstream provider does not answer, or says that it cannot.',
    fix: 'Try again later, or sign in another way.',
  },
  upstream_answer_invalid: {
    error: 'access_denied',
    means: 'The response from the upstream provider cannot be trusted.',
    fix: 'Operators: check the issuer, client_id, secret and the redirect URI registered there; the audit line has the cause.',
  },
  upstream_not_fresh: {
    error: 'access_denied',
    means:
      'A fresh sign-in is required, and the upstream provider does not say (`auth_time`) that it asked the person again.',
    fix: 'Sign in another way. Operators: have the provider put `auth_time` into its ID tokens.',
  },
  upstream_address_refused: {
    error: 'access_denied',
    means: 'This upstream provider is accepted only with verified email addresses of certain domains.',
    fix: 'Use an account there that has such an address, or sign in another way.',
  },
  upstream_not_linked: {
    error: 'access_denied',
    means:
      'No account is linked to this identity, and none can be created for it: accounts are not created for this provider, or the email address already belongs to an account.',
    fix: 'Sign in to that account in another way and link the identity there.',
  },
  upstream_linked_elsewhere: {
    error: 'access_denied',
    means: 'The identity at the upstream provider is linked to another account.',
    fix: 'Remove that link first.',
  },
  upstream_account_disabled: {
    error: 'access_denied',
    means: 'The account that is linked to this identity is disabled.',
    fix: 'Ask the operator of this authorization server to enable it.',
  },
  id_token_hint_invalid: {
    error: 'invalid_request',
    means:
      'The id_token_hint is not an ID token as this authorization server issued it, and nothing else says which client wants the person back. The person is signed out and stays on our page.',
    fix: 'Send the ID token unchanged, even if it has expired, or send client_id.',
  },
  sign_out_client_unknown: {
    error: 'invalid_request',
    means:
      'The request has a post_logout_redirect_uri and does not say which client it is for, or names one that is not registered. The person is signed out and stays on our page.',
    fix: 'Send id_token_hint or client_id with it.',
  },
  post_logout_redirect_uri_not_registered: {
    error: 'invalid_request',
    means:
      'The post_logout_redirect_uri is not registered for this client. The person is signed out and stays on our page.',
    fix: 'Register it in post_logout_redirect_uris, and send it character for character like that.',
  },
  hook_failed: {
    error: 'temporarily_unavailable',
    status: 503,
    means: 'A hook of the operator did not answer in time, or not in the expected form.',
    fix: 'Try again in a moment. Operators: the audit line has the cause; see docs/hooks.md.',
  },
  password_unacceptable: {
    error: 'invalid_request',
    means: 'The new password is too short, too long or easy to guess.',
    fix: 'Choose a password of 10 to 1,024 characters that is neither the username nor a few characters repeated.',
  },
  invitation_unknown: {
    error: 'access_denied',
    status: 404,
    means: 'The link was never issued, or another link replaced it.',
    fix: 'Open the complete link, or ask the sender for a new one.',
  },
  invitation_used: {
    error: 'access_denied',
    status: 410,
    means: 'The link was used before.',
    fix: 'Sign in, or ask the sender of the link for a new one.',
  },
  invitation_expired: {
    error: 'access_denied',
    status: 410,
    means: 'The link has expired.',
    fix: 'Ask the sender of the link for a new one.',
  },
  registration_off: {
    error: 'access_denied',
    status: 404,
    means: 'People cannot create their own accounts here.',
    fix: 'Ask the operator for an invitation.',
  },
  registration_redirect_uri_invalid: {
    error: 'invalid_redirect_uri',
    means: 'A redirect URI cannot be registered.',
    fix: 'Register https URIs, http URIs on a loopback address, or private-use schemes with a dot, each in full.',
  },
  registration_metadata_invalid: {
    error: 'invalid_client_metadata',
    means: 'The client cannot be registered as it describes itself.',
    fix: 'Send client metadata of RFC 7591 as JSON, without what is named here.',
  },
  client_registration_throttled: {
    error: 'temporarily_unavailable',
    status: 429,
    means: 'There were too many registrations of clients from this address.',
    fix: 'Wait as long as the Retry-After header says and try again.',
  },
  mail_off: {
    error: 'access_denied',
    status: 404,
    means: 'This authorization server sends no mail at the moment.',
    fix: 'Ask the operator for a link that sets a new password.',
  },
  mail_failed: {
    error: 'temporarily_unavailable',
    status: 503,
    means: 'A mail could not be sent.',
    fix: 'Try again in a moment. Operators: the audit line has the cause; see docs/mail.md.',
  },
  mail_throttled: {
    error: 'access_denied',
    status: 429,
    means: 'There were too many requests for a mail from this address or for this name.',
    fix: 'Wait as long as the Retry-After header says and try again.',
  },
  mail_to_nobody: {
    error: 'access_denied',
    means: 'No mail was sent: the name leads to no account, or to one without an address that mail may go to.',
    fix: 'Operators: give the account an address with pixy accounts set, or a link with pixy accounts invite.',
  },
  mail_undeliverable: {
    error: 'access_denied',
    means:
      'No mail was sent: an earlier one to this address came back, or was reported as unwanted, or the address cannot be written to.',
    fix: 'Operators: see docs/mail.md for how to allow the address again.',
  },
  mail_too_late: {
    error: 'access_denied',
    means: 'No mail was sent: its link would have been over, or another one has replaced it.',
    fix: 'Ask for another one.',
  },
  mail_code_wrong: {
    error: 'access_denied',
    status: 403,
    means:
      'The code from the mail is wrong, used, expired or was tried too often, or it was typed into another browser.',
    fix: 'Type the code of the newest mail into the browser in which you asked for it, or ask for another one.',
  },
  address_taken: {
    error: 'invalid_request',
    status: 409,
    means: 'The address belongs to another account.',
    fix: 'Sign in to that account, or enter another address.',
  },
  registration_throttled: {
    error: 'access_denied',
    status: 429,
    means: 'There were too many attempts to create an account from this address.',
    fix: 'Wait as long as the Retry-After header says and try again.',
  },
  username_malformed: {
    error: 'invalid_request',
    means:
      'The username is empty, longer than 200 characters, or has a space, an @, an invisible character, or one that is no letter, digit or punctuation of ASCII.',
    fix: 'Choose another username.',
  },
  username_taken: {
    error: 'invalid_request',
    status: 409,
    means: 'The username belongs to another account.',
    fix: 'Choose another username.',
  },
  email_malformed: {
    error: 'invalid_request',
    means: 'The email address does not look like one.',
    fix: 'Enter an address like somebody@example.com.',
  },
  store_unavailable: {
    error: 'temporarily_unavailable',
    status: 503,
    means: 'The authorization server cannot reach its database.',
    fix: 'Try again in a moment, with the same parameters.',
  },
  region_unavailable: {
    error: 'temporarily_unavailable',
    status: 503,
    means: 'The region that has to answer this request did not answer the region that received it.',
    fix: 'Try again in a moment, with the same parameters. Operators: the audit line names the region; see docs/regions.md.',
  },
  server_error: {
    error: 'server_error',
    status: 500,
    means: 'The authorization server encountered an unexpected condition.',
    fix: 'Give its operator the request id from the response headers.',
  },
} as const satisfies Record<Reason, CatalogueEntry>;
