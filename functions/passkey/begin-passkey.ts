import { generateRegistrationOptions } from '@simplewebauthn/server';
import type { PasskeyCeremony } from '../../shared/pages/passkey-form.ts';
import { displayName } from '../../shared/people/account.ts';
import { relyingPartyId, userHandleOf } from '../../shared/people/passkey.ts';
import { type ChallengeStore, challengeLifetime } from '../../shared/people/passkey-challenge-store.ts';
import type { PasskeyStore } from '../../shared/people/passkey-store.ts';
import { standsBy } from '../../shared/people/still-valid.ts';
import { type PasskeyMaking, passkeyAlgorithms } from './passkey-making.ts';
import { passkeyPageScript } from './script.ts';

/**
 * WebAuthn §5.4: what a page needs to have the browser make a passkey. It is discoverable and the person is verified; which make
 * it is does not matter, so there is no attestation. `now` is in epoch seconds.
 */
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
    excludeCredentials: known
      .filter((passkey) => standsBy(account, passkey))
      .map(({ credentialId, transports }) => ({ id: credentialId, transports: [...transports] })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    supportedAlgorithmIDs: passkeyAlgorithms,
  });
  return { script: passkeyPageScript, options };
}
