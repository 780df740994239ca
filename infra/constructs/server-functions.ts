import { Duration } from 'aws-cdk-lib';
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { Construct } from 'constructs';
import type { AuthorizationServerProps } from '../authorization-server-props.ts';
import type { PixyEnvironment } from '../environment.ts';
import {
  functionDescriptions,
  handsOverMails,
  optionalFunctions,
  type PixyFunctionName,
  removeAccountsDescription,
  rollUpDescription,
} from '../functions.ts';
import { functionNameIn, isFirst } from '../home.ts';
import { grantCallHook, type HooksProps, hooksAskedBy, hooksVariable } from '../hooks.ts';
import type { LogSettings } from '../logs.ts';
import { arnInFirst, grantCallRegions, grantInvoke } from '../other-regions.ts';
import { uses } from '../permissions/permissions.ts';
import type { ServerTables } from '../permissions/server-tables.ts';
import type { EndpointFunctionName, OptionalFunctionName } from '../routes.ts';
import { grantReadSecret, parameterNameOf } from '../secrets.ts';
import type { Signing } from '../signing.ts';
import { grantReadUpstreamSecrets, upstreamsVariable } from '../upstreams.ts';
import type { CloudFrontFront } from './cloudfront-front.ts';
import { Mail } from './mail.ts';
import { PixyFunction } from './pixy-function.ts';

/** Those without which there is no endpoint, and those that are there only in the first region or where a setting asks for them. */
export type ServerFunctions = Record<EndpointFunctionName, PixyFunction> &
  Partial<Record<OptionalFunctionName | 'rotate-keys' | 'mail' | 'remove-accounts' | 'roll-up', PixyFunction>>;

export type ServerFunctionsProps = Pick<
  AuthorizationServerProps,
  | 'alarmTopic'
  | 'mail'
  | 'removalGrace'
  | 'upstreams'
  | 'passwordPepper'
  | 'operators'
  | 'hooks'
  | 'revokeAtSignOut'
  | 'jwtBearer'
  | 'signedIntrospection'
  | 'pairwiseSubjects'
  | 'metadataDocuments'
  | 'pushedAuthorizationRequests'
  | 'securityProfile'
  | 'registration'
  | 'keyTags'
  | 'reservedConcurrency'
  | 'console'
  | 'home'
> & {
  tables: ServerTables;
  signing: Signing;
  /** What is in front of the API, if anything. */
  behind: Pick<CloudFrontFront, 'environment' | 'grantRead' | 'addDependency'> | undefined;
  /** What every function reads. */
  environment: PixyEnvironment;
  logs: LogSettings;
};

/** Makes every function of infra/functions.ts that the settings ask for in `scope`, and allows each what it uses and nothing else. */
export function makeFunctions(scope: Construct, props: ServerFunctionsProps): ServerFunctions {
  const {
    tables,
    signing,
    environment,
    logs,
    mail,
    upstreams = [],
    passwordPepper,
    operators,
    hooks = {},
    revokeAtSignOut,
    jwtBearer,
    signedIntrospection,
    pairwiseSubjects,
    metadataDocuments = 'off',
    pushedAuthorizationRequests = 'off',
    securityProfile,
    registration = 'off',
    behind,
    keyTags,
    reservedConcurrency = {},
    home,
  } = props;
  const providers = upstreams.length > 0 ? { PIXY_UPSTREAMS: upstreamsVariable(scope, upstreams) } : {};
  const pepper = passwordPepper ? { PIXY_PASSWORD_PEPPER_PARAMETER: parameterNameOf(passwordPepper) } : {};
  const sends = mail !== undefined || hooks.sendMessage !== undefined;
  const mails = sends && isFirst(home) ? makeMail(scope, { ...props, hooks }) : undefined;
  const mailArn = mails?.handler.functionArn ?? (sends && home ? arnInFirst(scope, home, 'mail') : undefined);
  const descriptions = { ...functionDescriptions, ...optionalFunctions };
  const make = (name: PixyFunctionName | OptionalFunctionName): PixyFunction => {
    const made = new PixyFunction(scope, pascalCase(name), {
      name,
      functionName: functionNameIn(home, name),
      environment: {
        ...environment,
        ...((name === 'sign-in' || name === 'upstream' || name === 'account') && providers),
        ...((name === 'sign-in' || name === 'account') && pepper),
        ...(name !== 'rotate-keys' && behind?.environment),
        ...(mailArn !== undefined && handsOver(name) && { PIXY_MAIL: mailArn }),
        ...(name === 'rotate-keys' && keyTags && { PIXY_KEY_TAGS: JSON.stringify(keyTags) }),
        ...(hooksAskedBy(name, hooks).length > 0 && { PIXY_HOOKS: hooksVariable(scope, name, hooks) }),
      },
      ...descriptions[name],
      ...logs,
      reservedConcurrentExecutions: reservedConcurrency[name],
    });
    for (const use of descriptions[name].uses) uses[use](tables, made, signing);
    for (const hook of hooksAskedBy(name, hooks)) grantCallHook(made, hook);
    if (mailArn !== undefined && handsOver(name)) grantInvoke(made, [mailArn]);
    if (home) grantCallRegions(scope, made, name, home, props);
    if (name !== 'rotate-keys' && behind) {
      behind.grantRead(made);
      behind.addDependency(made);
    }
    return made;
  };
  const names = Object.keys(functionDescriptions) as PixyFunctionName[];
  const runs = (name: PixyFunctionName) => name !== 'rotate-keys' || isFirst(home);
  const functions = Object.fromEntries(names.filter(runs).map((name) => [name, make(name)])) as ServerFunctions;
  grantReadUpstreamSecrets(scope, functions.upstream, upstreams);
  if (passwordPepper) {
    for (const asking of [functions['sign-in'], functions.account]) grantReadSecret(scope, asking, passwordPepper);
  }
  if (revokeAtSignOut) {
    uses.grantEndWithGrants(tables, functions['sign-out']);
    uses.grantEndWithGrants(tables, functions.admin);
    uses.grantRevokeGrants(tables, functions.invitation);
  }
  if (keyTags && signing === 'kms' && functions['rotate-keys']) {
    uses.grantTagKeys(tables, functions['rotate-keys'], Object.keys(keyTags));
  }
  if (operators) uses.grantReadSubjects(tables, functions.admin);
  if (jwtBearer) uses.grantTakeIdentities(tables, functions.token);
  if (pairwiseSubjects) {
    for (const name of [
      'authorize',
      'authorize-hybrid',
      'device',
      'sign-out',
      ...(jwtBearer ? ['token' as const] : []),
    ] as const)
      uses.grantTellPairwiseSubjects(tables, functions[name]);
    uses.grantReadStanding(tables, functions['sign-out']);
  }
  if (signedIntrospection) uses.grantSign(tables, functions.introspect);
  if (metadataDocuments !== 'off') uses.grantNoteDocuments(tables, functions.consent);
  // FAPI 2.0 §5.3.2.2 leaves clients no other way.
  if (securityProfile || pushedAuthorizationRequests !== 'off') {
    functions.par = make('par');
    for (const name of ['authorize', 'authorize-hybrid'] as const) {
      uses.grantCompletePushedRequests(tables, functions[name]);
    }
    for (const name of ['sign-in', 'consent', 'invitation', 'register', 'upstream'] as const) {
      uses.grantReadPushedRequests(tables, functions[name]);
    }
  }
  if (registration !== 'off') {
    functions['client-registration'] = make('client-registration');
    uses.grantRenewClients(tables, functions.authorize);
    uses.grantRenewClients(tables, functions['authorize-hybrid']);
  }
  if (mails) functions.mail = mails.handler;
  if (sends) {
    uses.grantAnswerMails(tables, functions.invitation);
    if (props.removalGrace) {
      uses.grantNoteRemovals(tables, functions.invitation);
      if (isFirst(home)) functions['remove-accounts'] = makeDaily(scope, props);
    }
  }
  if (props.console) {
    functions.console = make('console');
    if (isFirst(home)) functions['roll-up'] = makeRollUp(scope, props);
  }
  if (makesAccounts(hooks)) uses.grantMirrorAccounts(tables, functions['sign-in']);
  return functions;
}

const handsOver = (name: string): boolean => handsOverMails.some((one) => one === name);

/** What it reads is the same for all functions, and the hook that sends. */
function makeMail(scope: Construct, props: ServerFunctionsProps & { hooks: HooksProps }): Mail {
  const { hooks, environment, mail, reservedConcurrency } = props;
  const hook = hooks.sendMessage ? { PIXY_HOOKS: hooksVariable(scope, 'mail', hooks) } : {};
  return new Mail(scope, 'Mails', {
    ...props,
    mail,
    environment: { ...environment, ...hook },
    functionName: functionNameIn(props.home, 'mail'),
    reservedConcurrentExecutions: reservedConcurrency?.mail,
  });
}

/** Removes accounts that are due, once a day. */
function makeDaily(scope: Construct, props: ServerFunctionsProps): PixyFunction {
  const { tables, environment, logs, reservedConcurrency } = props;
  const { uses: used, ...described } = removeAccountsDescription;
  const handler = new PixyFunction(scope, 'RemoveAccounts', {
    name: 'remove-accounts',
    functionName: functionNameIn(props.home, 'remove-accounts'),
    environment,
    ...described,
    ...logs,
    reservedConcurrentExecutions: reservedConcurrency?.['remove-accounts'],
  });
  for (const use of used) uses[use](tables, handler);
  if (props.home) grantCallRegions(scope, handler, 'remove-accounts', props.home, props);
  new Rule(scope, 'DailyRemoval', {
    description: 'Removes the accounts whose people deleted them some time ago',
    schedule: Schedule.rate(Duration.days(1)),
    targets: [new LambdaFunction(handler, { event: RuleTargetInput.fromObject({}) })],
  });
  return handler;
}

function makeRollUp(scope: Construct, props: ServerFunctionsProps): PixyFunction {
  const { tables, environment, logs } = props;
  const { uses: used, ...described } = rollUpDescription;
  const handler = new PixyFunction(scope, 'RollUp', {
    name: 'roll-up',
    functionName: functionNameIn(props.home, 'roll-up'),
    environment,
    ...described,
    ...logs,
  });
  for (const use of used) uses[use](tables, handler);
  return handler;
}

/** Whether a hook says whose password is right: then there is an account here for everybody it knows. */
const makesAccounts = ({ authenticate, migrateAccount }: HooksProps): boolean =>
  (authenticate ?? migrateAccount) !== undefined;

const pascalCase = (name: string): string => name.replace(/(^|-)./g, (start) => start.slice(-1).toUpperCase());
