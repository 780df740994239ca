import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { issuer } from '@openauthjs/openauth';
import { DynamoStorage } from '@openauthjs/openauth/storage/dynamo';
import { MemoryStorage } from '@openauthjs/openauth/storage/memory';
import { createSubjects } from '@openauthjs/openauth/subject';

// These libraries leave some of what they pass in untyped.
// biome-ignore lint/suspicious/noExplicitAny: see above
type Loose = any;

/** openauth with a provider that knows the person at once: it has no sessions, and only signs with ES256. */
export async function makeOpenauth(endpoint: string | undefined) {
  const table = 'openauth';
  if (endpoint !== undefined) {
    const key = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' as const });
    await new DynamoDBClient({ endpoint }).send(
      new CreateTableCommand({
        TableName: table,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [key('pk'), key('sk')],
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
      }),
    );
  }

  const person = {
    '~standard': { version: 1, vendor: 'bench', validate: (value: unknown) => ({ value: value as { id: string } }) },
  } as const;

  return issuer({
    subjects: createSubjects({ person: person as never }),
    storage: endpoint === undefined ? MemoryStorage() : DynamoStorage({ table, endpoint }),
    providers: {
      known: {
        type: 'known',
        init(routes: Loose, ctx: Loose) {
          routes.get('/authorize', (c: unknown) => ctx.success(c, { id: 'ada' }));
        },
      },
    },
    success: async (ctx: Loose, { id }: Loose) => ctx.subject('person', { id }),
  } as never);
}
