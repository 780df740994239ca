import { Stack, Token } from 'aws-cdk-lib';
import { CfnGlobalTable, type ITableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import { type TableDefinition, type TableName, tableDefinitions } from '../shared/aws/tables.ts';
import type { ServerTables } from './permissions/server-tables.ts';
import { WrongSetting } from './wrong-setting.ts';

/**
 * Throws {@link WrongSetting} unless all four tables are there, in the account and region of the server, with the keys that the functions
 * use where this app makes them.
 */
export function checkTables(scope: Construct, tables: Partial<ServerTables>): void {
  const definitions = Object.entries(tableDefinitions) as [TableName, TableDefinition][];
  for (const [name, { partitionKey, sortKey }] of definitions) {
    const table = tables[name];
    if (table === undefined) {
      throw new WrongSetting(`tables has no table ${name}: make them with AuthorizationServerTables of this package.`);
    }
    checkPlace(scope, name, table);
    const made = table.node.defaultChild;
    if (!(made instanceof CfnGlobalTable) || Token.isUnresolved(made.keySchema)) continue;
    const keys = (made.keySchema as CfnGlobalTable.KeySchemaProperty[]).map(({ attributeName }) => attributeName);
    const wanted = sortKey === undefined ? [partitionKey] : [partitionKey, sortKey];
    if (keys.join() === wanted.join()) continue;
    throw new WrongSetting(
      `tables.${name} has the keys ${keys.join(' and ')} instead of ${wanted.join(' and ')}: it is a table of another schema.`,
    );
  }
  if ('environment' in tables) return;
  throw new WrongSetting('tables has no key: make them with AuthorizationServerTables of this package.');
}

/** Functions find tables by their names, which are those of one account and region. */
function checkPlace(scope: Construct, name: TableName, table: ITableV2): void {
  const [own, theirs] = [Stack.of(scope), Stack.of(table)];
  for (const part of ['account', 'region'] as const) {
    if (own[part] === theirs[part] || [own[part], theirs[part]].some((one) => Token.isUnresolved(one))) continue;
    throw new WrongSetting(
      `tables.${name} is made in the ${part} ${theirs[part]}, and the server in ${own[part]}: give both stacks the same env, or use MultiRegionAuthorizationServer for several regions.`,
    );
  }
}
