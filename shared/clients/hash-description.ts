import { hash } from 'node:crypto';
import type { RegisteredClient } from './registered-client.ts';

type Described = Pick<RegisteredClient, 'redirectUris' | 'tokenEndpointAuthMethod' | 'jwks' | 'jwksUri'>;

/**
 * What a person's consent holds for, of a client that describes itself: where answers go, and who can be the client. Its name may change.
 */
export const hashDescription = ({ redirectUris, tokenEndpointAuthMethod, jwks, jwksUri }: Described): string =>
  hash('sha256', JSON.stringify([redirectUris.toSorted(), tokenEndpointAuthMethod, jwks, jwksUri]), 'base64url');

/**
 * The client after a change of somebody else: what people allowed a client that registered itself, they allowed for what it said about
 * where answers go. For a client that an operator registered, the operator answers for that.
 */
export function describedAnew(next: RegisteredClient, current: RegisteredClient): RegisteredClient {
  if (current.clientClass !== 'dynamic') return next;
  const documentHash = hashDescription(next);
  return documentHash === hashDescription(current) ? next : { ...next, documentHash };
}
