import type { endpoints } from './endpoints.ts';

/** Where clients of another server go on sending people and token requests, when that server's address has become ours. */
export type PathAlias = { path: string; endpoint: keyof typeof endpoints & ('authorize' | 'token') };

/**
 * Paths of other servers, each also answered with a trailing slash. Off by default. They are never announced: the metadata, and
 * every redirect from page to page, keeps to the canonical paths.
 */
export const pathAliases: readonly PathAlias[] = [
  // webMethods API Gateway; its documentation also spells the last one with one c.
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
