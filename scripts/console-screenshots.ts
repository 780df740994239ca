import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { localTableNames } from '../infra/local/create-tables.ts';
import { startServer } from '../infra/local/server.ts';
import { openDatabase } from '../shared/aws/dynamodb.ts';
import { accountStore } from '../shared/people/account-store.ts';
import { sessionStore } from '../shared/people/session-store.ts';
import { type Browser, type BrowserContextOptions, launchBrowser } from '../test/browser/launch-browser.ts';
import { addSampleClients, sampleNow, writeSampleLines } from './sample-console.ts';

const desktop = { viewport: { width: 1_280, height: 800 }, deviceScaleFactor: 0.66 };
const phone = { viewport: { width: 390, height: 800 } };
const tighter = '/policy?default=S256&floor=S256&mode=enforce';

const pictures: readonly { name: string; path: string; view: BrowserContextOptions }[] = [
  { name: 'console-overview', path: '', view: desktop },
  { name: 'console-adoption', path: '/adoption', view: desktop },
  { name: 'console-adoption-dark', path: '/adoption', view: { ...desktop, colorScheme: 'dark' } },
  { name: 'console-policy', path: tighter, view: desktop },
  { name: 'console-client', path: '/clients/partner-portal', view: desktop },
  { name: 'console-refusals', path: '/refusals', view: desktop },
  { name: 'console-phone', path: tighter, view: phone },
];

/** The playground, after somebody has broken a sign-in: its page down to where that is shown. */
async function takePlayground(browser: Browser, server: { issuer: string }, session: string): Promise<Buffer> {
  const context = await browser.newContext({ reducedMotion: 'reduce', ...desktop });
  await context.addCookies([{ name: 'pixy_session', value: session, url: server.issuer, httpOnly: true }]);
  const page = await context.newPage();
  await page.goto(`${server.issuer}/console/playground`);
  await page.getByRole('button', { name: 'Send no challenge' }).click();
  await page.locator('#break-result > .verdict').waitFor();
  // Otherwise the ring of the focus would be in the picture.
  await page.evaluate('document.activeElement.blur()');
  const part = await page.locator('#break').screenshot();
  await context.close();
  return part;
}

/** Writes the pictures of the console of a made-up company into a folder. */
export async function takeConsole(browser: Browser, folder: string): Promise<void> {
  const data = await mkdtemp(join(tmpdir(), 'pixy-pictures-'));
  await writeSampleLines(data);
  const environment = {
    PIXY_CONSOLE: 'on',
    PIXY_OPERATORS: JSON.stringify({ claim: 'groups', read: ['operators'], write: ['operators'] }),
  };
  const server = await startServer({ port: 0, data, now: () => sampleNow, environment });
  try {
    await addSampleClients();
    const session = await signInGrace();
    for (const { name, path, view } of pictures) {
      const context = await browser.newContext({ reducedMotion: 'reduce', javaScriptEnabled: false, ...view });
      await context.addCookies([{ name: 'pixy_session', value: session, url: server.issuer, httpOnly: true }]);
      const page = await context.newPage();
      await page.goto(`${server.issuer}/console${path}`);
      await writeFile(join(folder, `${name}.png`), await page.screenshot({ fullPage: true }));
      await context.close();
    }
    await writeFile(join(folder, 'console-playground.png'), await takePlayground(browser, server, session));
  } finally {
    await server.close();
    await rm(data, { recursive: true });
  }
}

async function signInGrace(): Promise<string> {
  const database = openDatabase();
  const claims = { sub: '7f0c2f4e-grace', groups: ['operators'] };
  const account = await accountStore(database, localTableNames.people).put({ username: 'grace', claims });
  const start = { sub: account.sub, epoch: account.epoch, amr: ['pwd'], now: sampleNow, lifetime: 28_800 };
  return sessionStore(database, localTableNames.people).start(start);
}

if (import.meta.main) {
  const folder = process.argv[2] ?? fileURLToPath(new URL('../docs/screenshots', import.meta.url));
  const browser = await launchBrowser();
  try {
    await takeConsole(browser, folder);
  } finally {
    await browser.close();
  }
}
