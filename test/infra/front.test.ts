import { runInNewContext } from 'node:vm';
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { AwsSolutionsChecks } from 'cdk-nag';
import { afterAll, describe, expect, test } from 'vitest';
import { AuthorizationServer, type AuthorizationServerProps } from '../../infra/authorization-server.ts';
import { viewerAddressCode } from '../../infra/constructs/cloudfront-front.ts';
import {
  constructIds,
  list,
  ofType,
  onlyOne,
  policiesOf,
  removeAssemblies,
  type TemplateJson,
  testApp,
} from './synthesize.ts';

/* The construct prop `front`. */

afterAll(removeAssemblies);

const domainName = 'sign-in.example.com';
const certificateIn = (region: string) => `arn:aws:acm:${region}:111122223333:certificate/one`;
const webAclArn = 'arn:aws:wafv2:us-east-1:111122223333:global/webacl/one/1';

type Given = Partial<AuthorizationServerProps['front']> & { region?: string; certificateRegion?: string };

function make(
  { region = 'us-east-1', certificateRegion = 'us-east-1', ...front }: Given = {},
  more: AuthorizationServerProps = {},
) {
  const app = testApp();
  const stack = new Stack(app, 'Mine', { env: { account: '111122223333', region } });
  const certificate = Certificate.fromCertificateArn(stack, 'Certificate', certificateIn(certificateRegion));
  const server = new AuthorizationServer(stack, 'Auth', { ...more, front: { domainName, certificate, ...front } });
  return { app, stack, server, template: Template.fromStack(stack).toJSON() as TemplateJson };
}

const made = make();
const { DistributionConfig: distribution } = onlyOne(made.template, 'AWS::CloudFront::Distribution').Properties;
const secretsOf = (template: TemplateJson) => ofType(template, 'AWS::SecretsManager::Secret').map(([id]) => id);
const functionsOf = (template: TemplateJson) =>
  ofType(template, 'AWS::Lambda::Function').map(([logicalId, lambda]) => ({
    logicalId,
    lambda,
    id: lambda.Metadata?.['aws:cdk:path']?.split('/').at(-2),
    parameters: JSON.stringify(lambda.Properties['Environment']?.Variables?.PIXY_FRONT_SECRET_PARAMETERS ?? ''),
  }));

describe('O1: what is refused at synthesis', () => {
  test.each([
    [{ certificateRegion: 'eu-west-1' }, /front\.certificate is of eu-west-1: .* us-east-1 only/],
    [{ region: 'eu-west-1' }, /front\.webAclArn is missing: .* this stack is in eu-west-1/],
    [{ secretGeneration: 0 }, /front\.secretGeneration counts from 1, but is 0/],
  ])('%j', (given, sentence) => {
    expect(() => make(given)).toThrow(sentence);
  });

  test('a domain of the API beside it', () => {
    expect(() => make({}, { domain: {} as NonNullable<AuthorizationServerProps['domain']> })).toThrow(
      /domain and front/,
    );
  });
});

describe('O1: CloudFront in front', () => {
  test('is the issuer, with TLS 1.2 or later, and sends the secret over TLS to the API', () => {
    expect(made.server.issuer).toBe(`https://${domainName}`);
    expect(distribution).toMatchObject({
      Aliases: [domainName],
      ViewerCertificate: { AcmCertificateArn: certificateIn('us-east-1'), MinimumProtocolVersion: 'TLSv1.2_2021' },
      Origins: [
        {
          CustomOriginConfig: { OriginProtocolPolicy: 'https-only', OriginSSLProtocols: ['TLSv1.2'] },
          OriginCustomHeaders: [{ HeaderName: 'x-pixy-front' }],
        },
      ],
    });
    const [secret = ''] = secretsOf(made.template);
    const [{ HeaderValue }] = distribution.Origins[0].OriginCustomHeaders;
    expect(JSON.stringify(HeaderValue)).toBe(
      JSON.stringify({ 'Fn::Join': ['', ['{{resolve:secretsmanager:', { Ref: secret }, ':SecretString:::}}']] }),
    );
  });

  test('passes everything on and keeps nothing but metadata and keys', () => {
    expect(distribution.DefaultCacheBehavior).toMatchObject({
      AllowedMethods: expect.arrayContaining(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']),
      // CachingDisabled and AllViewerExceptHostHeader
      CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
      OriginRequestPolicyId: 'b689b0a8-53d0-40ab-baf2-68738e2966ac',
      ViewerProtocolPolicy: 'https-only',
      Compress: false,
    });
    const cached = distribution.CacheBehaviors as { PathPattern: string; CachePolicyId: object }[];
    expect(cached.map(({ PathPattern }) => PathPattern).toSorted()).toEqual([
      '/.well-known/oauth-authorization-server',
      '/.well-known/openid-configuration',
      '/jwks',
    ]);
    const { CachePolicyConfig } = onlyOne(made.template, 'AWS::CloudFront::CachePolicy').Properties;
    expect(CachePolicyConfig).toMatchObject({ MinTTL: 0, DefaultTTL: 0, MaxTTL: 3_600 });
  });

  test('says who called, whatever they said', () => {
    const { handler } = runInNewContext(`${viewerAddressCode}; ({ handler })`) as {
      handler: (event: object) => object;
    };
    const headers = { 'x-pixy-viewer': { value: '198.51.100.7' }, accept: { value: '*/*' } };
    expect(handler({ viewer: { ip: '2001:db8::1' }, request: { uri: '/token', headers } })).toEqual({
      uri: '/token',
      headers: { accept: { value: '*/*' }, 'x-pixy-viewer': { value: '2001:db8::1' } },
    });
    expect(distribution.DefaultCacheBehavior.FunctionAssociations).toMatchObject([{ EventType: 'viewer-request' }]);
  });

  test('every function behind the API reads the secret, and nothing else does', () => {
    for (const { id, parameters, lambda } of functionsOf(made.template)) {
      const isEndpoint = Object.entries(constructIds).some(([name, one]) => one === id && name !== 'rotate-keys');
      expect([id, parameters !== '""']).toEqual([id, isEndpoint]);
      const actions = policiesOf(made.template, lambda).statements.flatMap(({ Action }) => list(Action));
      expect([id, actions.includes('secretsmanager:GetSecretValue')]).toEqual([id, isEndpoint]);
    }
  });

  test('sends another secret when its generation rises, which the functions know before, beside the one of today', () => {
    const { template } = make({ secretGeneration: 2 });
    const [first = ''] = secretsOf(made.template);
    const [second = '', before] = secretsOf(template);
    expect(before).toBe(first);
    const config = onlyOne(template, 'AWS::CloudFront::Distribution');
    expect(JSON.stringify(config.Properties['DistributionConfig'].Origins)).toContain(second);
    const behind = functionsOf(template).filter(({ parameters }) => parameters !== '""');
    for (const { parameters } of behind) expect(parameters).toContain(first);
    for (const { parameters } of behind) expect(parameters).toContain(second);
    expect(config.DependsOn).toEqual(expect.arrayContaining(behind.map(({ logicalId }) => logicalId)));
  });

  test('has DNS records for both kinds of addresses', () => {
    const { server, stack } = make();
    expect(stack.resolve(server.dnsTarget)).toEqual(stack.resolve(server.distribution?.distributionDomainName));
    const other = new Stack(testApp(), 'Zoned', { env: { account: '111122223333', region: 'us-east-1' } });
    const hostedZone = HostedZone.fromHostedZoneAttributes(other, 'Zone', {
      hostedZoneId: 'Z1',
      zoneName: 'example.com',
    });
    const certificate = Certificate.fromCertificateArn(other, 'Certificate', certificateIn('us-east-1'));
    new AuthorizationServer(other, 'Auth', { front: { domainName, certificate, hostedZone } });
    const types = ofType(Template.fromStack(other).toJSON() as TemplateJson, 'AWS::Route53::RecordSet').map(
      ([, { Properties }]) => [Properties['Name'], Properties['Type']],
    );
    expect(types).toEqual([
      [`${domainName}.`, 'A'],
      [`${domainName}.`, 'AAAA'],
    ]);
  });
});

describe('O1: AWS WAF', () => {
  const rulesOf = (template: TemplateJson) => onlyOne(template, 'AWS::WAFv2::WebACL').Properties['Rules'];

  test('limits each address, and has the rules of AWS, of which those that sign-ins break only count', () => {
    expect(rulesOf(made.template)).toMatchObject([
      { Name: 'RequestsPerAddress', Statement: { RateBasedStatement: { Limit: 2_000, AggregateKeyType: 'IP' } } },
      { Name: 'AWSManagedRulesAmazonIpReputationList' },
      { Name: 'AWSManagedRulesKnownBadInputsRuleSet' },
      { Name: 'AWSManagedRulesCommonRuleSet' },
    ]);
    const [, , , { Statement: common }] = rulesOf(made.template);
    const counted = (
      common.ManagedRuleGroupStatement.RuleActionOverrides as { Name: string; ActionToUse: object }[]
    ).map(({ Name, ActionToUse }) => [Name, ActionToUse]);
    expect(counted).toContainEqual(['GenericRFI_QUERYARGUMENTS', { Count: {} }]);
    expect(counted).toContainEqual(['SizeRestrictions_QUERYSTRING', { Count: {} }]);
    expect(JSON.stringify(rulesOf(made.template))).not.toContain('"SampledRequestsEnabled":true');
    expect(rulesOf(make({ requestsPerAddress: 100 }).template)[0].Statement.RateBasedStatement.Limit).toBe(100);
  });

  test('of another stack is used as it is', () => {
    const { template } = make({ region: 'eu-west-1', webAclArn });
    expect(ofType(template, 'AWS::WAFv2::WebACL')).toEqual([]);
    expect(onlyOne(template, 'AWS::CloudFront::Distribution').Properties['DistributionConfig'].WebACLId).toBe(
      webAclArn,
    );
  });
});

test('O1: cdk-nag has nothing to say that docs/cdn.md does not answer', () => {
  const { app } = make();
  const { violations } = new AwsSolutionsChecks(app).validateScope(app);
  const found = violations.filter(({ violatingResources }) =>
    violatingResources.some(({ constructPath }) => constructPath?.includes('/Front/')),
  );
  expect(found.map(({ ruleName }) => ruleName.replace(/\[.*/, '')).toSorted()).toEqual([
    // No geography: people are everywhere. No access logs of CloudFront: they have query strings. The secret rotates by its generation.
    'AwsSolutions-CFR1',
    'AwsSolutions-CFR3',
    'AwsSolutions-SMG4',
  ]);
});
