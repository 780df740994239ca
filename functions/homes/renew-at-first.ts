import { setTimeout as sleep } from 'node:timers/promises';
import { needsRenewal, type Renewable } from '../../shared/clients/registration-renewal-store.ts';
import { RegionUnavailable } from '../../shared/outage.ts';
import type { Runtime } from '../runtime.ts';
import { tidyingUp } from '../tidy-up.ts';
import { asking } from './ask.ts';

/** Milliseconds. A person waits for it, at every sign-in with this client until the first region is back. */
const patience = 1_000;

/**
 * Has the first region keep a client that registered itself and is used here. It can wait: there are two weeks for it, and the next
 * sign-in tries again.
 */
export const renewAtFirst = (runtime: Runtime) => {
  const { homes, refreshLifetime } = runtime.config;
  const tidyUp = tidyingUp(runtime);
  const ask = asking(runtime);
  return async ({ clientId, expiresAt }: Renewable, now: number): Promise<void> => {
    if (homes === undefined || !needsRenewal({ clientId, expiresAt }, refreshLifetime, now)) return;
    const tooLate = async () => {
      await sleep(patience);
      throw new RegionUnavailable(homes.first, new Error('it took too long'));
    };
    const renewal = { ask: 'renewClient', client: { clientId, expiresAt } } as const;
    await tidyUp(() => Promise.race([ask(homes.first, renewal), tooLate()]));
  };
};
