import { Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Role } from 'aws-cdk-lib/aws-iam';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { afterAll, describe, expect, it } from 'vitest';
import { AuthorizationServer } from '../../infra/authorization-server.ts';
import { AuthorizationServerTables } from '../../infra/constructs/authorization-server-tables.ts';
import {
  constructIds,
  functionsOf,
  ofType,
  onlyOne,
  policiesOf,
  type Resource,
  removeAssemblies,
  type TemplateJson,
  testApp,
} from './synthesize.ts';

afterAll(removeAssemblies);

const existing = {
  grants: 'restored-grants',
  clients: 'restored-clients',
  people: 'restored-people',
  keys: 'restored-keys',
  wrappingKey: 'arn:aws:kms:eu-central-1:123456789012:key/0d990263-018e-4e65-a703-eff731de951e',
};

/** The construct as people use it in a stack of their own. */
describe('new AuthorizationServer(this, …) in a stack of somebody else', () => {
  it('needs no props, and then keeps its data: retained, protected, backed up (H26)', () => {
    const stack = new Stack(testApp(), 'Mine');
    const auth = new AuthorizationServer(stack, 'Auth');
    const template = Template.fromStack(stack).toJSON() as TemplateJson;
    const tables = ofType(template, 'AWS::DynamoDB::GlobalTable');
    expect(tables).toHaveLength(4);
    for (const [, { DeletionPolicy, Properties }] of tables) {
      expect(DeletionPolicy).toBe('Retain');
      expect(Properties['Replicas'][0].DeletionProtectionEnabled).toBe(true);
    }
    expect(stack.resolve(auth.issuer)).toEqual({ 'Fn::GetAtt': [expect.any(String), 'ApiEndpoint'] });
    expect(Object.keys(auth.functions).sort()).toEqual(Object.keys(constructIds).sort());
    expect(auth.httpApi.apiId).toBeDefined();
    expect(auth.tables).toBeInstanceOf(AuthorizationServerTables);
  });

  it('needs no props for tables of their own either, and they are kept as well (H26)', () => {
    const stack = new Stack(testApp(), 'Data');
    new AuthorizationServerTables(stack, 'Tables');
    const tables = ofType(Template.fromStack(stack).toJSON() as TemplateJson, 'AWS::DynamoDB::GlobalTable');
    expect(tables.map(([, { DeletionPolicy }]) => DeletionPolicy)).toEqual(['Retain', 'Retain', 'Retain', 'Retain']);
  });

  it('takes tables of another stack instead of making its own', () => {
    const app = testApp();
    const tables = new AuthorizationServerTables(new Stack(app, 'Data'), 'Tables', { stage: 'dev' });
    const stack = new Stack(app, 'Mine');
    const auth = new AuthorizationServer(stack, 'Auth', { stage: 'dev', tables });
    expect(auth.tables).toBe(tables);
    expect(ofType(Template.fromStack(stack).toJSON() as TemplateJson, 'AWS::DynamoDB::GlobalTable')).toEqual([]);
  });

  it('D1: adopts tables and a key that exist, and makes none', () => {
    const stack = new Stack(testApp(), 'Mine');
    const tables = AuthorizationServerTables.fromExisting(stack, 'Tables', existing);
    const auth = new AuthorizationServer(stack, 'Auth', { tables, signing: 'kms' });
    expect(auth.tables).toBe(tables);
    const template = Template.fromStack(stack).toJSON() as TemplateJson;
    expect(ofType(template, 'AWS::DynamoDB::GlobalTable')).toEqual([]);
    expect(ofType(template, 'AWS::KMS::Key')).toEqual([]);
    const token = functionsOf(template).get('Token') as Resource;
    expect(token.Properties['Environment'].Variables).toMatchObject({
      PIXY_GRANTS_TABLE: 'restored-grants',
      PIXY_CLIENTS_TABLE: 'restored-clients',
      PIXY_PEOPLE_TABLE: 'restored-people',
      PIXY_KEYS_TABLE: 'restored-keys',
      PIXY_KMS_KEY_ID: existing.wrappingKey,
    });
    const resources = JSON.stringify(policiesOf(template, token).statements.map(({ Resource }) => Resource));
    for (const name of ['grants', 'clients', 'people', 'keys']) expect(resources).toContain(`:table/restored-${name}"`);
    expect(resources).toContain('table/restored-grants/index/byPerson');
    expect(resources).toContain(existing.wrappingKey);
  });

  it('D1: tells pixy --stage where the tables are that were adopted for a stage', () => {
    const stack = new Stack(testApp(), 'Mine');
    AuthorizationServerTables.fromExisting(stack, 'Tables', { ...existing, stage: 'prod' });
    const parameters = ofType(Template.fromStack(stack).toJSON() as TemplateJson, 'AWS::SSM::Parameter');
    const values = parameters.map(([, { Properties }]) => [Properties['Name'], Properties['Value']]);
    const names = ['grants', 'clients', 'people', 'keys'] as const;
    expect(Object.fromEntries(values)).toEqual({
      ...Object.fromEntries(names.map((name) => [`/pixy/prod/tables/${name}`, existing[name]])),
      '/pixy/prod/wrapping-key': existing.wrappingKey,
    });
  });

  it.each([
    [
      { grants: 'arn:aws:dynamodb:eu-central-1:123456789012:table/grants' },
      'The grants table must be the name of a table',
    ],
    [{ people: '' }, 'The people table must be the name of a table of DynamoDB, but is "".'],
    [{ people: 'restored-grants' }, 'Each of the four tables must be another one.'],
    [{ wrappingKey: 'alias/pixy' }, 'wrappingKey must be the ARN of a KMS key'],
  ])('D1: refuses %j in a sentence', (changes, sentence) => {
    const stack = new Stack(testApp(), 'Mine');
    const adopt = () => AuthorizationServerTables.fromExisting(stack, 'Tables', { ...existing, ...changes });
    expect(adopt).toThrow(sentence);
  });

  it('hands its settings to the functions in seconds, and the others keep their defaults', () => {
    const stack = new Stack(testApp(), 'Mine');
    new AuthorizationServer(stack, 'Auth', {
      stage: 'dev',
      audience: 'https://api.example.com',
      codeLifetime: Duration.seconds(30),
      accessTokenLifetime: Duration.minutes(10),
      throttling: { rateLimit: 5, burstLimit: 7 },
      logRetention: RetentionDays.THREE_MONTHS,
    });
    const template = Template.fromStack(stack).toJSON() as TemplateJson;
    const variables = functionsOf(template).get('Token')?.Properties['Environment'].Variables;
    expect(variables).toMatchObject({
      PIXY_AUDIENCE: 'https://api.example.com',
      PIXY_CODE_LIFETIME: '30',
      PIXY_ACCESS_TOKEN_LIFETIME: '600',
    });
    expect(variables).not.toHaveProperty('PIXY_SESSION_LIFETIME');
    expect(onlyOne(template, 'AWS::ApiGatewayV2::Stage').Properties['DefaultRouteSettings']).toEqual({
      ThrottlingRateLimit: 5,
      ThrottlingBurstLimit: 7,
    });
    const retention = ofType(template, 'AWS::Logs::LogGroup').map(
      ([, { Properties }]) => Properties['RetentionInDays'],
    );
    expect(new Set(retention)).toEqual(new Set([90]));
  });

  it('takes roles that exist where a deployment may make none', () => {
    const makeStack = (usePrecreatedRoles: Record<string, string>) => {
      const stack = new Stack(testApp(), 'Mine');
      Role.customizeRoles(stack, { usePrecreatedRoles });
      new AuthorizationServer(stack, 'Auth');
      return stack;
    };
    const wanted = new Stack(testApp(), 'Mine');
    new AuthorizationServer(wanted, 'Auth');
    const roles = ofType(Template.fromStack(wanted).toJSON() as TemplateJson, 'AWS::IAM::Role').map(
      ([, { Metadata }]) => Metadata?.['aws:cdk:path']?.replace(/\/Resource$/, '') ?? '',
    );
    const given = makeStack(Object.fromEntries(roles.map((path, index) => [path, `existing-${index}`])));
    const template = Template.fromStack(given).toJSON() as TemplateJson;
    expect(ofType(template, 'AWS::IAM::Role')).toEqual([]);
    const used = [...functionsOf(template).values()].map(({ Properties }) => JSON.stringify(Properties['Role']));
    expect(used.filter((role) => !/role\/existing-\d+"/.test(role))).toEqual([]);
  });

  it('can be there twice in one stack', () => {
    const stack = new Stack(testApp(), 'Mine');
    new AuthorizationServer(stack, 'Staff', { stage: 'staff' });
    new AuthorizationServer(stack, 'Customers', { stage: 'customers' });
    expect(ofType(Template.fromStack(stack).toJSON() as TemplateJson, 'AWS::ApiGatewayV2::Api')).toHaveLength(2);
  });
});
