import { actingStore } from '../../../shared/grants/acting-store.ts';
import { keyStore } from '../../../shared/keys/key-store.ts';
import { publishedKeys } from '../../../shared/keys/loaded-keys.ts';
import type { Runtime } from '../../runtime.ts';
import type { GrantFlow } from '../grant-flow.ts';
import { tokenExchangeFlow } from './token-exchange.ts';

export const compose = ({ config, database, now }: Runtime): GrantFlow =>
  tokenExchangeFlow({
    acting: actingStore(database, config.tables.grants),
    publishedKeys: publishedKeys(keyStore(database, config.tables.keys), now, config.keysRemembered),
  });
