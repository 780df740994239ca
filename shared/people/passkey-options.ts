import { relyingPartyId } from './passkey.ts';
import { challengeLifetime } from './passkey-challenge-store.ts';

/**
 * PublicKeyCredentialRequestOptions (WebAuthn §5.5) for a sign-in of somebody who has not said who they are: no list of
 * credentials, so that nothing about any account can be learned, and the person verified.
 */
export const passkeyRequestOptions = (issuer: string, challenge: string) => ({
  challenge,
  rpId: relyingPartyId(issuer),
  allowCredentials: [],
  userVerification: 'required',
  timeout: challengeLifetime * 1_000,
});
