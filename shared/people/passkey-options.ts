import { relyingPartyId } from './passkey.ts';
import { challengeLifetime } from './passkey-challenge-store.ts';

/**
 * Returns the PublicKeyCredentialRequestOptions (WebAuthn §5.5) for a sign-in without a username: no list of credentials, so that
 * nothing about any account can be learned, and with user verification.
 */
export const passkeyRequestOptions = (issuer: string, challenge: string) => ({
  challenge,
  rpId: relyingPartyId(issuer),
  allowCredentials: [],
  userVerification: 'required',
  timeout: challengeLifetime * 1_000,
});
