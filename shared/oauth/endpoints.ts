/** The path of every endpoint below the issuer. The issuer has no path of its own, so these are absolute. */
export const endpoints = {
  authorize: '/authorize',
  /** Where /authorize sends requests whose answer has an ID token: only the function behind this path can sign. */
  authorizeHybrid: '/authorize/hybrid',
  signIn: '/sign-in',
  signOut: '/sign-out',
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
