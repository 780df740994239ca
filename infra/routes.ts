import { endpoints } from '../shared/oauth/endpoints.ts';

/** The functions behind the API: the folder names below functions/. */
export type FunctionName = 'authorize' | 'sign-in' | 'token' | 'metadata';

export type Route = { path: string; function: FunctionName };

/**
 * Every route of the HTTP API, read by the CDK stack and by the local gateway. All take any method:
 * the endpoint itself answers 405 with an Allow header, and preflight requests.
 */
export const routes: readonly Route[] = [
  { path: endpoints.authorize, function: 'authorize' },
  { path: endpoints.signIn, function: 'sign-in' },
  { path: endpoints.token, function: 'token' },
  { path: endpoints.openidConfiguration, function: 'metadata' },
  { path: endpoints.authorizationServer, function: 'metadata' },
  { path: endpoints.jwks, function: 'metadata' },
  { path: endpoints.errors, function: 'metadata' },
];

/** joins `routes` next */
export const moreRoutes = [
  { path: endpoints.authorizeHybrid, function: 'authorize-hybrid' },
  { path: endpoints.signOut, function: 'sign-out' },
  { path: endpoints.userinfo, function: 'userinfo' },
  { path: endpoints.revoke, function: 'revoke' },
  { path: endpoints.introspect, function: 'introspect' },
] as const;
