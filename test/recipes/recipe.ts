import { expect, test } from 'vitest';
import type { FullClient } from '../support/lifecycle.ts';
import { startTestServer } from '../support/server.ts';
import { newBrowser } from './browser.ts';
import { type Language, whyNot } from './languages.ts';
import { type Example, freePort, startExample } from './run-example.ts';

/** One page of docs/clients: how its example is run, and the client that it is registered as. */
export type Recipe = Pick<Example, 'install' | 'start'> & {
  /** The folder in examples/clients and the name of the page. */
  name: string;
  /** Where its callback is. */
  callback: string;
  /** Where a sign-in starts. @default /sign-in */
  signIn?: string;
  /** Where the app refreshes its tokens and answers with the person again; absent when the example has no refresh tokens. */
  refresh?: string;
  client?: Partial<FullClient>;
  env?: Record<string, string>;
};

const person = { username: 'ada', email: 'ada@example.com', password: 'correct horse battery staple' };
const secret = 'BvYpx9m2Q4uT7wLr1ZsKd8Hc3Nf6Ja0e';

/** One test per recipe: the app installs, starts, signs somebody in, and shows their address. */
export async function testRecipes(language: Language, recipes: readonly Recipe[]): Promise<void> {
  const missing = whyNot(language);
  const ports = await Promise.all(recipes.map(freePort));
  const clients = recipes.map(({ name, callback, client }, index) => ({
    client_id: name,
    client_name: name,
    client_secret: secret,
    token_endpoint_auth_method: 'client_secret_basic',
    redirect_uris: [`http://localhost:${ports[index]}${callback}`],
    scope: 'openid profile email offline_access',
    ...client,
  }));
  const server = await startTestServer({
    clients,
    accounts: [{ ...person, claims: { email_verified: true } }],
    clock: 'system',
  });

  for (const [index, recipe] of recipes.entries()) {
    test(`${language}: ${recipe.name} signs somebody in`, async ({ skip }) => {
      if (missing !== undefined) skip(missing);
      const port = ports[index] ?? 0;
      const { client_id, client_secret } = clients[index] as (typeof clients)[number];
      const env = { ISSUER: server.issuer, CLIENT_ID: client_id, CLIENT_SECRET: client_secret ?? '', ...recipe.env };
      await startExample({ ...recipe, folder: `examples/clients/${recipe.name}`, env, port });
      const browser = newBrowser();
      const app = `http://localhost:${port}`;
      const pages = [await browser.signIn(`${app}${recipe.signIn ?? '/sign-in'}`, person)];
      if (recipe.refresh !== undefined) pages.push(await browser.open(`${app}${recipe.refresh}`));
      for (const { body } of pages) expect(body).toContain(person.email);
    });
  }
}
