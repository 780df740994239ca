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
  /**
   * The tables of the first region, where this is another one of the same server.
   *
   * @default - this is the first, or the only one
   */
  readonly first?: AuthorizationServerTables | undefined;
  /**
   * The other regions, where this is the first one.
   *
   * @default - none
   */
  readonly replicaRegions?: readonly string[] | undefined;
  /**
   * Whether other regions can have replicas of the key.
   *
   * @default false
   */
  readonly multiRegionKey?: boolean | undefined;
}

/** Everything that must survive: tables and the key that encrypts signing keys. */
export class TablesStack extends Stack {
  readonly tables: AuthorizationServerTables;

  constructor(scope: Construct, id: string, props: TablesStackProps) {
    const { stage, protection: _, existing, first, replicaRegions, multiRegionKey, ...stackProps } = props;
    const { protect } = stageSettings(props);
    super(scope, id, {
      description: `Pixy, an authorization server (${stage}): clients, people, grants and keys`,
      terminationProtection: protect,
      ...stackProps,
    });
    if (existing) this.tables = AuthorizationServerTables.fromExisting(this, 'Existing', existing);
    else if (first) {
      this.tables = AuthorizationServerTables.inAnotherRegion(this, 'Tables', { first, protection: protect });
    } else {
      const made = { protection: protect, replicaRegions, multiRegionKey };
      this.tables = new AuthorizationServerTables(this, 'Tables', made);
    }
    writeTableParameters(this, stage, this.tables);
    for (const [name, table] of Object.entries(this.tables.byName())) {
      new CfnOutput(this, `${name}Table`, { value: table.tableName });
    }
  }
}
