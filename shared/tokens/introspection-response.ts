import { signJws } from '../keys/sign.ts';
import type { SigningKey } from '../keys/signing-key.ts';

/**
 * Mints a signed introspection response (RFC 9701 §5) for one client. Has neither `sub` nor `exp` of its own, so that it cannot pass
 * for a token. `now` is in epoch seconds.
 */
export const mintIntrospection = (
  introspection: object,
  clientId: string,
  issuer: string,
  key: SigningKey,
  now: number,
): Promise<string> =>
  signJws(
    { typ: 'token-introspection+jwt' },
    { iss: issuer, aud: clientId, iat: now, token_introspection: introspection },
    key,
  );
