import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installPackages } from '../../scripts/install-packages.ts';

/**
 * Once for all workers. Where there is no packaged browser, each of them looks for another one. What the browsers leave behind
 * when they end with their process is removed after all of them.
 */
export default async function unpackBrowser(): Promise<() => Promise<void>> {
  installPackages(import.meta.dirname);
  const { packagedChromium } = await import('./launch-browser.ts');
  await packagedChromium().catch(() => undefined);
  const folder = await mkdtemp(join(tmpdir(), 'pixy-browser-'));
  process.env['BROWSER_TMPDIR'] = folder;
  return () => rm(folder, { recursive: true, force: true, maxRetries: 5 });
}
