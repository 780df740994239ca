import { Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { afterAll, describe, expect, it } from 'vitest';
import { AuthorizationServer } from '../../infra/authorization-server.ts';
import { AuthorizationServerTables } from '../../infra/constructs/authorization-server-tables.ts';
import {
  constructIds,
  functionsOf,
  ofType,
  onlyOne,
  removeAssemblies,
  type TemplateJson,
  testApp,
} from './synthesize.ts';

afterAll(removeAssemblies);

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

  it('can be there twice in one stack', () => {
    const stack = new Stack(testApp(), 'Mine');
    new AuthorizationServer(stack, 'Staff', { stage: 'staff' });
    new AuthorizationServer(stack, 'Customers', { stage: 'customers' });
    expect(ofType(Template.fromStack(stack).toJSON() as TemplateJson, 'AWS::ApiGatewayV2::Api')).toHaveLength(2);
  });
});
