import { endpoints } from '../shared/oauth/endpoints.ts';
import { aliasesOf } from '../shared/oauth/path-aliases.ts';

/** The functions behind the API, named after the folders below functions/. */
export type EndpointFunctionName =
  | 'authorize'
  | 'authorize-hybrid'
  | 'sign-in'
  | 'sign-out'
  | 'passkey'
  | 'account'
  | 'upstream'
  | 'invitation'
  | 'register'
  | 'consent'
  | 'device-authorization'
  | 'device'
  | 'token'
  | 'userinfo'
  | 'revoke'
  | 'introspect'
  | 'metadata'
  | 'admin';

/** A function behind the API that is there only where a setting asks for it. */
export type OptionalFunctionName = 'client-registration' | 'console' | 'par';

export type Route<Name extends EndpointFunctionName | OptionalFunctionName = EndpointFunctionName> = {
  path: string;
  function: Name;
};

/**
 * Every route of the HTTP API, for the CDK stack and the local gateway. All take any method; the endpoint itself answers 405 with
 * an Allow header, and preflight requests.
 */
export const routes: readonly Route[] = [
  { path: endpoints.authorize, function: 'authorize' },
  { path: endpoints.authorizeHybrid, function: 'authorize-hybrid' },
  { path: endpoints.signIn, function: 'sign-in' },
  { path: endpoints.signInCode, function: 'sign-in' },
  { path: endpoints.signInRecoveryCode, function: 'sign-in' },
  { path: endpoints.signInMailCode, function: 'invitation' },
  { path: endpoints.signInPasskey, function: 'passkey' },
  { path: endpoints.passkeyScript, function: 'passkey' },
  { path: endpoints.signOut, function: 'sign-out' },
  { path: endpoints.account, function: 'account' },
  { path: endpoints.accountProfile, function: 'account' },
  { path: endpoints.accountRemove, function: 'invitation' },
  { path: endpoints.accountExport, function: 'account' },
  { path: endpoints.accountPassword, function: 'account' },
  { path: endpoints.accountAuthenticator, function: 'account' },
  { path: endpoints.accountRecoveryCodes, function: 'account' },
  { path: endpoints.accountPasskey, function: 'passkey' },
  { path: `${endpoints.upstream}/{proxy+}`, function: 'upstream' },
  { path: endpoints.consent, function: 'consent' },
  { path: endpoints.invitation, function: 'invitation' },
  { path: endpoints.forgottenPassword, function: 'invitation' },
  { path: endpoints.keepAccount, function: 'invitation' },
  { path: endpoints.verifyAddress, function: 'invitation' },
  { path: endpoints.register, function: 'register' },
  { path: endpoints.deviceAuthorization, function: 'device-authorization' },
  { path: endpoints.device, function: 'device' },
  { path: endpoints.token, function: 'token' },
  { path: endpoints.userinfo, function: 'userinfo' },
  { path: endpoints.revoke, function: 'revoke' },
  { path: endpoints.introspect, function: 'introspect' },
  { path: endpoints.openidConfiguration, function: 'metadata' },
  { path: endpoints.authorizationServer, function: 'metadata' },
  { path: endpoints.jwks, function: 'metadata' },
  { path: endpoints.wellKnownChangePassword, function: 'metadata' },
  { path: endpoints.wellKnownWebauthn, function: 'metadata' },
  { path: endpoints.wellKnownPasskeys, function: 'metadata' },
  { path: endpoints.errors, function: 'metadata' },
  { path: `${endpoints.admin}/{proxy+}`, function: 'admin' },
  // Whatever is nowhere else: a page for people, JSON for programs. API Gateway does not count `/` as a part of it.
  { path: '/', function: 'metadata' },
  { path: '/{proxy+}', function: 'metadata' },
];

/** Where clients push their authorization requests, in a deployment that takes them. */
export const pushedRequestRoutes: readonly Route<'par'>[] = [{ path: endpoints.par, function: 'par' }];

/** Where clients register themselves, in a deployment that lets them. */
export const registrationRoutes: readonly Route<'client-registration'>[] = [
  { path: endpoints.clientRegistration, function: 'client-registration' },
  { path: `${endpoints.clientRegistration}/{proxy+}`, function: 'client-registration' },
];

/** The console for operators, in a deployment that has one. */
export const consoleRoutes: readonly Route<'console'>[] = [
  { path: endpoints.console, function: 'console' },
  { path: `${endpoints.console}/{proxy+}`, function: 'console' },
];

/** The paths of other servers. An HTTP API's route cannot end in a slash, so a greedy variable takes the trailing one. */
export const aliasRoutes = (...which: Parameters<typeof aliasesOf>): Route[] =>
  aliasesOf(...which).flatMap(({ path, endpoint }) => [
    { path, function: endpoint },
    { path: `${path}/{proxy+}`, function: endpoint },
  ]);
