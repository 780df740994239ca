import type { Target } from '../load/flows.ts';
import { type MeasuredProcess, startProcess } from '../server-process.ts';
import type { Version } from '../version.ts';
import { type Algorithm, credentials } from './environment.ts';
import { pixyTarget, setUpDatabase } from './set-up.ts';

export type Server = { target: Target; server: MeasuredProcess<object>; stop: () => Promise<void> };

/**
 * Starts Pixy's bundles and the embedded database, each in a separate process. `before` may put something between the two;
 * `endpoint` is the database's. `setUp`: of the version that the bundles are of.
 */
export async function startPixy(options: {
  folder: string;
  algorithm: Algorithm;
  wrappingKey: string;
  before?: (endpoint: string) => Promise<string>;
  setUp?: Version['setUpDatabase'];
}): Promise<Server & { endpoint: string; databasePid: number }> {
  const { folder, algorithm, wrappingKey, before, setUp = setUpDatabase } = options;
  const database = await startProcess<{ endpoint: string }>('database.ts');
  const [cookie = ''] = [await setUp(database.endpoint, algorithm, wrappingKey)].flat();
  const endpoint = before ? await before(database.endpoint) : database.endpoint;
  const environment = { ...credentials, AWS_ENDPOINT_URL_DYNAMODB: endpoint };
  const server = await startProcess<{ port: number }>('pixy/bundles.ts', [folder, algorithm, wrappingKey], environment);
  return {
    target: pixyTarget(server.port, cookie),
    endpoint: database.endpoint,
    databasePid: database.pid,
    server,
    async stop() {
      await server.stop();
      await database.stop();
    },
  };
}
