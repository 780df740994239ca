import { createContext, runInContext } from 'node:vm';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { LambdaIntegration, MockIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { HttpApi, HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpUrlIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Code, Function as Lambda, Runtime } from 'aws-cdk-lib/aws-lambda';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compose } from '../../functions/register-api/compose.ts';
import { readDeclaredApi } from '../../functions/register-api/declared-api.ts';
import { openRuntime } from '../../functions/runtime.ts';
import { AuthorizationServer } from '../../infra/authorization-server.ts';
import { createTables } from '../../infra/local/create-tables.ts';
import { type EmbeddedDynamoDB, startEmbeddedDynamoDB } from '../../infra/local/embedded-dynamodb.ts';
import { WrongSetting } from '../../infra/wrong-setting.ts';
import { apiStore } from '../../shared/apis/api-store.ts';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { proofAlgorithms } from '../../shared/oauth/server-metadata.ts';
import {
  ofType,
  onlyOne,
  type Properties,
  policiesOf,
  type Resource,
  removeAssemblies,
  type TemplateJson,
  testApp,
} from './synthesize.ts';

/* PR6: everything about an API comes from one declaration. */

const resource = 'https://api.example.com/orders';
const metadataUrl = 'https://api.example.com/.well-known/oauth-protected-resource/orders';
const scopes = ['orders:read', 'orders:write'];

let template: TemplateJson;
let database: EmbeddedDynamoDB | undefined;

beforeAll(() => {
  const stack = new Stack(testApp(), 'Mine');
  const auth = new AuthorizationServer(stack, 'Auth', { stage: 'dev' });
  const orders = auth.protectedResource(stack, 'Orders', { resource, scopes, accessTokenLifetime: 300 });
  const httpApi = new HttpApi(stack, 'HttpApi');
  httpApi.addRoutes({
    path: '/orders',
    methods: [HttpMethod.GET],
    integration: new HttpUrlIntegration('Orders', 'https://upstream.example.com'),
    authorizer: orders.protectHttpApi(httpApi),
    authorizationScopes: ['orders:read'],
  });
  const restApi = new RestApi(stack, 'RestApi');
  const handler = new Lambda(stack, 'Handler', {
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: Code.fromInline('exports.handler = async () => ({ statusCode: 200 })'),
  });
  restApi.root.addResource('orders').addMethod('GET', new LambdaIntegration(handler), {
    authorizer: orders.protectRestApi(restApi, { scope: ['orders:read'] }),
  });
  template = Template.fromStack(stack).toJSON() as TemplateJson;
});

afterAll(async () => {
  await database?.close();
  removeAssemblies();
});

const theOne = (type: string, isMeant: (properties: Properties) => boolean): Resource =>
  ofType(template, type).find(([, resource]) => isMeant(resource.Properties))?.[1] ?? expect.unreachable();

const functionDescribed = (text: string): Resource =>
  theOne('AWS::Lambda::Function', ({ Description }) => String(Description).includes(text));

/** A text of the template, with the issuer in the place of what is known when it is deployed. */
const resolved = (text: unknown): string =>
  typeof text === 'string'
    ? text
    : (text as { 'Fn::Join': [string, unknown[]] })['Fn::Join'][1]
        .map((part) => (typeof part === 'string' ? part : 'https://issuer.example.com'))
        .join('');

const document = {
  resource,
  authorization_servers: ['https://issuer.example.com'],
  scopes_supported: scopes,
  bearer_methods_supported: ['header'],
};

describe('the registered API', () => {
  const declared = () => ({
    PIXY_DECLARED_API: functionDescribed('Registers an API').Properties['Environment'].Variables.PIXY_DECLARED_API,
  });

  it('PR6: is what was declared', () => {
    expect(readDeclaredApi(declared())).toEqual({ resource, scope: scopes, accessTokenLifetime: 300 });
  });

  it('is written by a function that a deployment calls, and that may do nothing else', () => {
    const { statements } = policiesOf(template, functionDescribed('Registers an API'));
    const onClients = statements.filter(({ Action }) => [Action].flat().some((one) => one.startsWith('dynamodb:')));
    expect(onClients.map(({ Action, Condition }) => [[Action].flat(), Condition])).toEqual([
      [
        ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
        { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['apis'] } },
      ],
      [['dynamodb:PutItem'], { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['changes'] } }],
    ]);
    const triggers = ofType(template, 'Custom::Trigger').map(([, { Properties }]) => JSON.stringify(Properties));
    expect(triggers.some((properties) => properties.includes('OrdersRegisterApi'))).toBe(true);
  });

  it('is registered once, however often it is deployed, and again when it changed', async () => {
    database = await startEmbeddedDynamoDB();
    const client = new DynamoDBClient({
      endpoint: database.endpoint,
      region: 'eu-west-1',
      credentials: async () => ({ accessKeyId: 'local', secretAccessKey: 'local' }),
    });
    const names = { grants: 'grants', clients: 'clients', people: 'people', keys: 'keys' };
    await createTables(client, names);
    const variables = Object.entries(names).map(([name, value]) => [`PIXY_${name.toUpperCase()}_TABLE`, value]);
    const env = { ...Object.fromEntries(variables), PIXY_ISSUER: 'https://issuer.example.com' };
    const runtime = openRuntime(env, { database: openDatabase(client), now: () => 1_800_000_000 });
    const apis = apiStore(runtime.database, 'clients', runtime.now);
    await compose(runtime, readDeclaredApi(declared()))();
    await compose(runtime, readDeclaredApi(declared()))();
    expect(await apis.find(resource)).toMatchObject({
      value: { scope: scopes, accessTokenLifetime: 300 },
      version: 1,
      changed: { by: 'cdk deploy' },
    });
    await compose(runtime, { resource, scope: ['orders:read'] })();
    expect(await apis.find(resource)).toMatchObject({ value: { scope: ['orders:read'] }, version: 2 });
  });
});

describe('an HTTP API', () => {
  it('PR4, PR6: serves the document at the path-inserted place, to everybody', async () => {
    const route = theOne(
      'AWS::ApiGatewayV2::Route',
      ({ RouteKey }) => RouteKey === `GET ${new URL(metadataUrl).pathname}`,
    );
    expect(route.Properties['AuthorizationType']).toBe('NONE');
    const { Code: code, Environment } = functionDescribed('The metadata of a protected resource').Properties;
    const context = createContext({
      exports: {},
      process: { env: { DOCUMENT: resolved(Environment.Variables.DOCUMENT) } },
    });
    runInContext(code.ZipFile, context);
    const answer = await context['exports'].handler();
    expect(answer).toMatchObject({ statusCode: 200, headers: { 'content-type': 'application/json' } });
    expect(JSON.parse(answer.body)).toEqual(document);
  });

  it('PR6: takes tokens for the resource alone', () => {
    const { JwtConfiguration } = onlyOne(template, 'AWS::ApiGatewayV2::Authorizer').Properties;
    expect(JwtConfiguration.Audience).toEqual([resource]);
  });
});

describe('a REST API', () => {
  it('PR4, PR6: answers with the document itself', () => {
    const { Properties } = theOne('AWS::ApiGateway::Method', ({ Integration }) => Integration.Type === 'MOCK');
    expect(Properties['AuthorizationType']).toBe('NONE');
    const [response] = Properties['Integration'].IntegrationResponses;
    expect(JSON.parse(resolved(response.ResponseTemplates['application/json']))).toEqual({
      ...document,
      dpop_signing_alg_values_supported: proofAlgorithms,
    });
    const parts = ofType(template, 'AWS::ApiGateway::Resource').map(([, one]) => one.Properties['PathPart']);
    expect(parts).toEqual(expect.arrayContaining(['.well-known', 'oauth-protected-resource', 'orders']));
  });

  it('PR5: names the document in its 401 and 403, and in the 403 every scope value of the operation', () => {
    const where = `resource_metadata="${metadataUrl}"`;
    const algs = `algs="${proofAlgorithms.join(' ')}"`;
    const insufficient = `error="insufficient_scope", scope="orders:read", ${where}`;
    const headers = ofType(template, 'AWS::ApiGateway::GatewayResponse').map(([, { Properties }]) => [
      Properties['ResponseType'],
      Properties['ResponseParameters']['gatewayresponse.header.WWW-Authenticate'],
    ]);
    expect(Object.fromEntries(headers)).toEqual({
      UNAUTHORIZED: `'Bearer ${where}, DPoP ${where}, ${algs}'`,
      ACCESS_DENIED: `'Bearer ${insufficient}, DPoP ${insufficient}, ${algs}'`,
    });
  });

  it('PR6: asks for every request, with the audience and the scope', () => {
    const { Variables } = functionDescribed('Lambda authorizer').Properties['Environment'];
    expect(Variables).toMatchObject({ PIXY_CHECK_AUDIENCE: resource, PIXY_CHECK_SCOPE: 'orders:read' });
  });
});

describe('an API that takes only bound tokens', () => {
  const declare = () => {
    const stack = new Stack(testApp(), 'Bound');
    const auth = new AuthorizationServer(stack, 'Auth', { stage: 'dev' });
    return { stack, orders: auth.protectedResource(stack, 'Orders', { resource, scopes, dpopRequired: true }) };
  };

  it('DP4: is no HTTP API, whose authorizer checks no proofs', () => {
    const { stack, orders } = declare();
    expect(() => orders.protectHttpApi(new HttpApi(stack, 'HttpApi'))).toThrow(
      new WrongSetting(
        'The JWT authorizer of an HTTP API checks no DPoP proofs: with dpopRequired, use protectRestApi.',
      ),
    );
  });

  it('says so in its document, its challenges and to its authorizer', () => {
    const { stack, orders } = declare();
    const restApi = new RestApi(stack, 'RestApi');
    const authorizer = orders.protectRestApi(restApi, { scope: [] });
    restApi.root.addMethod('GET', new MockIntegration(), { authorizer });
    const made = JSON.stringify(Template.fromStack(stack).toJSON());
    expect(made).toContain(`'DPoP resource_metadata=`);
    expect(made).not.toContain(`'Bearer `);
    expect(made).toContain('dpop_bound_access_tokens_required');
    expect(made).toContain('"PIXY_CHECK_ORIGIN":"https://api.example.com","PIXY_CHECK_DPOP":"required"');
  });
});

it('what the CDK looks up after the first run does not end that run', () => {
  const stack = new Stack(testApp(), 'Looked', { env: { account: '111122223333', region: 'eu-west-1' } });
  const auth = new AuthorizationServer(stack, 'Auth', { stage: 'dev' });
  const looked = StringParameter.valueFromLookup(stack, '/orders/resource');
  const made = auth.protectedResource(stack, 'Orders', { resource: looked, scopes });
  const authorizer = made.protectRestApi(new RestApi(stack, 'RestApi'), { scope: ['orders:read'] });
  expect(authorizer).toBeDefined();
  expect(() => auth.restAuthorizer(stack, 'Rest', { audience: looked, dpop: { origin: looked } })).not.toThrow();
});

describe('what cannot be declared', () => {
  const declare = (props: { resource: string; scopes: string[] }) => () => {
    const stack = new Stack(testApp(), 'Wrong');
    const auth = new AuthorizationServer(stack, 'Auth', { stage: 'dev' });
    const made = auth.protectedResource(stack, 'Orders', props);
    made.protectRestApi(new RestApi(stack, 'RestApi'), { scope: ['orders:read'] });
  };
  it.each([
    ['no https', { resource: 'http://api.example.com', scopes }, 'resource must be an https URL'],
    ['a fragment', { resource: `${resource}#x`, scopes }, 'resource must be an https URL'],
    ['a text that is no URL', { resource: 'orders', scopes }, 'resource must be an https URL'],
    ['two scope values in one', { resource, scopes: ['orders:read orders:write'] }, 'scopes must be a list'],
    [
      'a scope value of the management API',
      { resource, scopes: ['pixy:write'] },
      'scope has a value of the management API',
    ],
    [
      'a scope that is not declared',
      { resource, scopes: ['orders:write'] },
      'scope has orders:read, which scopes does not declare',
    ],
  ])('%s', (_, props, sentence) => {
    expect(declare(props)).toThrow(WrongSetting);
    expect(declare(props)).toThrow(sentence);
  });
});
