/** The path of every endpoint below the issuer. The issuer has no path of its own, so these are absolute. */
export const endpoints = {
  authorize: '/authorize',
  signIn: '/sign-in',
  token: '/token',
  jwks: '/jwks',
  openidConfiguration: '/.well-known/openid-configuration',
  authorizationServer: '/.well-known/oauth-authorization-server',
  errors: '/errors',
} as const;
