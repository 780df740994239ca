import { apiReader } from '../../shared/apis/api-store.ts';
import { clientReader } from '../../shared/clients/client-reader.ts';
import { allowedByProfile } from '../../shared/clients/profile.ts';
import { keyStore } from '../../shared/keys/key-store.ts';
import { publishedKeys } from '../../shared/keys/loaded-keys.ts';
import { looksOf } from '../../shared/pages/look.ts';
import type { Runtime } from '../runtime.ts';
import { metadataHandler } from './handler.ts';

export const compose = ({ config, database, writeLine, now }: Runtime) =>
  metadataHandler({
    ...config,
    clients: clientReader(database, config.tables.clients, now, undefined, config.demand),
    apis: apiReader(database, config.tables.clients, now),
    publishedKeys: publishedKeys(keyStore(database, config.tables.keys), now, config.keysRemembered),
    signingAlgorithms: config.signingAlgorithms,
    switchedOn: config,
    cachedFor: 5 * config.keysRemembered,
    allowed: config.demand && allowedByProfile,
    metadataDocuments: config.metadataDocuments !== 'off',
    clientRegistration: config.clientRegistration !== 'off',
    lookOf: looksOf(config.brand),
    writeLine,
    now,
  });
