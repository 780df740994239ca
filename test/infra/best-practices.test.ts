import { readFileSync } from 'node:fs';
import { type App, Stack } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { afterAll, describe, expect, it } from 'vitest';
import { AuthorizationServer } from '../../infra/authorization-server.ts';
import { pixyStacks } from '../../infra/stacks/pixy-stacks.ts';
import { everything } from './everything.ts';
import { removeAssemblies, testApp } from './synthesize.ts';

afterAll(removeAssemblies);

const roleOf = (name: string) => `AwsSolutions-IAM5[Resource::*] Mine/Auth/${name}Role/DefaultPolicy/Resource`;

const queries =
  'IAM knows no resource for logs:GetQueryResults. Starting a query is limited to the log groups of the functions, and nobody guesses the id of the query of somebody else.';

/** What cdk-nag finds and we leave as it is, each for a reason, which docs/deploy.md gives as well. */
const accepted: Record<string, string> = {
  [roleOf('Console')]: queries,
  [roleOf('RollUp')]: queries,
  [roleOf('RotateKeys')]:
    'A key in KMS has no name before it is made. Making one takes the tag of this server, which permissions.test.ts checks.',
  'Serverless-SQSRedrivePolicy Mine/Auth/Mails/DeadLetters/Resource':
    'It is the dead-letter queue: what is in it has failed already, and an alarm says so.',
  'Serverless-SNSRedrivePolicy Mine/Auth/Mails/Mail/Feedback/Resource':
    'SNS repeats a call of Lambda for 23 days. What the function then fails at goes into its dead-letter queue.',
  'AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:kms:<AWS::Region>:<AWS::AccountId>:key/*]':
    'Keys that stay in KMS are made at run time. Signing with them and deleting them takes the tag of this server, which permissions.test.ts checks.',
  'AwsSolutions-APIG4':
    'Routes have no authorizer: this is the server that authorizers ask. Each endpoint authenticates clients and people itself.',
  'Serverless-LambdaDLQ':
    'The API calls its functions synchronously, so nothing can be queued. A failed key rotation runs again a day later, and keys are made more than a day ahead.',
  'Serverless-EventBusDLQ': 'The same: the next daily event does what a lost one did not.',
  'Serverless-LambdaTracing': 'X-Ray is priced per trace; the audit line and the access log line share a request id.',
};

const apps: Record<string, () => App> = {
  'the dev stage': () => stageApp('dev'),
  'the prod stage': () => stageApp('prod'),
  'a server with everything switched on': () => {
    const app = testApp();
    new AuthorizationServer(new Stack(app, 'Mine'), 'Auth', everything);
    return app;
  },
};

function stageApp(stage: string): App {
  const app = testApp({ stage, domainName: 'none' });
  pixyStacks(app);
  return app;
}

describe.each(Object.entries(apps))('cdk-nag has nothing to say about %s', (_, makeApp) => {
  it.each([
    ['AWS Solutions', AwsSolutionsChecks],
    ['Serverless', ServerlessChecks],
  ])('by the rules of %s, besides what we accept', (_, Rules) => {
    const app = makeApp();
    const { violations } = new Rules(app).validateScope(app);
    const found = violations.flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(({ constructPath }) => `${ruleName} ${constructPath}`),
    );
    const isAccepted = (finding: string) =>
      Object.keys(accepted).some((one) => finding === one || finding.startsWith(`${one} `));
    expect(found.filter((finding) => !isAccepted(finding))).toEqual([]);
    expect(violations.length).toBeGreaterThan(0);
  });
});

it('docs/deploy.md answers every rule that is accepted, and no other', () => {
  const rows = readFileSync('docs/deploy.md', 'utf8').matchAll(/^\| `((?:AwsSolutions|Serverless)-[^`]+)` +\|/gm);
  const rules = Object.keys(accepted).map((one) => one.replace(/\[.*|\s.*/, ''));
  expect(new Set(Array.from(rows, ([, rule]) => rule))).toEqual(new Set(rules));
});
