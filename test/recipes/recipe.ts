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
  /** Where the tool prints the code that is entered at that address. */
  userCode?: RegExp;
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
      const shown = recipe.isTool
        ? [await runTool(example, (address, output) => visitForTool(recipe, address, output))]
        : await visitApp(recipe, example, hasRefreshed);
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

/** Signs in at the address that a tool printed, or enters the code there that it printed with it. */
async function visitForTool({ userCode }: Recipe, address: string, output: () => string): Promise<void> {
  if (userCode === undefined) return void (await newBrowser().signIn(address, person));
  while (!userCode.test(output())) await pause();
  await newBrowser().connect(address, userCode.exec(output())?.[1] ?? '', person);
}
