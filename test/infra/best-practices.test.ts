import { readFileSync } from 'node:fs';
import { type App, Stack } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { afterAll, describe, expect, it } from 'vitest';
import { AuthorizationServer } from '../../infra/authorization-server.ts';
import { pixyStacks } from '../../infra/stacks/pixy-stacks.ts';
import { everything, inSeveralRegions } from './everything.ts';
import { removeAssemblies, testApp } from './synthesize.ts';

afterAll(removeAssemblies);

const roleOf = (name: string, stack = 'Mine') =>
  `AwsSolutions-IAM5[Resource::*] ${stack}/Auth/${name}Role/DefaultPolicy/Resource`;

const queries =
  'IAM knows no resource for logs:GetQueryResults. Starting a query is limited to the log groups of the functions, and nobody guesses the id of the query of somebody else.';

/** What cdk-nag finds and we leave as it is, each for a reason, which docs/deploy.md gives as well. */
const accepted: Record<string, string> = {
  [roleOf('Console')]: queries,
  [roleOf('RollUp')]: queries,
  [roleOf('Console', 'Pixy-prod-Api')]: queries,
  [roleOf('RollUp', 'Pixy-prod-Api')]: queries,
  [roleOf('Console', 'Pixy-prod-Api-b')]: queries,
  [roleOf('RotateKeys')]:
    'A key in KMS has no name before it is made. Making one takes the tag of this server, which permissions.test.ts checks.',
  'AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:kms:<AWS::Region>:<AWS::AccountId>:key/*]':
    'Keys that stay in KMS are made at run time. Signing with them and deleting them takes the tag of this server, which permissions.test.ts checks.',
  'AwsSolutions-APIG4':
    'Routes have no authorizer: this is the server that authorizers ask. Each endpoint authenticates clients and people itself.',
  'Serverless-LambdaDLQ':
    'The API calls its functions synchronously, so nothing can be queued. A failed key rotation runs again a day later, and keys are made more than a day ahead.',
  'Serverless-EventBusDLQ': 'The same: the next daily event does what a lost one did not.',
  'Serverless-SQSRedrivePolicy': 'The queue is the one that failed events end in.',
  'Serverless-SNSRedrivePolicy':
    'Amazon SNS offers a bounce to the function for 23 days, and the function has a dead-letter queue itself.',
  'Serverless-LambdaTracing': 'X-Ray is priced per trace; the audit line and the access log line share a request id.',
};

/** The same in a stack that knows its region and account. */
const keysOfAccount = /arn:aws:kms:[a-z0-9-]+:[^:]+:key\/\*/;
const anyKey = 'arn:<AWS::Partition>:kms:<AWS::Region>:<AWS::AccountId>:key/*';

/** Everything that is deployed in one way or another. front.test.ts looks at what CloudFront adds. */
const apps: Record<string, () => App> = {
  'the dev stage': () => stageApp('dev'),
  'the prod stage': () => stageApp('prod'),
  'a server with everything switched on': () => {
    const app = testApp();
    new AuthorizationServer(new Stack(app, 'Mine'), 'Auth', everything);
    return app;
  },
  'a server in two regions': () => {
    const app = testApp();
    inSeveralRegions(app);
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
      violatingResources.map(({ constructPath }) => `${ruleName.replace(keysOfAccount, anyKey)} ${constructPath}`),
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
