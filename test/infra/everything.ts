import { Duration } from 'aws-cdk-lib';
import type { AuthorizationServerProps } from '../../infra/authorization-server.ts';

/** Every setting that makes resources, switched on: the largest server there is. All of it is plain data. */
export const everything: AuthorizationServerProps = {
  stage: 'prod',
  signing: 'kms',
  signingAlgorithms: ['RS256', 'PS256', 'ES256'],
  mail: { from: 'no-reply@example.com' },
  mailCodes: true,
  selfRegistration: true,
  removalGrace: Duration.days(14),
  metadataDocuments: 'any',
  registration: 'open',
  deviceAuthorization: true,
  pushedAuthorizationRequests: 'accepted',
  revokeAtSignOut: true,
  console: true,
  operators: { claim: 'groups', read: ['support'], write: ['ops'] },
  jwtBearer: true,
  tokenExchange: true,
  pairwiseSubjects: true,
  signedIntrospection: true,
  dpopNonces: true,
  pathAliases: true,
  pathAliasPrefixes: ['/auth/realms/main', '/oauth2/default'],
};

const { stage: _, signing: __, ...ofRegions } = everything;

/** The same for a server with several regions, which has its keys in memory. */
export const everythingOfRegions = ofRegions;
