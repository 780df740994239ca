import { onTestFinished } from 'vitest';
import { freePort, pause, startExample } from './run-example.ts';

/** A browser as its driver starts it (W3C WebDriver). */
export type Driven = {
  install: string;
  /** The command of the driver, which listens on `$PORT`. */
  start: string;
  /** What the driver is to start (§7.2). */
  capabilities?: Record<string, unknown>;
};

type Page = { url: string; title: string };

/** The member that holds the id of an element (WebDriver §12). */
const elementMember = 'element-6066-11e4-a52e-4f735466cecf';

/** Installs and starts a browser that Playwright does not drive as people have it. Ended after the test. */
export async function driveBrowser({ install, start, capabilities = {} }: Driven) {
  const port = await freePort();
  await startExample({ folder: '.', install, start, env: {}, port });
  const ask = async (method: string, path: string, body?: object): Promise<unknown> => {
    const response = await fetch(`http://localhost:${port}/session${path}`, {
      method,
      ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(60_000),
    });
    const { value } = (await response.json()) as { value: unknown };
    if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(value)}`);
    return value;
  };
  const { sessionId } = (await ask('POST', '', {
    capabilities: { alwaysMatch: { acceptInsecureCerts: true, ...capabilities } },
  })) as {
    sessionId: string;
  };
  onTestFinished(() => ask('DELETE', `/${sessionId}`).then(() => undefined));
  const command = (path: string, body: object = {}) => ask('POST', `/${sessionId}${path}`, body);
  const element = async (selector: string): Promise<string> => {
    const found = await command('/element', { using: 'css selector', value: selector });
    return `/element/${(found as Record<string, string>)[elementMember]}`;
  };

  return {
    open: (url: string) => command('/url', { url }),
    reload: () => command('/refresh'),
    back: () => command('/back'),
    type: async (selector: string, text: string) => {
      const field = await element(selector);
      await command(`${field}/clear`);
      await command(`${field}/value`, { text });
    },
    press: async (selector: string) => command(`${await element(selector)}/click`),
    /** Waits for a page of which this is true. To press a button does not wait for the answer in every browser. */
    until: async (isThere: (page: Page) => boolean): Promise<Page> => {
      for (let tries = 0; ; tries += 1) {
        const url = (await ask('GET', `/${sessionId}/url`)) as string;
        const title = (await ask('GET', `/${sessionId}/title`)) as string;
        if (isThere({ url, title })) return { url, title };
        if (tries === 150) throw new Error(`still at ${title}, ${url}`);
        await pause();
      }
    },
  };
}
