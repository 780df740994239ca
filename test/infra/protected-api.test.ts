import { Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { LambdaIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpUrlIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Function as Lambda } from 'aws-cdk-lib/aws-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProtectedApiStack } from '../../examples/protected-api/protected-api-stack.ts';
import { readSettings } from '../../functions/check-token/settings.ts';
import { AuthorizationServer } from '../../infra/authorization-server.ts';
import type { JwtAuthorizerProps } from '../../infra/constructs/jwt-authorizer.ts';
import type { RestAuthorizerProps } from '../../infra/constructs/rest-authorizer.ts';
import { pixyStacks } from '../../infra/stacks/pixy-stacks.ts';
import { WrongSetting } from '../../infra/wrong-setting.ts';
import { readConfig } from '../../shared/config.ts';
import {
  importedFrom,
  list,
  ofType,
  onlyOne,
  type Properties,
  policiesOf,
  type Resource,
  removeAssemblies,
  type Synthesized,
  type TemplateJson,
  testApp,
} from './synthesize.ts';

/* Pixy in front of somebody's own APIs, by the example that people start from, and in one stack with everything. */

afterAll(removeAssemblies);

let pixy: Synthesized;
let example: TemplateJson;
let isAfterPixy = false;

beforeAll(() => {
  const app = testApp();
  const stacks = pixyStacks(app);
  const stack = new ProtectedApiStack(app, 'ProtectedApi', { auth: stacks.api.server });
  example = Template.fromStack(stack).toJSON() as TemplateJson;
  const [tables, api] = [stacks.tables, stacks.api].map((one) => Template.fromStack(one).toJSON() as TemplateJson);
  pixy = { app, stacks, tables: tables ?? expect.unreachable(), api: api ?? expect.unreachable() };
  isAfterPixy = stack.dependencies.includes(stacks.api);
});

/** The issuer, as it comes from the stack of the authorization server. */
function isIssuer(reference: Properties): boolean {
  const output = Object.values(pixy.api.Outputs).find(({ Export }) => Export?.Name === reference['Fn::ImportValue']);
  const [api, attribute] = (output?.Value as Properties | undefined)?.['Fn::GetAtt'] ?? [];
  return attribute === 'ApiEndpoint' && pixy.api.Resources[api]?.Type === 'AWS::ApiGatewayV2::Api';
}

const checkTokenOf = (template: TemplateJson): Resource =>
  ofType(template, 'AWS::Lambda::Function').find(([, { Properties }]) =>
    Properties['Description']?.startsWith('Lambda authorizer'),
  )?.[1] ?? expect.unreachable();

describe('jwtAuthorizer, in front of an HTTP API', () => {
  it('lets API Gateway verify tokens of the issuer for the audience', () => {
    const { AuthorizerType, IdentitySource, JwtConfiguration } = onlyOne(
      example,
      'AWS::ApiGatewayV2::Authorizer',
    ).Properties;
    expect({ AuthorizerType, IdentitySource }).toEqual({
      AuthorizerType: 'JWT',
      IdentitySource: ['$request.header.Authorization'],
    });
    expect(isIssuer(JwtConfiguration.Issuer)).toBe(true);
    expect(JwtConfiguration.Audience.map(isIssuer)).toEqual([true]);
  });

  it('protects the route, with the scope that the route wants', () => {
    const [id] = ofType(example, 'AWS::ApiGatewayV2::Authorizer')[0] ?? [];
    expect(onlyOne(example, 'AWS::ApiGatewayV2::Route').Properties).toMatchObject({
      RouteKey: 'GET /orders',
      AuthorizationType: 'JWT',
      AuthorizerId: { Ref: id },
      AuthorizationScopes: ['orders:read'],
    });
  });

  it('is deployed after the server whose metadata API Gateway asks for', () => {
    expect(isAfterPixy).toBe(true);
  });

  const integration = () => new HttpUrlIntegration('Orders', 'https://orders.example.com');

  it('waits, in one stack, for the routes that answer with metadata and keys, which API Gateway asks for at once', () => {
    const stack = new Stack(testApp(), 'Mine');
    const auth = new AuthorizationServer(stack, 'Auth', { stage: 'dev' });
    const authorizer = auth.jwtAuthorizer({ audience: ['https://a.example.com', 'https://b.example.com'] });
    const api = new HttpApi(stack, 'Api', { defaultAuthorizer: authorizer });
    for (const path of ['/one', '/two']) api.addRoutes({ path, integration: integration() });
    const template = Template.fromStack(stack).toJSON() as TemplateJson;

    const { Properties, DependsOn } = onlyOne(template, 'AWS::ApiGatewayV2::Authorizer');
    expect(Properties['JwtConfiguration'].Audience).toEqual(['https://a.example.com', 'https://b.example.com']);
    const before = (DependsOn ?? []).map((id) => template.Resources[id]);
    const routes = before.map((resource) => resource?.Properties['RouteKey']);
    expect(routes).toContain('ANY /.well-known/openid-configuration');
    expect(routes).toContain('ANY /jwks');
    expect(before.map((resource) => resource?.Type)).toContain('AWS::ApiGatewayV2::Stage');
    expect(before.map((resource) => resource?.Type)).toContain('AWS::Lambda::Permission');
  });

  it('can be used for two APIs, and two of them for one', () => {
    const stack = new Stack(testApp(), 'Mine');
    const auth = new AuthorizationServer(stack, 'Auth', { stage: 'dev' });
    const authorizer = auth.jwtAuthorizer({ audience: 'orders' });
    const other = auth.jwtAuthorizer({ audience: 'reports', name: 'Reports' });
    for (const id of ['One', 'Two']) {
      const api = new HttpApi(stack, id);
      api.addRoutes({ path: '/orders', integration: integration(), authorizer });
      api.addRoutes({ path: '/reports', integration: integration(), authorizer: other });
    }
    const made = ofType(Template.fromStack(stack).toJSON() as TemplateJson, 'AWS::ApiGatewayV2::Authorizer');
    const audiences = made.map(([, { Properties }]) => String(Properties['JwtConfiguration'].Audience[0]));
    expect(audiences.toSorted((a, b) => a.localeCompare(b))).toEqual(['orders', 'orders', 'reports', 'reports']);
  });

  it.each<[string, JwtAuthorizerProps, string]>([
    ['no audience', { audience: [] }, 'audience must name an API at least, but is an empty list.'],
    [
      'an empty audience',
      { audience: '' },
      'audience must be the identifier of an API such as https://api.example.com, but is "".',
    ],
  ])('refuses %s with one sentence', (_, props, sentence) => {
    expect(() => pixy.stacks.api.server.jwtAuthorizer(props)).toThrow(new WrongSetting(sentence));
  });

  it('refuses a server whose access tokens an HTTP API would not accept', () => {
    const auth = new AuthorizationServer(new Stack(testApp(), 'Mine'), 'Auth', {
      signingAlgorithms: ['ES256', 'RS256'],
    });
    expect(() => auth.jwtAuthorizer({ audience: 'orders' })).toThrow(
      new WrongSetting(
        'An HTTP API accepts RS256 only: put RS256 first in signingAlgorithms instead of ES256, or use a REST API with restAuthorizer.',
      ),
    );
  });
});

describe('restAuthorizer, in front of a REST API', () => {
  it('asks the function for every request, so that a revocation counts at once', () => {
    const { Type, AuthorizerResultTtlInSeconds, IdentitySource } = onlyOne(
      example,
      'AWS::ApiGateway::Authorizer',
    ).Properties;
    expect({ Type, AuthorizerResultTtlInSeconds, IdentitySource }).toEqual({
      Type: 'TOKEN',
      AuthorizerResultTtlInSeconds: 0,
      IdentitySource: 'method.request.header.Authorization',
    });
  });

  it('hands over what looks like a bearer token, and nothing else', () => {
    const { IdentityValidationExpression } = onlyOne(example, 'AWS::ApiGateway::Authorizer').Properties;
    const accepts = (header: string) => new RegExp(IdentityValidationExpression).test(header);
    expect(['Bearer a.b-c_d', 'bearer a.b.c=='].map(accepts)).toEqual([true, true]);
    expect(['', 'Bearer', 'Bearer ', 'Basic YTpi', 'a.b.c', 'Bearer a b'].map(accepts)).toEqual(
      Array.from({ length: 6 }, () => false),
    );
  });

  it('protects the method', () => {
    const [id] = ofType(example, 'AWS::ApiGateway::Authorizer')[0] ?? [];
    expect(onlyOne(example, 'AWS::ApiGateway::Method').Properties).toMatchObject({
      HttpMethod: 'GET',
      AuthorizationType: 'CUSTOM',
      AuthorizerId: { Ref: id },
    });
  });

  it('answers with challenges that have a parameter (BT3)', () => {
    const challenges = ofType(example, 'AWS::ApiGateway::GatewayResponse').map(
      ([, { Properties }]) => Properties['ResponseParameters']['gatewayresponse.header.WWW-Authenticate'],
    );
    expect(new Set(challenges)).toEqual(
      new Set([`'Bearer scope="orders:read"'`, `'Bearer error="insufficient_scope", scope="orders:read"'`]),
    );
  });

  it('may read grants, whether their people stand by them, which clients there are, and public keys, and nothing else (H25)', () => {
    const lambda = checkTokenOf(example);
    const { statements, managed } = policiesOf(example, lambda);
    const rows = statements.flatMap(({ Effect, Action, Resource, Condition = {} }) =>
      list(Action).map((action) => {
        const name = importedFrom(pixy, Resource as Properties) ?? 'its own logs';
        return `${Effect} ${action} on ${name} ${JSON.stringify(Condition)}`;
      }),
    );
    expect(managed).toEqual([]);
    expect(rows.sort()).toEqual([
      'Allow dynamodb:BatchGetItem on grants.Arn {}',
      `Allow dynamodb:BatchGetItem on people.Arn ${JSON.stringify({
        'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['account#*'] },
        'ForAllValues:StringEquals': {
          'dynamodb:Attributes': [
            'pk',
            'sk',
            'disabledAt',
            'epoch',
            'clientEpochs',
            'endedSessions',
            'pairwiseSubjects',
          ],
        },
        StringEqualsIfExists: { 'dynamodb:Select': ['SPECIFIC_ATTRIBUTES'] },
      })}`,
      `Allow dynamodb:GetItem on clients.Arn ${JSON.stringify({
        'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['client#*'] },
        'ForAllValues:StringEquals': { 'dynamodb:Attributes': ['pk', 'sk', 'since', 'purgeAt'] },
        StringEqualsIfExists: { 'dynamodb:Select': ['SPECIFIC_ATTRIBUTES'] },
      })}`,
      'Allow dynamodb:Query on keys.Arn {"ForAllValues:StringLike":{"dynamodb:LeadingKeys":["signing"]}}',
      'Allow logs:CreateLogStream on its own logs {}',
      'Allow logs:PutLogEvents on its own logs {}',
    ]);
    const logs = statements.find(({ Action }) => list(Action).includes('logs:PutLogEvents'));
    expect(logs?.Resource).toEqual({ 'Fn::GetAtt': [lambda.Properties['LoggingConfig'].LogGroup.Ref, 'Arn'] });
  });

  it('lets API Gateway call the function for this authorizer only', () => {
    const [id] = ofType(example, 'AWS::ApiGateway::Authorizer')[0] ?? [];
    const sources = ofType(example, 'AWS::Lambda::Permission').map(([, { Properties }]) => Properties['SourceArn']);
    expect(sources.filter((source) => JSON.stringify(source).includes(`/authorizers/",{"Ref":"${id}"}`))).toHaveLength(
      1,
    );
  });

  it('gives the function an environment that it accepts', () => {
    const variables = checkTokenOf(example).Properties['Environment'].Variables as Properties;
    expect(isIssuer(variables['PIXY_ISSUER'])).toBe(true);
    expect(isIssuer(variables['PIXY_CHECK_AUDIENCE'])).toBe(true);
    const deployed = Object.entries(variables).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : name === 'PIXY_ISSUER' ? 'https://sign-in.example.com' : 'name',
    ]);
    expect(() => readConfig(Object.fromEntries(deployed))).not.toThrow();
    expect(readSettings(Object.fromEntries(deployed))).toEqual({ audience: ['name'], scope: ['orders:read'] });
  });

  function build(props: RestAuthorizerProps): TemplateJson {
    const stack = new Stack(testApp(), 'Mine');
    const auth = new AuthorizationServer(stack, 'Auth', { stage: 'dev' });
    const lambda = Lambda.fromFunctionName(stack, 'Orders', 'orders');
    new RestApi(stack, 'Api').root.addMethod('GET', new LambdaIntegration(lambda), {
      authorizer: auth.restAuthorizer(stack, 'Checked', props),
    });
    return Template.fromStack(stack).toJSON() as TemplateJson;
  }

  it('keeps answers for as long as it is told, and its logs as long as the server keeps its own', () => {
    const template = build({ audience: 'orders', resultsCacheTtl: Duration.minutes(1) });
    expect(onlyOne(template, 'AWS::ApiGateway::Authorizer').Properties['AuthorizerResultTtlInSeconds']).toBe(60);
    const logGroup = template.Resources[checkTokenOf(template).Properties['LoggingConfig'].LogGroup.Ref];
    expect(logGroup).toMatchObject({ DeletionPolicy: 'Delete', Properties: { RetentionInDays: 7 } });
    expect(checkTokenOf(template).Properties['Environment'].Variables).not.toHaveProperty('PIXY_CHECK_SCOPE');
  });

  it('sees the method, the path and the DPoP header where it takes tokens that are bound to a key', () => {
    const dpop = { origin: 'https://api.example.com' };
    const template = build({ audience: 'orders', dpop });
    const { Type, IdentitySource, AuthorizerResultTtlInSeconds } = onlyOne(
      template,
      'AWS::ApiGateway::Authorizer',
    ).Properties;
    expect({ Type, IdentitySource, AuthorizerResultTtlInSeconds }).toEqual({
      Type: 'REQUEST',
      IdentitySource: 'method.request.header.Authorization',
      AuthorizerResultTtlInSeconds: 0,
    });
    const { PIXY_CHECK_ORIGIN, PIXY_CHECK_DPOP } = checkTokenOf(template).Properties['Environment'].Variables;
    expect([PIXY_CHECK_ORIGIN, PIXY_CHECK_DPOP]).toEqual(['https://api.example.com', undefined]);
  });

  it.each<[string, RestAuthorizerProps, string]>([
    ['no audience', { audience: [] }, 'audience must name an API at least, but is an empty list.'],
    [
      'an origin with a path',
      { audience: 'orders', dpop: { origin: 'https://api.example.com/orders' } },
      'dpop.origin must be an origin such as https://api.example.com, but is "https://api.example.com/orders".',
    ],
    [
      'answers that are reused without their proof',
      { audience: 'orders', dpop: { origin: 'https://api.example.com' }, resultsCacheTtl: Duration.minutes(1) },
      'resultsCacheTtl reuses answers, and with dpop every request has a proof of its own: leave out one.',
    ],
    [
      'two scope values in one',
      { audience: 'orders', scope: ['orders:read orders:write'] },
      'scope must be a list of scope values such as orders:read, but has "orders:read orders:write".',
    ],
  ])('refuses %s with one sentence', (_, props, sentence) => {
    const { server } = pixy.stacks.api;
    expect(() => server.restAuthorizer(new Stack(testApp(), 'Mine'), 'Checked', props)).toThrow(
      new WrongSetting(sentence),
    );
  });
});
