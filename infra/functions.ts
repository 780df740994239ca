import type { Use } from './constructs/authorization-server-tables.ts';
import { moreRoutes, type Route, routes } from './routes.ts';

/** Every route that is deployed. */
export const deployedRoutes: readonly (Omit<Route, 'function'> & { function: EndpointFunctionName })[] = [
  ...routes,
  ...moreRoutes,
];

/** The functions behind the API. */
export type EndpointFunctionName = Route['function'] | (typeof moreRoutes)[number]['function'];

/** Every function: those behind the API, and the scheduled one. The names are those of the folders below functions/. */
export type PixyFunctionName = EndpointFunctionName | 'rotate-keys';

export type FunctionDescription = {
  description: string;
  /** What it may do with the tables. Nothing else is allowed. */
  uses: readonly Use[];
  /** Megabytes; the share of a CPU grows with it. Default: 512. */
  memorySize?: number;
  /** Seconds. Default: 10. */
  timeout?: number;
};

export const functionDescriptions: Record<PixyFunctionName, FunctionDescription> = {
  authorize: {
    description: 'Authorization endpoint: checks the request and issues a code',
    uses: ['grantReadClients', 'grantReadApis', 'grantReadSessions', 'grantReadClaims', 'grantReadKeys', 'grantIssue'],
  },
  'authorize-hybrid': {
    description: 'Authorization endpoint for answers with an ID token, which take the right to sign',
    uses: [
      'grantReadClients',
      'grantReadApis',
      'grantReadSessions',
      'grantReadClaims',
      'grantReadKeys',
      'grantIssue',
      'grantSign',
    ],
  },
  'sign-in': {
    description: 'Sign-in pages: proves who is there and starts a session',
    uses: ['grantReadClients', 'grantSignIn'],
    // argon2id takes 19 MiB and a good part of a CPU for every password.
    memorySize: 1_024,
  },
  'sign-out': {
    description: 'Sign-out pages: ends a session',
    uses: ['grantReadClients', 'grantReadKeys', 'grantSignOut'],
  },
  token: {
    description: 'Token endpoint: redeems codes and refresh tokens',
    uses: [
      'grantReadClients',
      'grantUseAssertions',
      'grantReadApis',
      'grantRedeem',
      'grantSign',
      'grantOpenRefreshTokens',
    ],
  },
  userinfo: {
    description: 'Userinfo endpoint: tells the bearer of an access token about the person',
    uses: ['grantReadKeys', 'grantReadSubjects'],
  },
  revoke: {
    description: 'Revocation endpoint: ends a grant',
    uses: ['grantReadClients', 'grantUseAssertions', 'grantReadKeys', 'grantRedeem', 'grantOpenRefreshTokens'],
  },
  introspect: {
    description: 'Introspection endpoint: tells an API whether a token is in force',
    uses: ['grantReadClients', 'grantUseAssertions', 'grantReadKeys', 'grantReadGrants'],
  },
  metadata: {
    description: 'Discovery documents, public keys and the pages that explain errors',
    uses: ['grantReadClients', 'grantReadApis', 'grantReadKeys'],
  },
  'rotate-keys': {
    description: 'Makes the next signing key and deletes those that nobody needs',
    uses: ['grantRotateKeys'],
    timeout: 30,
  },
};
