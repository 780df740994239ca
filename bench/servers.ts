import type { Target } from './load/flows.ts';
import { credentials, newWrappingKey } from './pixy/environment.ts';
import { pixyTarget } from './pixy/set-up.ts';
import { type Server, startPixy } from './pixy/start.ts';
import { startProcess } from './server-process.ts';

type StartOptions = {
  /** The folder of Pixy's bundles. */
  folder: string;
  /** Puts something between the server and its database. */
  before?: (endpoint: string) => Promise<string>;
};

type Contender = {
  name: string;
  store: 'memory' | 'DynamoDB';
  algorithm: 'ES256' | 'RS256';
  start: (options: StartOptions) => Promise<Server>;
};

/** Starts another project's server: a module of peers/ with the endpoint of its database as the last argument. */
const peer =
  (module: string, args: string[], { store }: Pick<Contender, 'store'>) =>
  async (options: StartOptions): Promise<Server> => {
    const database = store === 'DynamoDB' ? await startProcess<{ endpoint: string }>('database.ts') : undefined;
    const endpoint = database && (options.before ? await options.before(database.endpoint) : database.endpoint);
    const all = endpoint === undefined ? args : [...args, endpoint];
    const server = await startProcess<{ target: Target }>(`peers/${module}.ts`, all, {
      ...credentials,
      AWS_SESSION_TOKEN: 'local',
      NODE_ENV: 'production',
    });
    return {
      target: server.target,
      server,
      async stop() {
        await server.stop();
        await database?.stop();
      },
    };
  };

const pixyInMemory = (algorithm: Contender['algorithm']) => async (): Promise<Server> => {
  const server = await startProcess<{ port: number; cookie: string }>('pixy/in-memory.ts', [algorithm]);
  return { target: pixyTarget(server.port, server.cookie), server, stop: server.stop };
};

const pixyOnDynamoDB = (algorithm: Contender['algorithm']) => (options: StartOptions) =>
  startPixy({ ...options, algorithm, wrappingKey: newWrappingKey() });

const memory = { store: 'memory' } as const;
const dynamodb = { store: 'DynamoDB' } as const;
const es256 = { algorithm: 'ES256' } as const;
const rs256 = { algorithm: 'RS256' } as const;

/** The servers to measure. openauth only signs with ES256, so most of the others use it too. */
export const servers: readonly Contender[] = [
  { name: 'Pixy', ...memory, ...es256, start: pixyInMemory('ES256') },
  { name: 'oidc-provider', ...memory, ...es256, start: peer('oidc-provider', ['ES256'], memory) },
  { name: 'openauth', ...memory, ...es256, start: peer('openauth', [], memory) },
  { name: 'oauth2-server', ...memory, ...es256, start: peer('oauth2-server', ['ES256'], memory) },
  { name: 'Pixy', ...dynamodb, ...es256, start: pixyOnDynamoDB('ES256') },
  { name: 'oidc-provider', ...dynamodb, ...es256, start: peer('oidc-provider', ['ES256'], dynamodb) },
  { name: 'openauth', ...dynamodb, ...es256, start: peer('openauth', [], dynamodb) },
  { name: 'Pixy', ...dynamodb, ...rs256, start: pixyOnDynamoDB('RS256') },
  { name: 'oidc-provider', ...dynamodb, ...rs256, start: peer('oidc-provider', ['RS256'], dynamodb) },
];
