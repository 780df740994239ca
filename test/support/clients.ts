/** A client as the clients file describes it. */
export type TestClient = {
  client_id: string;
  client_name?: string;
  policy_uri?: string;
  tos_uri?: string;
  client_secret?: string;
  redirect_uris: readonly string[];
  token_endpoint_auth_method?: string;
  grant_types?: readonly string[];
  response_types?: readonly string[];
  jwks?: object;
  may_introspect?: boolean;
  subject_type?: string;
  profile?: string;
  id_token_signed_response_alg?: string;
  sector_identifier_uri?: string;
  all_scopes_of?: readonly string[];
  require_pushed_authorization_requests?: boolean;
  strict_auth_method?: boolean;
  ignore_public_client_secret?: boolean;
  accept_dotless_schemes?: boolean;
  claims?: readonly string[];
  id_token_claims?: boolean;
  scope?: string;
  pkce_policy?: string;
  first_party?: boolean;
};

const scope = 'openid profile email api:read';

/** Public; inherits the policy S256. */
export const spa: TestClient = {
  client_id: 'spa',
  client_name: 'Single-page app',
  redirect_uris: ['https://spa.example/callback'],
  token_endpoint_auth_method: 'none',
  scope,
};

/** Public, on a device: loopback and private-use scheme. */
export const native: TestClient = {
  client_id: 'native',
  client_name: 'Native app',
  redirect_uris: ['http://127.0.0.1/callback', 'http://[::1]/callback', 'com.example.app:/callback'],
  token_endpoint_auth_method: 'none',
  scope,
};

/** Confidential, and need not use PKCE. */
export const web: TestClient = {
  client_id: 'web',
  client_name: 'Web application',
  client_secret: 'a secret of the web application: 100% + a bit',
  redirect_uris: ['https://web.example/callback'],
  token_endpoint_auth_method: 'client_secret_basic',
  scope,
  pkce_policy: 'none',
};

/** Confidential, with its secret in the form; inherits the policy S256. */
export const webPost: TestClient = {
  client_id: 'web-post',
  client_name: 'Web application with a form',
  client_secret: 'another secret of a web application & more',
  redirect_uris: ['https://web-post.example/callback'],
  token_endpoint_auth_method: 'client_secret_post',
  scope,
};
