import { expect, test } from 'vitest';
import { newBrowser } from './browser.ts';
import { type Language, whyNot } from './languages.ts';
import { person, type RegisteredApp, startRecipeServer } from './recipe-server.ts';
import { type Example, pause, runTool, startExample } from './run-example.ts';

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

/** One test per recipe: the app installs, starts, signs somebody in, and shows their address. */
export async function testRecipes(language: Language, recipes: readonly Recipe[]): Promise<void> {
  const missing = whyNot(language);
  const { server, apps } = await startRecipeServer(recipes.map(({ name }) => name));

  for (const [index, recipe] of recipes.entries()) {
    test(`${language}: ${recipe.name} signs somebody in`, async ({ skip }) => {
      if (missing !== undefined) skip(missing);
      const { clientId, clientSecret, port, hasRefreshed } = apps[index] as RegisteredApp;
      const env = { ISSUER: server.issuer, CLIENT_ID: clientId, CLIENT_SECRET: clientSecret, ...recipe.env };
      const example = { ...recipe, folder: `examples/clients/${recipe.name}`, env, port };
      const browser = newBrowser();
      const app = `http://localhost:${port}`;
      const signInAt = async (address: string) => (await browser.signIn(address, person)).body;
      if (!recipe.isTool) await startExample(example);
      const shown = recipe.isTool
        ? await runTool(example, signInAt)
        : await signInAt(`${app}${recipe.signIn ?? '/sign-in'}`);
      expect(shown).toContain(person.email);
      while (recipe.refresh !== undefined && !hasRefreshed()) {
        const again = await browser.open(`${app}${recipe.refresh}`);
        expect(again.body).toContain(person.email);
        await pause(2_000);
      }
    });
  }
}
