import { endpoints } from '../shared/oauth/endpoints.ts';
import { pathAliases } from '../shared/oauth/path-aliases.ts';

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

/** The paths of other servers. No route of an HTTP API may end in a slash: a greedy variable is what takes a trailing one. */
export const aliasRoutes: readonly Route[] = pathAliases.flatMap(({ path, endpoint }) => [
  { path, function: endpoint },
  { path: `${path}/{proxy+}`, function: endpoint },
]);
