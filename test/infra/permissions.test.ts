import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deployedRoutes } from '../../infra/functions.ts';
import {
  constructIds,
  functionAt,
  functionsOf,
  importedFrom,
  list,
  ofType,
  type Properties,
  policiesOf,
  type Resource,
  removeAssemblies,
  type Synthesized,
  synthesize,
} from './synthesize.ts';

afterAll(removeAssemblies);

const ownLogs = ['logs:CreateLogStream on its own logs', 'logs:PutLogEvents on its own logs'];
const onItems = (...keys: string[]) => `if ForAllValues:StringLike dynamodb:LeadingKeys is ${keys.join(', ')}`;
const onlyClaims =
  'if ForAllValues:StringEquals dynamodb:Attributes is pk, sk, claims if StringEqualsIfExists dynamodb:Select is SPECIFIC_ATTRIBUTES';

const readClients = `dynamodb:GetItem on clients ${onItems('client#*', 'global')}`;
const readApis = `dynamodb:Query on clients ${onItems('apis')}`;
const readKeys = `dynamodb:Query on keys ${onItems('signing')}`;
const readRefreshKeys = `dynamodb:Query on keys ${onItems('refresh')}`;
const decrypt = 'kms:Decrypt on wrappingKey if ForAnyValue:StringEquals kms:EncryptionContextKeys is kid';
const encrypt = 'kms:Encrypt on wrappingKey if ForAnyValue:StringEquals kms:EncryptionContextKeys is kid';
const useAssertions = [
  `dynamodb:GetItem on grants ${onItems('assertion#*')}`,
  `dynamodb:UpdateItem on grants ${onItems('assertion#*')}`,
];
const redeem = ['dynamodb:GetItem on grants', 'dynamodb:UpdateItem on grants'];
const authorize = [
  readClients,
  readApis,
  readKeys,
  `dynamodb:GetItem on people ${onItems('session#*')}`,
  `dynamodb:GetItem on people ${onItems('account#*')} ${onlyClaims}`,
  'dynamodb:PutItem on grants',
];

/** Everything that any function may do. Whoever needs one more call writes it here too. */
const allowed: Record<string, string[]> = {
  Authorize: authorize,
  AuthorizeHybrid: [...authorize, decrypt],
  SignIn: [
    readClients,
    `dynamodb:GetItem on people ${onItems('account#*', 'username#*')}`,
    `dynamodb:UpdateItem on people ${onItems('throttle#*')}`,
    `dynamodb:PutItem on people ${onItems('session#*')}`,
    `dynamodb:DeleteItem on people ${onItems('session#*')}`,
  ],
  SignOut: [
    readClients,
    readKeys,
    `dynamodb:GetItem on people ${onItems('session#*')}`,
    `dynamodb:DeleteItem on people ${onItems('session#*')}`,
  ],
  Token: [readClients, readApis, ...redeem, ...useAssertions, readKeys, readRefreshKeys, decrypt],
  Userinfo: [
    readKeys,
    'dynamodb:BatchGetItem on grants',
    `dynamodb:BatchGetItem on people ${onItems('account#*')} ${onlyClaims}`,
  ],
  Revoke: [readClients, ...redeem, ...useAssertions, readKeys, readRefreshKeys, decrypt],
  Introspect: [readClients, 'dynamodb:GetItem on grants', ...useAssertions, readKeys],
  Metadata: [readClients, readApis, readKeys],
  RotateKeys: [
    'dynamodb:PutItem on keys',
    'dynamodb:Query on keys',
    `dynamodb:DeleteItem on keys ${onItems('signing')}`,
    encrypt,
  ],
  TriggerProvider: ['lambda:InvokeFunction on a version of RotateKeys'],
};

describe.each(['dev', 'prod'])('permissions of the %s stage', (stage) => {
  let made: Synthesized;
  beforeAll(() => {
    made = synthesize({ stage });
  }, 60_000);

  /** What a statement of a function's role is about, in words; the reference itself when it is none of the things we know. */
  function resourceName(reference: unknown, lambda: Resource): string {
    const { 'Fn::GetAtt': attribute, 'Fn::Join': join, 'Fn::ImportValue': imported } = reference as Properties;
    if (imported) {
      const [name, what] = importedFrom(made, reference as Properties)?.split('.') ?? [];
      if (name && what === 'Arn') return name;
    }
    if (attribute?.[0] === lambda.Properties['LoggingConfig']?.LogGroup?.Ref && attribute[1] === 'Arn')
      return 'its own logs';
    const [separator, parts] = join ?? [];
    if (separator === '' && parts?.length === 2 && parts[1] === ':*') {
      return `a version of ${functionAt(made.api, parts[0])}`;
    }
    return JSON.stringify(reference);
  }

  function permissionsOf(lambda: Resource): string[] {
    const { statements, managed } = policiesOf(made.api, lambda);
    const rows = statements.flatMap(({ Effect, Action, Resource, Condition, ...rest }) => {
      if (Effect !== 'Allow' || Object.keys(rest).length > 0) return ['a statement of another kind'];
      const conditions = Object.entries(Condition ?? {}).flatMap(([operator, keys]) =>
        Object.entries(keys).map(([key, values]) => ` if ${operator} ${key} is ${list(values).join(', ')}`),
      );
      return list(Action).flatMap((action) =>
        list(Resource).map((resource) => `${action} on ${resourceName(resource, lambda)}${conditions.join('')}`),
      );
    });
    return [...managed.map((arn) => `everything in ${JSON.stringify(arn)}`), ...rows].sort();
  }

  it.each(Object.keys(allowed))('%s may make exactly the calls of the list (H25)', (name) => {
    const lambda = functionsOf(made.api).get(name);
    expect(lambda && permissionsOf(lambda)).toEqual([...(allowed[name] ?? []), ...ownLogs].sort());
  });

  it('has no function, role or policy besides those of the list (H25)', () => {
    expect([...functionsOf(made.api).keys()].sort()).toEqual(Object.keys(allowed).sort());
    const roles = [...functionsOf(made.api).values()].map(
      ({ Properties }): string => Properties['Role']['Fn::GetAtt'][0],
    );
    expect(
      ofType(made.api, 'AWS::IAM::Role')
        .map(([id]) => id)
        .sort(),
    ).toEqual(roles.sort());
    const attachedTo = ofType(made.api, 'AWS::IAM::Policy').flatMap(([, { Properties }]) => Properties['Roles']);
    for (const role of attachedTo) expect(roles).toContain(role.Ref);
    const others = ['AWS::IAM::Role', 'AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy', 'AWS::IAM::User'];
    expect(others.flatMap((type) => ofType(made.tables, type))).toEqual([]);
  });

  it('lets every role be assumed by Lambda alone (H25)', () => {
    for (const [, role] of ofType(made.api, 'AWS::IAM::Role')) {
      const { Statement } = role.Properties['AssumeRolePolicyDocument'];
      expect(Statement).toEqual([
        { Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' } },
      ]);
    }
  });

  it('lets API Gateway call a function for its own routes only, and the daily rule call RotateKeys (H25)', () => {
    const calls = ofType(made.api, 'AWS::Lambda::Permission').map(([, { Properties }]) => {
      const { Action, FunctionName, Principal, SourceArn } = Properties;
      const rule = SourceArn['Fn::GetAtt']?.[0];
      const source = rule ? made.api.Resources[rule]?.Type : SourceArn['Fn::Join'][1].at(-1);
      return `${Principal} ${Action} ${functionAt(made.api, FunctionName)} from ${source}`;
    });
    const expected = deployedRoutes.map(
      (route) =>
        `apigateway.amazonaws.com lambda:InvokeFunction ${constructIds[route.function]} from /*/*${route.path}`,
    );
    const daily = 'events.amazonaws.com lambda:InvokeFunction RotateKeys from AWS::Events::Rule';
    expect(calls.sort()).toEqual([...expected, daily].sort());
  });

  it('leaves the key that encrypts signing keys to the policies above: its own policy only names the account (H25)', () => {
    const [[, key] = []] = ofType(made.tables, 'AWS::KMS::Key');
    const principals = key?.Properties['KeyPolicy'].Statement.map(
      (statement: Properties) => statement['Principal'].AWS,
    );
    expect(principals).toEqual([
      { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::', { Ref: 'AWS::AccountId' }, ':root']] },
    ]);
  });
});
