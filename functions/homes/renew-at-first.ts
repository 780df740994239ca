import { needsRenewal, type Renewable } from '../../shared/clients/registration-renewal-store.ts';
import type { Runtime } from '../runtime.ts';
import { tidyingUp } from '../tidy-up.ts';
import { asking } from './ask.ts';

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
    await tidyUp(() => ask(homes.first, { ask: 'renewClient', client: { clientId, expiresAt } }));
  };
};
