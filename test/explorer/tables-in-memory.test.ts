import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { startEmbeddedDynamoDB } from '../../infra/local/embedded-dynamodb.ts';
import { type Call, call, inRound, look, put } from '../database/random-calls.ts';
import { openWire } from '../database/wire.ts';
import { rounds, seedOf } from '../support/rounds.ts';
import {
  answerCall,
  inOrder,
  noTables,
  type Tables,
  textOf,
  type WireCall,
  type WireReply,
} from './tables-in-memory.ts';

const embedded = await startEmbeddedDynamoDB();
afterAll(() => embedded.close());
/** Asks the embedded database. */
const ask = await openWire(embedded.endpoint);

/** Whether a reply is what both say of a call that DynamoDB does not understand. */
const invalid = { status: 400, body: 'invalid' };

/** The same from memory. */
function answerFrom(tables: Tables, call: WireCall): { reply: WireReply; tables: Tables } {
  try {
    return answerCall(tables, call);
  } catch (error) {
    if ((error as { body?: { __type?: string } }).body?.__type?.endsWith('#ValidationException')) {
      return { reply: invalid, tables };
    }
    throw error;
  }
}

/** Without the order that DynamoDB does not promise. */
function comparable({ status, body }: WireReply): { status: number; reply: unknown } {
  if (body === 'invalid' || body.includes('ValidationException')) return { status: 400, reply: 'invalid' };
  const { Items, Responses, ...others } = JSON.parse(body) as {
    Items?: object[];
    Responses?: Record<string, object[]>;
  };
  const sorted = (items: object[]) => items.map(textOf).toSorted(inOrder);
  return {
    status,
    reply: {
      others: textOf(others),
      ...(Items && { Items: sorted(Items) }),
      ...(Responses && { Responses: Object.values(Responses).map(sorted) }),
    },
  };
}

test('the tables in memory answer random calls as the embedded database does', async () => {
  let round = 0;
  const met: Record<string, number> = {};
  const compare = async (puts: Call[], calls: Call[]) => {
    round += 1;
    let tables = noTables;
    for (const { operation, request } of [...puts, ...calls, ...look]) {
      const one = { operation, body: inRound(round, request) };
      const answered = answerFrom(tables, one);
      tables = answered.tables;
      const expected = { ...one, ...comparable(await ask(one)) };
      expect({ ...one, ...comparable(answered.reply) }).toEqual(expected);
      const outcome = answered.reply === invalid ? 'invalid' : answered.reply.status === 200 ? 'done' : 'lost';
      met[`${operation} ${outcome}`] = (met[`${operation} ${outcome}`] ?? 0) + 1;
    }
  };
  const several = fc.array(call, { minLength: 8, maxLength: 16 });
  const settings = { numRuns: rounds(50, 1_000), seed: seedOf(1) };
  await fc.assert(fc.asyncProperty(fc.array(put, { maxLength: 3 }), several, compare), settings);
  // Otherwise little was compared.
  const writes = ['PutItem', 'UpdateItem', 'DeleteItem'].flatMap((name) => [`${name} done`, `${name} lost`]);
  for (const kind of [...writes, 'GetItem done', 'BatchGetItem done', 'Query done']) {
    expect(met[kind] ?? 0).toBeGreaterThan(round / 3);
  }
});
