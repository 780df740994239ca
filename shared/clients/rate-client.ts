import type { Mistake } from '../mistake.ts';
import { type GlobalPolicy, resolveRules } from '../pkce/policy.ts';
import { profileMistakes } from './profile.ts';
import { isPublic, policySettings, type RegisteredClient } from './registered-client.ts';

/** What stands in the way of each set of rules; empty where nothing does. Undefined where they are not about such a client. */
export type ClientRating = {
  oauth21: readonly Mistake[];
  browserApps: readonly Mistake[] | undefined;
  fapi2: readonly Mistake[];
};

/**
 * Rates what a client is registered for against OAuth 2.1, browser-based apps (RFC 10017) and the FAPI 2.0 Security Profile. `now` is in
 * epoch seconds. What Pixy does for every client, such as comparing redirect URIs exactly, is not mentioned.
 */
export const rateClient = (client: RegisteredClient, global: GlobalPolicy, now: number): ClientRating => ({
  oauth21: found(oauth21(client, global, now)),
  browserApps: isBrowserApp(client) ? found([...oauth21(client, global, now), ...browserApp(client)]) : undefined,
  fapi2: fapi2(client),
});

type Judged = [isWrong: boolean, member: string, problem: string];

const found = (judged: readonly Judged[]): Mistake[] =>
  judged.flatMap(([isWrong, member, problem]) => (isWrong ? [{ member, problem }] : []));

function oauth21(client: RegisteredClient, global: GlobalPolicy, now: number): Judged[] {
  const { policy, enforced, acceptLowercaseMethod, acceptShortVerifier } = resolveRules(
    policySettings(client),
    global,
    now,
  );
  const hasLocalhost = client.redirectUris.some((uri) => /^http:\/\/localhost[:/]/.test(uri));
  return [
    [policy !== 'S256', 'pkce_policy', `comes to ${policy}: require S256`],
    [policy === 'S256' && enforced !== 'S256', 'pkce_mode', 'comes to report: enforce the policy'],
    [acceptLowercaseMethod, 'pkce_accept_lowercase_method', 'is on: methods are case-sensitive'],
    [acceptShortVerifier, 'pkce_accept_short_verifier', 'is on: verifiers have 43 characters at least'],
    [
      client.ignorePublicClientSecret === true,
      'ignore_public_client_secret',
      'is on: register the client with its secret',
    ],
    [client.acceptDotlessSchemes === true, 'accept_dotless_schemes', 'is on: other apps can claim such a scheme'],
    [hasLocalhost, 'redirect_uris', 'has localhost: use 127.0.0.1, which no name service can lead elsewhere'],
  ];
}

/** Public, and with a page to come back to. */
const isBrowserApp = (client: RegisteredClient): boolean =>
  isPublic(client) && client.redirectUris.some((uri) => uri.startsWith('https://'));

function browserApp({ redirectUris, responseTypes = ['code'] }: RegisteredClient): Judged[] {
  const isAppToo = redirectUris.some((uri) => !/^https?:/.test(uri));
  return [
    [
      responseTypes.some((type) => type !== 'code'),
      'response_types',
      'has more than code: an ID token in an address may leak',
    ],
    [
      isAppToo,
      'redirect_uris',
      'has a private-use scheme beside https: register the app on the device as a client of its own',
    ],
  ];
}

function fapi2(client: RegisteredClient): Mistake[] {
  const mistakes = profileMistakes(client);
  const isHeld = client.profile !== undefined || mistakes.length > 0;
  return isHeld ? mistakes : [{ member: 'profile', problem: 'is not set: set it to fapi2, which demands the rest' }];
}
