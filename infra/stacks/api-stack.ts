import { CfnOutput, CrossStackReferences, ReferenceStrength, Stack, type StackProps } from 'aws-cdk-lib';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { AuthorizationServer } from '../authorization-server.ts';
import type { AuthorizationServerProps } from '../authorization-server-props.ts';
import type { AuthorizationServerTables } from '../constructs/authorization-server-tables.ts';
import { customDomain, type PixyContext } from '../context.ts';
import { writeServerParameters } from '../parameters.ts';

export interface ApiStackProps extends StackProps, Omit<PixyContext, 'tables'> {
  readonly tables: AuthorizationServerTables;
  /** Settings that only code can give, such as hooks. */
  readonly server?: ((stack: Stack) => AuthorizationServerProps) | undefined;
}

/** Everything that can be replaced at any time: functions, HTTP API, schedule, logs. */
export class ApiStack extends Stack {
  readonly server: AuthorizationServer;

  constructor(scope: Construct, id: string, props: ApiStackProps) {
    const { stage, protection, tables, domain, signing, signingAlgorithms, alarmTopicArn, mail, ...others } = props;
    const { props: fromFile, server, ...stackProps } = others;
    super(scope, id, {
      description: `Pixy, an authorization server (${stage}): functions and HTTP API`,
      terminationProtection: protection,
      ...stackProps,
    });
    // Makes CloudFormation refuse to delete the tables while this stack uses them.
    CrossStackReferences.of(this).consume(ReferenceStrength.STRONG);
    const given = server?.(this);
    this.server = new AuthorizationServer(this, 'Auth', {
      ...fromFile,
      protection,
      tables,
      domain: domain && customDomain(this, domain),
      signing,
      signingAlgorithms,
      mail,
      alarmTopic: alarmTopicArn ? Topic.fromTopicArn(this, 'AlarmTopic', alarmTopicArn) : undefined,
      ...given,
    });

    const { issuer, dnsTarget, auditLogGroupNames, functions } = this.server;
    writeServerParameters(this, stage, {
      issuer,
      signing: given?.signing ?? signing ?? 'memory',
      keyTags: given?.keyTags ?? fromFile?.keyTags,
      auditLogGroupNames,
      mail: functions.mail?.functionArn,
    });
    new CfnOutput(this, 'Issuer', { value: issuer });
    new CfnOutput(this, 'DiscoveryUrl', { value: `${issuer}${endpoints.openidConfiguration}` });
    new CfnOutput(this, 'JwksUri', { value: `${issuer}${endpoints.jwks}` });
    if (dnsTarget) new CfnOutput(this, 'DnsTarget', { value: dnsTarget });
  }
}
