import { signJws } from '../keys/sign.ts';
import type { SigningKey } from '../keys/signing-key.ts';

/** Seconds. The client reads it as soon as the browser brings it (JARM §2.1). */
const lifetime = 300;

/** Signs the parameters of an authorization response for one client (JARM §2.1). `now` is in epoch seconds. */
export const mintAuthorizationResponse = (
  parameters: Readonly<Record<string, string | undefined>>,
  { issuer, clientId }: { issuer: string; clientId: string },
  key: SigningKey,
  now: number,
): Promise<string> => signJws({ typ: 'JWT' }, { ...parameters, iss: issuer, aud: clientId, exp: now + lifetime }, key);
