import { verifyRegistrationResponse } from '@simplewebauthn/server';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { displayName } from '../../shared/people/account.ts';
import { type Passkey, passkeyName, relyingPartyId } from '../../shared/people/passkey.ts';
import type { ChallengeStore } from '../../shared/people/passkey-challenge-store.ts';
import { ok, type Result, refuse } from '../../shared/result.ts';
import { type PasskeyMaking, passkeyAlgorithms } from './passkey-making.ts';
import { type Attestation, answeredChallenge, readAttestation } from './read-credential.ts';

/**
 * WebAuthn §7.1: the passkey that a browser made for this account. Nothing is kept yet: `keepPasskey` does that, after whatever
 * has to be spent for it. `now` is in epoch seconds. Refuses `passkey_wrong` and `passkey_challenge_spent`.
 */
export async function verifyNewPasskey(
  { account, browser, credential, name }: PasskeyMaking & { credential: string | undefined; name: string },
  deps: { issuer: string; challenges: Pick<ChallengeStore, 'spend'> },
  now: number,
): Promise<Result<Omit<Passkey, 'epoch'>, Refusal>> {
  const { sub } = account;
  const answer = readAttestation(credential);
  const challenge = answer && answeredChallenge(answer);
  if (answer === undefined || challenge === undefined) return refuse({ reason: 'passkey_wrong' });
  if (!(await deps.challenges.spend(challenge, { browser, sub }, now))) {
    return refuse({ reason: 'passkey_challenge_spent' });
  }
  const made = await verify(answer, challenge, deps.issuer);
  if (made === undefined) return refuse({ reason: 'passkey_wrong' });
  const { credential: key, credentialDeviceType, credentialBackedUp } = made;
  return ok({
    sub,
    credentialId: key.id,
    publicKey: key.publicKey,
    counter: key.counter,
    transports: answer.response.transports,
    isSyncable: credentialDeviceType === 'multiDevice',
    isBackedUp: credentialBackedUp,
    name: passkeyName(name, displayName(account)),
    createdAt: now,
  });
}

/** Undefined for what is no proof. The library throws for most of it; whatever it says about it is for nobody to read. */
async function verify(answer: Attestation, challenge: string, issuer: string) {
  try {
    const { registrationInfo } = await verifyRegistrationResponse({
      response: {
        ...answer,
        response: { ...answer.response, transports: [...answer.response.transports] },
        clientExtensionResults: {},
      },
      expectedChallenge: challenge,
      expectedOrigin: issuer,
      expectedRPID: relyingPartyId(issuer),
      requireUserVerification: true,
      supportedAlgorithmIDs: passkeyAlgorithms,
    });
    return registrationInfo;
  } catch {
    return undefined;
  }
}
