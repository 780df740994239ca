import { isUnderProfile } from '../../shared/clients/profile.ts';
import { openHooks } from '../../shared/hooks/open-hooks.ts';
import { keyStore } from '../../shared/keys/key-store.ts';
import { idTokenKey, signingKeys } from '../../shared/keys/loaded-keys.ts';
import { ok } from '../../shared/result.ts';
import { mintAuthorizationResponse } from '../../shared/tokens/authorization-response.ts';
import { mintIdToken } from '../../shared/tokens/mint.ts';
import { authorizeDeps } from '../authorize/compose.ts';
import { authorizeHandler } from '../authorize/handler.ts';
import { keyCustody, type Runtime } from '../runtime.ts';

/**
 * The authorization endpoint once more, with the right to sign: for `response_type=code id_token` (OpenID Connect Core §3.3), and for
 * answers that are signed as a whole (JARM).
 */
export function compose(runtime: Runtime) {
  const { config, database, now } = runtime;
  const signingKey = signingKeys(
    keyStore(database, config.tables.keys),
    keyCustody(config),
    now,
    config.keysRemembered,
  );
  const hooks = openHooks(config.hooks);
  return authorizeHandler({
    ...authorizeDeps(runtime),
    async responseSigner(client) {
      const { authorizationSignedResponseAlg, idTokenSignedResponseAlg } = client;
      // A client of the profile has an algorithm for its ID tokens that the profile allows, and the server's first one may be another.
      const usual = isUnderProfile(client) ? idTokenSignedResponseAlg : undefined;
      const key = await idTokenKey(authorizationSignedResponseAlg ?? usual, config.signingAlgorithms[0], signingKey);
      if (!key.ok) return key;
      const to = { issuer: config.issuer, clientId: client.clientId };
      return ok((parameters) => mintAuthorizationResponse(parameters, to, key.value, now()));
    },
    async idTokenMinter(client) {
      const key = await idTokenKey(client.idTokenSignedResponseAlg, config.signingAlgorithms[0], signingKey);
      if (!key.ok) return key;
      return ok(async (grant, code) => {
        const { sub, clientId, scope } = grant;
        const added = await hooks.claims?.({ sub, client_id: clientId, scope: scope.join(' '), issue: 'tokens' });
        return mintIdToken(grant, { nonce: grant.nonce, code, added: added?.id_token }, config, key.value, now());
      });
    },
  });
}
