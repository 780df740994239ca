import { CfnOutput, CrossStackReferences, ReferenceStrength, Stack, type StackProps } from 'aws-cdk-lib';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { StringListParameter, StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { AuthorizationServer } from '../authorization-server.ts';
import type { AuthorizationServerTables } from '../constructs/authorization-server-tables.ts';
import { customDomain, type PixyContext } from '../context.ts';
import { stageSettings } from '../stage.ts';

export interface ApiStackProps extends StackProps, PixyContext {
  readonly tables: AuthorizationServerTables;
}

/** Everything that can be replaced at any time: functions, HTTP API, schedule, logs. */
export class ApiStack extends Stack {
  readonly server: AuthorizationServer;

  constructor(scope: Construct, id: string, props: ApiStackProps) {
    const { stage, tables, domain, signing, signingAlgorithms, alarmTopicArn, mail, ...stackProps } = props;
    super(scope, id, {
      description: `Pixy, an authorization server (${stage}): functions and HTTP API`,
      terminationProtection: stageSettings[stage].protect,
      ...stackProps,
    });
    // Makes CloudFormation refuse to delete the tables while this stack uses them.
    CrossStackReferences.of(this).consume(ReferenceStrength.STRONG);
    this.server = new AuthorizationServer(this, 'Auth', {
      stage,
      tables,
      domain: domain && customDomain(this, domain),
      signing,
      signingAlgorithms,
      mail,
      alarmTopic: alarmTopicArn ? Topic.fromTopicArn(this, 'AlarmTopic', alarmTopicArn) : undefined,
    });

    const { issuer, dnsTarget } = this.server;
    new StringParameter(this, 'IssuerParameter', {
      parameterName: `/pixy/${stage}/issuer`,
      description: 'Issuer identifier of the authorization server',
      stringValue: issuer,
    });
    const { mail: mailFunction } = this.server.functions;
    if (mailFunction) {
      new StringParameter(this, 'MailParameter', {
        parameterName: `/pixy/${stage}/mail`,
        description: 'The function that orders for mails go to',
        stringValue: mailFunction.functionArn,
      });
    }
    new StringListParameter(this, 'LogGroupsParameter', {
      parameterName: `/pixy/${stage}/log-groups`,
      description: 'Log groups that have the audit lines',
      stringListValue: this.server.auditLogGroupNames,
    });
    new CfnOutput(this, 'Issuer', { value: issuer });
    new CfnOutput(this, 'DiscoveryUrl', { value: `${issuer}${endpoints.openidConfiguration}` });
    new CfnOutput(this, 'JwksUri', { value: `${issuer}${endpoints.jwks}` });
    if (dnsTarget) new CfnOutput(this, 'DnsTarget', { value: dnsTarget });
  }
}
