import { randomBytes } from 'node:crypto';
import { signJws } from '../keys/sign.ts';
import type { SigningKey } from '../keys/signing-key.ts';

/** Seconds. Whoever gets it looks at it at once. */
const lifetime = 120;

/** OpenID Connect Back-Channel Logout §2.4: a session of a person has ended. Never a nonce, so that it cannot pass for an ID token. */
export function mintLogoutToken(
  { sub, sid, clientId }: { sub: string; sid: string; clientId: string },
  issuer: string,
  key: SigningKey,
  now: number,
): string | Promise<string> {
  const claims = {
    iss: issuer,
    aud: clientId,
    sub,
    sid,
    iat: now,
    exp: now + lifetime,
    jti: randomBytes(16).toString('base64url'),
    events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
  };
  return signJws({ typ: 'logout+jwt' }, claims, key);
}
