import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { compose as composeAccount } from '../../functions/account/compose.ts';
import { compose as composeAdmin } from '../../functions/admin/compose.ts';
import { compose as composeAuthorize } from '../../functions/authorize/compose.ts';
import { compose as composeAuthorizeHybrid } from '../../functions/authorize-hybrid/compose.ts';
import { compose as composeClientRegistration } from '../../functions/client-registration/compose.ts';
import { compose as composeConsent } from '../../functions/consent/compose.ts';
import { compose as composeConsole } from '../../functions/console/compose.ts';
import { compose as composeDevice } from '../../functions/device/compose.ts';
import { compose as composeDeviceAuthorization } from '../../functions/device-authorization/compose.ts';
import { entrance } from '../../functions/entrance.ts';
import type { Send } from '../../functions/homes/send.ts';
import { compose as composeIntrospect } from '../../functions/introspect/compose.ts';
import { compose as composeInvitation } from '../../functions/invitation/compose.ts';
import { compose as composeMail } from '../../functions/mail/compose.ts';
import { compose as composeMetadata } from '../../functions/metadata/compose.ts';
import { compose as composePar } from '../../functions/par/compose.ts';
import { compose as composePasskey } from '../../functions/passkey/compose.ts';
import { compose as composeRegister } from '../../functions/register/compose.ts';
import { compose as composeRemoveAccounts } from '../../functions/remove-accounts/compose.ts';
import { compose as composeRevoke } from '../../functions/revoke/compose.ts';
import { compose as composeRotateKeys } from '../../functions/rotate-keys/compose.ts';
import { openRuntime, type Runtime } from '../../functions/runtime.ts';
import { compose as composeSignIn } from '../../functions/sign-in/compose.ts';
import { compose as composeSignOut } from '../../functions/sign-out/compose.ts';
import { compose as composeToken } from '../../functions/token/compose.ts';
import { compose as composeUpstream } from '../../functions/upstream/compose.ts';
import { compose as composeUserinfo } from '../../functions/userinfo/compose.ts';
import { apiStore, type Registered, scopeStore } from '../../shared/apis/api-store.ts';
import type { RegisteredApi } from '../../shared/apis/registered-api.ts';
import type { RegisteredScope } from '../../shared/apis/registered-scope.ts';
import { parseAuditLine } from '../../shared/audit/audit-entry.ts';
import { type Database, StoreUnavailable } from '../../shared/aws/dynamodb.ts';
import type { Author } from '../../shared/clients/change.ts';
import { type ClientStore, clientStore } from '../../shared/clients/client-store.ts';
import type { RegisteredClient } from '../../shared/clients/registered-client.ts';
import { parseRegistration } from '../../shared/clients/registration.ts';
import { UnusableConfiguration } from '../../shared/config.ts';
import type { HttpApiHandler } from '../../shared/http/endpoint.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { aliasesOf, type PathAlias } from '../../shared/oauth/path-aliases.ts';
import { judgeBrandTexts } from '../../shared/pages/brand-texts.ts';
import type { AccountDescription } from '../../shared/people/account.ts';
import { accountStore } from '../../shared/people/account-store.ts';
import { daysInMemory } from '../../shared/reports/audit-days.ts';
import { decisionLine } from '../../shared/reports/decision-line.ts';
import {
  consoleRoutes,
  type EndpointFunctionName,
  type OptionalFunctionName,
  pushedRequestRoutes,
  registrationRoutes,
  routes,
} from '../routes.ts';
import { refuseClientsCalledLikeApis, refuseSharedSubjects } from './clashing-ids.ts';
import { createTables, localTableNames } from './create-tables.ts';
import { asUnusable, openDataFolder, wrappingKey } from './data-folder.ts';
import { demoAccount, demoAdminClient, demoAppAt, demoConfidentialClient } from './demo/demo-data.ts';
import { demoRoutes } from './demo/demo-page.ts';
import { mailbox } from './demo/mailbox.ts';
import { observe } from './demo/observe.ts';
import { playgroundAnswers } from './demo/playground-answers.ts';
import { type EmbeddedDynamoDB, startEmbeddedDynamoDB } from './embedded-dynamodb.ts';
import { readAccountsFile, readApisFile, readClientsFile, readScopesFile, readUpstreamsFile } from './entries-file.ts';
import type { GatewayLimits } from './gateway/answer-request.ts';
import { readHooksFile } from './hooks-file.ts';
import { startGateway } from './http-api-gateway.ts';
import { announceServer } from './running-server.ts';

export type ServerOptions = {
  /** 0 takes any free port. */
  port: number;
  /** Where people and clients reach the server, when a proxy with TLS is in front. @default http://localhost and the port */
  issuer?: string | undefined;
  /** A folder that survives restarts, or `memory`. */
  data: string;
  clientsFile?: string | undefined;
  accountsFile?: string | undefined;
  /** APIs, and scope values with their claims; see docs/scopes.md. */
  apisFile?: string | undefined;
  scopesFile?: string | undefined;
  /** Upstream providers with their secrets; see docs/upstream.md. */
  upstreamsFile?: string | undefined;
  /** A module with the operator's functions; see docs/hooks.md. */
  hooksFile?: string | undefined;
  /** A DynamoDB-compatible endpoint to use instead of the embedded one. */
  dynamodb?: string | undefined;
  /** Also serves the paths of other authorization servers. @default false */
  pathAliases?: boolean | undefined;
  /** Also serves the paths of OneWelcome below these prefixes. */
  pathAliasPrefixes?: readonly string[] | undefined;
  /** More settings of the functions. */
  environment?: Record<string, string>;
  /** For tests: a clock (epoch seconds), the client of the database, where audit lines go, limits of the gateway. */
  now?: () => number;
  database?: Database;
  writeLine?: (line: string) => void;
  limits?: Partial<GatewayLimits>;
  /** For tests: reaches the other regions of the server. */
  send?: Send;
  /** Is told every decision in words, as it is made. The audit lines then go to the data folder, if there is one, and nowhere else. */
  tell?: ((line: string) => void) | undefined;
};

export type LocalServer = {
  issuer: string;
  /** Where it listens. */
  address: string;
  /** Whether the demo clients and the demo account are there. Your own files or database replace them. */
  demo: { clients: boolean; account: boolean };
  /** Sentences about what was left out of the files. */
  notes: readonly string[];
  /** The functions by their names, as Lambda's Invoke would call them. */
  functions: ReadonlyMap<string, HttpApiHandler>;
  close(): Promise<void>;
};

const compositions: Record<EndpointFunctionName, (runtime: Runtime) => HttpApiHandler> = {
  account: composeAccount,
  admin: composeAdmin,
  authorize: composeAuthorize,
  'authorize-hybrid': composeAuthorizeHybrid,
  consent: composeConsent,
  device: composeDevice,
  'device-authorization': composeDeviceAuthorization,
  introspect: composeIntrospect,
  invitation: composeInvitation,
  passkey: composePasskey,
  register: composeRegister,
  revoke: composeRevoke,
  'sign-out': composeSignOut,
  upstream: composeUpstream,
  userinfo: composeUserinfo,
  'sign-in': composeSignIn,
  token: composeToken,
  metadata: composeMetadata,
};

/**
 * Starts everything: the database, its tables, a signing key, clients and accounts, and the functions behind a local gateway.
 * Rejects with `UnusableFile`, `UnusableFolder`, `FolderInUse`, `NameOfAnother`, `StoreUnavailable`, or the error of the socket.
 */
export async function startServer(options: ServerOptions): Promise<LocalServer> {
  const isEmbedded = options.dynamodb === undefined;
  const demo = { clients: isEmbedded && !options.clientsFile, account: isEmbedded && !options.accountsFile };
  // Files are read before anything starts, so that a mistake in them prevents the start.
  const { clients, notes } = options.clientsFile
    ? await readClientsFile(options.clientsFile)
    : { clients: [], notes: [] };
  const accounts = options.accountsFile ? await readAccountsFile(options.accountsFile) : [];
  const apis = options.apisFile ? await readApisFile(options.apisFile) : [];
  const scopes = options.scopesFile ? await readScopesFile(options.scopesFile) : [];
  const upstreams = options.upstreamsFile ? await readUpstreamsFile(options.upstreamsFile) : undefined;
  const hooks = options.hooksFile ? await readHooksFile(options.hooksFile) : undefined;

  const folder = options.data === 'memory' ? undefined : openDataFolder(options.data);
  const handlers = new Map<string, HttpApiHandler>(demo.clients ? demoRoutes() : []);
  const hostName = options.issuer === undefined ? undefined : new URL(options.issuer).hostname;
  const { promise: ready, resolve: begin } = Promise.withResolvers<void>();
  const listener = { port: options.port, routes: handlers, ready, hostName, limits: options.limits ?? {} };
  const gateway = await startGateway(listener);
  const address = new URL(`http://localhost:${gateway.port}`).origin;
  const issuer = options.issuer ?? address;
  let embedded: EmbeddedDynamoDB | undefined;
  let withdraw: (() => Promise<void>) | undefined;
  const environmentBefore = { ...process.env };
  const close = async () => {
    restoreDatabase(environmentBefore);
    await withdraw?.();
    await gateway.close();
    await embedded?.close();
  };
  try {
    embedded = isEmbedded ? await startEmbeddedDynamoDB(folder && join(folder, 'dynamodb')) : undefined;
    const endpoint = embedded?.endpoint ?? (options.dynamodb as string);
    useDatabase(endpoint);
    await createTables(new DynamoDBClient({}), localTableNames).catch((cause: unknown) => {
      throw new StoreUnavailable(cause);
    });

    const given = {
      ...(upstreams !== undefined && { PIXY_UPSTREAMS: upstreams }),
      ...(hooks !== undefined && { PIXY_HOOKS: hooks }),
      ...options.environment,
    };
    const opened = openRuntime({ ...environment(issuer, folder), ...given }, options);
    const mistake = judgeBrandTexts(opened.config.brand);
    if (mistake !== undefined) throw new UnusableConfiguration(`PIXY_BRAND member ${mistake}`);
    const listening = options.tell ? telling(opened, options.tell, folder) : opened;
    const box = opened.config.mail === 'local' ? mailbox((send) => composeMail(listening, send)) : undefined;
    const observer = observe(listening.writeLine, issuer);
    const observed = {
      ...listening,
      ...(demo.clients && { writeLine: observer.writeLine }),
      ...(box && { handOver: box.handOver }),
    };
    const runtime = observed.config.console && folder === undefined ? rememberingLines(observed) : observed;
    for (const [path, handler] of box?.routes ?? []) handlers.set(path, handler);
    await composeRotateKeys(runtime)();
    if (runtime.config.removalGrace > 0) await composeRemoveAccounts(runtime)();
    await load(runtime, { clients, accounts, apis, scopes }, demo);
    const functions = new Map<string, HttpApiHandler>();
    const enter = (name: EndpointFunctionName | OptionalFunctionName, composed: HttpApiHandler): HttpApiHandler => {
      const handler = entrance(name, composed, runtime);
      functions.set(name, handler);
      return handler;
    };
    for (const route of routes) {
      // The demo has `/` for itself.
      if (!handlers.has(route.path))
        handlers.set(route.path, enter(route.function, compositions[route.function](runtime)));
    }
    if (runtime.config.pushedRequests !== 'off') {
      for (const { path } of pushedRequestRoutes) handlers.set(path, enter('par', composePar(runtime)));
    }
    if (runtime.config.clientRegistration !== 'off') {
      const composed = enter('client-registration', composeClientRegistration(runtime));
      for (const { path } of registrationRoutes) handlers.set(path, composed);
    }
    const authorize = handlers.get(endpoints.authorize);
    if (demo.clients && authorize) {
      handlers.set(endpoints.authorize, observer.watch(authorize));
      for (const [path, handler] of playgroundAnswers(runtime, observer)) handlers.set(path, handler);
    }
    if (runtime.config.console) {
      const handler = enter('console', composeConsole(runtime));
      for (const { path } of consoleRoutes) handlers.set(path, handler);
    }
    addPathAliases(handlers, aliasesOf(options.pathAliases, options.pathAliasPrefixes));
    withdraw = folder === undefined ? undefined : await announceServer(folder, { endpoint, issuer });
    begin();
    return { issuer, address, demo, notes, functions, close };
  } catch (error) {
    await close();
    throw folder === undefined ? error : asUnusable(folder, error);
  }
}

/** The runtime with a log that also says every decision in words. */
const telling = (runtime: Runtime, tell: (line: string) => void, folder: string | undefined): Runtime => ({
  ...runtime,
  writeLine: (line) => {
    if (folder !== undefined) runtime.writeLine(line);
    const entry = parseAuditLine(line);
    if (entry.ok) tell(decisionLine(entry.value));
  },
});

/** The runtime of a run without a folder, whose console reads the latest lines from memory. */
function rememberingLines(runtime: Runtime): Runtime {
  const auditDays = daysInMemory(runtime.now);
  return {
    ...runtime,
    auditDays,
    writeLine: (line) => {
      auditDays.writeLine(line);
      runtime.writeLine(line);
    },
  };
}

/** Adds the handlers of the canonical paths at the aliases. */
function addPathAliases(handlers: Map<string, HttpApiHandler>, aliases: readonly PathAlias[]): void {
  for (const { path, endpoint } of aliases) {
    const handler = handlers.get(endpoints[endpoint]);
    if (handler) handlers.set(path, handler).set(`${path}/`, handler);
  }
}

/** The AWS SDK takes its endpoint from the environment. Keeps existing credentials; the embedded database takes any. */
function useDatabase(endpoint: string): void {
  process.env['AWS_ENDPOINT_URL_DYNAMODB'] = endpoint;
  process.env['AWS_REGION'] ??= 'eu-central-1';
  process.env['AWS_ACCESS_KEY_ID'] ??= 'local';
  process.env['AWS_SECRET_ACCESS_KEY'] ??= 'local';
}

/** Restores the endpoint for whatever runs next in this process. */
function restoreDatabase({ AWS_ENDPOINT_URL_DYNAMODB: before }: NodeJS.ProcessEnv): void {
  if (before === undefined) delete process.env['AWS_ENDPOINT_URL_DYNAMODB'];
  else process.env['AWS_ENDPOINT_URL_DYNAMODB'] = before;
}

/** What the CDK stack sets on the deployed functions. */
const environment = (issuer: string, folder: string | undefined): Record<string, string> => ({
  PIXY_ISSUER: issuer,
  PIXY_GRANTS_TABLE: localTableNames.grants,
  PIXY_CLIENTS_TABLE: localTableNames.clients,
  PIXY_PEOPLE_TABLE: localTableNames.people,
  PIXY_KEYS_TABLE: localTableNames.keys,
  PIXY_WRAPPING_KEY: wrappingKey(folder),
  PIXY_CALL_LOOPBACK: 'on',
  PIXY_DEVICE_AUTHORIZATION: 'on',
  PIXY_PUSHED_REQUESTS: 'accepted',
  ...(folder !== undefined && { PIXY_AUDIT_FOLDER: join(folder, 'audit') }),
});

/** What the files say. */
type Files = {
  clients: RegisteredClient[];
  accounts: AccountDescription[];
  apis: RegisteredApi[];
  scopes: RegisteredScope[];
};

async function load(
  { config, database, now }: Runtime,
  { clients, accounts, apis, scopes }: Files,
  demo: LocalServer['demo'],
): Promise<void> {
  const clientsTable = clientStore(database, config.tables.clients, now);
  const accountsTable = accountStore(database, config.tables.people);
  const apisTable = apiStore(database, config.tables.clients, now);
  const demoClients = await Promise.all(
    (demo.clients ? [demoAppAt(config.issuer), demoConfidentialClient, demoAdminClient] : []).map(mustParse),
  );
  const loaded = {
    clients: [...demoClients, ...clients],
    accounts: [...(demo.account ? [demoAccount] : []), ...accounts],
  };
  await refuseSharedSubjects(loaded, { clients: clientsTable, accounts: accountsTable });
  await refuseClientsCalledLikeApis({ ...loaded, apis }, { clients: clientsTable, apis: apisTable });
  // Changes to the demo data are kept; a file's content is restored at every start.
  for (const client of demoClients) {
    if ((await clientsTable.find(client.clientId)) === undefined) await putIfChanged(clientsTable, client);
  }
  for (const client of clients) await putIfChanged(clientsTable, client);
  await loadRegistry(apisTable, apis, ({ resource }) => resource);
  await loadRegistry(scopeStore(database, config.tables.clients, now), scopes, ({ value }) => value);
  const isNew = demo.account && (await accountsTable.findByUsername(demoAccount.username)) === undefined;
  await Promise.all([...(isNew ? [demoAccount] : []), ...accounts].map((account) => accountsTable.put(account)));
}

async function loadRegistry<Value>(
  store: {
    find: (name: string) => Promise<Registered<Value> | undefined>;
    put: (value: Value, author: Author) => Promise<unknown>;
  },
  values: readonly Value[],
  nameOf: (value: Value) => string,
): Promise<void> {
  for (const value of values) {
    const current = await store.find(nameOf(value));
    if (!current || !isDeepStrictEqual(plain(current.value), plain(value))) await store.put(value, atStart);
  }
}

const atStart: Author = { by: 'npm start', why: 'loaded at the start' };

/** Skips a client that is unchanged, so that restarting with the same file adds nothing to the change log. */
async function putIfChanged(clients: ClientStore, client: RegisteredClient): Promise<void> {
  const { clientId } = client;
  const current = await clients.find(clientId);
  if (current && isDeepStrictEqual(plain(current), plain(client))) return;
  await clients.put(clientId, client, atStart);
}

/** Drops absent members, as the database does. A short secret is salted, so it always counts as changed. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

async function mustParse(registration: object): Promise<RegisteredClient> {
  const parsed = await parseRegistration(registration);
  if (!parsed.ok) throw new Error(`${parsed.refusal.member} ${parsed.refusal.problem}`);
  return parsed.value;
}
