import { verifyAuthenticationResponse } from '@simplewebauthn/server';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { type Passkey, relyingPartyId } from '../../shared/people/passkey.ts';
import type { ChallengeStore } from '../../shared/people/passkey-challenge-store.ts';
import type { PasskeyStore } from '../../shared/people/passkey-store.ts';
import { ok, type Result, refuse } from '../../shared/result.ts';
import { answeredChallenge, readAssertion } from './read-credential.ts';

export type AssertionDeps = {
  issuer: string;
  challenges: Pick<ChallengeStore, 'spend'>;
  passkeys: Pick<PasskeyStore, 'find' | 'use'>;
};

/**
 * WebAuthn §7.2: who signs in with what a browser sent. The challenge is spent first, so every answer has one attempt; then
 * signature, origin, RP ID, presence and verification of the person are checked, and last the use is noted, which fails for a
 * counter that went back. A passkey that could not be synced and now can is another one (§7.2, step 20).
 */
export async function verifyAssertion(
  { credential, browser }: { credential: string | undefined; browser: string },
  deps: AssertionDeps,
  now: number,
): Promise<Result<Passkey, Refusal>> {
  const answer = readAssertion(credential);
  const challenge = answer && answeredChallenge(answer);
  if (answer === undefined || challenge === undefined) return refuse({ reason: 'passkey_wrong' });
  if (!(await deps.challenges.spend(challenge, { browser }, now))) return refuse({ reason: 'passkey_challenge_spent' });
  const passkey = await deps.passkeys.find(answer.response.userHandle, answer.id);
  if (passkey === undefined) return refuse({ reason: 'passkey_unknown' });

  const verified = await verify(answer, challenge, passkey, deps.issuer);
  if (verified === undefined) return refuse({ reason: 'passkey_wrong' });
  const { counter, isBackedUp, isSyncable } = verified;
  if (isSyncable !== passkey.isSyncable) return refuse({ reason: 'passkey_wrong' });
  const isGrown = await deps.passkeys.use(passkey, { counter, isBackedUp, now });
  return isGrown ? ok(passkey) : refuse({ reason: 'passkey_copied' });
}

/** Undefined for what is no proof. The library throws for most of it; whatever it says about it is for nobody to read. */
async function verify(
  answer: NonNullable<ReturnType<typeof readAssertion>>,
  challenge: string,
  passkey: Passkey,
  issuer: string,
): Promise<{ counter: number; isBackedUp: boolean; isSyncable: boolean } | undefined> {
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: { ...answer, clientExtensionResults: {} },
      expectedChallenge: challenge,
      expectedOrigin: issuer,
      expectedRPID: relyingPartyId(issuer),
      requireUserVerification: true,
      // The counter is judged by the write that notes it, where two uses at once cannot both pass.
      credential: { id: passkey.credentialId, publicKey: new Uint8Array(passkey.publicKey), counter: -1 },
    });
    if (!verified) return undefined;
    const { newCounter, credentialBackedUp, credentialDeviceType } = authenticationInfo;
    return { counter: newCounter, isBackedUp: credentialBackedUp, isSyncable: credentialDeviceType === 'multiDevice' };
  } catch {
    return undefined;
  }
}
