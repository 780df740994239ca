import {
  type CompatibilitySwitch,
  compatibilitySwitches,
  type GlobalPolicy,
  resolveRules,
  type Waiver,
} from '../pkce/policy.ts';
import { modeLabel, policyLabel } from '../pkce/policy-label.ts';
import { briefTime } from '../time.ts';
import { type ClientSwitch, isPublic, policySettings, type RegisteredClient, switchesOn } from './registered-client.ts';

/** Formats the effective policy: `S256 (global default)`, `none (waiver until 2026-12-01)`. */
export const policyOf = (client: RegisteredClient, global: GlobalPolicy, now: number): string =>
  policyLabel(resolveRules(policySettings(client), global, now), client.pkce.waiver);

/** Adds the mode when it does not enforce: `any (client), report until 2026-12-01`. */
export function policyAndMode(client: RegisteredClient, global: GlobalPolicy, now: number): string {
  const mode = modeLabel(policySettings(client), global, now);
  return policyOf(client, global, now) + (mode === 'enforce' ? '' : `, ${mode}`);
}

/** The switches by the names of their flags. */
export const switchNames: Record<CompatibilitySwitch | ClientSwitch, string> = {
  acceptLowercaseMethod: 'lowercase method',
  acceptShortVerifier: 'short verifier',
  requirePushedAuthorizationRequests: 'pushed requests only',
  requireSignedRequestObject: 'signed requests only',
  strictAuthMethod: 'strict auth method',
  ignorePublicClientSecret: 'ignored secret',
  acceptDotlessSchemes: 'dotless schemes',
};

/** Lists the switches that are on, its profile, whether its tokens are bound, and whether the client keeps its refresh token. */
export const switchesOf = (client: RegisteredClient): string =>
  [
    ...compatibilitySwitches.filter((name) => client.pkce[name]).map((name) => switchNames[name]),
    ...switchesOn(client).map((name) => switchNames[name]),
    ...(client.profile === 'fapi2' ? ['FAPI 2.0'] : []),
    ...(client.dpopBoundAccessTokens ? ['bound tokens'] : []),
    ...(client.rotateRefreshTokens === false ? ['no rotation'] : []),
  ].join(', ');

export const waiverOf = (waiver: Waiver | undefined, now: number): string =>
  waiver === undefined ? '' : `${waiver.until > now ? 'until' : 'ended'} ${briefTime(waiver.until)}`;

/** What a client is: `public` or `confidential`, and how it came if nobody registered it: `public, by a document of app.example.com`. */
export function kindOf(client: RegisteredClient): string {
  const kind = isPublic(client) ? 'public' : 'confidential';
  if (client.clientClass === undefined) return kind;
  const how = client.clientClass === 'url' ? `by a document of ${new URL(client.clientId).host}` : 'registered itself';
  return `${kind}, ${how}`;
}
