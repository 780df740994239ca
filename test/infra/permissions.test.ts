import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routes } from '../../infra/routes.ts';
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
const only = (...attributes: string[]) =>
  `if ForAllValues:StringEquals dynamodb:Attributes is ${['pk', 'sk', ...attributes].join(', ')} if StringEqualsIfExists dynamodb:Select is SPECIFIC_ATTRIBUTES`;
const standing = ['disabledAt', 'epoch', 'clientEpochs', 'endedSessions', 'pairwiseSubjects'];
const onlyClaims = only('claims', 'username', ...standing);
const onlyKeys = only();
/** What is read in one call: no name, no password hash, no browser. */
const ofSessions = ['sub', 'epoch', 'authTime', 'amr', 'idleUntil', 'expiresAt', 'idleLifetime', 'notices'];
const ofConsents = [
  'scope',
  'resources',
  'claims',
  'detailsHash',
  'grantedAt',
  'clientEpoch',
  'clientSince',
  'documentHash',
  'request',
];
const signedIn = new Set([...ofSessions, ...standing, ...ofConsents]);
const findSignedIn = `dynamodb:BatchGetItem on people ${onItems('sessions#*', 'account#*', 'consents#*')} ${only(...signedIn)}`;
const readGrants = [
  'dynamodb:BatchGetItem on grants',
  `dynamodb:BatchGetItem on people ${onItems('account#*')} ${only(...standing)}`,
];

const readClients = `dynamodb:GetItem on clients ${onItems('client#*', 'global')}`;
const readApis = `dynamodb:Query on clients ${onItems('apis')}`;
const readKeys = `dynamodb:Query on keys ${onItems('signing')}`;
const readRefreshKeys = `dynamodb:Query on keys ${onItems('refresh')}`;
const decrypt = 'kms:Decrypt on wrappingKey if ForAnyValue:StringEquals kms:EncryptionContextKeys is kid';
const encrypt = 'kms:Encrypt on wrappingKey if ForAnyValue:StringEquals kms:EncryptionContextKeys is kid';
const onlyTotp = 'if StringLike kms:EncryptionContext:kid is totp:*';
const onlyRefreshKeys = 'if StringLike kms:EncryptionContext:kid is refresh-*';
const onlyNonceKeys = 'if StringLike kms:EncryptionContext:kid is nonce-*';
const makeNonces = [`dynamodb:Query on keys ${onItems('nonce')}`, `kms:Decrypt on wrappingKey ${onlyNonceKeys}`];
const useAssertions = [
  `dynamodb:GetItem on grants ${onItems('assertion#*')}`,
  `dynamodb:UpdateItem on grants ${onItems('assertion#*')}`,
];
const countGuesses = `dynamodb:UpdateItem on grants ${onItems('throttle#*')}`;
const redeem = ['dynamodb:GetItem on grants', 'dynamodb:UpdateItem on grants'];
const authorize = [
  readClients,
  readApis,
  readKeys,
  findSignedIn,
  `dynamodb:GetItem on people ${onItems('consents#*')}`,
  `dynamodb:UpdateItem on people ${onItems('sessions#*', 'consents#*')}`,
  readRefreshKeys,
  `kms:Decrypt on wrappingKey ${onlyRefreshKeys}`,
  `dynamodb:GetItem on people ${onItems('account#*')} ${onlyClaims}`,
  'dynamodb:PutItem on grants',
];

const keysOfKms = [
  'arn:',
  { Ref: 'AWS::Partition' },
  ':kms:',
  { Ref: 'AWS::Region' },
  ':',
  { Ref: 'AWS::AccountId' },
  ':key/*',
];
const ofThisServer = (key: string) => `StringEquals aws:${key}/pixy-keys-table is keys.Ref`;
/** Both under either setting: keys that were made before it changed sign until their successors take over. */
const sign = [decrypt, `kms:Sign on any key of KMS if ${ofThisServer('ResourceTag')}`];

/** Everything that any function may do. Whoever needs one more call writes it here too. */
const allowed: Record<string, string[]> = {
  Authorize: authorize,
  AuthorizeHybrid: [...authorize, ...sign],
  SignIn: [
    readClients,
    `dynamodb:GetItem on people ${onItems('account#*', 'username#*')}`,
    `dynamodb:UpdateItem on people ${onItems('account#*', 'throttle#*')}`,
    `dynamodb:GetItem on people ${onItems('sessions#*')}`,
    `dynamodb:PutItem on people ${onItems('sessions#*')}`,
    `dynamodb:DeleteItem on people ${onItems('sessions#*')}`,
    `dynamodb:PutItem on people ${onItems('challenge#*')}`,
    `dynamodb:GetItem on people ${onItems('pending#*', 'totp#*')}`,
    `dynamodb:UpdateItem on people ${onItems('pending#*', 'totp#*')}`,
    `dynamodb:PutItem on people ${onItems('pending#*')}`,
    `kms:Decrypt on wrappingKey ${onlyTotp}`,
  ],
  Passkey: [
    `dynamodb:GetItem on people ${onItems('account#*', 'challenge#*', 'passkeys#*', 'sessions#*', 'totp#*')}`,
    `dynamodb:PutItem on people ${onItems('challenge#*', 'passkeys#*', 'sessions#*')}`,
    `dynamodb:UpdateItem on people ${onItems('challenge#*', 'passkeys#*')}`,
    `dynamodb:Query on people ${onItems('passkeys#*')}`,
    `dynamodb:DeleteItem on people ${onItems('sessions#*')}`,
  ],
  Account: [
    readClients,
    readApis,
    `dynamodb:GetItem on people ${onItems('account#*', 'passkeys#*', 'sessions#*', 'totp#*', 'upstream#*')}`,
    `dynamodb:UpdateItem on people ${onItems('account#*', 'passkeys#*', 'sessions#*', 'throttle#*', 'totp#*')}`,
    `dynamodb:PutItem on people ${onItems('totp#*')}`,
    `dynamodb:DeleteItem on people ${onItems('consents#*', 'links#*', 'passkeys#*', 'sessions#*', 'totp#*', 'upstream#*')}`,
    `dynamodb:Query on people ${onItems('consents#*', 'links#*', 'passkeys#*', 'sessions#*')}`,
    ...redeem,
    'dynamodb:Query on the index byPerson of grants',
    `kms:Encrypt on wrappingKey ${onlyTotp}`,
    `kms:Decrypt on wrappingKey ${onlyTotp}`,
    readKeys,
    ...sign,
  ],
  Upstream: [
    `dynamodb:GetItem on people ${onItems('account#*')}`,
    `dynamodb:PutItem on people ${onItems('account#*')}`,
    ...['GetItem', 'UpdateItem'].map((call) => `dynamodb:${call} on people ${onItems('username#*')}`),
    `dynamodb:GetItem on people ${onItems('upstream#*', 'upstream-flow#*')}`,
    `dynamodb:UpdateItem on people ${onItems('upstream#*', 'upstream-flow#*')}`,
    `dynamodb:PutItem on people ${onItems('upstream-flow#*', 'links#*')}`,
    `dynamodb:DeleteItem on people ${onItems('upstream#*', 'links#*')}`,
    ...['DeleteItem', 'GetItem', 'PutItem'].map((call) => `dynamodb:${call} on people ${onItems('sessions#*')}`),
  ],
  Consent: [
    readClients,
    readApis,
    findSignedIn,
    `dynamodb:UpdateItem on people ${onItems('consents#*')}`,
    `dynamodb:GetItem on people ${onItems('account#*')} ${onlyClaims}`,
  ],
  DeviceAuthorization: [
    readClients,
    readApis,
    ...useAssertions,
    countGuesses,
    `dynamodb:UpdateItem on people ${onItems('throttle#*')}`,
    'dynamodb:PutItem on grants',
  ],
  Device: [
    readClients,
    readApis,
    `dynamodb:GetItem on people ${onItems('account#*')} ${onlyClaims}`,
    ...redeem,
    `dynamodb:Query on the index byPerson of grants ${onItems('user-code#*')}`,
    findSignedIn,
    `dynamodb:UpdateItem on people ${onItems('throttle#*')}`,
  ],
  SignOut: [
    readClients,
    readKeys,
    `dynamodb:GetItem on people ${onItems('sessions#*')}`,
    `dynamodb:DeleteItem on people ${onItems('sessions#*')}`,
    ...sign,
  ],
  Invitation: [
    readClients,
    `dynamodb:GetItem on people ${onItems('account#*', 'challenge#*', 'passkeys#*', 'sessions#*', 'totp#*', 'upstream#*')}`,
    `dynamodb:UpdateItem on people ${onItems('account#*', 'challenge#*')}`,
    `dynamodb:PutItem on people ${onItems('challenge#*', 'passkeys#*', 'pending#*', 'sessions#*')}`,
    `dynamodb:Query on people ${onItems('links#*', 'passkeys#*', 'sessions#*')}`,
    `dynamodb:DeleteItem on people ${onItems('links#*', 'passkeys#*', 'sessions#*', 'totp#*', 'upstream#*')}`,
    readKeys,
    ...sign,
  ],
  Register: [
    `dynamodb:GetItem on people ${onItems('account#*')}`,
    `dynamodb:PutItem on people ${onItems('account#*')}`,
    `dynamodb:GetItem on people ${onItems('username#*', 'throttle#*')}`,
    `dynamodb:UpdateItem on people ${onItems('username#*', 'throttle#*')}`,
    `dynamodb:PutItem on people ${onItems('sessions#*')}`,
  ],
  Token: [
    readClients,
    readApis,
    ...redeem,
    'dynamodb:Query on the index byPerson of grants',
    'dynamodb:BatchGetItem on grants',
    'dynamodb:BatchWriteItem on grants',
    `dynamodb:GetItem on people ${onItems('account#*')} ${onlyClaims}`,
    ...useAssertions,
    countGuesses,
    readKeys,
    readRefreshKeys,
    ...makeNonces,
    ...sign,
  ],
  Userinfo: [
    readClients,
    readApis,
    readKeys,
    ...makeNonces,
    'dynamodb:BatchGetItem on grants',
    `dynamodb:BatchGetItem on people ${onItems('account#*')} ${onlyClaims}`,
  ],
  Revoke: [readClients, ...redeem, ...useAssertions, countGuesses, readKeys, readRefreshKeys, decrypt],
  Introspect: [readClients, readApis, ...readGrants, ...useAssertions, countGuesses, readKeys],
  Metadata: [readClients, readApis, readKeys],
  Admin: [
    readKeys,
    ...sign,
    ...useAssertions,
    ...makeNonces,
    readApis,
    `dynamodb:GetItem on clients ${onItems('apis')}`,
    `dynamodb:UpdateItem on clients ${onItems('apis')}`,
    `dynamodb:GetItem on clients ${onItems('client#*', 'global', 'changes')}`,
    `dynamodb:UpdateItem on clients ${onItems('client#*', 'global')}`,
    `dynamodb:PutItem on clients ${onItems('directory', 'changes')}`,
    `dynamodb:Query on clients ${onItems('directory', 'changes')}`,
    `dynamodb:GetItem on people ${onItems('account#*')} ${onlyKeys}`,
    `dynamodb:GetItem on people ${onItems('sessions#*')}`,
    `dynamodb:Query on people ${onItems('sessions#*')}`,
    `dynamodb:DeleteItem on people ${onItems('sessions#*')}`,
  ],
  RotateKeys: [
    'dynamodb:PutItem on keys',
    'dynamodb:Query on keys',
    `dynamodb:DeleteItem on keys ${onItems('signing', 'refresh', 'unfinished')}`,
    encrypt,
    `kms:ScheduleKeyDeletion on any key of KMS if ${ofThisServer('ResourceTag')}`,
  ],
  TriggerProvider: ['lambda:InvokeFunction on a version of RotateKeys'],
};

/** The same where private keys are made in KMS. */
const allowedWithKms: Record<string, string[]> = {
  ...allowed,
  RotateKeys: [
    ...(allowed['RotateKeys'] ?? []),
    `kms:CreateKey on everything if ${ofThisServer('RequestTag')} if StringEquals kms:KeyUsage is SIGN_VERIFY`,
    `kms:TagResource on any key of KMS if ${ofThisServer('RequestTag')} if ForAllValues:StringEquals aws:TagKeys is pixy-keys-table`,
    'kms:GetPublicKey on any key of KMS if StringEquals kms:KeyUsage is SIGN_VERIFY',
  ],
};

describe.each([
  ['the dev stage', { stage: 'dev' }, allowed],
  ['the prod stage', { stage: 'prod' }, allowed],
  ['a stage with signing=kms', { signing: 'kms' }, allowedWithKms],
])('permissions of %s', (_, context, allowed) => {
  let made: Synthesized;
  beforeAll(() => {
    made = synthesize(context);
  });

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
    const index = separator === '' ? /^\/index\/(\w+)$/.exec(parts?.[1])?.[1] : undefined;
    if (index !== undefined) {
      const [table] = importedFrom(made, parts[0])?.split('.') ?? [];
      return `the index ${index} of ${table}`;
    }
    if (separator === '' && parts?.length === 2 && parts[1] === ':*') {
      return `a version of ${functionAt(made.api, parts[0])}`;
    }
    if (JSON.stringify(join) === JSON.stringify(['', keysOfKms])) return 'any key of KMS';
    if (reference === '*') return 'everything';
    return JSON.stringify(reference);
  }

  const conditionValue = (value: unknown): string =>
    typeof value === 'string' ? value : (importedFrom(made, value as Properties) ?? JSON.stringify(value));

  function permissionsOf(lambda: Resource): string[] {
    const { statements, managed } = policiesOf(made.api, lambda);
    const rows = statements.flatMap(({ Effect, Action, Resource, Condition, ...rest }) => {
      if (Effect !== 'Allow' || Object.keys(rest).length > 0) return ['a statement of another kind'];
      const conditions = Object.entries(Condition ?? {}).flatMap(([operator, keys]) =>
        Object.entries(keys).map(
          ([key, values]) => ` if ${operator} ${key} is ${list(values).map(conditionValue).join(', ')}`,
        ),
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
    const expected = routes.map(
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
