import { endpoints } from '../../shared/oauth/endpoints.ts';
import type { PasskeyCeremony } from '../../shared/pages/passkey-form.ts';
import type { ChallengeStore } from '../../shared/people/passkey-challenge-store.ts';
import { passkeyRequestOptions } from '../../shared/people/passkey-options.ts';
import { passkeyPageScript } from './script.ts';

/**
 * What a sign-in page needs to offer passkeys, by its button and by autofill. The answer goes to a function of its own with
 * the same query. `browser` is the value of the form cookie, which the challenge is bound to.
 */
export async function offerPasskey(
  { browser, rawQuery }: { browser: string; rawQuery: string },
  deps: { issuer: string; challenges: Pick<ChallengeStore, 'issue'>; now: () => number },
): Promise<PasskeyCeremony> {
  const challenge = await deps.challenges.issue({ browser }, deps.now());
  return {
    script: passkeyPageScript,
    options: passkeyRequestOptions(deps.issuer, challenge),
    action: rawQuery === '' ? endpoints.signInPasskey : `${endpoints.signInPasskey}?${rawQuery}`,
  };
}
