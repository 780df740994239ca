import type { FullClient } from '../support/lifecycle.ts';
import { startTestServer, type TestServer, type TestServerOptions } from '../support/server.ts';
import { registrationOf } from './registration.ts';
import { freePort } from './run-example.ts';

/** Who signs in. */
export const person = { username: 'ada', email: 'ada@example.com', password: 'correct horse battery staple' };

/** Of every client that has one. */
export const secret = 'BvYpx9m2Q4uT7wLr1ZsKd8Hc3Nf6Ja0e';

/** In seconds: short, so that libraries refresh by themselves while the test waits, but not expired from the start for those that refresh a minute early. */
const tokenLifetime = 75;

/** An app of a page, as it is registered. */
export type RegisteredApp = { clientId: string; clientSecret: string; port: number; hasRefreshed: () => boolean };

/** The server of a test file as `npm start` starts it, with the client that the command of each of these pages registers and a port for its app. */
export async function startRecipeServer(
  pages: readonly string[],
  options: Pick<TestServerOptions, 'issuer'> = {},
): Promise<{ server: TestServer; apps: readonly RegisteredApp[] }> {
  const ports = await Promise.all(pages.map(freePort));
  const registrations = await Promise.all(pages.map((page, index) => registrationOf(page, ports[index] ?? 0)));
  const clients = registrations.map((client) => ({ ...client, ...(needsSecret(client) && { client_secret: secret }) }));
  const server = await startTestServer({
    ...options,
    pathAliases: true,
    clients,
    accounts: [{ ...person, claims: { email_verified: true } }],
    clock: 'system',
    environment: { PIXY_ACCESS_TOKEN_LIFETIME: String(tokenLifetime) },
  });
  const hasRefreshed = (client: string): boolean =>
    server.auditLines.map((line) => JSON.parse(line)).some((line) => line.client === client && isRefresh(line));
  const apps = clients.map(({ client_id, client_secret = '' }, index) => ({
    clientId: client_id,
    clientSecret: client_secret,
    port: ports[index] ?? 0,
    hasRefreshed: () => hasRefreshed(client_id),
  }));
  return { server, apps };
}

const needsSecret = ({ token_endpoint_auth_method: method }: FullClient): boolean =>
  method === 'client_secret_basic' || method === 'client_secret_post';

const isRefresh = ({ grant, verdict }: { grant?: string; verdict?: string }): boolean =>
  grant === 'refresh_token' && verdict === 'allowed';
