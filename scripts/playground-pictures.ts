import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { demoAccount } from '../infra/local/demo/demo-data.ts';
import { startServer } from '../infra/local/server.ts';
import type { Browser, BrowserContextOptions } from '../test/browser/launch-browser.ts';

type Page = Awaited<ReturnType<Browser['newPage']>>;

const desktop: BrowserContextOptions = { viewport: { width: 1_280, height: 900 }, deviceScaleFactor: 0.75 };
const phone: BrowserContextOptions = { viewport: { width: 390, height: 844 }, colorScheme: 'dark' };

/** Each picture: how it is looked at, the way to what it shows, and which part of the page that is. */
const pictures: Record<string, { view: BrowserContextOptions; reach: (page: Page) => Promise<unknown>; part: string }> =
  {
    'playground-flow': {
      view: { ...desktop, viewport: { width: 1_280, height: 1_500 } },
      reach: (page) => page.getByRole('heading', { name: 'You are signed in' }).waitFor(),
      part: 'body',
    },
    'playground-break': { view: desktop, reach: (page) => breakIt(page, 'Send a wrong verifier'), part: '#break' },
    'playground-story': { view: desktop, reach: endStory, part: '#story' },
    'playground-story-dark': { view: phone, reach: endStory, part: '#story' },
  };

async function breakIt(page: Page, button: string): Promise<void> {
  await page.getByRole('button', { name: button }).click();
  await page.locator('#break-result > .verdict').waitFor();
  // Otherwise the ring of the focus would be in the picture.
  await page.evaluate('document.activeElement.blur()');
}

async function endStory(page: Page): Promise<void> {
  await page.getByLabel('With PKCE').check();
  for (let step = 1; step < 7; step += 1) await page.getByRole('button', { name: 'Next' }).click();
  await page.evaluate('document.activeElement.blur()');
}

const margin = 20;

async function screenshot(page: Page, part: string): Promise<Buffer> {
  const box = part === 'body' ? null : await page.locator(part).boundingBox();
  if (box === null) return page.screenshot();
  const top = await page.evaluate<number>('scrollY');
  const clip = {
    x: box.x - margin,
    // Without the line above it.
    y: box.y + top + margin / 2,
    width: box.width + 2 * margin,
    height: box.height + margin / 2,
  };
  return page.screenshot({ fullPage: true, clip });
}

/** Takes the pictures of the playground, from a server as `npm start` runs it. Port 3000 has to be free, which the pictures show. */
export async function takePlayground(browser: Browser, folder: string): Promise<void> {
  const server = await startServer({ port: 3_000, data: 'memory', writeLine: () => {} });
  try {
    for (const [name, { view, reach, part }] of Object.entries(pictures)) {
      const context = await browser.newContext({ reducedMotion: 'reduce', ...view });
      const page = await context.newPage();
      await page.goto(`${server.issuer}/demo?start`);
      await page.getByLabel('Username').fill(demoAccount.username);
      await page.getByLabel('Password').fill(demoAccount.password);
      await page.getByLabel('Password').press('Enter');
      await page.getByRole('heading', { name: 'You are signed in' }).waitFor();
      await reach(page);
      await writeFile(join(folder, `${name}.png`), await screenshot(page, part));
      await context.close();
    }
  } finally {
    await server.close();
  }
}
