import { matchesGlob } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, expect, test } from 'vitest';
import { compose } from '../../functions/console/compose.ts';
import { openRuntime } from '../../functions/runtime.ts';
import { startGateway } from '../../infra/local/http-api-gateway.ts';
import { consoleRoutes } from '../../infra/routes.ts';
import { openDatabase } from '../../shared/aws/dynamodb.ts';
import { tableDefinitions } from '../../shared/aws/tables.ts';
import { rollUpStore } from '../../shared/reports/roll-up-store.ts';
import { atConsole, consoleSettings, grace } from '../console/operator.ts';
import { obtainTokens, portal } from '../support/lifecycle.ts';
import { signedInPerson } from '../support/person.ts';
import { ada, startTestServer, tables } from '../support/server.ts';
import {
  functionsOf,
  list,
  type Properties,
  policiesOf,
  removeAssemblies,
  type Statement,
  templateWith,
} from './synthesize.ts';

afterAll(removeAssemblies);

/*
 * The console runs here with a database client of its own that notes its calls, and does everything that it can do. Every call must be
 * allowed by the policies of the template: a deployed console does not meet AccessDenied.
 */

const wrappingKey = Buffer.alloc(32, 7).toString('base64url');

const server = await startTestServer({
  clients: [portal],
  accounts: [grace, ada],
  environment: { ...consoleSettings, PIXY_WRAPPING_KEY: wrappingKey },
});

type Call = { action: string; table: string; index: string | undefined; key: string; attributes: string[] | undefined };
const calls: Call[] = [];

const nameOf = (tableName: string): string =>
  Object.entries(tables).find(([, name]) => name === tableName)?.[0] ?? tableName;

/** What IAM sees of a request: one call for each key. */
function callsIn(action: string, input: Properties): Call[] {
  if (input['RequestItems']) {
    return Object.entries(input['RequestItems'] as Properties).flatMap(([TableName, { Keys, ...rest }]) =>
      Keys.flatMap((Key: Properties) => callsIn(action, { TableName, Key, ...rest })),
    );
  }
  const table = nameOf(input['TableName']);
  const { partitionKey } = tableDefinitions[table as keyof typeof tableDefinitions];
  const key = input['Key'] ?? input['Item'] ?? { [partitionKey]: input['ExpressionAttributeValues']?.[':pk'] };
  const named = (text: string) =>
    text.split(',').map((name) => input['ExpressionAttributeNames']?.[name.trim()] ?? name.trim());
  return [
    {
      action: `dynamodb:${action}`,
      table,
      index: input['IndexName'],
      key: key[partitionKey]?.S ?? '',
      attributes: input['ProjectionExpression'] && [...Object.keys(key), ...named(input['ProjectionExpression'])],
    },
  ];
}

function notingDatabase() {
  const client = new DynamoDBClient({});
  client.middlewareStack.add(
    (next) => (sent) => {
      const { headers, body } = sent.request as { headers: Record<string, string>; body: Uint8Array };
      const action = String(headers['x-amz-target']).split('.')[1] ?? '';
      calls.push(...callsIn(action, JSON.parse(new TextDecoder().decode(body))));
      return next(sent);
    },
    { step: 'finalizeRequest' },
  );
  return openDatabase(client);
}

/** The console alone, which has no folder and no memory of the audit log, as when it is deployed. */
async function startConsole() {
  const variables = Object.entries(tables).map(([table, name]) => [`PIXY_${table.toUpperCase()}_TABLE`, name]);
  const env = {
    ...Object.fromEntries(variables),
    ...consoleSettings,
    PIXY_ISSUER: server.issuer,
    PIXY_WRAPPING_KEY: wrappingKey,
  };
  const runtime = openRuntime(env, { database: notingDatabase(), now: server.clock.now, writeLine: () => undefined });
  const handler = compose(runtime);
  return startGateway({ port: 0, routes: new Map(consoleRoutes.map(({ path }) => [path, handler])) });
}

/** Whether a statement allows a call. */
function allows(
  { Action, Resource, Condition = {} }: Statement,
  { action, table, index, key, attributes }: Call,
): boolean {
  const about = JSON.stringify(Resource);
  const isOfTable = about.includes(`Tables${table[0]?.toUpperCase()}${table.slice(1)}`);
  if (!list(Action).includes(action) || !isOfTable || about.includes('/index/') !== (index !== undefined)) return false;
  return Object.entries(Condition).every(([, limits]) =>
    Object.entries(limits).every(([name, values]) => {
      if (name === 'dynamodb:LeadingKeys') return list(values).some((pattern) => matchesGlob(key, pattern));
      if (name === 'dynamodb:Attributes') return attributes?.every((one) => list(values).includes(one)) ?? false;
      return true;
    }),
  );
}

test('whatever the console does, its role may do', async () => {
  await rollUpStore(openDatabase(), tables.clients).put({
    day: new Date(server.clock.now() * 1_000).toISOString().slice(0, 10),
    countedAt: server.clock.now(),
    tallied: { tallies: [], unreadable: { broken: 0, other_version: 0 } },
  });
  await obtainTokens(server, await signedInPerson(server), portal);
  const signedIn = await atConsole(server);
  await signedIn.visit();
  const alone = await startConsole();
  try {
    const visitor = await atConsole({ ...server, port: alone.port });
    for (const [name, value] of signedIn.cookies) visitor.cookies.set(name, value);
    const pages = [
      '', '/adoption', '/policy', '/clients', '/clients/portal', '/waivers', '/refusals', '/changes',
      '/people?q=ada', '/people/ada-0001', '/playground', '/playground/explanation?client_id=pixy-playground',
    ]; // biome-ignore format: a list
    for (const path of pages) expect([path, (await visitor.visit(path)).status]).toEqual([path, 200]);
    const until = new Date((server.clock.now() + 86_400 * 9) * 1_000).toISOString().slice(0, 10);
    const forms: [path: string, fields: Record<string, string>][] = [
      ['/add-client', { client_id: 'new', kind: 'web', redirect_uris: 'https://new.example/cb' }],
      ['/clients/portal/disable', {}],
      ['/clients/portal/enable', {}],
      ['/clients/portal/waiver', { owner: 'ada', until }],
      ['/clients/portal/secret', {}],
      ['/clients/new/remove', {}],
      ['/people/ada-0001/link', {}],
      ['/people/ada-0001/end-app?app=portal', { app: 'portal' }],
      ['/people/ada-0001/end-sessions', {}],
      ['/people/ada-0001/disable', {}],
      ['/people/ada-0001/enable', {}],
    ];
    for (const [path, fields] of forms) {
      const page = await visitor.visit(path);
      const sent = await visitor.send(page, { ...fields, why: 'to be tried' }, page.target.split('?')[0]);
      expect([path, sent.status]).toEqual([path, 200]);
    }
    const asked = await visitor.visit('/policy?default=any&floor=any&mode=enforce');
    const changed = await visitor.send(
      asked,
      { default: 'any', floor: 'any', mode: 'enforce', why: 'x' },
      '/console/policy',
    );
    expect((await visitor.send(changed, { why: 'back' })).status).toBe(200);
  } finally {
    await alone.close();
  }
  const template = templateWith({ console: true, operators: { claim: 'groups', read: ['ops'] } });
  const lambda = functionsOf(template).get('Console');
  if (lambda === undefined) throw new Error('there is no console');
  const { statements } = policiesOf(template, lambda);
  const denied = calls.filter((call) => !statements.some((statement) => allows(statement, call)));
  expect(calls.length).toBeGreaterThan(100);
  expect(denied).toEqual([]);
});
