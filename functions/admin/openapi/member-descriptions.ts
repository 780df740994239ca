/** What each member of a registered scope value is, in a sentence. */
export const scopeMemberDescriptions: Readonly<Record<string, string>> = {
  scope: 'The scope value. Cannot be changed.',
  claims: 'The claims that it brings.',
  description: 'What a client learns by it, for the consent page.',
  descriptions: 'The same by language tag, such as de.',
};

/** What each member of a client document is, in a sentence. */
export const memberDescriptions: Readonly<Record<string, string>> = {
  client_id: 'The id of the client. Cannot be changed.',
  client_secret: 'A secret that the client has already. Absent: one is made where the client needs it.',
  client_name: 'Shown to people.',
  redirect_uris: 'Matched exactly; only the port of a loopback URI may differ.',
  token_endpoint_auth_method: 'How the client authenticates; none is a public client.',
  grant_types: 'Grant types the client may use.',
  response_types: 'Response types the client may use.',
  backchannel_logout_uri: 'Where to tell that a session has ended.',
  backchannel_logout_session_required: 'Whether it needs the session id; it is always sent.',
  post_logout_redirect_uris: 'Where a sign-out may send the browser.',
  id_token_signed_response_alg: 'Signs the ID tokens of the client. Absent: the first algorithm of the server.',
  subject_type: 'pairwise: the client knows people by subjects of its sector alone. Absent: public.',
  sector_identifier_uri:
    'Where the redirect URIs of the sector are listed; fetched when the client is registered or changed.',
  jwks: 'Public keys for private_key_jwt and request objects.',
  jwks_uri: 'Where the public keys for private_key_jwt and request objects are; instead of jwks.',
  may_introspect: 'Whether the client is a resource server that may introspect tokens.',
  introspection_signed_response_alg:
    'Signs the answers that the client asks /introspect to sign. Absent: the first algorithm of the server.',
  refresh_token_idle_lifetime: 'Seconds after which an unused refresh token ends. Absent: the server decides.',
  refresh_token_lifetime: 'Seconds after which refreshing ends. Absent: the server decides.',
  refresh_token_grace:
    'Seconds for which a refresh token still works after its successor was used, 3,600 at most. Absent: the server decides.',
  authorization_details_types:
    'Types of authorization details that the client may ask for (RFC 9396). Without them, none.',
  may_act:
    'The only client that may act for people by tokens of this one (RFC 8693). Without it, any that is registered for token exchange.',
  grant_max_uses: 'How often tokens may be had by a grant after its code. Without it, as long as it lasts.',
  rotate_refresh_tokens: 'false: the client keeps its refresh token. Public clients cannot.',
  require_pushed_authorization_requests: 'Authorization requests count only when the client pushed them (RFC 9126).',
  require_signed_request_object: 'Authorization requests count only when the client signed them (RFC 9101).',
  request_object_signing_alg: 'The only algorithm of its request objects. Absent: any that the server knows.',
  authorization_signed_response_alg:
    'Signs the answers of the authorization endpoint in the modes of JARM. Absent: the first algorithm of the server.',
  dpop_bound_access_tokens: 'Whether the client has to send a DPoP proof with every token request (RFC 9449).',
  dpop_nonce_required: 'Whether its DPoP proofs need a nonce of this server. Absent: the server decides.',
  dpop_replay_detection:
    'Whether each of its DPoP proofs is taken once only where it gets tokens, pushes requests or manages, for one more write.',
  profile:
    'fapi2: held to the FAPI 2.0 Security Profile, whatever the other members say (docs/fapi.md). Absent: to those alone.',
  strict_auth_method: 'Takes the secret only as token_endpoint_auth_method says. Absent: in the header or the form.',
  ignore_public_client_secret: 'Takes a public client that sends a secret as one that sends none.',
  accept_dotless_schemes: 'Lets in redirect URIs with a private-use scheme without a dot.',
  scope: 'Scope values the client may ask for, separated by spaces.',
  all_scopes_of:
    'APIs by their resource: the client may ask for every scope value that they have. A token of client credentials without a resource is for this API, if it is the only one.',
  claims: 'Claims the client may ask for by name, besides those of its scope. Absent: none.',
  id_token_claims: 'Whether ID tokens have the claims of the granted scope, as userinfo does.',
  first_party: 'Ours: the person is not asked for consent.',
  disabled: 'Everything the client asks for is refused.',
  pkce_policy: 'What the client must do about PKCE; inherit takes the global default.',
  pkce_mode: 'report lets through what only the policy would refuse. Absent: the global mode.',
  pkce_enforce_after: 'Ends report mode: a day like 2026-12-01 or a time like 2026-12-01T09:30:00Z.',
  pkce_waiver: 'Lifts the floors until a time, at most 365 days from now.',
  pkce_accept_lowercase_method: 'Takes s256 for S256.',
  pkce_accept_short_verifier: 'Takes code verifiers from 8 characters on.',
  application_type: 'Describes the client and changes nothing.',
  client_uri: 'Describes the client and changes nothing.',
  contacts: 'Describes the client and changes nothing.',
  logo_uri: 'Describes the client and changes nothing.',
  policy_uri: 'Where people read what the client does with what it learns; an https URL is on the consent page.',
  software_id: 'Describes the client and changes nothing.',
  software_version: 'Describes the client and changes nothing.',
  tos_uri: 'Where people read the terms of the client; an https URL is on the consent page.',
  client_id_issued_at: 'Changes nothing.',
  client_secret_expires_at: 'Changes nothing.',
};
