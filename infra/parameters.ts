import { StringListParameter, StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import { type TableName, tableDefinitions } from '../shared/aws/tables.ts';
import type { ServerTables } from './permissions/server-tables.ts';
import type { Signing } from './signing.ts';

/*
 * The SSM parameters by which `pixy --stage NAME` finds a deployment. Their ids are part of logical ids: a parameter with another id could
 * not be made before the one with the same name is gone.
 */

/** Names the tables and the wrapping key. */
export function writeTableParameters(scope: Construct, stage: string, tables: ServerTables): void {
  for (const name of Object.keys(tableDefinitions) as TableName[]) {
    new StringParameter(scope, `${name}TableParameter`, {
      parameterName: `/pixy/${stage}/tables/${name}`,
      description: `Name of the ${name} table`,
      stringValue: tables[name].tableName,
    });
  }
  new StringParameter(scope, 'WrappingKeyParameter', {
    parameterName: `/pixy/${stage}/wrapping-key`,
    description: 'KMS key that encrypts private signing keys',
    stringValue: tables.wrappingKey.keyArn,
  });
}

export type ServerParameters = {
  issuer: string;
  signing: Signing;
  auditLogGroupNames: string[];
  /** The ARN of the function that mails go to, if there is one. */
  mail: string | undefined;
};

/** Names the issuer, where new keys are made, the log groups, and the mail function if there is one. */
export function writeServerParameters(scope: Construct, stage: string, server: ServerParameters): void {
  new StringParameter(scope, 'IssuerParameter', {
    parameterName: `/pixy/${stage}/issuer`,
    description: 'Issuer identifier of the authorization server',
    stringValue: server.issuer,
  });
  new StringParameter(scope, 'SigningParameter', {
    parameterName: `/pixy/${stage}/signing`,
    description: 'Where private signing keys are made',
    stringValue: server.signing,
  });
  if (server.mail !== undefined) {
    new StringParameter(scope, 'MailParameter', {
      parameterName: `/pixy/${stage}/mail`,
      description: 'The function that orders for mails go to',
      stringValue: server.mail,
    });
  }
  new StringListParameter(scope, 'LogGroupsParameter', {
    parameterName: `/pixy/${stage}/log-groups`,
    description: 'Log groups that have the audit lines',
    stringListValue: server.auditLogGroupNames,
  });
}
