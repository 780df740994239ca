import { Token } from 'aws-cdk-lib';
import { CfnGlobalTable } from 'aws-cdk-lib/aws-dynamodb';
import { type TableDefinition, type TableName, tableDefinitions } from '../shared/aws/tables.ts';
import type { ServerTables } from './permissions/server-tables.ts';
import { WrongSetting } from './wrong-setting.ts';

/** Throws {@link WrongSetting} unless all four tables are there, with the keys that the functions use where this app makes them. */
export function checkTables(tables: Partial<ServerTables>): void {
  const definitions = Object.entries(tableDefinitions) as [TableName, TableDefinition][];
  for (const [name, { partitionKey, sortKey }] of definitions) {
    const table = tables[name];
    if (table === undefined) {
      throw new WrongSetting(`tables has no table ${name}: make them with AuthorizationServerTables of this package.`);
    }
    const made = table.node.defaultChild;
    if (!(made instanceof CfnGlobalTable) || Token.isUnresolved(made.keySchema)) continue;
    const keys = (made.keySchema as CfnGlobalTable.KeySchemaProperty[]).map(({ attributeName }) => attributeName);
    const wanted = sortKey === undefined ? [partitionKey] : [partitionKey, sortKey];
    if (keys.join() === wanted.join()) continue;
    throw new WrongSetting(
      `tables.${name} has the keys ${keys.join(' and ')} instead of ${wanted.join(' and ')}: it is a table of another schema.`,
    );
  }
}
