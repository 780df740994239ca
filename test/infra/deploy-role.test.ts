import { readFileSync } from 'node:fs';
import { Stack, Tags } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { afterAll, expect, test } from 'vitest';
import { AuthorizationServer } from '../../infra/authorization-server.ts';
import { everything } from './everything.ts';
import { removeAssemblies, synthesize, type TemplateJson, testApp } from './synthesize.ts';

/* What `pixy init` lets CloudFormation do. Every resource has the version as a tag, and another one after each upgrade. */

afterAll(removeAssemblies);

/** Which statement lets a resource be tagged, and by which action, where all of its service is not allowed. */
const tagging: Record<string, [sid: string, action: string]> = {
  'AWS::ApiGatewayV2::Api': ['HttpApi', 'apigateway:POST'],
  'AWS::ApiGatewayV2::Stage': ['HttpApi', 'apigateway:POST'],
  'AWS::CloudWatch::Alarm': ['Alarms', 'cloudwatch:TagResource'],
  'AWS::CloudWatch::Dashboard': ['Dashboard', 'cloudwatch:TagResource'],
  'AWS::DynamoDB::GlobalTable': ['Tables', 'dynamodb:TagResource'],
  'AWS::Events::Rule': ['Schedules', 'events:*'],
  'AWS::IAM::Role': ['RolesOfFunctions', 'iam:TagRole'],
  'AWS::KMS::Key': ['WrappingKey', 'kms:TagResource'],
  'AWS::Lambda::Function': ['Functions', 'lambda:*'],
  'AWS::Logs::LogGroup': ['Logs', 'logs:TagResource'],
  'AWS::SES::ConfigurationSet': ['ConfigurationOfMail', 'ses:TagResource'],
  'AWS::SNS::Topic': ['Mail', 'sns:*'],
  'AWS::SQS::Queue': ['Mail', 'sqs:*'],
  'AWS::SSM::Parameter': ['Parameters', 'ssm:AddTagsToResource'],
};

const statements = readFileSync('cli/init/templates/deploy-role.yaml', 'utf8').split(/^ +- Sid: /m);

function taggedTypes(): string[] {
  const stack = new Stack(testApp(), 'Mine');
  new AuthorizationServer(stack, 'Auth', everything);
  Tags.of(stack).add('pixy-version', '1');
  const { tables, api } = synthesize({ stage: 'prod' });
  const resources = [Template.fromStack(stack).toJSON() as TemplateJson, tables, api].flatMap((one) =>
    Object.values(one.Resources),
  );
  const tagged = resources.filter(({ Properties }) => JSON.stringify(Properties)?.includes('"Tags"'));
  return [...new Set(tagged.map(({ Type }) => Type))].toSorted();
}

test('everything that has tags may be given them', () => {
  const types = taggedTypes();
  expect(types).toEqual(Object.keys(tagging));
  const refused = types.filter((type) => {
    const [sid = '', action = ''] = tagging[type] ?? [];
    return !statements.find((one) => one.startsWith(`${sid}\n`))?.includes(action);
  });
  expect(refused).toEqual([]);
});
