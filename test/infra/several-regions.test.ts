import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import { Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { MockIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { afterAll, describe, expect, it, test } from 'vitest';
import { longestWait } from '../../functions/homes/send.ts';
import { AuthorizationServer, type AuthorizationServerProps } from '../../infra/authorization-server.ts';
import { AuthorizationServerTables } from '../../infra/constructs/authorization-server-tables.ts';
import { functionDescriptions, optionalFunctions } from '../../infra/functions.ts';
import type { HomeProps } from '../../infra/home.ts';
import { passOnFunctions } from '../../infra/other-regions.ts';
import {
  MultiRegionAuthorizationServer,
  type MultiRegionAuthorizationServerProps,
} from '../../infra/stacks/multi-region-authorization-server.ts';
import { pixyStacks } from '../../infra/stacks/pixy-stacks.ts';
import { WrongSetting } from '../../infra/wrong-setting.ts';
import { everythingOfRegions } from './everything.ts';
import {
  functionsOf,
  list,
  ofType,
  onlyOne,
  policiesOf,
  type Resource,
  removeAssemblies,
  type TemplateJson,
  testApp,
} from './synthesize.ts';

/* One server in several regions: `MultiRegionAuthorizationServer`, and the prop `home` that it fills in. */

afterAll(removeAssemblies);

const regions = { a: 'eu-central-1', b: 'us-east-1' };
const entriesOfRegions = Object.entries(regions) as ['a' | 'b', string][];
const hostedZone = { hostedZoneId: 'Z123', zoneName: 'example.com' };
const domain = { domainName: 'sign-in.example.com', hostedZone };
const operators = { claim: 'groups', read: ['ops'] };
const usual: MultiRegionAuthorizationServerProps = { stage: 'prod', regions, first: 'a', domain };

type Changed = { [Name in keyof MultiRegionAuthorizationServerProps]?: unknown } & {
  front?: unknown;
  signing?: unknown;
};

/** What is wrong here, the types mostly know; not every app has types. */
const make = (changed: Changed = {}) =>
  new MultiRegionAuthorizationServer(testApp(), 'Auth', {
    ...usual,
    ...changed,
  } as MultiRegionAuthorizationServerProps);

type Templates = Record<'a' | 'b', { tables: TemplateJson; api: TemplateJson }>;

const templatesOf = (made: MultiRegionAuthorizationServer): Templates =>
  Object.fromEntries(
    Object.entries(made.regions).map(([letter, { tables, api }]) => [
      letter,
      {
        tables: Template.fromStack(tables).toJSON() as TemplateJson,
        api: Template.fromStack(api).toJSON() as TemplateJson,
      },
    ]),
  ) as Templates;

/** What has to be there. */
function must<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('it is not there');
  return value;
}

const certificateIn = (region: string) => `arn:aws:acm:${region}:111122223333:certificate/one`;
const certificates = { a: certificateIn('eu-central-1'), b: certificateIn('us-east-1') };
const existing = { grants: 'grants', clients: 'clients', people: 'people', keys: 'keys' };
const wrappingKeyIn = (region: string) => `arn:aws:kms:${region}:111122223333:key/mrk-1`;
const tables = {
  a: { ...existing, wrappingKey: wrappingKeyIn('eu-central-1') },
  b: { ...existing, wrappingKey: wrappingKeyIn('us-east-1') },
};

describe('is refused in one sentence that names the prop:', () => {
  test.each<[string, Changed, string]>([
    ['no region', { regions: undefined }, 'regions must name two at least'],
    ['one region', { regions: { a: 'eu-central-1' } }, 'regions must name two at least'],
    [
      'a name that is no letter',
      { regions: { a: 'eu-central-1', eu: 'eu-west-1' } },
      'regions must have letters from a to z for names, but has "eu" for eu-west-1.',
    ],
    [
      'a capital letter, which would be another one and the same',
      { regions: { a: 'eu-central-1', A: 'eu-west-1' } },
      'regions must have letters from a to z for names, but has "A" for eu-west-1.',
    ],
    [
      'a region twice',
      { regions: { a: 'eu-central-1', b: 'us-east-1', c: 'eu-central-1' } },
      'regions has eu-central-1 twice: regions.c must be another one.',
    ],
    [
      'a region that is none',
      { regions: { a: 'eu-central-1', b: 'Virginia' } },
      'regions.b must be the name of a region such as eu-central-1, but is "Virginia".',
    ],
    [
      'regions that share no tables',
      { regions: { a: 'eu-central-1', b: 'cn-north-1' } },
      'regions must be of one partition, but eu-central-1, cn-north-1 are of aws and aws-cn.',
    ],
    ['no first', { first: undefined }, 'first must be one of the letters of regions, a, b, but is "undefined".'],
    ['an unknown first', { first: 'c' }, 'first must be one of the letters of regions, a, b, but is "c".'],
    ['a first that every object has', { first: 'constructor' }, 'first must be one of the letters of regions'],
    ['no stage', { stage: undefined }, 'stage is missing'],
    ['a stage with a slash', { stage: 'prod/eu' }, 'stage must be a name of up to 40 letters, digits and hyphens'],
    ['a stage that leaves no room', { stage: 'p'.repeat(39) }, 'stage must have up to 38 characters'],
    ['no domain', { domain: undefined }, 'domain is missing'],
    ['a domain without certificates', { domain: { domainName: 'sign-in.example.com' } }, 'domain needs certificates'],
    [
      'a certificate too few',
      { domain: { ...domain, certificates: { a: certificates.a } } },
      'domain.certificates.b is missing: the ACM certificate of us-east-1.',
    ],
    [
      'a certificate of another region',
      { domain: { ...domain, certificates: { ...certificates, b: certificates.a } } },
      `domain.certificates.b must be in us-east-1, but ${certificates.a} is in eu-central-1.`,
    ],
    [
      'a certificate that is none',
      { domain: { ...domain, certificates: { ...certificates, b: 'one' } } },
      'domain.certificates.b must be the ARN of an ACM certificate (arn:aws:acm:<region>:<account>:certificate/<id>), but is "one".',
    ],
    [
      'a certificate of no region',
      { domain: { ...domain, certificates: { ...certificates, c: certificates.a } } },
      'domain.certificates has c, which is none of regions: a, b.',
    ],
    [
      'a name outside the zone',
      { domain: { domainName: 'sign-in.example.org', hostedZone } },
      'The hosted zone example.com cannot hold a record for sign-in.example.org',
    ],
    ['another routing', { routing: 'weighted' }, 'routing must be latency or failover, but is "weighted".'],
    [
      'failover of three',
      { routing: 'failover', regions: { ...regions, c: 'eu-west-1' } },
      "routing: 'failover' is for two regions",
    ],
    ['CloudFront in front', { front: { domainName: 'x' } }, 'front has the API of one region behind it'],
    ['keys that stay in KMS', { signing: 'kms' }, "signing: 'kms' makes keys that sign in one region only"],
    [
      'a topic for all regions',
      { alarmTopic: {} } as Changed,
      'alarmTopic is of one region: give each its own, by server: (stack, letter) => ({ alarmTopic: … }).',
    ],
    ['hooks for all regions', { hooks: {} } as Changed, 'hooks is of one region'],
    [
      'a domain of one region',
      { server: () => ({ domain: {} }) },
      'server gives domain, which cannot differ between regions: leave it out there.',
    ],
    [
      'the topic of another region',
      {
        server: (stack: Stack) => ({
          alarmTopic: Topic.fromTopicArn(stack, 'T', 'arn:aws:sns:eu-central-1:111122223333:alarms'),
        }),
      },
      'alarmTopic must be in us-east-1, the region of the stack',
    ],
    ['tables of one region', { tables: { a: tables.a } }, 'tables.b is missing'],
    [
      'copies of another name',
      { tables: { ...tables, b: { ...tables.b, people: 'persons' } } },
      'tables.b.people must be people as in a, because copies of a global table have one name, but is persons.',
    ],
  ])('%s', (_, changed, sentence) => {
    const making = () => make(changed);
    expect(making).toThrow(WrongSetting);
    expect(making).toThrow(sentence);
  });
});

describe('the prop home is refused', () => {
  const home: HomeProps = { letter: 'a', regions, first: 'a', functionPrefix: 'Pixy-prod-' };
  const one = (changed: Partial<HomeProps>, region?: string, more: AuthorizationServerProps = {}) => {
    const stack = new Stack(testApp(), 'Mine', { ...(region && { env: { region, account: '111122223333' } }) });
    const certificate = Certificate.fromCertificateArn(stack, 'C', certificateIn(region ?? 'eu-central-1'));
    const made = { domainName: domain.domainName, certificate };
    return new AuthorizationServer(stack, 'Auth', { domain: made, home: { ...home, ...changed }, ...more });
  };

  test.each<[string, () => unknown, string]>([
    [
      'in a stack of no certain region',
      () => one({}),
      "home.regions.a is eu-central-1, but the stack is of no certain region: give it env: { region: 'eu-central-1' }.",
    ],
    [
      'in a stack of another region',
      () => one({}, 'us-east-1'),
      'home.regions.a is eu-central-1, but the stack is in us-east-1.',
    ],
    [
      'for a letter that is none of its regions',
      () => one({ letter: 'c' }, 'eu-central-1'),
      'home.letter must be one of',
    ],
    ['without a domain', () => one({}, 'eu-central-1', { domain: undefined }), 'domain is missing'],
    [
      'with a name that Lambda has not',
      () => one({ functionPrefix: 'a b' }, 'eu-central-1'),
      'home.functionPrefix must',
    ],
    [
      'with a name that leaves no room',
      () => one({ functionPrefix: 'p'.repeat(45) }, 'eu-central-1'),
      'home.functionPrefix must have up to 44 letters',
    ],
    [
      'without the tables of the first',
      () => one({ letter: 'b' }, 'us-east-1'),
      'tables is missing, which region b shares',
    ],
  ])('%s', (_, making, sentence) => {
    expect(making).toThrow(WrongSetting);
    expect(making).toThrow(sentence);
  });

  it('but not where everything is right', () => {
    expect(() => one({}, 'eu-central-1')).not.toThrow();
  });
});

const server = make();
const made = templatesOf(server);
const { a, b } = made;

/** A table by the end of its path in the app. */
const tableOf = (template: TemplateJson, name: string): Resource | undefined =>
  ofType(template, 'AWS::DynamoDB::GlobalTable').find(([, { Metadata }]) =>
    Metadata?.['aws:cdk:path']?.endsWith(`/${name}/Resource`),
  )?.[1];

const variablesOf = (template: TemplateJson, name: string) =>
  functionsOf(template).get(name)?.Properties['Environment'].Variables ?? {};

const outputOf = (value: { 'Fn::GetStackOutput': { OutputName: string } }) =>
  a.tables.Outputs[value['Fn::GetStackOutput'].OutputName]?.Value;

describe('the tables', () => {
  it('of clients, people and keys are made once, and copied into the other region with everything that protects them', () => {
    for (const name of ['Clients', 'People', 'Keys']) {
      const { Properties, DeletionPolicy } = must(tableOf(a.tables, name));
      const replicas = list<Resource['Properties']>(Properties['Replicas']);
      expect(replicas.map(({ Region }) => Region)).toEqual(['us-east-1', 'eu-central-1']);
      for (const replica of replicas) {
        expect(replica).toMatchObject({
          DeletionProtectionEnabled: true,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        });
      }
      expect(Properties['TimeToLiveSpecification']).toEqual(
        name === 'Keys' ? undefined : { AttributeName: 'purgeAt', Enabled: true },
      );
      expect(Properties['StreamSpecification']).toEqual({ StreamViewType: 'NEW_AND_OLD_IMAGES' });
      expect(DeletionPolicy).toBe('Retain');
      expect(tableOf(b.tables, name)).toBeUndefined();
    }
  });

  it('of grants is one in each region, which nothing copies', () => {
    for (const [template, region] of [
      [a.tables, 'eu-central-1'],
      [b.tables, 'us-east-1'],
    ] as const) {
      const { Properties, DeletionPolicy } = must(tableOf(template, 'Grants'));
      expect(list<Resource['Properties']>(Properties['Replicas']).map(({ Region }) => Region)).toEqual([region]);
      expect(Properties['StreamSpecification']).toBeUndefined();
      expect(Properties['TimeToLiveSpecification']).toEqual({ AttributeName: 'purgeAt', Enabled: true });
      expect(DeletionPolicy).toBe('Retain');
    }
  });

  it('are named to the other region by CloudFormation, without custom resources', () => {
    const variables = variablesOf(b.api, 'Token');
    for (const [variable, name] of [
      ['PIXY_CLIENTS_TABLE', 'Clients'],
      ['PIXY_PEOPLE_TABLE', 'People'],
      ['PIXY_KEYS_TABLE', 'Keys'],
    ] as const) {
      expect(variables[variable]['Fn::GetStackOutput']).toMatchObject({
        StackName: 'Pixy-prod-Tables',
        Region: 'eu-central-1',
      });
      const table = tableOf(a.tables, name);
      const [id] = Object.entries(a.tables.Resources).find(([, one]) => one === table) ?? [];
      expect(outputOf(variables[variable])).toEqual({ Ref: id });
    }
    expect(variables['PIXY_GRANTS_TABLE']['Fn::ImportValue']).toMatch(/^Pixy-prod-Tables-b:/);
    const types = Object.values(made).flatMap(({ tables, api }) =>
      [tables, api].flatMap(({ Resources }) => Object.values(Resources).map(({ Type }) => Type)),
    );
    expect(types.filter((type) => type.startsWith('Custom::') && type !== 'Custom::Trigger')).toEqual([]);
  });

  it('are those of its own region to every function', () => {
    const policies = ofType(b.api, 'AWS::IAM::Policy').map(([, { Properties }]) => JSON.stringify(Properties));
    expect(policies.filter((policy) => policy.includes(':dynamodb:eu-central-1:'))).toEqual([]);
    expect(policies.filter((policy) => policy.includes(':dynamodb:us-east-1:')).length).toBeGreaterThan(10);
  });
});

describe('the wrapping key', () => {
  it('is of several regions: a primary in the first, and a replica in the other that only that account may use', () => {
    expect(onlyOne(a.tables, 'AWS::KMS::Key').Properties).toMatchObject({ MultiRegion: true, EnableKeyRotation: true });
    const { Properties, DeletionPolicy } = onlyOne(b.tables, 'AWS::KMS::ReplicaKey');
    const [id] = ofType(a.tables, 'AWS::KMS::Key')[0] ?? [];
    expect(outputOf(Properties['PrimaryKeyArn'])).toEqual({ 'Fn::GetAtt': [id, 'Arn'] });
    const policy = (key: Resource['Properties']) => key['KeyPolicy'];
    expect(policy(Properties)).toEqual(policy(onlyOne(a.tables, 'AWS::KMS::Key').Properties));
    expect(DeletionPolicy).toBe('RetainExceptOnCreate');
    expect(variablesOf(b.api, 'Token')['PIXY_KMS_KEY_ID']['Fn::ImportValue']).toMatch(/^Pixy-prod-Tables-b:/);
  });

  it('of a server that had one region stays as it is, and answers the other region from there', () => {
    const { a: first, b: other } = templatesOf(make({ oneRegionKey: true }));
    const key = onlyOne(first.tables, 'AWS::KMS::Key');
    expect(key.Properties['MultiRegion'] ?? false).toBe(false);
    expect(ofType(other.tables, 'AWS::KMS::ReplicaKey')).toEqual([]);
    const variables = variablesOf(other.api, 'Token');
    expect(variables['PIXY_KMS_KEY_ID']['Fn::GetStackOutput']).toMatchObject({ Region: 'eu-central-1' });
  });
});

describe('the functions', () => {
  const namesOf = (template: TemplateJson) =>
    ofType(template, 'AWS::Lambda::Function')
      .map(([, { Properties }]) => Properties['FunctionName'] as string | undefined)
      .filter((name) => name !== undefined)
      .toSorted();

  it('have one name in every region, after which Lambda has room for none longer', () => {
    expect(namesOf(b.api)).toContain('Pixy-prod-token');
    expect(namesOf(a.api)).toEqual([...namesOf(b.api), 'Pixy-prod-rotate-keys'].toSorted());
    const longest = templatesOf(make({ stage: 'p'.repeat(38), registration: 'open' })).b;
    expect(Math.max(...namesOf(longest.api).map(({ length }) => length))).toBe(64);
  });

  it('are told where they run, and where the others do', () => {
    const homes = {
      a: { region: 'eu-central-1', functionPrefix: 'Pixy-prod-', first: true },
      b: { region: 'us-east-1', functionPrefix: 'Pixy-prod-' },
    };
    for (const [letter, { api }] of Object.entries(made)) {
      for (const [name, { Properties }] of functionsOf(api)) {
        if (name === 'TriggerProvider') continue;
        const { PIXY_HOME, PIXY_HOMES } = Properties['Environment'].Variables;
        expect([name, PIXY_HOME, JSON.parse(PIXY_HOMES)]).toEqual([name, letter, homes]);
      }
    }
  });

  /** Which functions of other regions each function may call, as `token@us-east-1`. */
  function calledBy(api: TemplateJson): Record<string, string[]> {
    const called: Record<string, string[]> = {};
    for (const [, lambda] of functionsOf(api)) {
      const name = lambda.Properties['FunctionName'];
      if (name === undefined) continue;
      const { statements } = policiesOf(api, lambda);
      const arns = statements
        .filter(({ Action }) => list(Action).some((action) => action.startsWith('lambda:')))
        .flatMap(({ Resource: resource }) => list<Resource['Properties']>(resource as never))
        // The mail function of its own region is no name.
        .flatMap((arn) => (arn['Fn::Join'] ? [arn['Fn::Join'][1]] : []));
      if (arns.length === 0) continue;
      called[name.replace('Pixy-prod-', '')] = arns
        .map(([service, , target]) => `${target.replace(':function:Pixy-prod-', '')}@${service.split(':')[3]}`)
        .toSorted();
    }
    return called;
  }

  const anywhere = ['authorize', 'authorize-hybrid', 'sign-in', 'passkey', 'consent', 'device'];
  const withTokens = ['token', 'userinfo', 'revoke', 'introspect'];
  const itself = (names: string[], region: string) => names.map((name) => [name, [`${name}@${region}`]]);

  it('may hand requests over to themselves in the other region, or to those that answer questions, and nothing else', () => {
    expect(calledBy(a.api)).toEqual({
      ...Object.fromEntries(itself([...anywhere, ...withTokens], 'us-east-1')),
      account: ['account@us-east-1'],
      admin: ['introspect@us-east-1'],
      upstream: ['upstream@us-east-1'],
    });
    const first = ['account', 'admin', 'invitation', 'register', 'upstream'];
    expect(calledBy(b.api)).toEqual(Object.fromEntries(itself([...anywhere, ...withTokens, ...first], 'eu-central-1')));
  });

  it('may call more where settings ask for more', () => {
    const { a: first, b: other } = templatesOf(make({ ...everythingOfRegions, operators, console: true }));
    expect(calledBy(first.api)).toMatchObject({
      // It ends sessions, and what they gave to apps with them.
      admin: ['account@us-east-1', 'introspect@us-east-1'],
      console: ['account@us-east-1', 'introspect@us-east-1'],
      invitation: ['account@us-east-1'],
      'remove-accounts': ['account@us-east-1'],
      'sign-out': ['account@us-east-1'],
    });
    expect(calledBy(first.api)).not.toHaveProperty('mail');
    // Mails go out in the first region, which writes their links into accounts.
    expect(functionsOf(first.api).has('Mails')).toBe(true);
    expect(functionsOf(other.api).has('Mails')).toBe(false);
    expect(ofType(other.api, 'AWS::SQS::Queue')).toEqual([]);
    expect(JSON.stringify(variablesOf(other.api, 'SignIn')['PIXY_MAIL'])).toMatch(
      /arn:aws:lambda:eu-central-1:.*:function:Pixy-prod-mail"/,
    );
    expect(calledBy(other.api)).toMatchObject({
      'authorize-hybrid': ['authorize-hybrid@eu-central-1', 'authorize@eu-central-1'],
      'client-registration': ['client-registration@eu-central-1'],
      console: ['console@eu-central-1'],
      'sign-out': ['sign-out@eu-central-1'],
      account: ['account@eu-central-1', 'mail@eu-central-1'],
    });
    expect(Object.keys(calledBy(other.api)).toSorted()).toEqual([...passOnFunctions].toSorted());
  });

  it('of another API may ask for the grants of its tokens', () => {
    const { server: one, api } = must(make().regions['b']);
    const rest = new RestApi(api, 'Orders');
    const authorizer = one.restAuthorizer(api, 'Check', { audience: 'https://orders.example.com' });
    rest.root.addMethod('GET', new MockIntegration(), { authorizer });
    const template = Template.fromStack(api).toJSON() as TemplateJson;
    const [, checkToken] = must(
      ofType(template, 'AWS::Lambda::Function').find(([id]) => id.startsWith('CheckCheckToken')),
    );
    expect(checkToken.Properties['FunctionName']).toBeUndefined();
    expect(JSON.stringify(policiesOf(template, checkToken).statements)).toMatch(
      /lambda:InvokeFunction.*arn:aws:lambda:eu-central-1:.*:function:Pixy-prod-introspect"/,
    );
  });

  it('that run once for all run in the first region: rotation, removals, and the count of the audit log', () => {
    const whole = templatesOf(
      make({
        mail: { from: 'no-reply@example.com' },
        removalGrace: Duration.days(14),
        operators,
        console: true,
      }),
    );
    const daily = ['RotateKeys', 'RemoveAccounts', 'RollUp'];
    const found = (letter: 'a' | 'b') =>
      [...functionsOf(whole[letter].api).keys()].filter((name) => daily.includes(name));
    expect(found('a').toSorted()).toEqual(daily.toSorted());
    expect(found('b')).toEqual([]);
    const schedules = (letter: 'a' | 'b') => ofType(whole[letter].api, 'AWS::Events::Rule');
    expect(schedules('a')).toHaveLength(3);
    expect(schedules('b')).toEqual([]);
    expect(functionsOf(whole.b.api).has('Console')).toBe(true);
    expect(functionsOf(whole.b.api).has('TriggerProvider')).toBe(false);
  });
});

test.each(passOnFunctions)('%s is waited for in another region as long as it may take, but for two seconds', (name) => {
  const { timeout = 10 } = { ...functionDescriptions, ...optionalFunctions }[name];
  expect(longestWait(name)).toBe((timeout - 2) * 1_000);
});

describe('the host name', () => {
  const recordsOf = (template: TemplateJson) =>
    ofType(template, 'AWS::Route53::RecordSet').map(([, { Properties }]) => Properties);

  it('is one, with a certificate of each region and the one issuer', () => {
    expect(server.issuer).toBe('https://sign-in.example.com');
    for (const { api } of Object.values(made)) {
      expect(onlyOne(api, 'AWS::ApiGatewayV2::DomainName').Properties['DomainName']).toBe('sign-in.example.com');
      expect(onlyOne(api, 'AWS::CertificateManager::Certificate').Properties).toMatchObject({
        DomainName: 'sign-in.example.com',
        ValidationMethod: 'DNS',
        DomainValidationOptions: [{ HostedZoneId: 'Z123' }],
      });
      expect(variablesOf(api, 'Token')['PIXY_ISSUER']).toBe('https://sign-in.example.com');
    }
  });

  it('takes the certificates that it is given, and then needs no zone', () => {
    const { a: first, b: other } = templatesOf(make({ domain: { domainName: domain.domainName, certificates } }));
    for (const [template, arn] of [
      [first, certificates.a],
      [other, certificates.b],
    ] as const) {
      const { api } = template;
      const [configuration] = onlyOne(api, 'AWS::ApiGatewayV2::DomainName').Properties['DomainNameConfigurations'];
      expect(configuration.CertificateArn).toBe(arn);
      expect(recordsOf(api)).toEqual([]);
      expect(ofType(api, 'AWS::CertificateManager::Certificate')).toEqual([]);
      expect(onlyOne(api, 'AWS::ApiGatewayV2::Api').Properties['DisableExecuteApiEndpoint']).toBe(true);
    }
  });

  it('leads to the nearest region that serves its keys, over IPv4 and IPv6', () => {
    for (const [letter, region] of entriesOfRegions) {
      const { api } = made[letter];
      const [check] = ofType(api, 'AWS::Route53::HealthCheck')[0] ?? [];
      expect(recordsOf(api).map(({ Type }) => Type)).toEqual(['A', 'AAAA']);
      for (const record of recordsOf(api)) {
        expect(record).toMatchObject({
          Name: 'sign-in.example.com.',
          SetIdentifier: letter,
          Region: region,
          HealthCheckId: { Ref: check },
          AliasTarget: { EvaluateTargetHealth: true },
        });
      }
      // The region's own address has to answer then: the host name may lead anywhere.
      const { HealthCheckConfig } = onlyOne(api, 'AWS::Route53::HealthCheck').Properties;
      expect(HealthCheckConfig).toMatchObject({ Type: 'HTTPS', ResourcePath: '/jwks', EnableSNI: true });
      expect(JSON.stringify(HealthCheckConfig.FullyQualifiedDomainName)).toContain(`.execute-api.${region}.`);
      expect(onlyOne(api, 'AWS::ApiGatewayV2::Api').Properties['DisableExecuteApiEndpoint']).toBe(false);
    }
  });

  it('leads to a new region only when all of that answers', () => {
    const routes = ofType(b.api, 'AWS::ApiGatewayV2::Route').map(([id]) => id);
    expect(routes.length).toBeGreaterThan(30);
    for (const [, { DependsOn }] of ofType(b.api, 'AWS::Route53::RecordSet')) {
      expect(DependsOn).toEqual(expect.arrayContaining(routes));
    }
  });

  it('leads to the first region while that is healthy, with failover', () => {
    const { a: first, b: other } = templatesOf(make({ routing: 'failover' }));
    const failover = (template: Templates['a']) =>
      recordsOf(template.api).map(({ Failover, Region, SetIdentifier, HealthCheckId }) => {
        expect(HealthCheckId).toBeDefined();
        return [SetIdentifier, Failover, Region];
      });
    expect(failover(first)).toEqual([
      ['a', 'PRIMARY', undefined],
      ['a', 'PRIMARY', undefined],
    ]);
    expect(failover(other)).toEqual([
      ['b', 'SECONDARY', undefined],
      ['b', 'SECONDARY', undefined],
    ]);
  });
});

describe('the alarms', () => {
  const alarmsOf = (template: TemplateJson) =>
    new Map(
      ofType(template, 'AWS::CloudWatch::Alarm').map(([, { Properties, Metadata }]) => [
        Metadata?.['aws:cdk:path']?.split('/').at(-2) ?? '',
        Properties,
      ]),
    );

  it('tell of writes that reach another region late, each table from where it is written', () => {
    for (const [{ api }, to, region] of [
      [a, 'B', 'us-east-1'],
      [b, 'A', 'eu-central-1'],
    ] as const) {
      const alarm = must(alarmsOf(api).get(`SlowReplicationTo${to}`));
      const [combined, ...metrics] = list<Resource['Properties']>(alarm['Metrics']);
      expect(must(combined)['Expression']).toBe('MAX([FILL(clients, 0), FILL(people, 0), FILL(keys, 0)])');
      expect(metrics.map(({ Id }) => Id)).toEqual(['clients', 'people', 'keys']);
      for (const { MetricStat } of metrics) {
        expect(MetricStat.Metric).toMatchObject({ Namespace: 'AWS/DynamoDB', MetricName: 'ReplicationLatency' });
        expect(MetricStat.Metric.Dimensions).toContainEqual({ Name: 'ReceivingRegion', Value: region });
      }
    }
  });

  it('tell of requests that could not be passed on, and of the rotation only where it runs', () => {
    const writers = ofType(a.api, 'AWS::Logs::MetricFilter').filter(
      ([, { Properties }]) => Properties['MetricTransformations'][0].MetricName === 'passOnFailed',
    );
    const optional = ['client-registration', 'console'];
    expect(writers).toHaveLength(passOnFunctions.filter((name) => !optional.includes(name)).length);
    expect(alarmsOf(a.api).get('PassOnFailed')).toMatchObject({ MetricName: 'passOnFailed' });
    expect(alarmsOf(b.api).has('PassOnFailed')).toBe(true);
    expect(alarmsOf(a.api).has('KeyRotationMissed')).toBe(true);
    expect(alarmsOf(b.api).has('KeyRotationMissed')).toBe(false);
  });

  it('are on the dashboard of their region, beside what they watch', () => {
    const bodyOf = (template: TemplateJson) =>
      JSON.stringify(onlyOne(template, 'AWS::CloudWatch::Dashboard').Properties['DashboardBody']).replaceAll('\\', '');
    expect(bodyOf(a.api)).toContain('passOnFailed');
    expect(bodyOf(a.api)).toContain('ReplicationLatency');
    expect(bodyOf(a.api)).toContain('Rotation of the signing keys');
    expect(bodyOf(b.api)).not.toContain('Rotation of the signing keys');
  });

  it('have a runbook each', () => {
    const section = readFileSync('docs/operations.md', 'utf8').split('\n## Several regions\n')[1]?.split('\n## ')[0];
    expect(section).toContain('| `PassOnFailed`');
    expect(section).toContain('| `SlowReplicationTo…`');
  });

  it('notify the topic of their own region', () => {
    const topicIn = (stack: Stack) => Topic.fromTopicArn(stack, 'T', `arn:aws:sns:${stack.region}:111122223333:alarms`);
    const both = templatesOf(make({ server: (stack: Stack) => ({ alarmTopic: topicIn(stack) }) }));
    for (const [letter, region] of entriesOfRegions) {
      for (const [, alarm] of alarmsOf(both[letter].api)) {
        expect(alarm['AlarmActions']).toEqual([`arn:aws:sns:${region}:111122223333:alarms`]);
      }
    }
  });
});

describe('the stacks', () => {
  it('are deployed in the order in which they need each other, and none of the first needs another region', () => {
    const needs = (letter: string, kind: 'tables' | 'api') =>
      must(server.regions[letter])
        [kind].dependencies.map(({ node }) => node.id)
        .toSorted();
    expect(needs('a', 'tables')).toEqual([]);
    expect(needs('a', 'api')).toEqual(['Pixy-prod-Tables']);
    expect(needs('b', 'tables')).toEqual(['Pixy-prod-Tables']);
    expect(needs('b', 'api')).toEqual(['Pixy-prod-Api', 'Pixy-prod-Tables', 'Pixy-prod-Tables-b']);
  });

  it('stay below 400 resources each, with everything switched on', () => {
    for (const { tables, api } of Object.values(templatesOf(make(everythingOfRegions)))) {
      for (const { Resources } of [tables, api]) expect(Object.keys(Resources).length).toBeLessThan(400);
    }
  });

  it('disappear with a stage without protection, in every region', () => {
    const both = templatesOf(make({ stage: 'dev' }));
    const holdsData = ['AWS::DynamoDB::GlobalTable', 'AWS::KMS::Key', 'AWS::KMS::ReplicaKey', 'AWS::Logs::LogGroup'];
    const policies = Object.values(both).flatMap(({ tables, api }) =>
      [tables, api].flatMap(({ Resources }) =>
        Object.values(Resources)
          .filter(({ Type }) => holdsData.includes(Type))
          .map(({ DeletionPolicy }) => DeletionPolicy),
      ),
    );
    expect(new Set(policies)).toEqual(new Set(['Delete']));
  });

  it('adopt tables that exist, and make none', () => {
    for (const [letter, { tables: template, api }] of Object.entries(templatesOf(make({ tables })))) {
      expect(ofType(template, 'AWS::DynamoDB::GlobalTable')).toEqual([]);
      expect(variablesOf(api, 'Token')).toMatchObject({
        PIXY_PEOPLE_TABLE: 'people',
        PIXY_KMS_KEY_ID: tables[letter as 'a'].wrappingKey,
      });
    }
  });
});

/** What CloudFormation makes of a template in a region: names of the region and the partition are the same, written out or looked up. */
function deployedIn(region: string, template: unknown): TemplateJson {
  const known: Record<string, string> = {
    'AWS::Region': region,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
  };
  const resolve = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(resolve);
    if (typeof value !== 'object' || value === null) return value;
    const { Ref: ref, 'Fn::Join': join } = value as { Ref?: string; 'Fn::Join'?: [string, unknown[]] };
    if (ref !== undefined && known[ref] !== undefined) return known[ref];
    if (join?.[0] !== '') return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, resolve(one)]));
    const parts: unknown[] = [];
    for (const part of join[1].map(resolve)) {
      const last = parts.at(-1);
      if (typeof last === 'string' && typeof part === 'string') parts.splice(-1, 1, last + part);
      else parts.push(part);
    }
    return { 'Fn::Join': ['', parts] };
  };
  return resolve(template) as TemplateJson;
}

test('pixyStacks can make a key for several regions, before there are any', () => {
  const { tables } = pixyStacks(testApp({ stage: 'prod', domainName: 'none' }), { multiRegionKey: true });
  const template = Template.fromStack(tables).toJSON() as TemplateJson;
  expect(onlyOne(template, 'AWS::KMS::Key').Properties).toMatchObject({ MultiRegion: true });
  expect(tableOf(template, 'People')?.Properties['Replicas']).toHaveLength(1);
});

describe('a server of one region becomes the first of two', () => {
  const before = pixyStacks(
    testApp({
      stage: 'prod',
      domainName: 'sign-in.example.com',
      certificateArn: certificates.a,
      hostedZoneId: 'Z123',
      hostedZoneName: 'example.com',
    }),
  );
  const alone = {
    tables: deployedIn(regions.a, Template.fromStack(before.tables).toJSON()),
    api: deployedIn(regions.a, Template.fromStack(before.api).toJSON()),
  };
  const found = templatesOf(make({ oneRegionKey: true, domain: { ...domain, certificates } })).a;
  const after = { tables: deployedIn(regions.a, found.tables), api: deployedIn(regions.a, found.api) };

  it('in the same stacks', () => {
    expect([before.tables.stackName, before.api.stackName]).toEqual(['Pixy-prod-Tables', 'Pixy-prod-Api']);
    const { tables: data, api } = must(server.regions['a']);
    expect([data.stackName, api.stackName]).toEqual([before.tables.stackName, before.api.stackName]);
  });

  it('without replacing a table or the key: only replicas and their streams are new', () => {
    expect(Object.keys(after.tables.Resources)).toEqual(Object.keys(alone.tables.Resources));
    for (const [id, { Type, Properties }] of Object.entries(alone.tables.Resources)) {
      const { Type: type, Properties: changed } = must(after.tables.Resources[id]);
      expect(type).toBe(Type);
      const { Replicas = [], StreamSpecification: _, ...others } = changed;
      const { Replicas: kept = [], ...same } = Properties;
      expect(others).toEqual(same);
      expect(Replicas).toEqual(expect.arrayContaining(kept));
    }
  });

  it('with every resource of its API where it was: functions get names, and records become those of one of several', () => {
    const missing = Object.entries(alone.api.Resources).filter(([id]) => !Object.hasOwn(after.api.Resources, id));
    // Every change of a function makes a version of it.
    expect(missing.map(([, { Type }]) => Type)).toEqual(['AWS::Lambda::Version']);
    const changedTypes = Object.entries(alone.api.Resources)
      .filter(([id]) => Object.hasOwn(after.api.Resources, id))
      .filter(([id, { Properties }]) => {
        const other = after.api.Resources[id]?.Properties;
        return JSON.stringify(other) !== JSON.stringify(Properties);
      })
      .map(([, { Type }]) => Type);
    expect(new Set(changedTypes)).toEqual(
      new Set([
        'AWS::ApiGatewayV2::Api',
        'AWS::CloudWatch::Dashboard',
        'AWS::IAM::Policy',
        'AWS::Lambda::Function',
        'AWS::Route53::RecordSet',
        'Custom::Trigger',
      ]),
    );
  });

  it('also in a stack of somebody else, whose tables get replicas where they are', () => {
    const template = (home?: HomeProps) => {
      const stack = new Stack(testApp(), 'Mine', { env: { region: 'eu-central-1', account: '111122223333' } });
      const certificate = Certificate.fromCertificateArn(stack, 'C', certificates.a);
      new AuthorizationServer(stack, 'Auth', { domain: { domainName: domain.domainName, certificate }, home });
      return Template.fromStack(stack).toJSON() as TemplateJson;
    };
    const dataOf = (one: TemplateJson) =>
      ['AWS::DynamoDB::GlobalTable', 'AWS::KMS::Key'].flatMap((type) => ofType(one, type).map(([id]) => id));
    const first = template({ letter: 'a', regions, first: 'a', functionPrefix: 'Mine-' });
    expect(dataOf(first)).toEqual(dataOf(template()));
    expect(tableOf(first, 'People')?.Properties['Replicas']).toHaveLength(2);
    expect(tableOf(first, 'Grants')?.Properties['Replicas']).toHaveLength(1);
  });
});

it('a stack of somebody else can be another region, with tables of its own', () => {
  const app = testApp();
  const account = '111122223333';
  const home = { regions, first: 'a', functionPrefix: 'Mine-' };
  const [one, other] = [
    new Stack(app, 'One', { env: { region: regions.a, account } }),
    new Stack(app, 'Other', { env: { region: regions.b, account } }),
  ];
  const domainIn = (stack: Stack, arn: string) => ({
    domainName: domain.domainName,
    certificate: Certificate.fromCertificateArn(stack, 'C', arn),
    hostedZone: HostedZone.fromHostedZoneAttributes(stack, 'Z', hostedZone),
  });
  const first = new AuthorizationServer(one, 'Auth', {
    domain: domainIn(one, certificates.a),
    home: { ...home, letter: 'a' },
  });
  new AuthorizationServer(other, 'Auth', {
    domain: domainIn(other, certificates.b),
    home: { ...home, letter: 'b' },
    tables: AuthorizationServerTables.inAnotherRegion(other, 'Tables', { first: first.tables }),
  });
  const template = Template.fromStack(other).toJSON() as TemplateJson;
  expect(ofType(template, 'AWS::DynamoDB::GlobalTable')).toHaveLength(1);
  expect(variablesOf(template, 'Token')['PIXY_PEOPLE_TABLE']['Fn::GetStackOutput']).toMatchObject({ StackName: 'One' });
});

it('is deployed by the code of docs/deploy.md', () => {
  const section = must(readFileSync('docs/deploy.md', 'utf8').split('\n## Several regions\n')[1]).split('\n## ')[0];
  const [, code] = must(/```ts\n(.*?)```/s.exec(must(section)) ?? undefined);
  const [lines, rest] = must(code).split('\n\nnew ');
  const imported = [...must(lines).matchAll(/import \{ (\w+) \}/g)].map(([, name = '']) => name);
  expect(imported).toEqual(['App', 'Topic', 'MultiRegionAuthorizationServer']);
  const app = testApp();
  // biome-ignore lint/complexity/useArrowFunction: it is called with new
  const App = function () {
    return app;
  };
  const context = { App, Topic, MultiRegionAuthorizationServer };
  const { regions: deployed } = runInNewContext(`new ${rest}`, context) as MultiRegionAuthorizationServer;
  const stacks = Object.values(deployed).flatMap(({ tables, api }) => [tables, api]);
  const rows = [...must(section).matchAll(/^\| `(Pixy-prod-\S+)` /gm)].map(([, name]) => name);
  expect(new Set(stacks.map(({ stackName }) => stackName))).toEqual(new Set(rows));
});
