import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AuthorizationServer } from '../../infra/authorization-server.ts';
import { routes } from '../../infra/routes.ts';
import {
  constructIds,
  functionAt,
  functionsOf,
  ofType,
  onlyOne,
  removeAssemblies,
  type Synthesized,
  synthesize,
  type TemplateJson,
  templateWith,
  testApp,
} from './synthesize.ts';

afterAll(removeAssemblies);

const domain = {
  domainName: 'sign-in.example.com',
  certificateArn: 'arn:aws:acm:eu-west-1:111122223333:certificate/0a1b2c3d-0000-0000-0000-000000000000',
};
const zone = { hostedZoneId: 'Z0123456789ABCDEFGHIJ', hostedZoneName: 'example.com' };

let plain: Synthesized;
let named: Synthesized;
let zoned: Synthesized;

beforeAll(() => {
  plain = synthesize();
  named = synthesize({ stage: 'prod', ...domain });
  zoned = synthesize({ stage: 'prod', ...domain, ...zone });
});

const issuersOf = ({ api }: Synthesized): unknown[] =>
  [...functionsOf(api)]
    .filter(([name]) => name !== 'TriggerProvider')
    .map(([, { Properties }]) => Properties['Environment'].Variables.PIXY_ISSUER);

describe('routes', () => {
  it('are those of infra/routes.ts, for any method, and lead to the function that the list names', () => {
    const made = ofType(plain.api, 'AWS::ApiGatewayV2::Route').map(([, { Properties }]) => {
      const integration = plain.api.Resources[Properties['Target']['Fn::Join'][1][1].Ref]?.Properties;
      return `${Properties['RouteKey']} → ${functionAt(plain.api, integration?.['IntegrationUri'])}`;
    });
    expect(made.sort()).toEqual(routes.map((route) => `ANY ${route.path} → ${constructIds[route.function]}`).sort());
  });

  it('hand the request on in payload format 2.0, to functions that give up before API Gateway does (H13)', () => {
    const integrations = ofType(plain.api, 'AWS::ApiGatewayV2::Integration');
    expect(integrations).toHaveLength(new Set(routes.map((route) => route.function)).size);
    for (const [, { Properties }] of integrations) {
      expect(Properties).toMatchObject({ IntegrationType: 'AWS_PROXY', PayloadFormatVersion: '2.0' });
      const lambda = functionsOf(plain.api).get(functionAt(plain.api, Properties['IntegrationUri']) ?? '');
      expect(lambda?.Properties['Timeout']).toBeLessThan(29);
    }
  });

  it('do not exist before the first signing key does', () => {
    const [trigger] = ofType(plain.api, 'Custom::Trigger')[0] ?? [];
    for (const [, route] of ofType(plain.api, 'AWS::ApiGatewayV2::Route')) expect(route.DependsOn).toContain(trigger);
  });
});

it('has a name that API Gateway takes where the stack has the longest one', () => {
  const stack = new Stack(testApp(), 'x'.repeat(128));
  new AuthorizationServer(stack, 'Auth');
  const { Name: name } = onlyOne(
    Template.fromStack(stack).toJSON() as TemplateJson,
    'AWS::ApiGatewayV2::Api',
  ).Properties;
  expect(name).toBe('x'.repeat(128));
});

/** What no access log has: codes, states and challenges are in these. */
const hidden = /path|query|header|cookie|referer|userAgent|\n/i;

describe('the API', () => {
  it('leaves CORS to the functions', () => {
    expect(onlyOne(plain.api, 'AWS::ApiGatewayV2::Api').Properties).not.toHaveProperty('CorsConfiguration');
  });

  it('has the $default stage only, so that paths and the issuer have no prefix', () => {
    expect(onlyOne(plain.api, 'AWS::ApiGatewayV2::Stage').Properties).toMatchObject({
      StageName: '$default',
      AutoDeploy: true,
    });
  });

  it('lets 100 requests per second through, 200 at once', () => {
    const { DefaultRouteSettings } = onlyOne(plain.api, 'AWS::ApiGatewayV2::Stage').Properties;
    expect(DefaultRouteSettings).toEqual({ ThrottlingRateLimit: 100, ThrottlingBurstLimit: 200 });
  });

  it('writes one line of JSON per request that has no path, no query string and no header in it (H18)', () => {
    const { AccessLogSettings } = onlyOne(plain.api, 'AWS::ApiGatewayV2::Stage').Properties;
    expect(JSON.parse(AccessLogSettings.Format)).toEqual({
      request: '$context.requestId',
      ip: '$context.identity.sourceIp',
      status: '$context.status',
      ms: '$context.responseLatency',
      error: '$context.error.responseType',
    });
    expect(AccessLogSettings.Format).not.toMatch(hidden);
  });

  it('writes longer lines on request, without them as well', () => {
    const { AccessLogSettings } = onlyOne(templateWith({ accessLog: 'full' }), 'AWS::ApiGatewayV2::Stage').Properties;
    expect(JSON.parse(AccessLogSettings.Format)).toEqual({
      requestId: '$context.requestId',
      time: '$context.requestTimeEpoch',
      ip: '$context.identity.sourceIp',
      method: '$context.httpMethod',
      route: '$context.routeKey',
      status: '$context.status',
      milliseconds: '$context.responseLatency',
      functionMilliseconds: '$context.integrationLatency',
      bytes: '$context.responseLength',
      error: '$context.error.responseType',
    });
    expect(AccessLogSettings.Format).not.toMatch(hidden);
  });

  it('writes none, and has no log group for them, where that is wanted', () => {
    const [silent, usual] = [templateWith({ accessLog: 'none' }), templateWith({})];
    expect(onlyOne(silent, 'AWS::ApiGatewayV2::Stage').Properties).not.toHaveProperty('AccessLogSettings');
    const numberOf = (template: typeof silent) => ofType(template, 'AWS::Logs::LogGroup').length;
    expect(numberOf(silent)).toBe(numberOf(usual) - 1);
  });

  it('writes that line to a log group of the stack', () => {
    const [logGroup] = onlyOne(plain.api, 'AWS::ApiGatewayV2::Stage').Properties['AccessLogSettings'].DestinationArn[
      'Fn::GetAtt'
    ];
    expect(plain.api.Resources[logGroup]?.Type).toBe('AWS::Logs::LogGroup');
  });
});

describe('without a custom domain', () => {
  it('the issuer is the endpoint of the API, which has no trailing slash', () => {
    const [api] = ofType(plain.api, 'AWS::ApiGatewayV2::Api')[0] ?? [];
    const endpoint = { 'Fn::GetAtt': [api, 'ApiEndpoint'] };
    expect(issuersOf(plain)).toEqual(Object.keys(constructIds).map(() => endpoint));
    expect(plain.api.Outputs['Issuer']?.Value).toEqual(endpoint);
    expect(plain.api.Outputs['DiscoveryUrl']?.Value).toEqual({
      'Fn::Join': ['', [endpoint, '/.well-known/openid-configuration']],
    });
    expect(plain.api.Outputs['JwksUri']?.Value).toEqual({ 'Fn::Join': ['', [endpoint, '/jwks']] });
  });

  it('that endpoint answers', () => {
    expect(onlyOne(plain.api, 'AWS::ApiGatewayV2::Api').Properties['DisableExecuteApiEndpoint']).toBe(false);
    expect(ofType(plain.api, 'AWS::ApiGatewayV2::DomainName')).toEqual([]);
  });
});

describe('with a custom domain', () => {
  it('the issuer is https and the name, everywhere', () => {
    const issuer = 'https://sign-in.example.com';
    expect(issuersOf(named)).toEqual(Object.keys(constructIds).map(() => issuer));
    const values = Object.fromEntries(Object.entries(named.api.Outputs).map(([name, { Value }]) => [name, Value]));
    expect(values).toMatchObject({
      Issuer: issuer,
      DiscoveryUrl: `${issuer}/.well-known/openid-configuration`,
      JwksUri: `${issuer}/jwks`,
    });
    const parameters = ofType(named.api, 'AWS::SSM::Parameter').map(([, { Properties }]) => Properties);
    expect(parameters.find((one) => one['Name'] === '/pixy/prod/issuer')?.['Value']).toBe(issuer);
  });

  it('the execute-api endpoint is off, so that there is only one issuer', () => {
    expect(onlyOne(named.api, 'AWS::ApiGatewayV2::Api').Properties['DisableExecuteApiEndpoint']).toBe(true);
  });

  it('the name has the given certificate, TLS 1.2 at least, and leads to the root of the $default stage', () => {
    const [[id, name] = []] = ofType(named.api, 'AWS::ApiGatewayV2::DomainName');
    expect(name?.Properties['DomainName']).toBe(domain.domainName);
    expect(name?.Properties['DomainNameConfigurations']).toEqual([
      {
        CertificateArn: domain.certificateArn,
        EndpointType: 'REGIONAL',
        IpAddressType: 'dualstack',
        SecurityPolicy: 'TLS_1_2',
      },
    ]);
    const mapping = onlyOne(named.api, 'AWS::ApiGatewayV2::ApiMapping').Properties;
    expect(mapping).toMatchObject({ DomainName: { Ref: id }, Stage: '$default' });
    expect(mapping).not.toHaveProperty('ApiMappingKey');
  });

  it('and a hosted zone, DNS points there; without one, an output says where to point it', () => {
    const [id] = ofType(zoned.api, 'AWS::ApiGatewayV2::DomainName')[0] ?? [];
    const target = { 'Fn::GetAtt': [id, 'RegionalDomainName'] };
    const records = ofType(zoned.api, 'AWS::Route53::RecordSet').map(([, { Properties }]) => Properties);
    expect(records.map(({ Type }) => String(Type)).sort()).toEqual(['A', 'AAAA']);
    for (const record of records) {
      expect(record).toMatchObject({ Name: `${domain.domainName}.`, HostedZoneId: zone.hostedZoneId });
      expect(record['AliasTarget'].DNSName).toEqual(target);
    }
    expect(ofType(named.api, 'AWS::Route53::RecordSet')).toEqual([]);
    expect(named.api.Outputs['DnsTarget']?.Value).toEqual(target);
  });
});
