import { expect, onTestFinished, test } from 'vitest';
import { installPackages } from '../../scripts/install-packages.ts';
import { whyNot } from './languages.ts';
import { person, type RegisteredApp, startRecipeServer } from './recipe-server.ts';
import { startExample } from './run-example.ts';
import { startTlsProxy } from './tls-proxy.ts';

/** One page of docs/clients about an app that runs in the browser. It has the buttons `Sign in` and `Refresh`. */
export type PageRecipe = {
  /** The folder in examples/clients, the name of the page, and the client. */
  name: string;
  /** What esbuild bundles. @default app.js */
  entry?: string;
};

/** One test per recipe, in a real browser: the app is bundled and served, signs somebody in, shows their address, and gets new tokens without them. `needTls`: their library takes only an https issuer. */
export async function testPageRecipes(recipes: readonly PageRecipe[], { needTls = false } = {}): Promise<void> {
  const missing = whyNot('Node');
  const proxy = needTls ? await startTlsProxy() : undefined;
  const names = recipes.map(({ name }) => name);
  const { server, apps } = await startRecipeServer(names, proxy && { issuer: proxy.origin });
  proxy?.forwardTo(server.port);

  for (const [index, { name, entry = 'app.js' }] of recipes.entries()) {
    test(`browser: ${name} signs somebody in`, async ({ skip }) => {
      if (missing !== undefined) skip(missing);
      const { port, hasRefreshed } = apps[index] as RegisteredApp;
      await startExample({
        folder: `examples/clients/${name}`,
        install: 'npm install --no-package-lock --no-audit --no-fund --loglevel=error',
        start: `npx esbuild ${entry} --bundle --format=esm --servedir=public --outdir=public --serve=localhost:$PORT --define:ISSUER=\\"$ISSUER\\"`,
        env: { ISSUER: server.issuer },
        port,
      });
      const page = await openBrowser();
      await page.goto(`http://localhost:${port}/`);
      await page.getByText('Sign in').click();
      await page.getByLabel('Username').fill(person.username);
      await page.getByLabel('Password').fill(person.password);
      await page.getByLabel('Password').press('Enter');
      await page.getByText(person.email).waitFor();
      await page.getByText('Refresh').click();
      await expect.poll(hasRefreshed, { timeout: 60_000 }).toBe(true);
      await page.getByText(person.email).waitFor();
    });
  }
}

/** A page of a browser that nobody has used before. Closed with the test. */
async function openBrowser() {
  installPackages('test/browser');
  const { sharedBrowser } = await import('../browser/launch-browser.ts');
  const context = await (await sharedBrowser()).newContext({ ignoreHTTPSErrors: true });
  onTestFinished(() => context.close());
  context.setDefaultTimeout(60_000);
  return context.newPage();
}
