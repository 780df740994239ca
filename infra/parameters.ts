import { Stack } from 'aws-cdk-lib';
import { ParameterTier, StringListParameter, StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct, IConstruct } from 'constructs';
import { type TableName, tableDefinitions } from '../shared/aws/tables.ts';
import { nameLength } from './given-names.ts';
import type { ServerTables } from './permissions/server-tables.ts';
import type { Signing } from './signing.ts';
import { WrongSetting } from './wrong-setting.ts';

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
  /** The tags of keys in KMS beside the server's own. */
  keyTags: Readonly<Record<string, string>> | undefined;
  auditLogGroupNames: string[];
  /** The ARN of the function that mails go to, if there is one. */
  mail: string | undefined;
};

/** The stages of an app, with the account and region of their servers. */
const stagesOf = new WeakMap<IConstruct, Set<string>>();

/** Throws {@link WrongSetting} for a stage that another server of the app has in the same place. */
function takeStage(scope: Construct, stage: string): void {
  const { account, region } = Stack.of(scope);
  const taken = stagesOf.get(scope.node.root) ?? new Set();
  const place = [account, region, stage].join();
  if (taken.has(place)) {
    throw new WrongSetting(
      `stage is ${stage}, which another server of this app has in the same region: give each a name of its own.`,
    );
  }
  stagesOf.set(scope.node.root, taken.add(place));
}

/** Names the issuer, where new keys are made and with which tags, the log groups, and the mail function if there is one. */
export function writeServerParameters(scope: Construct, stage: string, server: ServerParameters): void {
  takeStage(scope, stage);
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
  if (server.keyTags !== undefined) {
    new StringParameter(scope, 'KeyTagsParameter', {
      parameterName: `/pixy/${stage}/key-tags`,
      description: 'Tags of keys that are made in KMS, as JSON',
      stringValue: JSON.stringify(server.keyTags),
    });
  }
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
    ...(lengthOf(scope, server.auditLogGroupNames) > mostCharacters && { tier: ParameterTier.INTELLIGENT_TIERING }),
  });
}

/** What a parameter holds that costs nothing. The tier that becomes a larger one by itself costs five cents a month then. */
const mostCharacters = 4_096;

/** Characters of a list of names, most of which CloudFormation gives. */
function lengthOf(scope: Construct, names: readonly string[]): number {
  const lengths = names.map((name) => {
    const given: unknown = Stack.of(scope).resolve(name);
    return typeof given === 'string' ? given.length : nameLength(scope, (given as { Ref?: string }).Ref ?? '');
  });
  return lengths.reduce((sum, length) => sum + length + 1, 0);
}
