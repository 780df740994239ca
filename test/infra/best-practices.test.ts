import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { afterAll, describe, expect, it } from 'vitest';
import { pixyStacks } from '../../infra/stacks/pixy-stacks.ts';
import { removeAssemblies, testApp } from './synthesize.ts';

afterAll(removeAssemblies);

/** What cdk-nag finds and we leave as it is, each for a reason. */
const accepted: Record<string, string> = {
  'AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:kms:<AWS::Region>:<AWS::AccountId>:key/*]':
    'Keys that stay in KMS are made at run time. Signing with them and deleting them takes the tag of this server, which permissions.test.ts checks.',
  'AwsSolutions-APIG4':
    'Routes have no authorizer: this is the server that authorizers ask. Each endpoint authenticates clients and people itself.',
  'Serverless-LambdaDLQ':
    'The API calls its functions synchronously, so nothing can be queued. A failed key rotation runs again a day later, and keys are made more than a day ahead.',
  'Serverless-EventBusDLQ': 'The same: the next daily event does what a lost one did not.',
  'Serverless-LambdaTracing': 'X-Ray is priced per trace; the audit line and the access log line share a request id.',
};

describe.each(['dev', 'prod'])('cdk-nag has nothing to say about the %s stage', (stage) => {
  it.each([
    ['AWS Solutions', AwsSolutionsChecks],
    ['Serverless', ServerlessChecks],
  ])('by the rules of %s, besides what we accept', (_, Rules) => {
    const app = testApp({ stage, domainName: 'none' });
    pixyStacks(app);
    const { violations } = new Rules(app).validateScope(app);
    const found = violations.flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(({ constructPath }) => `${ruleName} ${constructPath}`),
    );
    expect(found.filter((finding) => !Object.keys(accepted).some((rule) => finding.startsWith(`${rule} `)))).toEqual(
      [],
    );
    expect(violations.length).toBeGreaterThan(0);
  });
});
