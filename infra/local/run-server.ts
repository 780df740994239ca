import { join } from 'node:path';
import { StoreUnavailable } from '../../shared/aws/dynamodb.ts';
import { UnusableConfiguration } from '../../shared/config.ts';
import { keysRememberedLocally } from '../../shared/keys/key-ring.ts';
import { NameOfAnother } from '../../shared/people/name-store.ts';
import { UnusableFolder } from './data-folder.ts';
import { demoAccount, demoAdminClient, demoConfidentialClient, demoPublicClient } from './demo/demo-data.ts';
import { FolderInUse } from './embedded-dynamodb.ts';
import { UnusableFile } from './entries-file.ts';
import { explainPort } from './port.ts';
import { type LocalServer, startServer } from './server.ts';
import { settingsIn } from './settings.ts';
import type { StartOptions } from './start-command.ts';

/** The server does not start. The message addresses the person who started it. */
export class CannotStart extends Error {
  override name = 'CannotStart';
}

/** Errors whose message addresses people. */
const spoken = [UnusableConfiguration, UnusableFile, UnusableFolder, FolderInUse, NameOfAnother];

/** Runs the server until a signal ends it. Rejects with {@link CannotStart}. */
export async function runServer(options: StartOptions): Promise<void> {
  try {
    const server = await startServer({
      port: options.port,
      issuer: options.issuer,
      data: options.data,
      clientsFile: options.clients,
      accountsFile: options.accounts,
      apisFile: options.apis,
      scopesFile: options.scopes,
      upstreamsFile: options.upstreams,
      hooksFile: options.hooks,
      dynamodb: options.dynamodb,
      pathAliases: options.pathAliases,
      pathAliasPrefixes: options.pathAliasPrefix,
      tell: options.quiet ? () => {} : (line) => void process.stdout.write(`  ${line}\n`),
      environment: {
        PIXY_KEYS_REMEMBERED: String(keysRememberedLocally),
        PIXY_JWT_BEARER: 'on',
        PIXY_METADATA_DOCUMENTS: 'any',
        PIXY_TOKEN_EXCHANGE: 'on',
        PIXY_SIGNED_INTROSPECTION: 'on',
        PIXY_PAIRWISE_SUBJECTS: 'on',
        PIXY_OPERATORS: JSON.stringify({ claim: 'groups', read: ['operators'], write: ['operators'] }),
        PIXY_CONSOLE: 'on',
        PIXY_MAIL: 'local',
        PIXY_MAIL_CODES: 'on',
        PIXY_REMOVAL_GRACE: String(14 * 86_400),
        PIXY_PROFILE_FIELDS: 'email name locale',
        PIXY_CLIENT_REGISTRATION: 'open',
        ...settingsIn(process.env),
      },
    });
    process.stdout.write(greeting(server, options));
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop(server));
  } catch (error) {
    throw new CannotStart(explain(error, options), { cause: error });
  }
}

async function stop(server: LocalServer): Promise<void> {
  await server.close();
  process.exit(0);
}

function explain(error: unknown, options: StartOptions): string {
  if (!(error instanceof Error)) return String(error);
  if (spoken.some((kind) => error instanceof kind)) return error.message;
  if (error instanceof StoreUnavailable) return `${options.dynamodb} does not answer: ${String(error.cause)}`;
  return explainPort(error, options.port) ?? error.stack ?? error.message;
}

/** Today's file; there is one per day (UTC). */
function auditFileOf(data: string): string {
  return join(data, 'audit', `${new Date().toISOString().slice(0, 10)}.jsonl`);
}

function greeting({ issuer, address, demo, notes }: LocalServer, options: StartOptions): string {
  const lines = [
    '',
    `  Pixy is running at ${issuer}`,
    '',
    ...(issuer === address ? [] : [`  Listening   ${address}, which is for your proxy`]),
    `  Discovery   ${issuer}/.well-known/openid-configuration`,
    `  JWKS        ${issuer}/jwks`,
    `  Console     ${issuer}/console, for accounts of the group operators`,
    `  Mailbox     ${issuer}/demo/mail`,
    ...(demo.clients ? [`  Playground  ${issuer}/demo`] : []),
    `  Data        ${options.dynamodb ?? options.data}`,
    ...(options.data === 'memory' ? [] : [`  Audit log   ${auditFileOf(options.data)}`]),
  ];
  if (demo.clients) {
    const { client_id: confidential, client_secret: secret } = demoConfidentialClient;
    lines.push(`  Clients     ${demoPublicClient.client_id} (public, S256)`);
    lines.push(`              ${confidential} (confidential, none), secret ${secret}`);
    lines.push(`              ${demoAdminClient.client_id} (management API), secret ${demoAdminClient.client_secret}`);
  }
  if (demo.account) lines.push(`  Account     ${demoAccount.username}, password ${demoAccount.password}`);
  if (demo.clients) lines.push('', `  Try a whole sign-in in the browser: ${issuer}/demo?start`);
  if (notes.length > 0) lines.push('', ...notes.map((note) => `  ${note}.`));
  return `${lines.join('\n')}\n\n`;
}
