import { clientReader } from '../../shared/clients/client-reader.ts';
import { grantStore } from '../../shared/grants/grant-store.ts';
import { keyStore } from '../../shared/keys/key-store.ts';
import { signingKeys } from '../../shared/keys/published-keys.ts';
import { keyWrapper, type Runtime } from '../runtime.ts';
import { tokenHandler } from './handler.ts';

export const compose = ({ config, database, writeLine, now }: Runtime) =>
  tokenHandler({
    issuer: config.issuer,
    audience: config.audience,
    accessTokenLifetime: config.accessTokenLifetime,
    idTokenLifetime: config.idTokenLifetime,
    clients: clientReader(database, config.tables.clients, now),
    grants: grantStore(database, config.tables.grants),
    signingKey: signingKeys(keyStore(database, config.tables.keys), keyWrapper(config), now),
    writeLine,
    now,
  });
