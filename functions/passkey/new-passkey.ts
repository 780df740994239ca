import { generateRegistrationOptions, verifyRegistrationResponse } from '@simplewebauthn/server';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import type { PasskeyCeremony } from '../../shared/pages/passkey-form.ts';
import { type Account, displayName } from '../../shared/people/account.ts';
import { mostPasskeys, type Passkey, passkeyName, relyingPartyId, userHandleOf } from '../../shared/people/passkey.ts';
import { type ChallengeStore, challengeLifetime } from '../../shared/people/passkey-challenge-store.ts';
import type { PasskeyStore } from '../../shared/people/passkey-store.ts';
import { ok, type Result, refuse } from '../../shared/result.ts';
import { type Attestation, answeredChallenge, readAttestation } from './read-credential.ts';
import { passkeyPageScript } from './script.ts';

/*
 * Making a passkey, in two steps: for somebody who is signed in, and for somebody with an invitation. `browser` is a secret
 * that only this browser has: the challenge is good there, for this account, once.
 */

/** The algorithms that authenticators have: EdDSA, ES256 and RS256, as COSE numbers (RFC 9053). */
const algorithms = [-8, -7, -257];

export type PasskeyMaking = { account: Pick<Account, 'sub' | 'username' | 'email' | 'claims'>; browser: string };

/** WebAuthn §5.4: a discoverable passkey with the person verified; which make it is does not matter, so no attestation. */
export async function beginPasskey(
  { account, browser }: PasskeyMaking,
  deps: {
    issuer: string;
    serviceName?: string | undefined;
    challenges: Pick<ChallengeStore, 'issue'>;
    passkeys: Pick<PasskeyStore, 'list'>;
  },
  now: number,
): Promise<PasskeyCeremony> {
  const { sub, claims } = account;
  const [challenge, known] = await Promise.all([deps.challenges.issue({ browser, sub }, now), deps.passkeys.list(sub)]);
  const rpID = relyingPartyId(deps.issuer);
  const fullName = claims['name'];
  const options = await generateRegistrationOptions({
    rpName: deps.serviceName ?? rpID,
    rpID,
    userName: displayName(account),
    userDisplayName: typeof fullName === 'string' ? fullName : displayName(account),
    userID: Buffer.from(userHandleOf(sub), 'base64url'),
    challenge: Buffer.from(challenge, 'base64url'),
    timeout: challengeLifetime * 1_000,
    attestationType: 'none',
    excludeCredentials: known.map(({ credentialId, transports }) => ({
      id: credentialId,
      transports: [...transports],
    })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    supportedAlgorithmIDs: algorithms,
  });
  return { script: passkeyPageScript, options };
}

/**
 * WebAuthn §7.1: the passkey that a browser made for this account. Nothing is kept yet: `passkeys.add` does that, after
 * whatever has to be spent for it. Refuses `passkey_wrong` and `passkey_challenge_spent`.
 */
export async function verifyNewPasskey(
  { account, browser, credential, name }: PasskeyMaking & { credential: string | undefined; name: string },
  deps: { issuer: string; challenges: Pick<ChallengeStore, 'spend'> },
  now: number,
): Promise<Result<Passkey, Refusal>> {
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

/** Keeps it, unless the account has it already or has as many as it can have. */
export async function keepPasskey(
  passkey: Passkey,
  passkeys: Pick<PasskeyStore, 'add' | 'list'>,
): Promise<Result<void, Refusal>> {
  const isRoom = (await passkeys.list(passkey.sub)).length < mostPasskeys;
  return isRoom && (await passkeys.add(passkey)) ? ok(undefined) : refuse({ reason: 'passkey_known' });
}

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
      supportedAlgorithmIDs: algorithms,
    });
    return registrationInfo;
  } catch {
    return undefined;
  }
}
