import { type ClientReader, clientReader } from '../shared/clients/client-reader.ts';
import { type UrlClients, urlClients } from '../shared/clients/url-clients.ts';
import type { Config } from '../shared/config.ts';
import type { Runtime } from './runtime.ts';

/** Clients by their documents, remembered once per configuration: in a local run, all functions share what was fetched. */
const known = new WeakMap<Config, UrlClients>();

function documentsOf({ config, now }: Runtime): UrlClients | undefined {
  const { metadataDocuments: hosts, callsLoopback, issuer } = config;
  if (hosts === 'off') return undefined;
  // Only for who is on this machine as well: an issuer with http is a loopback address.
  const allowLoopback = callsLoopback && issuer.startsWith('http:');
  const found = known.get(config) ?? urlClients({ hosts, ownHost: new URL(issuer).host, allowLoopback }, now);
  known.set(config, found);
  return found;
}

/** The clients of this server: those that are registered, and those by metadata document where the deployment takes them. */
export const openClients = (runtime: Runtime): ClientReader =>
  clientReader(
    runtime.database,
    runtime.config.tables.clients,
    runtime.now,
    documentsOf(runtime),
    runtime.config.demand,
  );
