import type { Config } from '../../shared/config.ts';
import type { RotationSettings } from '../../shared/keys/key-ring.ts';
import { keyStore } from '../../shared/keys/key-store.ts';
import { keyCustody, keyWrapper, type Runtime } from '../runtime.ts';
import { ensureRefreshKey, rotateKeys } from './rotate.ts';

/** An API may give its tokens a life of up to a day (shared/apis). */
const longestApiTokenLifetime = 86_400;

/** Ninety days a key; published two hours ahead, and a day on top because the schedule runs once a day. */
export const rotationSettings = ({ accessTokenLifetime, idTokenLifetime }: Config): RotationSettings => ({
  rotateEvery: 90 * 86_400,
  publishBefore: 86_400 + 7_200,
  keepAfter: Math.max(accessTokenLifetime, idTokenLifetime, longestApiTokenLifetime) + 7_200,
});

/** Runs on a schedule and once after every deployment; the first run makes the first keys. */
export const compose = ({ config, database, now }: Runtime) => {
  const store = keyStore(database, config.tables.keys);
  const wrapper = keyWrapper(config);
  const custody = keyCustody(config);
  return async () => {
    await ensureRefreshKey(store, wrapper, now());
    return rotateKeys(store, custody, config.signingAlgorithms, rotationSettings(config), now());
  };
};
