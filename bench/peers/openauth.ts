import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { serve } from '@hono/node-server';
import { issuer } from '@openauthjs/openauth';
import { DynamoStorage } from '@openauthjs/openauth/storage/dynamo';
import { MemoryStorage } from '@openauthjs/openauth/storage/memory';
import { createSubjects } from '@openauthjs/openauth/subject';
import { answerTheParent } from '../server-process.ts';

// These libraries leave some of what they pass in untyped.
// biome-ignore lint/suspicious/noExplicitAny: see above
type Loose = any;

/*
 * openauth.ts [endpoint of the database]. It has no sessions: every sign-in goes through a provider, here one that knows the
 * person at once. It can only sign tokens with ES256.
 */

const [endpoint] = process.argv.slice(2);
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

const app = issuer({
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

const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => {
  answerTheParent({
    port,
    target: {
      port,
      authorize: '/authorize',
      token: '/token',
      clientId: 'bench',
      redirectUri: 'http://localhost/callback',
      scope: 'openid',
    },
  });
});
server.on('error', (error) => {
  throw error;
});
