import { rotationSettings } from '../../shared/keys/key-ring.ts';
import { keyStore } from '../../shared/keys/key-store.ts';
import { keyCustody, keyWrapper, type Runtime } from '../runtime.ts';
import { ensureRefreshKey, rotateKeys } from './rotate.ts';

/** Runs on a schedule and once after every deployment; the first run makes the first keys. */
export const compose = ({ config, database, now }: Runtime) => {
  const store = keyStore(database, config.tables.keys);
  const wrapper = keyWrapper(config);
  const custody = keyCustody(config);
  return async () => {
    await ensureRefreshKey(store, wrapper, now());
    return rotateKeys(store, custody, config.signingAlgorithms, rotationSettings, now());
  };
};
