import type { ClientReader } from '../shared/clients/client-reader.ts';
import { jwksFetch, remoteJwks } from '../shared/clients/remote-jwks.ts';
import { readRequestObject } from '../shared/clients/request-object.ts';
import { pushedRequestStore } from '../shared/grants/pushed-request-store.ts';
import { type Parameters, refuseUnclear, single } from '../shared/oauth/parameters.ts';
import { nameOf, pushedParameters, refuseLarge } from '../shared/oauth/pushed-parameters.ts';
import { referenceIn } from '../shared/oauth/pushed-request.ts';
import type { Refusal } from '../shared/oauth/refusal.ts';
import { ok, type Result, refuse } from '../shared/result.ts';
import { generateSecret } from '../shared/secret.ts';
import { refuseUnpushed } from './authorize/refuse-unpushed.ts';
import type { Runtime } from './runtime.ts';

/**
 * Requests that clients signed and sent through the browser (RFC 9101 §5): what is in one is kept as if it had been pushed, so that it
 * travels no further. The authorization endpoint loads this when the first one comes.
 */
export function requestObjects({ config, database, now }: Runtime) {
  const store = pushedRequestStore(database, config.tables.grants);
  const reading = { issuer: config.issuer, remoteJwks: remoteJwks(now, jwksFetch(config.callsLoopback)), now };
  return {
    /**
     * Returns the name that the request of an address goes on with. Undefined where there is no client that could have signed it, or a
     * name already. Refuses `pushed_request_required`, `request_object_invalid` and `pushed_request_too_large`.
     */
    async take(
      address: Parameters,
      deps: { clients: Pick<ClientReader, 'find'>; requiresPushedRequests: boolean },
    ): Promise<Result<string, Refusal> | undefined> {
      const unclear = refuseUnclear(address, ['client_id', 'request', 'request_uri']);
      const clientId = single(address, 'client_id');
      if (unclear || clientId === undefined || referenceIn(address)) return undefined;
      const client = await deps.clients.find(clientId);
      if (client === undefined || client.disabled) return undefined;
      const unpushed = refuseUnpushed(client, deps);
      if (unpushed) return refuse(unpushed);
      const read = await readRequestObject(single(address, 'request') ?? '', client, reading);
      if (!read.ok) return read;
      const parameters = pushedParameters(read.value, clientId);
      const large = refuseLarge(parameters);
      if (large) return refuse(large);
      const reference = generateSecret();
      await store.keep(reference, parameters, client, now());
      return ok(nameOf(clientId, reference));
    },
  };
}
