import { type App, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { afterAll, describe, expect, it, test } from 'vitest';
import { AuthorizationServer, type AuthorizationServerProps } from '../../infra/authorization-server.ts';
import { pixyStacks } from '../../infra/stacks/pixy-stacks.ts';
import { WrongSetting } from '../../infra/wrong-setting.ts';
import { everything } from './everything.ts';
import { type Properties, removeAssemblies, synthesize, type TemplateJson, testApp } from './synthesize.ts';

/* Two servers in one account and region: nothing that is the account's own has a name twice. */

afterAll(removeAssemblies);

const env = { account: '111122223333', region: 'us-east-1' };

/** Properties that are names of the account or the region, by the type of the resource. */
const names: Record<string, (properties: Properties) => unknown> = {
  'AWS::CloudFront::CachePolicy': ({ CachePolicyConfig }) => CachePolicyConfig.Name,
  'AWS::CloudFront::Function': ({ Name }) => Name,
  'AWS::CloudWatch::Alarm': ({ AlarmName }) => AlarmName,
  'AWS::CloudWatch::Dashboard': ({ DashboardName }) => DashboardName,
  'AWS::IAM::Role': ({ RoleName }) => RoleName,
  'AWS::Lambda::Function': ({ FunctionName }) => FunctionName,
  // What one server counts must not be added to what another one does.
  'AWS::Logs::MetricFilter': ({ MetricTransformations: [one] }) =>
    `${one.MetricNamespace} ${one.MetricName} ${JSON.stringify(one.Dimensions)}`,
  'AWS::SSM::Parameter': ({ Name }) => Name,
  'AWS::WAFv2::WebACL': ({ Name, VisibilityConfig }) => Name ?? VisibilityConfig.MetricName,
};

/** Names that several may have. */
const shared = [
  'AWS::ApiGatewayV2::Api Name',
  'AWS::ApiGatewayV2::Stage StageName',
  'AWS::IAM::Policy PolicyName',
  // References to what has a name of its own.
  'AWS::ApiGatewayV2::Stage DomainName',
  'AWS::ApiGatewayV2::ApiMapping DomainName',
  'AWS::Lambda::Permission FunctionName',
  'AWS::Lambda::Version FunctionName',
  'AWS::Lambda::EventInvokeConfig FunctionName',
  'AWS::Logs::MetricFilter LogGroupName',
  'AWS::SES::ConfigurationSetEventDestination ConfigurationSetName',
];

/** A name, with what CloudFormation fills in. */
const written = (name: unknown): string =>
  JSON.stringify(name).replaceAll('{"Ref":"AWS::Region"}', JSON.stringify(env.region));

/** Absent where a resource or a template has none. */
const propertiesOf = ({ Properties: properties }: { Properties?: Properties }): Properties => properties ?? {};
const outputsOf = ({ Outputs }: { Outputs?: TemplateJson['Outputs'] }): TemplateJson['Outputs'] => Outputs ?? {};

/** Everything in a template that has a name in the account, several metric filters of one metric being one. */
function namesIn(...templates: readonly TemplateJson[]): Set<string> {
  const found = templates.flatMap((template) => [
    ...Object.values(template.Resources).flatMap((resource) => {
      const name = names[resource.Type]?.(propertiesOf(resource));
      return name === undefined ? [] : [`${resource.Type} ${written(name)}`];
    }),
    ...Object.values(outputsOf(template)).flatMap(({ Export }) => (Export ? [`export ${written(Export.Name)}`] : [])),
  ]);
  return new Set(found);
}

const both = (one: Set<string>, other: Set<string>): string[] => [...one].filter((name) => other.has(name));

const templateOf = (stack: Stack): TemplateJson => Template.fromStack(stack).toJSON() as TemplateJson;

const certificateIn = (stack: Stack, id: string) =>
  Certificate.fromCertificateArn(stack, id, 'arn:aws:acm:us-east-1:111122223333:certificate/one');

/** Everything that makes resources, CloudFront too. The stage is the one name that people choose. */
const whole = (stack: Stack, stage: string): AuthorizationServerProps => ({
  ...everything,
  stage,
  operators: { claim: 'groups', read: ['ops'] },
  console: true,
  removalGrace: Duration.days(7),
  front: { domainName: `${stage}.example.com`, certificate: certificateIn(stack, `${stage}Certificate`) },
});

const stackOf = (app: App, id: string, stage: string, stackName?: string): Stack => {
  const stack = new Stack(app, id, { env, ...(stackName !== undefined && { stackName }) });
  new AuthorizationServer(stack, 'Auth', whole(stack, stage));
  return stack;
};

/** The resources of a construct in a stack that has two. */
const below = ({ Resources, ...others }: TemplateJson, id: string): TemplateJson => ({
  ...others,
  Resources: Object.fromEntries(
    Object.entries(Resources).filter(([, { Metadata }]) => Metadata?.['aws:cdk:path']?.split('/')[1] === id),
  ),
});

describe('two servers in one account have no name twice', () => {
  it('in two stacks', () => {
    const app = testApp();
    const [one, other] = [stackOf(app, 'One', 'staff'), stackOf(app, 'Other', 'customers')].map(templateOf);
    const found = namesIn(one as TemplateJson);
    expect(found.size).toBeGreaterThan(20);
    expect(both(found, namesIn(other as TemplateJson))).toEqual([]);
  });

  it('in one stack', () => {
    // Together they have more than the 500 resources of a stack, which the CDK says in a sentence of its own; with fewer endpoints they fit.
    const stack = new Stack(testApp({ '@aws-cdk/core:stackResourceLimit': 1_000 }), 'Mine', { env });
    for (const stage of ['staff', 'customers']) {
      const { front, mail } = whole(stack, stage);
      new AuthorizationServer(stack, stage, { stage, front, mail });
    }
    const template = templateOf(stack);
    const [staff, customers] = [below(template, 'staff'), below(template, 'customers')];
    expect(namesIn(staff).size).toBeGreaterThan(20);
    expect(both(namesIn(staff), namesIn(customers))).toEqual([]);
  });

  it('as two stages', () => {
    const [dev, prod] = [synthesize({ stage: 'dev' }), synthesize({ stage: 'prod' })];
    expect(both(namesIn(dev.tables, dev.api), namesIn(prod.tables, prod.api))).toEqual([]);
  });

  it('in one stack of an app that is deployed twice, under two names', () => {
    const [one, other] = [
      stackOf(testApp(), 'Mine', 'staff', 'staff-auth'),
      stackOf(testApp(), 'Mine', 'customers', 'customers-auth'),
    ].map(templateOf);
    expect(both(namesIn(one as TemplateJson), namesIn(other as TemplateJson))).toEqual([]);
  });

  it('and no resource has a name that these tests do not know', () => {
    const stack = stackOf(testApp(), 'Mine', 'staff');
    const { tables, api } = synthesize({ stage: 'prod' });
    const unnamed = [templateOf(stack), tables, api].flatMap(({ Resources }) =>
      Object.values(Resources)
        .filter(({ Type }) => names[Type] === undefined)
        .flatMap((resource) =>
          Object.keys(propertiesOf(resource))
            .filter((key) => key.endsWith('Name'))
            .map((key) => `${resource.Type} ${key}`),
        ),
    );
    expect([...new Set(unnamed)].filter((one) => !shared.includes(one)).toSorted()).toEqual([]);
  });
});

describe('a stage that another server of the account and region has is refused', () => {
  const sentence = new WrongSetting(
    'stage is staff, which another server of this app has in the same region: give each a name of its own.',
  );

  test('in the same stack', () => {
    const stack = new Stack(testApp(), 'Mine', { env });
    new AuthorizationServer(stack, 'One', { stage: 'staff' });
    expect(() => new AuthorizationServer(stack, 'Other', { stage: 'staff' })).toThrow(sentence);
  });

  test('in another stack', () => {
    const app = testApp();
    new AuthorizationServer(new Stack(app, 'One'), 'Auth', { stage: 'staff' });
    expect(() => new AuthorizationServer(new Stack(app, 'Other'), 'Auth', { stage: 'staff' })).toThrow(sentence);
  });

  test('but not in another region', () => {
    const app = testApp();
    for (const region of ['eu-west-1', 'us-east-1']) {
      const stack = new Stack(app, region, { env: { ...env, region } });
      expect(() => new AuthorizationServer(stack, 'Auth', { stage: 'staff' })).not.toThrow();
    }
  });

  test('and the two stacks of one stage are one server', () => {
    expect(() => pixyStacks(testApp({ stage: 'staff', domainName: 'none' }))).not.toThrow();
  });
});
