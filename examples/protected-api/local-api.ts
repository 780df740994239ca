import { startGateway } from '../../infra/local/http-api-gateway.ts';
import { behindJwtCheck } from './jwt-check.ts';
import { handler } from './orders.ts';

/** The authorization server did not answer, or is another one. The message is meant for the person who started this. */
export class NoIssuer extends Error {
  override name = 'NoIssuer';
}

export type LocalApi = { url: string; close: () => Promise<void> };

/**
 * The example on this machine: `GET /orders` for tokens of `issuer`, at a port of localhost (0 takes any that is free).
 * The issuer is asked for its keys the way API Gateway does it, by its discovery document. Rejects with {@link NoIssuer}.
 */
export async function startLocalApi(port: number, issuer: string, scope: string[]): Promise<LocalApi> {
  const jwksUri = await discoverKeys(issuer);
  const orders = behindJwtCheck(handler, { issuer, jwksUri, audience: issuer, scope });
  const gateway = await startGateway({ port, routes: new Map([['/orders', orders]]) });
  return { url: `http://localhost:${gateway.port}/orders`, close: gateway.close };
}

async function discoverKeys(issuer: string): Promise<string> {
  const address = `${issuer}/.well-known/openid-configuration`;
  const metadata = await fetch(address)
    .then((answer) => answer.json() as Promise<{ issuer?: unknown; jwks_uri?: unknown }>)
    .catch(() => undefined);
  if (metadata === undefined) throw new NoIssuer(`${address} does not answer. Start the authorization server first.`);
  if (metadata.issuer !== issuer || typeof metadata.jwks_uri !== 'string') {
    throw new NoIssuer(`${address} is not the metadata of ${issuer}.`);
  }
  return metadata.jwks_uri;
}
