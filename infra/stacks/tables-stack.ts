import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { AuthorizationServerTables, type ExistingTables } from '../constructs/authorization-server-tables.ts';
import { writeTableParameters } from '../parameters.ts';
import { stageSettings } from '../stage.ts';

export interface TablesStackProps extends StackProps {
  readonly stage: string;
  readonly protection?: boolean;
  /**
   * Tables to use instead of new ones.
   *
   * @default - tables and a key are made
   */
  readonly existing?: ExistingTables | undefined;
}

/** Everything that must survive: tables and the key that encrypts signing keys. */
export class TablesStack extends Stack {
  readonly tables: AuthorizationServerTables;

  constructor(scope: Construct, id: string, props: TablesStackProps) {
    const { stage, protection: _, existing, ...stackProps } = props;
    const { protect } = stageSettings(props);
    super(scope, id, {
      description: `Pixy, an authorization server (${stage}): clients, people, grants and keys`,
      terminationProtection: protect,
      ...stackProps,
    });
    this.tables = existing
      ? AuthorizationServerTables.fromExisting(this, 'Existing', existing)
      : new AuthorizationServerTables(this, 'Tables', { protection: protect });
    writeTableParameters(this, stage, this.tables);
    for (const [name, table] of Object.entries(this.tables.byName())) {
      new CfnOutput(this, `${name}Table`, { value: table.tableName });
    }
  }
}
