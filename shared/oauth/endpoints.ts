/** The path of every endpoint below the issuer. The issuer has no path of its own, so these are absolute. */
export const endpoints = {
  authorize: '/authorize',
  /** Where /authorize sends requests whose answer has an ID token: only the function behind this path can sign. */
  authorizeHybrid: '/authorize/hybrid',
  signIn: '/sign-in',
  /** Where a sign-in with a password goes on for those with an authenticator app; a recovery code has a page of its own. */
  signInCode: '/sign-in/code',
  signInRecoveryCode: '/sign-in/recovery-code',
  /** Takes the answer of a passkey. */
  signInPasskey: '/sign-in/passkey',
  passkeyScript: '/passkey.js',
  signOut: '/sign-out',
  /** Where people see and change what is in their name. */
  account: '/account',
  accountPassword: '/account/password',
  accountAuthenticator: '/account/authenticator',
  accountRecoveryCodes: '/account/recovery-codes',
  accountPasskey: '/account/passkey',
  /** Where a link lets a person set a password. */
  invitation: '/invitation',
  /** Where people make an account themselves, if the deployment lets them. */
  register: '/register',
  consent: '/consent',
  /** Upstream providers, one below the other: `/upstream/{id}/start` and `/upstream/{id}/callback`. */
  upstream: '/upstream',
  token: '/token',
  userinfo: '/userinfo',
  revoke: '/revoke',
  introspect: '/introspect',
  jwks: '/jwks',
  openidConfiguration: '/.well-known/openid-configuration',
  authorizationServer: '/.well-known/oauth-authorization-server',
  errors: '/errors',
  /** The management API; everything below it is one function. */
  admin: '/admin',
} as const;
