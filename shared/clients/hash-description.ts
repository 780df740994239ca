import { hash } from 'node:crypto';
import type { RegisteredClient } from './registered-client.ts';

type Described = Pick<RegisteredClient, 'redirectUris' | 'tokenEndpointAuthMethod' | 'jwks' | 'jwksUri'>;

/** What a person's consent holds for, of a client that describes itself: where answers go, and who can be the client. */
export const hashDescription = ({ redirectUris, tokenEndpointAuthMethod, jwks, jwksUri }: Described): string =>
  hash('sha256', JSON.stringify([redirectUris.toSorted(), tokenEndpointAuthMethod, jwks, jwksUri]), 'base64url');
