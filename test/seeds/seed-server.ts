import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll } from 'vitest';
import { carryOut, planImport } from '../../cli/import/apply-import.ts';
import { demoAccount } from '../../infra/local/demo/demo-data.ts';
import { startServer } from '../../infra/local/server.ts';
import { batches } from '../../shared/aws/batches.ts';
import { clientDefaults, openDatabase } from '../../shared/aws/dynamodb.ts';
import { clientImportStore } from '../../shared/clients/client-import-store.ts';
import { clientStore } from '../../shared/clients/client-store.ts';
import { type ImportFormat, type ImportOptions, parseImport } from '../../shared/clients/import/parse-import.ts';
import { type GlobalPolicy, shippedGlobalPolicy } from '../../shared/pkce/policy.ts';
import { stoppedClock } from '../support/clock.ts';
import { encodeFields, type Fields, formType, type Sent, send } from '../support/http.ts';
import { newPerson } from '../support/person.ts';
import { parametersOf, type ResponseParameters, type TokenAnswer, type TokenJson } from '../support/protocol.ts';
import { tables } from '../support/server.ts';

const author = { by: 'ada', why: 'moving in' };

/** How long functions remember clients and the policy, in seconds. */
const remembered = 30;

export const sampleFile = (name: string): Promise<string> => readFile(join(import.meta.dirname, 'files', name), 'utf8');

/**
 * The server that somebody moves into: it answers at the paths of other servers, and its clients come through the importer and
 * the client store. One per file; closed after the last test.
 */
export async function startSeedServer() {
  const clock = stoppedClock();
  const started = await startServer({
    port: 0,
    data: 'memory',
    pathAliases: true,
    pathAliasPrefixes: ['/onewelcome-dev'],
    now: clock.now,
    writeLine: () => {},
  });
  afterAll(() => started.close());
  const { issuer } = started;
  const port = Number(new URL(issuer).port);
  const clients = clientStore(openDatabase(), tables.clients, clock.now);
  const connection = new DynamoDBClient(clientDefaults);
  afterAll(() => connection.destroy());
  const imports = clientImportStore(
    { database: openDatabase(), batches: batches(connection), isAlone: false },
    tables.clients,
    clock.now,
  );
  const server = { issuer, port, clock, clients };
  const person = newPerson(server);

  /** The authorization request of a documentation, followed by a person who signs in once: where it leads back to. */
  const redirect = (path: string, query: Fields): Promise<URL> =>
    person.authorize(`${path}?${encodeFields(query)}`, demoAccount);

  async function post(path: string, body: string, headers: Sent['headers']): Promise<TokenAnswer> {
    const answer = await send(port, path, { method: 'POST', headers, body });
    return { ...answer, json: JSON.parse(answer.body) };
  }

  return {
    ...server,

    /** Imports a file, replacing what is there, and waits until every function knows. Fails when an entry cannot be taken. */
    async moveIn(format: ImportFormat, file: string, options: Partial<ImportOptions> = {}): Promise<void> {
      const parsed = await parseImport(format, await sampleFile(file), { now: clock.now(), ...options });
      const plan = await planImport(parsed, imports, { replace: true });
      if (plan.refused.length > 0) throw new Error(`refused: ${JSON.stringify(plan.refused)}`);
      const done = await carryOut(plan, imports, author);
      if (!done.ok) throw new Error(`not imported: ${JSON.stringify(done.refusal)}`);
      clock.advance(remembered);
    },

    /** Sets the global policy and waits until every function knows. */
    async setPolicy(policy: Partial<GlobalPolicy>): Promise<void> {
      await clients.putPolicy({ ...shippedGlobalPolicy, ...policy }, author);
      clock.advance(remembered);
    },

    redirect,

    /** The same, and the parameters that come back. */
    authorize: async (path: string, query: Fields) => parametersOf(await redirect(path, query)),

    /** The token request of a documentation. */
    requestToken(path: string, body: Fields, headers: Sent['headers'] = {}): Promise<TokenAnswer> {
      return post(path, encodeFields(body), { ...formType, ...headers });
    },

    /** The same with a text as JSON. */
    requestTokenInJson: (path: string, body: string, headers: Sent['headers'] = {}) =>
      post(path, body, { 'content-type': 'application/json', ...headers }),
  };
}

/** The pair of RFC 7636 appendix B, which documentations use as well. */
export const appendixB = {
  verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
  challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
};

/** What an authorization or token response comes to: `granted`, or the reason of the refusal. */
export function outcomeOf({ code, access_token, error_uri }: ResponseParameters & TokenJson): string {
  if (code !== undefined || access_token !== undefined) return 'granted';
  return /#(\w+)$/.exec(error_uri ?? '')?.[1] ?? 'neither granted nor explained';
}
