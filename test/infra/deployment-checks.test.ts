import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Certificate, type ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Function as Lambda } from 'aws-cdk-lib/aws-lambda';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { AuthorizationServer, type AuthorizationServerProps } from '../../infra/authorization-server.ts';
import { AuthorizationServerTables } from '../../infra/constructs/authorization-server-tables.ts';
import { WrongSetting } from '../../infra/wrong-setting.ts';
import {
  functionsOf,
  ofType,
  policiesOf,
  type Resource,
  removeAssemblies,
  type TemplateJson,
  templateWith,
  testApp,
} from './synthesize.ts';

afterAll(removeAssemblies);

const build = (props: (stack: Stack) => AuthorizationServerProps, region?: string) => {
  const stack = new Stack(testApp(), 'Test', { ...(region && { env: { region, account: '111122223333' } }) });
  new AuthorizationServer(stack, 'Auth', { stage: 'dev', ...props(stack) });
  return Template.fromStack(stack).toJSON() as TemplateJson;
};

const arn = (rest: string) => `arn:aws:${rest}`;

describe('D11: what has to be in the region of the stack is refused when it is in another', () => {
  const domainOf = (stack: Stack) => ({
    domainName: 'sign-in.example.com',
    certificate: Certificate.fromCertificateArn(stack, 'C', arn('acm:us-east-1:111122223333:certificate/1')),
  });
  const madeIn = (stack: Stack) => ({
    domainName: 'sign-in.example.com',
    certificate: new Certificate(stack, 'Made', { domainName: 'sign-in.example.com' }),
  });
  const others: [string, (stack: Stack) => AuthorizationServerProps, string][] = [
    ['the certificate', (stack) => ({ domain: domainOf(stack) }), 'domain.certificate must be in eu-west-1'],
    [
      'the topic of the alarms',
      (stack) => ({ alarmTopic: Topic.fromTopicArn(stack, 'T', arn('sns:us-east-1:111122223333:alarms')) }),
      'alarmTopic must be in eu-west-1',
    ],
    [
      'a hook',
      (stack) => ({
        hooks: { claims: Lambda.fromFunctionArn(stack, 'F', arn('lambda:us-east-1:111122223333:function:claims')) },
      }),
      'hooks.claims must be in eu-west-1',
    ],
    [
      'the key of adopted tables',
      (stack) => ({
        tables: AuthorizationServerTables.fromExisting(stack, 'Tables', {
          grants: 'grants',
          clients: 'clients',
          people: 'people',
          keys: 'keys',
          wrappingKey: arn('kms:us-east-1:111122223333:key/one'),
        }),
      }),
      'wrappingKey must be in eu-west-1',
    ],
    [
      'the key of the logs',
      (stack) => ({ logEncryptionKey: Key.fromKeyArn(stack, 'Logs', arn('kms:us-east-1:111122223333:key/one')) }),
      'logEncryptionKey must be in eu-west-1',
    ],
  ];
  afterEach(() => vi.unstubAllEnvs());

  it.each(others)('%s', (_, props, sentence) => {
    expect(() => build(props, 'eu-west-1')).toThrow(WrongSetting);
    expect(() => build(props, 'eu-west-1')).toThrow(sentence);
    expect(() => build(props, 'us-east-1')).not.toThrow();
  });

  it.each<[string, (elsewhere: Stack) => AuthorizationServerProps, string]>([
    ['certificate', (elsewhere) => ({ domain: madeIn(elsewhere) }), 'domain.certificate'],
    ['topic', (elsewhere) => ({ alarmTopic: new Topic(elsewhere, 'T') }), 'alarmTopic'],
    ['key', (elsewhere) => ({ logEncryptionKey: new Key(elsewhere, 'K') }), 'logEncryptionKey'],
  ])('a %s that another stack makes, whose ARN nobody knows yet', (_, props, prop) => {
    const app = testApp();
    const at = (region: string) =>
      new Stack(app, region, { env: { account: '111122223333', region }, crossRegionReferences: true });
    const [own, elsewhere] = [at('eu-west-1'), at('us-east-1')];
    expect(() => new AuthorizationServer(own, 'Auth', { stage: 'dev', ...props(elsewhere) })).toThrow(
      new WrongSetting(`${prop} must be in eu-west-1, the region of the stack, but it is in us-east-1.`),
    );
    expect(() => build(props, 'us-east-1')).not.toThrow();
  });

  it('where the stack names no region, it is the one that the CLI deploys to', () => {
    vi.stubEnv('CDK_DEFAULT_REGION', 'eu-west-1');
    expect(() => build((stack) => ({ domain: domainOf(stack) }))).toThrow(
      'domain.certificate must be in eu-west-1, where the CDK deploys to unless AWS_REGION or an env says otherwise, but arn:',
    );
    vi.stubEnv('CDK_DEFAULT_REGION', undefined);
    expect(() => build((stack) => ({ domain: domainOf(stack) }))).not.toThrow();
  });
});

it('what the CDK looks up after the first run does not end that run', () => {
  const of = (stack: Stack, name: string) => StringParameter.valueFromLookup(stack, `/mine/${name}`);
  const props = (stack: Stack): AuthorizationServerProps => ({
    domain: {
      domainName: of(stack, 'domain'),
      certificate: Certificate.fromCertificateArn(stack, 'C', of(stack, 'certificate')),
      hostedZone: HostedZone.fromHostedZoneAttributes(stack, 'Z', { hostedZoneId: 'Z1', zoneName: of(stack, 'zone') }),
    },
    mail: { from: of(stack, 'from'), identity: of(stack, 'identity'), configurationSet: of(stack, 'set') },
    tables: AuthorizationServerTables.fromExisting(stack, 'Tables', {
      grants: of(stack, 'grants'),
      clients: of(stack, 'clients'),
      people: of(stack, 'people'),
      keys: of(stack, 'keys'),
      wrappingKey: arn('kms:eu-west-1:111122223333:key/one'),
    }),
    upstreams: [{ id: 'one', name: 'One', issuer: of(stack, 'issuer'), clientId: of(stack, 'id') }],
  });
  expect(() => build(props, 'eu-west-1')).not.toThrow();
  const inTexts = (stack: Stack): AuthorizationServerProps => ({
    domain: {
      domainName: `sign-in.${of(stack, 'zone')}`,
      certificate: Certificate.fromCertificateArn(
        stack,
        'C',
        arn(`acm:eu-west-1:${of(stack, 'account')}:certificate/1`),
      ),
    },
    mail: { from: `Mine <no-reply@${of(stack, 'zone')}>`, identity: of(stack, 'zone') },
    upstreams: [{ id: 'one', name: 'One', issuer: `https://${of(stack, 'host')}`, clientId: of(stack, 'id') }],
  });
  expect(() => build(inTexts, 'eu-west-1')).not.toThrow();
});

describe('a certificate for CloudFront whose ARN only the deployment knows', () => {
  const front = (certificate: ICertificate): AuthorizationServerProps => ({
    front: {
      domainName: 'sign-in.example.com',
      certificate,
      webAclArn: arn('wafv2:us-east-1:111122223333:global/webacl/one/1'),
    },
  });

  it('is refused when a stack of another region makes it', () => {
    const made = (stack: Stack) => new Certificate(stack, 'C', { domainName: 'sign-in.example.com' });
    expect(() => build((stack) => front(made(stack)), 'eu-west-1')).toThrow(
      'front.certificate is of eu-west-1: CloudFront takes certificates of us-east-1 only.',
    );
  });

  it('is taken when it comes from a parameter, which is of another region than what it names', () => {
    const named = (stack: Stack) =>
      Certificate.fromCertificateArn(stack, 'C', StringParameter.valueForStringParameter(stack, '/mine/certificate'));
    expect(() => build((stack) => front(named(stack)), 'eu-west-1')).not.toThrow();
  });
});

describe('tables of another schema are refused', () => {
  const withTables = (change: (tables: AuthorizationServerTables) => object) => () =>
    build((stack) => ({ tables: change(new AuthorizationServerTables(stack, 'Tables')) as never }));

  it('when one is missing', () => {
    expect(withTables(({ grants, clients, people }) => ({ grants, clients, people }))).toThrow(
      new WrongSetting('tables has no table keys: make them with AuthorizationServerTables of this package.'),
    );
  });

  it('when they are just four tables', () => {
    expect(withTables(({ grants, clients, people, keys }) => ({ grants, clients, people, keys }))).toThrow(
      new WrongSetting('tables has no key: make them with AuthorizationServerTables of this package.'),
    );
  });

  it.each([
    [{ account: '111122223333', region: 'us-east-1' }, 'region us-east-1, and the server in eu-central-1'],
    [{ account: '444455556666', region: 'eu-central-1' }, 'account 444455556666, and the server in 111122223333'],
  ])('when they are made in %j', (env, places) => {
    const app = testApp();
    const tables = new AuthorizationServerTables(new Stack(app, 'Data', { env }), 'Tables');
    const stack = new Stack(app, 'Mine', { env: { account: '111122223333', region: 'eu-central-1' } });
    expect(() => new AuthorizationServer(stack, 'Auth', { tables })).toThrow(
      new WrongSetting(
        `tables.grants is made in the ${places}: give both stacks the same env, or use MultiRegionAuthorizationServer for several regions.`,
      ),
    );
  });

  it('when one has other keys', () => {
    expect(withTables(({ grants, clients, people }) => ({ grants, clients, people, keys: grants }))).toThrow(
      new WrongSetting('tables.keys has the keys id instead of pk and sk: it is a table of another schema.'),
    );
  });
});

it('mail from a domain that nobody can have is refused', () => {
  expect(() => templateWith({ mail: { from: 'no-reply@sign-in.test' } })).toThrow(
    new WrongSetting('mail.from is no-reply@sign-in.test, and Amazon SES cannot verify a domain in .test.'),
  );
});

describe('D10: the environment of a function', () => {
  const brand = { logo: `data:image/png;base64,${'A'.repeat(2_800)}` };
  const upstreams = ['one', 'two', 'three', 'four'].map((id) => ({
    id,
    name: `Provider ${id} of the enterprise`,
    issuer: `https://login.${id}.example.com/realms/enterprise`,
    clientId: `client-of-${id}-0123456789`,
    emailDomains: [`${id}.example.com`, `${id}.example.org`, `${id}.example.net`],
  }));

  it('is refused when its parts fit and its sum does not', () => {
    expect(() => templateWith({ stage: 'dev', brand })).not.toThrow();
    expect(() => templateWith({ stage: 'dev', upstreams })).not.toThrow();
    expect(() => templateWith({ stage: 'dev', brand, upstreams })).toThrow(
      /^The settings of the function sign-in have \d{4} bytes, and Lambda takes 4096: brand takes \d+, upstreams takes \d+; make them shorter\.$/,
    );
  });
});

describe('D11: a construct in a stack of somebody else', () => {
  const parametersOf = (template: TemplateJson) =>
    ofType(template, 'AWS::SSM::Parameter').map(([, { Properties }]): string => Properties['Name']);

  it('tells pixy --stage where everything is when it has a name', () => {
    expect(parametersOf(templateWith({ protection: false }))).toEqual([]);
    expect(parametersOf(templateWith({ stage: 'staff', protection: false })).sort()).toEqual(
      [
        'issuer',
        'log-groups',
        'signing',
        'tables/clients',
        'tables/grants',
        'tables/keys',
        'tables/people',
        'wrapping-key',
      ].map((name) => `/pixy/staff/${name}`),
    );
  });

  it('D5: staging can have the protection of prod, and prod none', () => {
    const kept = (props: AuthorizationServerProps) =>
      new Set(
        ofType(templateWith(props), 'AWS::DynamoDB::GlobalTable').map(([, { DeletionPolicy }]) => DeletionPolicy),
      );
    expect(kept({ stage: 'staging' })).toEqual(new Set(['Retain']));
    expect(kept({ stage: 'prod', protection: false })).toEqual(new Set(['Delete']));
    expect(kept({ stage: 'dev', protection: true })).toEqual(new Set(['Retain']));
  });

  it('puts its tags on keys that it makes in KMS, and may put no others', () => {
    const template = templateWith({ stage: 'dev', signing: 'kms', keyTags: { 'cost-centre': '4711' } });
    const rotate = functionsOf(template).get('RotateKeys') as Resource;
    const variables = rotate.Properties['Environment'].Variables;
    expect(variables['PIXY_KEY_TAGS']).toBe('{"cost-centre":"4711"}');
    const tagging = policiesOf(template, rotate).statements.filter(({ Action }) => Action === 'kms:TagResource');
    expect(tagging.map(({ Condition }) => Condition?.['ForAllValues:StringEquals']?.['aws:TagKeys'])).toEqual([
      ['pixy-keys-table'],
      ['pixy-keys-table', 'cost-centre'],
    ]);
    const parameters = ofType(template, 'AWS::SSM::Parameter').map(([, { Properties }]) => Properties);
    expect(parameters.find(({ Name }) => Name === '/pixy/dev/key-tags')?.['Value']).toBe('{"cost-centre":"4711"}');
  });

  it.each([
    [{ 'pixy-keys-table': 'mine' }, /pixy-keys-table is the tag of the server itself/],
    [{ 'aws:owner': 'me' }, /no tag "aws:owner"/],
    [{ '': 'me' }, /no tag ""/],
    [{ owner: 'me & you' }, /no tag "owner" with the value "me & you"/],
    [Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`tag-${index}`, ''])), /50 tags/],
  ])('refuses tags that KMS would refuse at the next rotation: %j', (keyTags: Record<string, string>, problem) => {
    expect(() => templateWith({ stage: 'dev', keyTags })).toThrow(problem);
  });

  it('encrypts every log group with the given key, and lets CloudWatch Logs use it', () => {
    const template = build((stack) => ({ logEncryptionKey: new Key(stack, 'Logs') }));
    const groups = ofType(template, 'AWS::Logs::LogGroup');
    expect(groups.length).toBeGreaterThan(15);
    for (const [, { Properties }] of groups) expect(Properties).toHaveProperty('KmsKeyId');
    const policies = ofType(template, 'AWS::KMS::Key').map(([, { Properties }]) =>
      JSON.stringify(Properties['KeyPolicy']),
    );
    expect(policies.filter((policy) => policy.includes('kms:EncryptionContext:aws:logs:arn'))).toHaveLength(1);
  });

  it('reserves concurrency for the functions that are named', () => {
    const functions = functionsOf(templateWith({ stage: 'dev', reservedConcurrency: { token: 50 } }));
    const reserved = [...functions].filter(([, { Properties }]) => 'ReservedConcurrentExecutions' in Properties);
    expect(reserved.map(([name, { Properties }]) => [name, Properties['ReservedConcurrentExecutions']])).toEqual([
      ['Token', 50],
    ]);
  });

  it('answers at / as well, and over IPv6', () => {
    const template = templateWith({ stage: 'dev' });
    const routes = ofType(template, 'AWS::ApiGatewayV2::Route').map(([, { Properties }]) => Properties['RouteKey']);
    expect(routes).toContain('ANY /');
    expect(ofType(template, 'AWS::ApiGatewayV2::Api')[0]?.[1].Properties['IpAddressType']).toBe('dualstack');
  });
});
