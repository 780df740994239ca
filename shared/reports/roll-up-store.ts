import type { Database, Item } from '../aws/dynamodb.ts';
import { inTurns } from '../aws/in-turns.ts';
import { type Day, endOf } from './days.ts';
import { type RollUp, type RollUps, readRows, writeRows } from './roll-up.ts';
import type { Tally } from './tally.ts';

/*
 * The roll-ups of a deployment, in the Clients table: an item per client and day, and one per day for the decisions that name no
 * client, which also says when the day was counted.
 *
 *   roll-up#<day>  client#<name>  the rows of a client, by the name that the audit log has for it
 *   roll-up#<day>  others         the rest, and what could not be read
 */

const partition = (day: Day): string => `roll-up#${day}`;
const others = 'others';
const ofClient = 'client#';

/** Seconds that a day is kept after its end. */
const keptFor = 400 * 86_400;

/** Seconds after the end of a day until which CloudWatch may still be taking in lines of it. */
const lateness = 3_600;

export type RollUpStore = ReturnType<typeof rollUpStore>;

export function rollUpStore(database: Database, table: string) {
  /** Days that nobody counts again, as long as this process lives. */
  const known = new Map<Day, RollUp>();

  async function read(day: Day): Promise<RollUp | undefined> {
    const remembered = known.get(day);
    if (remembered) return remembered;
    const items = await database.query({
      TableName: table,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': partition(day) },
    });
    const found = toRollUp(day, items);
    if (found && isFinal(found)) known.set(day, found);
    return found;
  }

  return {
    async read(days: readonly Day[]): Promise<RollUp[]> {
      return (await Promise.all(days.map(read))).filter((rollUp) => rollUp !== undefined);
    },

    /** Writes a day over what is there of it. The item that says when it was counted comes last. */
    async put({ day, countedAt, tallied }: RollUp): Promise<void> {
      const pk = partition(day);
      const purgeAt = endOf(day) + keptFor;
      const byClient = Map.groupBy(tallied.tallies, ({ client }) => client);
      const rest = writeRows(byClient.get(undefined) ?? []);
      byClient.delete(undefined);
      await inTurns([...byClient], ([client, tallies]) =>
        database.put({ TableName: table, Item: { pk, sk: `${ofClient}${client}`, rows: writeRows(tallies), purgeAt } }),
      );
      const { unreadable } = tallied;
      await database.put({ TableName: table, Item: { pk, sk: others, rows: rest, countedAt, unreadable, purgeAt } });
    },

    /** Those of the days, at most 100, that are still to be counted: not counted yet, or not for good. */
    async uncounted(days: readonly Day[]): Promise<Day[]> {
      const keys = days.map((day) => ({ pk: partition(day), sk: others }));
      const items = await database.getAll(table, keys, {
        projection: { ProjectionExpression: 'pk, sk, countedAt' },
        isConsistent: true,
      });
      return days.filter((day, at) => {
        const countedAt = items[at]?.['countedAt'];
        return typeof countedAt !== 'number' || !isFinal({ day, countedAt });
      });
    },
  } satisfies RollUps & Record<string, unknown>;
}

/** Whether a day was counted after its last line had come. */
const isFinal = ({ day, countedAt }: Pick<RollUp, 'day' | 'countedAt'>): boolean => countedAt >= endOf(day) + lateness;

function toRollUp(day: Day, items: readonly Item[]): RollUp | undefined {
  const rest = items.find(({ sk }) => sk === others);
  if (rest === undefined) return undefined;
  const tallies: Tally[] = [];
  for (const { sk, rows } of items) {
    const name = String(sk);
    const own = readRows(String(rows), name === others ? undefined : name.slice(ofClient.length));
    if (own === undefined) return undefined;
    tallies.push(...own);
  }
  return {
    day,
    countedAt: rest['countedAt'] as number,
    tallied: { tallies, unreadable: rest['unreadable'] as RollUp['tallied']['unreadable'] },
  };
}
