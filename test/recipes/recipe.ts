import { expect, test } from 'vitest';
import type { FullClient } from '../support/lifecycle.ts';
import { startTestServer } from '../support/server.ts';
import { newBrowser } from './browser.ts';
import { type Language, whyNot } from './languages.ts';
import { registrationOf } from './registration.ts';
import { type Example, freePort, pause, runTool, startExample } from './run-example.ts';

/** One page of docs/clients and how its example is run. The client is the one that the command of the page registers. */
export type Recipe = Pick<Example, 'install' | 'start'> & {
  /** The folder in examples/clients and the name of the page. */
  name: string;
  /** Where a sign-in starts; if that is a page with a form, the form starts it. @default /sign-in */
  signIn?: string;
  /** Where the app answers with the person again and refreshes its tokens, at once or when they have expired; absent when the example has no refresh tokens. */
  refresh?: string;
  /** It is no web app: it prints the address to sign in at, and the person before it ends. */
  isTool?: true;
  env?: Record<string, string>;
};

const person = { username: 'ada', email: 'ada@example.com', password: 'correct horse battery staple' };
/** Of every client that has one. */
export const secret = 'BvYpx9m2Q4uT7wLr1ZsKd8Hc3Nf6Ja0e';

/** In seconds: short, so that libraries refresh by themselves while the test waits, but not expired from the start for those that refresh a minute early. */
const tokenLifetime = 75;

/** One test per recipe: the app installs, starts, signs somebody in, and shows their address. */
export async function testRecipes(language: Language, recipes: readonly Recipe[]): Promise<void> {
  const missing = whyNot(language);
  const ports = await Promise.all(recipes.map(freePort));
  const registrations = await Promise.all(recipes.map(({ name }, index) => registrationOf(name, ports[index] ?? 0)));
  const clients = registrations.map((client) => ({ ...client, ...(needsSecret(client) && { client_secret: secret }) }));
  const server = await startTestServer({
    clients,
    accounts: [{ ...person, claims: { email_verified: true } }],
    clock: 'system',
    environment: { PIXY_ACCESS_TOKEN_LIFETIME: String(tokenLifetime) },
  });
  const hasRefreshed = (client: string): boolean =>
    server.auditLines.map((line) => JSON.parse(line)).some((line) => line.client === client && isRefresh(line));

  for (const [index, recipe] of recipes.entries()) {
    test(`${language}: ${recipe.name} signs somebody in`, async ({ skip }) => {
      if (missing !== undefined) skip(missing);
      const port = ports[index] ?? 0;
      const { client_id, client_secret = '' } = clients[index] as (typeof clients)[number];
      const env = { ISSUER: server.issuer, CLIENT_ID: client_id, CLIENT_SECRET: client_secret, ...recipe.env };
      const example = { ...recipe, folder: `examples/clients/${recipe.name}`, env, port };
      const shown = recipe.isTool
        ? [await runTool(example, (address) => newBrowser().signIn(address, person))]
        : await visitApp(recipe, example, () => hasRefreshed(client_id));
      for (const text of shown) expect(text).toContain(person.email);
    });
  }
}

/** Signs in and refreshes; returns what the app showed, of which the last does not name the person when something went wrong. */
async function visitApp(recipe: Recipe, example: Example, hasRefreshed: () => boolean): Promise<string[]> {
  await startExample(example);
  const browser = newBrowser();
  const app = `http://localhost:${example.port}`;
  const shown = [(await browser.signIn(`${app}${recipe.signIn ?? '/sign-in'}`, person)).body];
  while (recipe.refresh !== undefined && shown.at(-1)?.includes(person.email) && !hasRefreshed()) {
    await pause(2_000);
    shown.push((await browser.open(`${app}${recipe.refresh}`)).body);
  }
  return shown;
}

const needsSecret = ({ token_endpoint_auth_method: method }: FullClient): boolean =>
  method === 'client_secret_basic' || method === 'client_secret_post';

const isRefresh = ({ grant, verdict }: { grant?: string; verdict?: string }): boolean =>
  grant === 'refresh_token' && verdict === 'allowed';
