import { signJws } from '../keys/sign.ts';
import type { SigningKey } from '../keys/signing-key.ts';
import { randomId } from '../random-bytes.ts';

/** Seconds. The recipient checks the token at once. */
const lifetime = 120;

/**
 * Mints a logout token, which says that a person's session has ended (OpenID Connect Back-Channel Logout §2.4). Has no nonce, so
 * that it cannot pass for an ID token.
 */
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
    jti: randomId(),
    events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
  };
  return signJws({ typ: 'logout+jwt' }, claims, key);
}
