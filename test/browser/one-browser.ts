import type { TestProject } from 'vitest/node';
import { launchServer } from './launch-browser.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the browser of this run listens. */
    browser: string;
  }
}

/** Starts the browser that all files of the folder share, once for a run. */
export default async function oneBrowser(project: TestProject): Promise<() => Promise<void>> {
  const server = await launchServer();
  project.provide('browser', server.wsEndpoint());
  return () => server.close();
}
