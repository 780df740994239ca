import type { endpoints } from './endpoints.ts';

/** A path at which clients keep sending people and token requests after another server's host name has become ours. */
export type PathAlias = { path: string; endpoint: keyof typeof endpoints & ('authorize' | 'token') };

/**
 * Paths of other servers, also served with a trailing slash. Off by default. They are never announced: metadata and redirects use
 * the canonical paths.
 */
export const pathAliases: readonly PathAlias[] = [
  // webMethods API Gateway, whose documentation also spells the last path with a single c.
  { path: '/invoke/pub.apigateway.oauth2/authorize', endpoint: 'authorize' },
  { path: '/invoke/pub.apigateway.oauth2/getAccessToken', endpoint: 'token' },
  { path: '/invoke/pub.apigateway.oauth2/getAcessToken', endpoint: 'token' },
  // OneWelcome
  { path: '/auth/oauth2.0/v1/authorize', endpoint: 'authorize' },
  { path: '/auth/oauth2.0/v1/token', endpoint: 'token' },
  // WP OAuth Server
  { path: '/oauth/authorize', endpoint: 'authorize' },
  { path: '/oauth/token', endpoint: 'token' },
];
