import { Names, Stack, Token } from 'aws-cdk-lib';
import { CfnWebACL } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';
import { checkProps, number } from '../check-props.ts';
import { WrongSetting } from '../wrong-setting.ts';

export interface FrontWebAclProps {
  /**
   * Requests that one address may make in five minutes, 10 at least. People behind one router share an address.
   *
   * @default 2000
   */
  readonly requestsPerAddress?: number;
}

/**
 * Rules of AWS that sign-ins break with nothing wrong about them. They only count: requests of native apps name loopback addresses,
 * signed ones are longer than 2 KB, and some client libraries have no `User-Agent`.
 */
const countedRules = [
  'GenericRFI_QUERYARGUMENTS',
  'GenericRFI_BODY',
  'EC2MetaDataSSRF_QUERYARGUMENTS',
  'EC2MetaDataSSRF_BODY',
  'SizeRestrictions_QUERYSTRING',
  'SizeRestrictions_BODY',
  'SizeRestrictions_Cookie_HEADER',
  'NoUserAgent_HEADER',
] as const;

/** A web ACL of AWS WAF for {@link CloudFrontFront}: rules of AWS, and a limit for each address. Belongs into a stack of us-east-1. */
export class FrontWebAcl extends Construct {
  readonly arn: string;

  constructor(scope: Construct, id: string, { requestsPerAddress = 2_000 }: FrontWebAclProps = {}) {
    super(scope, id);
    checkProps(this, { requestsPerAddress: number }, { requestsPerAddress });
    checkWebAcl(this, requestsPerAddress);
    const common = { ruleActionOverrides: countedRules.map((name) => ({ name, actionToUse: { count: {} } })) };
    const rules: Omit<CfnWebACL.RuleProperty, 'priority' | 'visibilityConfig'>[] = [
      {
        name: 'RequestsPerAddress',
        action: { block: { customResponse: { responseCode: 429 } } },
        statement: { rateBasedStatement: { limit: requestsPerAddress, aggregateKeyType: 'IP' } },
      },
      managed('AWSManagedRulesAmazonIpReputationList'),
      managed('AWSManagedRulesKnownBadInputsRuleSet'),
      managed('AWSManagedRulesCommonRuleSet', common),
    ];
    const { attrArn } = new CfnWebACL(this, 'Acl', {
      scope: 'CLOUDFRONT',
      defaultAction: { allow: {} },
      visibilityConfig: watched(Names.uniqueResourceName(this, { maxLength: 100 })),
      rules: rules.map((rule, priority) => ({ ...rule, priority, visibilityConfig: watched(rule.name) })),
    });
    this.arn = attrArn;
  }
}

const managed = (
  name: string,
  more: Partial<CfnWebACL.ManagedRuleGroupStatementProperty> = {},
): Omit<CfnWebACL.RuleProperty, 'priority' | 'visibilityConfig'> => ({
  name,
  overrideAction: { none: {} },
  statement: { managedRuleGroupStatement: { vendorName: 'AWS', name, ...more } },
});

/** No samples of requests: they would have codes, states and challenges. */
const watched = (metricName: string): CfnWebACL.VisibilityConfigProperty => ({
  metricName,
  cloudWatchMetricsEnabled: true,
  sampledRequestsEnabled: false,
});

/** What AWS WAF takes for a limit. */
const fewest = 10;
const most = 2_000_000_000;

function checkWebAcl(scope: Construct, requestsPerAddress: number): void {
  const isLimit = Number.isInteger(requestsPerAddress) && requestsPerAddress >= fewest && requestsPerAddress <= most;
  if (!Token.isUnresolved(requestsPerAddress) && !isLimit) {
    throw new WrongSetting(
      `requestsPerAddress must be a whole number from ${fewest} to ${most}, but is ${requestsPerAddress}.`,
    );
  }
  const { region } = Stack.of(scope);
  if (Token.isUnresolved(region) || region === 'us-east-1') return;
  throw new WrongSetting(`CloudFront takes web ACLs of us-east-1 only, but the stack of this one is in ${region}.`);
}
