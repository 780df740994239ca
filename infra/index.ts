/**
 * Pixy, an OAuth 2.1 and OpenID Connect authorization server, as CDK constructs and stacks.
 *
 * @packageDocumentation
 */

import './check-cdk.ts';

export type { SigningAlgorithm } from '../shared/keys/signing-key.ts';
export type { Brand } from '../shared/pages/brand.ts';
export type { ProfileField } from '../shared/people/profile-fields.ts';
export { AuthorizationServer } from './authorization-server.ts';
export type { AuthorizationServerProps, OperatorsProps } from './authorization-server-props.ts';
export {
  AuthorizationServerTables,
  type AuthorizationServerTablesProps,
  type ExistingTables,
  type TablesOfAnotherRegionProps,
  type TableVariable,
} from './constructs/authorization-server-tables.ts';
export type { FrontProps } from './constructs/cloudfront-front.ts';
export { FrontWebAcl, type FrontWebAclProps } from './constructs/front-web-acl.ts';
export type { CustomDomain, Throttling } from './constructs/http-api.ts';
export { JwtAuthorizer, type JwtAuthorizerProps } from './constructs/jwt-authorizer.ts';
export type { MailProps } from './constructs/mail.ts';
export type { Monitoring } from './constructs/monitoring.ts';
export { ProtectedResource, type ProtectedResourceProps } from './constructs/protected-resource.ts';
export type { RestAuthorizerProps, RestDpopProps } from './constructs/rest-authorizer.ts';
export type { Lifetimes } from './environment.ts';
export type { PixyFunctionName } from './functions.ts';
export type { HomeProps, RegionRouting } from './home.ts';
export type { HooksProps } from './hooks.ts';
export type { EndpointFunctionName, OptionalFunctionName } from './routes.ts';
export type { OperatorSecret } from './secrets.ts';
export type { Signing } from './signing.ts';
export type { ApiStack } from './stacks/api-stack.ts';
export {
  MultiRegionAuthorizationServer,
  type MultiRegionAuthorizationServerProps,
  type PropsOfRegion,
  type RegionsDomain,
  type StacksOfRegion,
} from './stacks/multi-region-authorization-server.ts';
export { type PixyStacksProps, pixyStacks } from './stacks/pixy-stacks.ts';
export type { TablesStack } from './stacks/tables-stack.ts';
export type { UpstreamProviderProps } from './upstreams.ts';
export { WrongSetting } from './wrong-setting.ts';
