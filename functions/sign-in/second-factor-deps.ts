import { pendingStore } from '../../shared/people/totp-pending-store.ts';
import { totpStore } from '../../shared/people/totp-store.ts';
import { keyWrapper, type Runtime } from '../runtime.ts';

/** The stores of the second step. */
export const secondFactorStores = ({ config, database }: Pick<Runtime, 'config' | 'database'>) => ({
  totps: totpStore(database, config.tables.people, keyWrapper(config)),
  pendings: pendingStore(database, config.tables.people),
});
