import { randomBytes } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { APIGatewayTokenAuthorizerEvent } from 'aws-lambda';
import { compose as composeCheckToken } from '../../../functions/check-token/compose.ts';
import { compose as composeRotateKeys } from '../../../functions/rotate-keys/compose.ts';
import { createTables } from '../../../infra/local/create-tables.ts';
import { keyStore } from '../../../shared/keys/key-store.ts';
import type { Answer } from '../../support/http.ts';
import { obtainTokens } from '../../support/lifecycle.ts';
import type { Scenario } from '../scenario.ts';
import { api, mobile, type World } from '../world.ts';

/** Keys of their own, so that rotating them leaves those of the server alone. */
const tables = {
  grants: 'pixy-other-grants',
  clients: 'pixy-other-clients',
  people: 'pixy-other-people',
  keys: 'pixy-other-keys',
};

const day = 86_400;

/** The functions that are behind no route: in front of an API, and on a schedule. */
export async function functionScenarios(world: World): Promise<Scenario[]> {
  const { clock, database, server } = world;
  const direct = new DynamoDBClient({ endpoint: server.dynamodb });
  await createTables(direct, tables);
  direct.destroy();

  /** What a function gives or throws, in the shape of an answer. */
  const asAnswer = async (work: () => Promise<unknown>): Promise<Answer> => {
    try {
      return { status: 200, headers: {}, body: JSON.stringify(await work()) };
    } catch (error) {
      return { status: 500, headers: {}, body: (error as Error).message };
    }
  };

  const keys = keyStore(database, tables.keys);
  async function withoutKeys(): Promise<void> {
    for (const { kid } of await keys.list()) await keys.remove(kid);
    for (const { kid } of await keys.listRefreshKeys()) {
      await database.remove({ TableName: tables.keys, Key: { pk: 'refresh', sk: kid } });
    }
    await database.remove({ TableName: tables.keys, Key: { pk: 'nonce', sk: 'nonce-first' } });
  }

  const runAt = (time: number) => composeRotateKeys(world.newRuntime(tables, { now: () => time, algorithm: 'ES256' }));
  const counts = async () => [(await keys.list()).length, (await keys.listRefreshKeys()).length].join();

  const rotation = (name: string, runsBefore: readonly number[], at: number, expected: string): Scenario => ({
    name: `rotate-keys: ${name}`,
    route: 'rotate-keys',
    isOutage: ({ status, body }) => status === 500 && body === 'the store is unavailable',
    writesNoLine: true,
    triesOnce: { 'KMS CreateKey': 'a second attempt would make a second key' },
    async prepare() {
      await withoutKeys();
      const start = clock.now();
      for (const before of runsBefore) await runAt(start + before)();
      const run = runAt(start + at);
      return {
        send: () => asAnswer(run),
        isSuccess: ({ status }) => status === 200,
        holds: async () => (await counts()) === expected,
      };
    },
  });

  return [
    {
      name: 'check-token',
      route: 'check-token',
      isOutage: ({ status, body }) => status === 500 && body === 'store_unavailable',
      async prepare() {
        const { person } = await world.signedIn();
        const asked = { resource: api, scope: 'openid api:read' };
        const { access_token } = await obtainTokens(server, person, mobile, asked, { resource: api });
        const check = composeCheckToken(world.newRuntime(), { audience: [api], scope: [] });
        const event = {
          type: 'TOKEN',
          authorizationToken: `Bearer ${access_token}`,
          methodArn: 'arn:aws:execute-api:eu-west-1:111122223333:abc123/prod/GET/orders/42',
        } satisfies APIGatewayTokenAuthorizerEvent;
        return {
          send: () => asAnswer(() => check(event, { awsRequestId: randomBytes(4).toString('hex') })),
          isSuccess: ({ body }) => body.includes('"Allow"'),
        };
      },
    },
    rotation('the first keys', [], 0, '1,1'),
    rotation('the next key', [0], 89 * day, '2,1'),
    rotation('a key that nobody needs', [0, 89 * day], 95 * day, '1,1'),
  ];
}
