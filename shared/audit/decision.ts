import { hash } from 'node:crypto';
import type { Reason } from '../oauth/refusal.ts';
import {
  type CompatibilitySwitch,
  compatibilitySwitches,
  type EnforcementMode,
  type PkcePolicy,
  type PkceRules,
  type PolicyOrigin,
} from '../pkce/policy.ts';
import type { PkceMistake } from '../pkce/refusal.ts';
import { minimumVerifierLength, unreserved } from '../pkce/verifier-form.ts';

/** Raised when the meaning of a member changes; see docs/audit.md. */
export const auditVersion = 1;

/** How a decision ends. `continued`: the person is sent to sign in, and the request will come again. */
export const verdicts = ['allowed', 'refused', 'continued', 'failed'] as const;
type Verdict = (typeof verdicts)[number];

/**
 * What the client did about PKCE. `missing`: a challenge without a method, which means plain. `short_…`: the same with a
 * challenge of 8 to 42 characters, which only `acceptShortVerifier` allows. `other`: an unknown method.
 */
export const methodsUsed = [
  'S256',
  's256',
  'plain',
  'missing',
  'short_plain',
  'short_missing',
  'none',
  'other',
] as const;
export type MethodUsed = (typeof methodsUsed)[number];

/**
 * A refresh token that came again after it was replaced. `race`: at about the same time as another use. `lost_reply`: the client
 * never received its successor. Both get the current token. `replay`: the grant was revoked.
 */
export const oldRefreshTokens = ['race', 'lost_reply', 'replay'] as const;
export type OldRefreshToken = (typeof oldRefreshTokens)[number];

/** A scope value that was asked for, a claim that was asked for by name, or both; how many does not matter. */
export const droppedThings = ['scope', 'claim', 'both'] as const;
export type Dropped = (typeof droppedThings)[number];
/** What may change about how a person signs in. `everything_removed`: a new password or passkey is the only way in from then on. */
export const credentialChanges = [
  'password_changed',
  'passkey_added',
  'passkey_removed',
  'authenticator_added',
  'authenticator_removed',
  'recovery_codes_renewed',
  'link_added',
  'link_removed',
  'everything_removed',
  'address_verified',
  'account_removed',
  'account_kept',
] as const;
export type CredentialChange = (typeof credentialChanges)[number];

/**
 * A decision as the audit log records it. Holds no code, verifier, challenge, token or password, and ids of registered clients
 * only, so that a stranger cannot write into the log.
 */
export type Decision = {
  endpoint: string;
  verdict: Verdict;
  client?: string | undefined;
  reason?: Reason | undefined;
  mistake?: PkceMistake | undefined;
  /** What the policy would have refused, had report mode not let it through. */
  wouldRefuse?: Reason | undefined;
  policy?: PkcePolicy | undefined;
  origin?: PolicyOrigin | undefined;
  mode?: EnforcementMode | undefined;
  /** The compatibility switches that are on for the client. */
  switches?: readonly CompatibilitySwitch[] | undefined;
  method?: MethodUsed | undefined;
  /** The grant type at /token. */
  grant?: string | undefined;
  /** At a refresh: how a refresh token came that was replaced before. */
  refresh?: OldRefreshToken | undefined;
  /** What was asked for and left out, because the client is not registered for it. */
  dropped?: Dropped | undefined;
  /** What the person changed about how they sign in. */
  credential?: CredentialChange | undefined;
  /** The workload that became the client, as its platform calls it: the `sub` of an assertion that was verified. */
  workload?: string | undefined;
  /** The class and code of an infrastructure failure. */
  cause?: string | undefined;
};

/** Says what was left out of a request; undefined when nothing was. */
export function whatWasDropped(hasScope: boolean, hasClaim = false): Dropped | undefined {
  if (hasScope) return hasClaim ? 'both' : 'scope';
  return hasClaim ? 'claim' : undefined;
}

/** Picks the policy members of a decision. */
export function ruled(rules: PkceRules): Pick<Decision, 'policy' | 'origin' | 'mode' | 'switches'> {
  const { policy, origin, mode } = rules;
  const switches = compatibilitySwitches.filter((name) => rules[name]);
  return { policy, origin, mode, ...(switches.length > 0 && { switches }) };
}

/** Classifies the two PKCE parameters of an authorization request. */
export function methodUsed(codeChallenge: string | undefined, method: string | undefined): MethodUsed {
  if (!codeChallenge && !method) return 'none';
  if (!method) return isShort(codeChallenge) ? 'short_missing' : 'missing';
  if (method === 'plain') return isShort(codeChallenge) ? 'short_plain' : 'plain';
  return method === 'S256' || method === 's256' ? method : 'other';
}

/** Too short for RFC 7636 §4.1, but long enough for a client with `acceptShortVerifier`. */
function isShort(codeChallenge = ''): boolean {
  const { length } = codeChallenge;
  return (
    length >= minimumVerifierLength({ acceptShortVerifier: true }) &&
    length < minimumVerifierLength({ acceptShortVerifier: false }) &&
    unreserved.test(codeChallenge)
  );
}

/** Formats a decision as one line of short ASCII JSON. `time` is in epoch seconds. */
export function auditLine(time: number, requestId: string, decision: Decision): string {
  const client = decision.client === undefined ? undefined : loggedClientId(decision.client);
  const workload = decision.workload === undefined ? undefined : named(decision.workload, longestLogged.workload);
  return asciiJson({ v: auditVersion, time, request: requestId, ...decision, client, workload });
}

/** Bytes of JSON. Leaves room for everything else in 400. */
const longestLogged = { client: 64, workload: 120 };

/**
 * Names a client in a line: by its id, or by the id's SHA-256 when the id takes more than 64 bytes of JSON or itself looks like
 * such a hash. No two clients share a name, and nothing is cut off.
 */
export const loggedClientId = (clientId: string): string => named(clientId, longestLogged.client);

function named(name: string, longest: number): string {
  const bytes = asciiJson(name).length - 2;
  if (bytes <= longest && !name.startsWith('sha256:')) return name;
  return `sha256:${hash('sha256', name, 'base64url')}`;
}

/**
 * Escapes everything beyond ASCII. JSON leaves DEL, C1 controls and Unicode's line separators as they are, and log readers may
 * take them for line ends or terminal commands.
 */
const asciiJson = (value: unknown): string =>
  JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
