import type { Config } from '../../shared/config.ts';
import type { RotationSettings } from '../../shared/keys/key-ring.ts';
import { keyStore } from '../../shared/keys/key-store.ts';
import { keyWrapper, type Runtime } from '../runtime.ts';
import { rotateKeys } from './rotate.ts';

/** Ninety days a key; two hours ahead, and a day on top because the schedule runs once a day. */
export const rotationSettings = ({ accessTokenLifetime, idTokenLifetime }: Config): RotationSettings => ({
  rotateEvery: 90 * 86_400,
  publishBefore: 86_400 + 7_200,
  keepAfter: Math.max(accessTokenLifetime, idTokenLifetime) + 7_200,
});

/** Runs on a schedule and once after every deployment; the first run makes the first key. */
export const compose = ({ config, database, now }: Runtime) => {
  const store = keyStore(database, config.tables.keys);
  const wrapper = keyWrapper(config);
  return () => rotateKeys(store, wrapper, rotationSettings(config), now());
};
