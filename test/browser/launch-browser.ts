import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type LaunchOptions } from 'playwright-core';

export type { Browser, BrowserContextOptions } from 'playwright-core';

/*
 * Which browser the tests run in: the one PIXY_CHROME names, else the Chromium that came with the packages
 * (x86-64 Linux only), else a Chrome or Chromium that is installed.
 */

const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  // Every test is another person; a process for each would take longer than the test.
  '--renderer-process-limit=1',
  // Nothing but this machine has a name.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1',
];

let shared: Promise<Browser> | undefined;

/** The browser of this process, for all files that run in it. It ends with the process. */
export const sharedBrowser = (): Promise<Browser> => {
  shared ??= launchBrowser();
  return shared;
};

/** Rejects with one sentence when there is no browser. */
export async function launchBrowser(): Promise<Browser> {
  const { PIXY_CHROME: named, BROWSER_TMPDIR: temporary } = process.env;
  const candidates: (() => LaunchOptions | Promise<LaunchOptions>)[] = named
    ? [() => ({ executablePath: named })]
    : [packagedChromium, ...['chrome', 'chromium', 'msedge'].map((channel) => () => ({ channel }))];
  const failures: unknown[] = [];
  for (const candidate of candidates) {
    try {
      const options = await candidate();
      const env = { ...process.env, ...options.env, ...(temporary && { TMPDIR: temporary }) };
      return await chromium.launch({ ...options, env, args, headless: true, timeout: 120_000 });
    } catch (error) {
      failures.push(error);
    }
  }
  const sentence = named
    ? `PIXY_CHROME is ${named}, and no browser could be started there.`
    : 'The browser tests need Chrome or Chromium: install Chrome, or set PIXY_CHROME to the path of either.';
  throw new Error(sentence, { cause: failures[0] });
}

const packages = fileURLToPath(new URL('./node_modules/', import.meta.url));
const chromiumPackage = join(packages, '@sparticuz', 'chromium');

/** The packaged browser with its libraries and a font, so that it runs, and looks the same, on the barest of machines. */
export async function packagedChromium(): Promise<LaunchOptions> {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error('The packaged browser is for x86-64 Linux.');
  const { version } = JSON.parse(await readFile(join(chromiumPackage, 'package.json'), 'utf8')) as { version: string };
  const folder = join(packages, '.cache', `pixy-chromium-${version}`);
  if (!existsSync(folder)) await unpack(folder);
  return {
    executablePath: join(folder, 'chromium'),
    env: {
      ...process.env,
      LD_LIBRARY_PATH: join(folder, 'al2023', 'lib'),
      FONTCONFIG_FILE: join(folder, 'fonts.conf'),
    },
  };
}

const fontsConfiguration = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir prefix="relative">fonts</dir><cachedir prefix="relative">fonts-cache</cachedir></fontconfig>
`;

/** Several test files may do this at once: each unpacks beside the folder, and the first one to finish gives it its name. */
async function unpack(folder: string): Promise<void> {
  const { inflate } = await import('@sparticuz/chromium');
  await mkdir(join(folder, '..'), { recursive: true });
  const unpacked = await mkdtemp(`${folder}-`);
  const temporary = process.env['TMPDIR'];
  // It unpacks into the folder for temporary files, which it looks up before its first pause.
  process.env['TMPDIR'] = unpacked;
  const parts = ['chromium.br', 'swiftshader.tar.br', 'fonts.tar.br', 'al2023.tar.br'].map((part) =>
    inflate(join(chromiumPackage, 'bin', part)),
  );
  if (temporary === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = temporary;
  await Promise.all(parts);
  await writeFile(join(unpacked, 'fonts.conf'), fontsConfiguration);
  await rename(unpacked, folder).catch(() => rm(unpacked, { recursive: true, force: true }));
}
