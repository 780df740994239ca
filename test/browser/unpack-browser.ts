import { packagedChromium } from './launch-browser.ts';

/** Once for all workers. Where there is no packaged browser, each of them looks for another one. */
export default async function unpackBrowser(): Promise<void> {
  await packagedChromium().catch(() => undefined);
}
