import { isFirst } from '../../shared/homes.ts';
import { rotationSettings } from '../../shared/keys/key-ring.ts';
import { keyStore } from '../../shared/keys/key-store.ts';
import { tendPairwiseKey } from '../../shared/keys/pairwise-key.ts';
import { keyCustody, keyWrapper, type Runtime } from '../runtime.ts';
import { rotateKeys, tendNonceKey, tendRefreshKeys } from './rotate.ts';

/** Runs on a schedule and once after every deployment; the first run makes the first keys. Of several regions, one makes those of all. */
export const compose = ({ config, database, now }: Runtime) => {
  const store = keyStore(database, config.tables.keys);
  const wrapper = keyWrapper(config);
  const custody = keyCustody(config);
  return async () => {
    if (!isFirst(config.homes)) return { published: [], retired: [] };
    await tendNonceKey(store, wrapper, now());
    const retired = await tendRefreshKeys(store, wrapper, now());
    if (config.pairwiseSubjects) await tendPairwiseKey(store, wrapper, now());
    const report = await rotateKeys(store, custody, config.signingAlgorithms, rotationSettings, now());
    return { ...report, retired: [...retired, ...report.retired] };
  };
};
