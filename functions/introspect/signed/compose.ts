import { isUnderProfile } from '../../../shared/clients/profile.ts';
import { keyStore } from '../../../shared/keys/key-store.ts';
import { idTokenKey, signingKeys } from '../../../shared/keys/loaded-keys.ts';
import { ok } from '../../../shared/result.ts';
import { mintIntrospection } from '../../../shared/tokens/introspection-response.ts';
import { keyCustody, type Runtime } from '../../runtime.ts';
import type { SignIntrospection } from './sign-introspection.ts';

/** A file of its own beside the bundle: only a caller that asks for a signature waits for what signs. */
export function compose({ config, database, now }: Runtime): SignIntrospection {
  const keys = keyStore(database, config.tables.keys);
  const signingKey = signingKeys(keys, keyCustody(config), now, config.keysRemembered);
  return async (body, client) => {
    const { clientId, introspectionSignedResponseAlg, idTokenSignedResponseAlg } = client;
    // As with its ID tokens: under a profile, the server's first algorithm may not do.
    const usual = isUnderProfile(client) ? idTokenSignedResponseAlg : undefined;
    const key = await idTokenKey(introspectionSignedResponseAlg ?? usual, config.signingAlgorithms[0], signingKey);
    return key.ok ? ok(await mintIntrospection(body, clientId, config.issuer, key.value, now())) : key;
  };
}
