import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { adoptionHtml } from '../cli/report/adoption-page.ts';
import type { Brand } from '../shared/pages/brand.ts';
import { dressBrand } from '../shared/pages/dress.ts';
import { lookIn } from '../shared/pages/look.ts';
import type { Language } from '../shared/pages/texts/languages.ts';
import { type Browser, type BrowserContextOptions, launchBrowser } from '../test/browser/launch-browser.ts';
import { takeConsole } from './console-screenshots.ts';
import { takePlayground } from './playground-pictures.ts';
import { sampleAdoption, sampleAdoptionChart } from './sample-adoption.ts';
import { samplePages, sampleScript } from './sample-pages.ts';

/*
 * `npm run screenshots` writes docs/screenshots: every page at the width of a phone, some of them in dark, on a desktop, in
 * another language or with a brand, the playground and the console of a local run, the page of `pixy report adoption`, and overview.png,
 * the picture of the README. An argument names another folder.
 */

const phone = { width: 360, height: 640 };
const desktop = { width: 860, height: 640 };

const brand: Brand = {
  name: 'Harbor',
  accent: '#0b7a5b',
  logo: `data:image/svg+xml,${encodeURIComponent('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 32" width="120" height="32"><circle cx="16" cy="16" r="14" fill="#0b7a5b"/><path d="M8 18q4-6 8 0t8 0" fill="none" stroke="#fff" stroke-width="3"/><text x="38" y="23" font-family="sans-serif" font-size="20" font-weight="700" fill="#0b7a5b">Harbor</text></svg>')}`,
};

type Picture = { page: string; name?: string; view?: BrowserContextOptions; brand?: Brand; language?: Language };

const names = Object.keys(samplePages(lookIn('en', dressBrand({}))));

const pictures: Picture[] = [
  ...names.map((page) => ({ page, ...(page === 'account' && { view: { deviceScaleFactor: 0.66 } }) })),
  ...['sign-in', 'consent', 'second-factor', 'error'].map((page) => ({
    page,
    name: `${page}-dark`,
    view: { colorScheme: 'dark' as const },
  })),
  ...['sign-in-all-ways', 'consent', 'account'].map((page) => ({
    page,
    name: `${page}-desktop`,
    view: { viewport: desktop, deviceScaleFactor: 0.66 },
  })),
  {
    page: 'account',
    name: 'account-desktop-dark',
    view: { viewport: desktop, deviceScaleFactor: 0.66, colorScheme: 'dark' },
  },
  { page: 'sign-in-all-ways', name: 'sign-in-brand', brand },
  { page: 'consent', name: 'consent-brand-de', brand, language: 'de' },
];

const address = 'http://localhost/';

async function take(browser: Browser, folder: string, { page: name, view, brand: worn, ...picture }: Picture) {
  const look = lookIn(picture.language ?? 'en', dressBrand(worn ?? {}));
  const reply = await samplePages(look)[name]?.();
  const context = await browser.newContext({ viewport: phone, reducedMotion: 'reduce', ...view });
  const page = await context.newPage();
  await page.route('**/*', (route) =>
    route.request().url() === address
      ? route.fulfill({ status: 200, contentType: 'text/html', body: reply?.body ?? '' })
      : route.fulfill({ contentType: 'text/javascript', body: sampleScript }),
  );
  // Otherwise the page would submit itself and be gone.
  if (name === 'form-post') await page.addInitScript('HTMLFormElement.prototype.submit = () => {}');
  await page.goto(address);
  const image = await page.screenshot({ fullPage: true });
  await writeFile(join(folder, `${picture.name ?? name}.png`), image);
  await context.close();
}

/** Takes the README's picture: the sign-in page beside the chart of `pixy report adoption`. */
async function takeOverview(browser: Browser, folder: string) {
  const look = lookIn('en', dressBrand({}));
  const signIn = await samplePages(look)['sign-in']?.();
  const context = await browser.newContext({ viewport: { width: 1_560, height: 640 }, reducedMotion: 'reduce' });
  const page = await context.newPage();
  await page.route(address, (route) => route.fulfill({ contentType: 'text/html', body: overview }));
  await page.route(`${address}sign-in`, (route) =>
    route.fulfill({ contentType: 'text/html', body: String(signIn?.body) }),
  );
  const chart = Buffer.from(await sampleAdoptionChart()).toString('base64');
  const overview = `<!doctype html><style>body{margin:0;background:#fff;display:flex;gap:24px;align-items:center}
iframe{width:392px;height:640px;border:0}</style><iframe src="/sign-in"></iframe><img src="data:image/svg+xml;base64,${chart}">`;
  await page.goto(address, { waitUntil: 'networkidle' });
  await writeFile(join(folder, 'overview.png'), await page.screenshot());
  await context.close();
}

const reports: Record<string, BrowserContextOptions> = {
  adoption: { viewport: { width: 1_280, height: 800 }, deviceScaleFactor: 0.66 },
  'adoption-dark': { viewport: { width: 1_280, height: 800 }, deviceScaleFactor: 0.66, colorScheme: 'dark' },
  'adoption-phone': { viewport: { width: 390, height: 844 } },
};

/** Takes the page of `pixy report adoption --format html`, without JavaScript, as whoever opens the file may have it. */
async function takeReports(browser: Browser, folder: string) {
  const body = await adoptionHtml(sampleAdoption());
  for (const [name, view] of Object.entries(reports)) {
    const context = await browser.newContext({ ...view, javaScriptEnabled: false });
    const page = await context.newPage();
    await page.route(address, (route) => route.fulfill({ contentType: 'text/html; charset=utf-8', body }));
    await page.goto(address);
    await writeFile(join(folder, `${name}.png`), await page.screenshot({ fullPage: true }));
    await context.close();
  }
}

const folder = process.argv[2] ?? fileURLToPath(new URL('../docs/screenshots', import.meta.url));
await mkdir(folder, { recursive: true });
for (const file of await readdir(folder)) if (file.endsWith('.png')) await rm(join(folder, file));
const browser = await launchBrowser();
try {
  for (const picture of pictures) await take(browser, folder, picture);
  await takeReports(browser, folder);
  await takeOverview(browser, folder);
  await takePlayground(browser, folder);
  await takeConsole(browser, folder);
} finally {
  await browser.close();
}
