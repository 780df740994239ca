import { ArnFormat, Stack } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { AuthorizationServerProps } from './authorization-server-props.ts';
import { functionNameIn, type HomeProps, isFirst, otherHomes } from './home.ts';
import type { EndpointFunctionName, OptionalFunctionName } from './routes.ts';

/*
 * What functions call in the other regions of their server. The calls are in functions/homes: requests for what another region has issued
 * or changes, and questions about its grants.
 */

type Called = EndpointFunctionName | OptionalFunctionName;

type Caller = {
  /** Itself there, and whatever else. */
  calls: readonly Called[];
  /** Which regions call which: every one all others, the first all others, or the others the first. Default: every one. */
  direction?: 'from first' | 'to first';
  /** Only with this setting. */
  onlyWith?: (settings: CallerSettings) => boolean;
};

type CallerSettings = Pick<AuthorizationServerProps, 'revokeAtSignOut' | 'registration'>;

/** What is about a code, a token or a pushed request goes where that was made. */
const anywhere = ['authorize', 'authorize-hybrid', 'sign-in', 'passkey', 'consent', 'device'] as const;
const withTokens = ['token', 'userinfo', 'revoke', 'introspect'] as const;

/** Accounts, clients and the policy are changed in the first region. */
const atFirst = ['account', 'admin', 'client-registration', 'console', 'invitation', 'register', 'upstream'] as const;

/** Every function behind the API that may hand its requests over. */
export const passOnFunctions: readonly Called[] = [...anywhere, ...withTokens, ...atFirst, 'sign-out'];

const endingGrants = ({ revokeAtSignOut }: CallerSettings): boolean => revokeAtSignOut === true;

const itself = (names: readonly Called[], direction?: Caller['direction']): [string, Caller][] =>
  names.map((name) => [name, { calls: [name], direction }]);

const callers: readonly (readonly [name: string, Caller])[] = [
  ...itself([...anywhere, ...withTokens]),
  ...itself(atFirst, 'to first'),
  ['sign-out', { calls: ['sign-out'], direction: 'to first', onlyWith: endingGrants }],
  // Grants of a person, in every region.
  ['account', { calls: ['account'], direction: 'from first' }],
  ['remove-accounts', { calls: ['account'], direction: 'from first' }],
  ['console', { calls: ['account', 'introspect'], direction: 'from first' }],
  ['sign-out', { calls: ['account'], direction: 'from first', onlyWith: endingGrants }],
  ['invitation', { calls: ['account'], direction: 'from first', onlyWith: endingGrants }],
  ['admin', { calls: ['account'], direction: 'from first', onlyWith: endingGrants }],
  // Whether somebody is signed in with a session whose copy is late.
  ['upstream', { calls: ['upstream'], direction: 'from first' }],
  // The grant of an access token.
  ['admin', { calls: ['introspect'], direction: 'from first' }],
  ['check-token', { calls: ['introspect'] }],
  // A client that registered itself and is still in use.
  [
    'authorize-hybrid',
    { calls: ['authorize'], direction: 'to first', onlyWith: ({ registration = 'off' }) => registration !== 'off' },
  ],
];

/** Allows a function to call what it calls in the other regions, and nothing else there. */
export function grantCallRegions(
  scope: Construct,
  grantee: IGrantable,
  name: string,
  home: HomeProps,
  settings: CallerSettings,
): void {
  const arns = callers
    .filter(([caller, { onlyWith }]) => caller === name && (onlyWith?.(settings) ?? true))
    .flatMap(([, { calls, direction }]) =>
      regionsOf(home, direction).flatMap((region) => calls.map((called) => arnIn(scope, region, home, called))),
    );
  if (arns.length > 0) grantInvoke(grantee, arns);
}

/** Allows calling these functions, and no version or alias of them. */
export const grantInvoke = (grantee: IGrantable, resourceArns: string[]): Grant =>
  Grant.addToPrincipal({ grantee, actions: ['lambda:InvokeFunction'], resourceArns });

/** A function of the first region, where mails go out: their links are written into accounts. */
export const arnInFirst = (scope: Construct, home: HomeProps, name: Called | 'mail'): string =>
  arnIn(scope, home.regions[home.first] as string, home, name);

/** The regions that this one calls. */
function regionsOf(home: HomeProps, direction: Caller['direction']): string[] {
  if (direction === 'from first' && !isFirst(home)) return [];
  return otherHomes(home)
    .filter(([letter]) => direction !== 'to first' || letter === home.first)
    .map(([, region]) => region);
}

const arnIn = (scope: Construct, region: string, home: HomeProps, name: Called | 'mail'): string =>
  Stack.of(scope).formatArn({
    service: 'lambda',
    region,
    resource: 'function',
    resourceName: functionNameIn(home, name),
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
