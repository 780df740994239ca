import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import { AuthorizationServerTables } from '../constructs/authorization-server-tables.ts';
import { type Stage, stageSettings } from '../stage.ts';

export interface TablesStackProps extends StackProps {
  readonly stage: Stage;
}

/** Everything that must survive: tables and the key that encrypts signing keys. */
export class TablesStack extends Stack {
  readonly tables: AuthorizationServerTables;

  constructor(scope: Construct, id: string, props: TablesStackProps) {
    const { stage } = props;
    super(scope, id, {
      description: `Pixy, an authorization server (${stage}): clients, people, grants and keys`,
      terminationProtection: stageSettings[stage].protect,
      ...props,
    });
    this.tables = new AuthorizationServerTables(this, 'Tables', { stage });

    for (const [name, table] of Object.entries(this.tables.byName())) {
      new StringParameter(this, `${name}TableParameter`, {
        parameterName: `/pixy/${stage}/tables/${name}`,
        description: `Name of the ${name} table`,
        stringValue: table.tableName,
      });
      new CfnOutput(this, `${name}Table`, { value: table.tableName });
    }
    new StringParameter(this, 'WrappingKeyParameter', {
      parameterName: `/pixy/${stage}/wrapping-key`,
      description: 'KMS key that encrypts private signing keys',
      stringValue: this.tables.wrappingKey.keyArn,
    });
  }
}
