/** The path of every endpoint. The issuer has no path of its own, so these are absolute. */
export const endpoints = {
  authorize: '/authorize',
  /** Where /authorize redirects requests for an ID token: only the function behind this path can sign. */
  authorizeHybrid: '/authorize/hybrid',
  /** Where a client pushes an authorization request before the browser comes with it. */
  par: '/par',
  signIn: '/sign-in',
  /** Where a password sign-in continues for people with an authenticator app. Recovery codes have a page of their own. */
  signInCode: '/sign-in/code',
  signInRecoveryCode: '/sign-in/recovery-code',
  /** Where somebody signs in with a code by mail, if the deployment allows it. */
  signInMailCode: '/sign-in/mail-code',
  /** Receives a passkey's response. */
  signInPasskey: '/sign-in/passkey',
  passkeyScript: '/passkey.js',
  signOut: '/sign-out',
  /** Where people see and change what is in their name. */
  account: '/account',
  accountProfile: '/account/profile',
  accountRemove: '/account/remove',
  accountExport: '/account/export',
  accountPassword: '/account/password',
  accountAuthenticator: '/account/authenticator',
  accountRecoveryCodes: '/account/recovery-codes',
  accountPasskey: '/account/passkey',
  /** Where people ask for a mail that sets a new password, and where a mail proves an address. */
  forgottenPassword: '/forgotten-password',
  keepAccount: '/keep-account',
  verifyAddress: '/verify-address',
  /** Where a link lets a person set a password. */
  invitation: '/invitation',
  /** Where people create accounts themselves, if the deployment allows it. */
  register: '/register',
  consent: '/consent',
  /** The paths of upstream providers: `/upstream/{id}/start` and `/upstream/{id}/callback`. */
  upstream: '/upstream',
  /** Where a device asks for its codes, and where people enter the one that it shows them. */
  deviceAuthorization: '/device_authorization',
  device: '/device',
  token: '/token',
  userinfo: '/userinfo',
  revoke: '/revoke',
  introspect: '/introspect',
  jwks: '/jwks',
  openidConfiguration: '/.well-known/openid-configuration',
  authorizationServer: '/.well-known/oauth-authorization-server',
  /** For password managers and browsers: https://w3c.github.io/webappsec-change-password-url/, WebAuthn, passkey endpoints. */
  wellKnownChangePassword: '/.well-known/change-password',
  wellKnownWebauthn: '/.well-known/webauthn',
  wellKnownPasskeys: '/.well-known/passkey-endpoints',
  errors: '/errors',
  /** Where clients register themselves, if the deployment allows it, and below it each of them. */
  clientRegistration: '/clients',
  /** The management API; one function serves everything below it. */
  admin: '/admin',
  /** The console for operators, if the deployment has one; one function serves everything below it. */
  console: '/console',
  consoleCallback: '/console/callback',
  playground: '/console/playground',
} as const;
