import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BrowserContext, BrowserContextOptions, Page, Response } from 'playwright-core';
import { afterAll, expect, onTestFinished } from 'vitest';
import { demoAccount } from '../../infra/local/demo/demo-data.ts';
import { type LocalServer, type ServerOptions, startServer } from '../../infra/local/server.ts';
import { type Clock, stoppedClock } from '../support/clock.ts';
import { signedInPerson } from '../support/person.ts';
import { countFailures } from '../support/throttle.ts';
import { sharedBrowser } from './launch-browser.ts';
import { type LoopbackApp, startLoopbackApp } from './loopback-app.ts';

/** The clock stands still at a full hour, so that no throttle window ends in the middle of a test. */
export const now = Math.floor(Date.now() / 3_600_000) * 3_600;

export type BrowserTests = BrowserPages & {
  issuer: string;
  /** For requests that need no browser. */
  server: { port: number; clock: Clock };
  app: LoopbackApp;
  /** Has the demo account signed in in the browser of this page, where the test is about what comes after that. */
  startSession: (page: Page) => Promise<void>;
};

export type BrowserPages = {
  /** What no page should do: a test during which something is added fails. One that provokes it takes it out. */
  trouble: string[];
  /** A page in a browser of its own, as another person has it. Closed when the test has finished. */
  open: (options?: BrowserContextOptions) => Promise<Page>;
};

/**
 * One server and one app for the tests of a file, in a browser. `clients` take the place of the demo clients, `settings` that of
 * settings of the server.
 */
export async function startBrowserTests(
  clients: object[] = [],
  settings: Partial<ServerOptions> = {},
): Promise<BrowserTests> {
  await using started = new AsyncDisposableStack();
  const { issuer } = started.adopt(await startServerWith(clients, settings), (running) => running.close());
  const app = started.adopt(await startLoopbackApp(issuer), (running) => running.close());
  const pages = await startBrowserPages();
  const kept = started.move();
  afterAll(() => kept.disposeAsync());
  const server = { port: Number(new URL(issuer).port), clock: stoppedClock(now) };
  const startSession = async (page: Page) => {
    const { cookies } = await signedInPerson(server, demoAccount);
    await page
      .context()
      .addCookies([...cookies].map(([name, value]) => ({ name, value, url: issuer, httpOnly: true })));
  };
  return { issuer, server, app, startSession, ...pages };
}

/** The browser alone, without a server. */
export async function startBrowserPages(): Promise<BrowserPages> {
  const browser = await sharedBrowser();
  const trouble: string[] = [];
  const open = async (options: BrowserContextOptions = {}) => {
    const context = await browser.newContext(options);
    onTestFinished(async () => {
      await context.close();
      expect(trouble.splice(0)).toEqual([]);
    });
    context.setDefaultTimeout(120_000);
    watch(context, trouble);
    await context.addInitScript({ path: fileURLToPath(new URL('measure.js', import.meta.url)) });
    return context.newPage();
  };
  return { trouble, open };
}

/** Without clients, a server has the demo clients. */
export async function startServerWith(clients: object[], settings: Partial<ServerOptions> = {}): Promise<LocalServer> {
  const options = { port: 0, data: 'memory', now: () => now, writeLine: () => {}, ...settings };
  if (clients.length === 0) return startServer(options);
  const folder = await mkdtemp(join(tmpdir(), 'pixy-'));
  try {
    const clientsFile = join(folder, 'clients.json');
    await writeFile(clientsFile, JSON.stringify(clients));
    return await startServer({ ...options, clientsFile });
  } finally {
    await rm(folder, { recursive: true });
  }
}

function watch(context: BrowserContext, trouble: string[]): void {
  context.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) trouble.push(message.text());
  });
  context.on('weberror', (error) => trouble.push(`a script failed: ${error.error().message}`));
  context.on('dialog', (dialog) => {
    trouble.push(`a dialog opened: ${dialog.message()}`);
    void dialog.dismiss();
  });
  context.on('request', (request) => {
    if (!/^(http:\/\/(localhost|127\.0\.0\.1)[:/]|data:)/.test(request.url()))
      trouble.push(`asked for ${request.url()}`);
  });
}

type Credentials = { username: string; password: string };

/** Fills in the form of the page and sends it, as a person does. Returns the answer, which may lead further on. */
export async function signIn(page: Page, { username, password }: Credentials = demoAccount): Promise<Response> {
  await page.getByLabel('Username').fill(username);
  await page.getByLabel('Password').fill(password);
  return answerTo(page, () => page.getByLabel('Password').press('Enter'));
}

/** The answer to the form that `send` sends. */
export async function answerTo(page: Page, send: () => Promise<void>): Promise<Response> {
  const answer = page.waitForResponse((response) => response.request().method() === 'POST');
  await send();
  return answer;
}

/** Waits until this field has the focus. */
export const hasFocus = (page: Page, name: string): Promise<void> => page.locator(`[name="${name}"]:focus`).waitFor();

/**
 * Writes each of these pages into the one that is open, whose headers stay, and looks at it: to load every one of them takes
 * longer than everything else. `look` is an expression.
 */
export const lookAtEach = <Seen>(page: Page, bodies: readonly string[], look: string): Promise<Seen[]> =>
  page.evaluate<Seen[]>(`(async () => {
    const seen = [];
    for (const body of ${JSON.stringify(bodies)}) {
      document.open();
      document.write(body);
      document.close();
      do await new Promise((resolve) => setTimeout(resolve)); while (document.readyState !== 'complete');
      seen.push(${look});
    }
    return seen;
  })()`);

/** As many attempts to sign in have failed as one account may have, without a browser. */
export async function exhaustAttempts(server: { clock: Clock }, username: string): Promise<void> {
  await countFailures(server, Array<string>(10).fill(username));
}
