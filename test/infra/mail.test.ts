import { Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Function as Lambda } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AuthorizationServer, type AuthorizationServerProps } from '../../infra/authorization-server.ts';
import { handsOverMails } from '../../infra/functions.ts';
import {
  constructIds,
  list,
  ofType,
  onlyOne,
  policiesOf,
  removeAssemblies,
  type TemplateJson,
  templateWith,
  testApp,
} from './synthesize.ts';

/* The construct prop `mail` and the hook `sendMessage`, down to environment variables and permissions. */

afterAll(removeAssemblies);

const from = 'Example <no-reply@example.com>';
const env = { account: '111122223333', region: 'eu-west-1' };
const topicArn = 'arn:aws:sns:eu-west-1:111122223333:alarms';

function synthesize(props: (stack: Stack) => AuthorizationServerProps): TemplateJson {
  const stack = new Stack(testApp(), 'Mine', { env });
  new AuthorizationServer(stack, 'Auth', props(stack));
  return Template.fromStack(stack).toJSON() as TemplateJson;
}

let made: TemplateJson;
beforeAll(() => {
  made = synthesize((stack) => ({ mail: { from }, alarmTopic: Topic.fromTopicArn(stack, 'Alarms', topicArn) }));
});

/** A function by its construct id. */
function functionOf(template: TemplateJson, id: string) {
  const [logicalId, lambda] =
    ofType(template, 'AWS::Lambda::Function').find(
      ([, { Metadata }]) => Metadata?.['aws:cdk:path']?.split('/').at(-2) === id,
    ) ?? [];
  if (logicalId === undefined || lambda === undefined) throw new Error(`there is no ${id}`);
  const variables = lambda.Properties['Environment'].Variables as Record<string, unknown>;
  return { ...lambda, logicalId, variables };
}
const statementsOf = (template: TemplateJson, id: string) => policiesOf(template, functionOf(template, id)).statements;
const actionsOf = (template: TemplateJson, id: string) =>
  statementsOf(template, id).flatMap(({ Action }) => list(Action));

describe('with mail', () => {
  test('pages hand orders over to the mail function, and may call nothing else', () => {
    const { logicalId } = functionOf(made, 'Mail');
    for (const [name, id] of Object.entries(constructIds)) {
      const hands = handsOverMails.some((one) => one === name);
      const { variables } = functionOf(made, id);
      expect([id, variables['PIXY_MAIL']]).toEqual([id, hands ? { 'Fn::GetAtt': [logicalId, 'Arn'] } : undefined]);
      const calls = statementsOf(made, id).filter(({ Action }) => list(Action).includes('lambda:InvokeFunction'));
      const arn = { 'Fn::GetAtt': [logicalId, 'Arn'] };
      expect(calls.map(({ Resource }) => Resource)).toEqual(hands ? [arn] : []);
    }
  });

  test('the mail function sends from its address only, through its identity and its configuration set', () => {
    const { variables } = functionOf(made, 'Mail');
    const [setId] = ofType(made, 'AWS::SES::ConfigurationSet')[0] ?? [];
    expect(variables).toMatchObject({ PIXY_MAIL_FROM: from, PIXY_MAIL_CONFIGURATION_SET: { Ref: setId } });
    const sending = statementsOf(made, 'Mail').filter(({ Action }) =>
      list(Action).some((one) => one.startsWith('ses:')),
    );
    expect(sending.length).toBe(1);
    expect(sending[0]?.Action).toBe('ses:SendEmail');
    expect(sending[0]?.Condition).toEqual({ StringEquals: { 'ses:FromAddress': 'no-reply@example.com' } });
    const resources = JSON.stringify(sending[0]?.Resource);
    expect(resources).toContain(':ses:eu-west-1:111122223333:identity/example.com');
    expect(resources).toContain('configuration-set/');
  });

  test('it may make exactly these calls', () => {
    expect(actionsOf(made, 'Mail').sort()).toEqual([
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:UpdateItem',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'ses:SendEmail',
      'sqs:SendMessage',
    ]);
  });

  test('ML6: what fails in every attempt ends in a queue with an alarm', () => {
    const [queueId] = ofType(made, 'AWS::SQS::Queue')[0] ?? [];
    const queue = onlyOne(made, 'AWS::SQS::Queue').Properties;
    expect(queue).toMatchObject({ MessageRetentionPeriod: 1_209_600, SqsManagedSseEnabled: true });
    expect(functionOf(made, 'Mail').Properties['DeadLetterConfig']).toEqual({
      TargetArn: { 'Fn::GetAtt': [queueId, 'Arn'] },
    });
    const alarms = ofType(made, 'AWS::CloudWatch::Alarm').map(([, { Properties }]) => Properties);
    const alarm = alarms.find(({ Namespace }) => Namespace === 'AWS/SQS');
    expect(alarm).toMatchObject({
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Threshold: 1,
      AlarmActions: [topicArn],
    });
  });

  test('SES tells the function of bounces and complaints, through a topic that only it may write to', () => {
    const { EventDestination: destination } = onlyOne(made, 'AWS::SES::ConfigurationSetEventDestination').Properties;
    expect(destination).toMatchObject({ Enabled: true, MatchingEventTypes: ['bounce', 'complaint'] });
    const [topicId] = ofType(made, 'AWS::SNS::Topic')[0] ?? [];
    expect(destination['SnsDestination'].TopicARN).toEqual({ Ref: topicId });
    const { Protocol, Endpoint } = onlyOne(made, 'AWS::SNS::Subscription').Properties;
    expect([Protocol, Endpoint]).toEqual(['lambda', { 'Fn::GetAtt': [functionOf(made, 'Mail').logicalId, 'Arn'] }]);
    const policy = onlyOne(made, 'AWS::SNS::TopicPolicy').Properties['PolicyDocument'].Statement;
    const allows = policy.filter((statement: { Effect: string }) => statement.Effect === 'Allow');
    expect(allows.map((statement: { Principal: unknown }) => statement.Principal)).toEqual([
      { Service: 'ses.amazonaws.com' },
    ]);
  });

  test('a configuration set and an identity of your own are used', () => {
    const own = synthesize(() => ({
      mail: { from: 'no-reply@mail.example.com', configurationSet: 'ours', identity: 'example.com' },
    }));
    expect(ofType(own, 'AWS::SES::ConfigurationSet')).toEqual([]);
    expect(functionOf(own, 'Mail').variables['PIXY_MAIL_CONFIGURATION_SET']).toBe('ours');
    const resources = JSON.stringify(statementsOf(own, 'Mail'));
    expect(resources).toContain('identity/example.com');
    expect(resources).toContain('configuration-set/ours');
  });
});

test('without mail there is no function, queue or topic for it, and no page that knows of one', () => {
  const without = templateWith({});
  for (const type of ['AWS::SQS::Queue', 'AWS::SNS::Topic', 'AWS::SES::ConfigurationSet']) {
    expect(ofType(without, type)).toEqual([]);
  }
  expect(JSON.stringify(without)).not.toContain('PIXY_MAIL');
});

test('a hook that sends takes the place of SES', () => {
  const arn = 'arn:aws:lambda:eu-west-1:111122223333:function:messages';
  const hooked = synthesize((stack) => ({
    hooks: {
      sendMessage: Lambda.fromFunctionAttributes(stack, 'Hook', { functionArn: arn, sameEnvironment: true }),
    },
  }));
  const { variables } = functionOf(hooked, 'Mail');
  expect(variables).not.toHaveProperty('PIXY_MAIL_FROM');
  expect(JSON.parse(String(variables['PIXY_HOOKS']))).toEqual({ sendMessage: arn });
  expect(JSON.stringify(statementsOf(hooked, 'Mail'))).toContain(arn);
  expect(actionsOf(hooked, 'Mail').some((action) => action.startsWith('ses:'))).toBe(false);
  expect(functionOf(hooked, 'SignIn').variables).toHaveProperty('PIXY_MAIL');
});

test.each([
  ['no address', 'nobody', 'mail.from is not an address'],
  ['a line break', 'a@example.com\nBcc: b@example.com', 'mail.from has a line break'],
  ['a line break in the name', 'A\r\nBcc: b@example.com <a@example.com>', 'mail.from has a line break'],
  ['two addresses', 'a@example.com, b@example.com', 'mail.from is not an address'],
  ['a domain without a dot', 'a@localhost', 'mail.from is not an address'],
])('a sender with %s stops the synthesis', (_, sender, message) => {
  expect(() => synthesize(() => ({ mail: { from: sender } }))).toThrow(message);
});

test('a sender that does not belong to the identity stops the synthesis', () => {
  const mail = { from: 'no-reply@example.com', identity: 'example.org' };
  expect(() => synthesize(() => ({ mail }))).toThrow('mail.identity is example.org');
});

test('codes by mail need somebody who sends them', () => {
  expect(() => synthesize(() => ({ mailCodes: true }))).toThrow('mailCodes needs mail');
  const on = synthesize(() => ({ mailCodes: true, mail: { from } }));
  expect(functionOf(on, 'SignIn').variables['PIXY_MAIL_CODES']).toBe('on');
});

test.each<[string, AuthorizationServerProps, string]>([
  ['an address that nobody confirms', { profileFields: ['email'] }, 'profileFields has email, which needs mail'],
  ['a claim of the protocol', { profileFields: ['sub' as 'name'] }, 'profileFields has "sub"'],
])('people cannot change %s', (_, props, message) => {
  expect(() => synthesize(() => props)).toThrow(message);
});

describe('accounts that people delete', () => {
  test('are removed by a function that runs every day and may do nothing else', () => {
    const leaving = synthesize(() => ({ mail: { from }, removalGrace: Duration.days(14) }));
    expect(functionOf(leaving, 'Account').variables['PIXY_REMOVAL_GRACE']).toBe('1209600');
    expect([...new Set(actionsOf(leaving, 'RemoveAccounts'))].sort()).toEqual([
      'dynamodb:DeleteItem',
      'dynamodb:GetItem',
      'dynamodb:Query',
      'dynamodb:UpdateItem',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
    ]);
    const { logicalId } = functionOf(leaving, 'RemoveAccounts');
    const rules = ofType(leaving, 'AWS::Events::Rule').map(([, { Properties }]) => Properties);
    const daily = rules.find(({ Targets }) => Targets[0].Arn['Fn::GetAtt'][0] === logicalId);
    expect(daily?.['ScheduleExpression']).toBe('rate(1 day)');
  });

  test.each<[string, AuthorizationServerProps, string]>([
    ['without mail', { removalGrace: Duration.days(14) }, 'removalGrace needs mail'],
    ['for an hour', { removalGrace: Duration.hours(1), mail: { from } }, 'must be from 1 to 90 days'],
    ['for a year', { removalGrace: Duration.days(365), mail: { from } }, 'must be from 1 to 90 days'],
  ])('are not had back %s', (_, props, message) => {
    expect(() => synthesize(() => props)).toThrow(message);
  });
});
