import { Duration, Stack } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { AuthorizationServer, type AuthorizationServerProps } from '../../infra/authorization-server.ts';
import { MultiRegionAuthorizationServer } from '../../infra/stacks/multi-region-authorization-server.ts';
import { testApp } from './synthesize.ts';

/** Every setting that makes resources, switched on: the largest server there is. All of it is plain data. */
export const everything = {
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
} satisfies AuthorizationServerProps;

const { stage: _, signing: __, ...ofRegions } = everything;

/** The same for a server with several regions, which has its keys in memory. */
export const everythingOfRegions = ofRegions;

const account = '111122223333';
const zone = { hostedZoneId: 'Z123', zoneName: 'example.com' };

/** A server behind CloudFront, with a web ACL and the second secret. */
export function behindCloudFront(app = testApp()): Stack {
  const stack = new Stack(app, 'Mine', { env: { account, region: 'us-east-1' } });
  const certificate = Certificate.fromCertificateArn(stack, 'C', `arn:aws:acm:us-east-1:${account}:certificate/one`);
  const hostedZone = HostedZone.fromHostedZoneAttributes(stack, 'Zone', zone);
  const front = { domainName: 'sign-in.example.com', certificate, hostedZone, secretGeneration: 2 };
  new AuthorizationServer(stack, 'Auth', { front });
  return stack;
}

/** Everything in two regions, with certificates, records and health checks. */
export const inSeveralRegions = (app = testApp()): MultiRegionAuthorizationServer['regions'] =>
  new MultiRegionAuthorizationServer(app, 'Auth', {
    ...everythingOfRegions,
    stage: 'prod',
    regions: { a: 'eu-central-1', b: 'us-east-1' },
    first: 'a',
    domain: { domainName: 'sign-in.example.com', hostedZone: zone },
    account,
  }).regions;
