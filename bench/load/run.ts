import { setTimeout } from 'node:timers/promises';
import { Browser, type Target } from './flows.ts';

/*
 * Generates load in a separate process. Takes jobs from its parent, one at a time.
 */

export type Job = {
  target: Target;
  kind: 'sign-in' | 'refresh';
  connections: number;
  /** Stops after `milliseconds`, or after `count` if that is first. */
  milliseconds: number;
  count?: number;
};

/** Times in milliseconds, sorted. */
export type Done = { count: number; seconds: number; authorize: number[]; token: number[] };

process.on('message', (job: Job | 'go') => {
  if (job !== 'go') void answer(job);
});

async function answer(job: Job): Promise<void> {
  try {
    const done = await run(job);
    process.send?.(done);
  } catch (error) {
    process.send?.({ error: String((error as Error).stack) });
  }
}

async function run({ target, kind, connections, milliseconds, count = Number.POSITIVE_INFINITY }: Job): Promise<Done> {
  const authorize: number[] = [];
  const token: number[] = [];
  const timed = async <Value>(times: number[], work: () => Promise<Value>): Promise<Value> => {
    const start = performance.now();
    const value = await work();
    times.push(performance.now() - start);
    return value;
  };
  const browsers = Array.from({ length: connections }, () => new Browser(target));
  try {
    // Of one person's many grants, the limit of Pixy ends the oldest; those of the same second as the sign-ins before would be among them.
    if (kind === 'refresh') await setTimeout(1_100);
    const refreshTokens =
      kind === 'refresh'
        ? await Promise.all(
            browsers.map(async (browser) => (await browser.redeem(await browser.authorize())).refresh_token),
          )
        : [];
    // Lets the parent read the server's processor time between preparation and work.
    const started = Promise.withResolvers<void>();
    process.once('message', () => started.resolve());
    process.send?.('ready');
    await started.promise;

    const start = performance.now();
    let left = count;
    const isTime = () => left-- > 0 && performance.now() - start < milliseconds;
    await Promise.all(
      browsers.map(async (browser, index) => {
        let refreshToken = refreshTokens[index] ?? '';
        while (isTime()) {
          if (kind === 'refresh') {
            refreshToken = (await timed(token, () => browser.refresh(refreshToken))).refresh_token;
          } else {
            const issued = await timed(authorize, () => browser.authorize());
            await timed(token, () => browser.redeem(issued));
          }
        }
      }),
    );
    const seconds = (performance.now() - start) / 1_000;
    const sort = (times: number[]) => times.sort((a, b) => a - b);
    return { count: token.length, seconds, authorize: sort(authorize), token: sort(token) };
  } finally {
    for (const browser of browsers) browser.close();
  }
}
