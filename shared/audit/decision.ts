import type { Reason } from '../oauth/refusal.ts';
import type { CodeChallengeMethod } from '../pkce/code-challenge.ts';
import {
  type CompatibilitySwitch,
  compatibilitySwitches,
  type EnforcementMode,
  type PkcePolicy,
  type PkceRules,
  type PolicyOrigin,
} from '../pkce/policy.ts';
import type { PkceMistake } from '../pkce/refusal.ts';

/** Raised when a member changes its meaning; see docs/audit.md. */
export const auditVersion = 1;

/** What the client did about PKCE. `missing`: a challenge without a method; `other`: an unknown method. */
export type MethodUsed = CodeChallengeMethod | 's256' | 'missing' | 'none' | 'other';

/**
 * One decision, as the audit log keeps it. Holds no code, verifier, challenge, token or password, and client ids only of
 * registered clients, so that a stranger cannot write into the log.
 */
export type Decision = {
  endpoint: string;
  verdict: 'allowed' | 'refused' | 'continued' | 'failed';
  client?: string | undefined;
  reason?: Reason | undefined;
  mistake?: PkceMistake | undefined;
  /** Let through by report mode: what the policy would have said. */
  wouldRefuse?: Reason | undefined;
  policy?: PkcePolicy | undefined;
  origin?: PolicyOrigin | undefined;
  mode?: EnforcementMode | undefined;
  /** The compatibility switches that are on for the client. */
  switches?: readonly CompatibilitySwitch[] | undefined;
  method?: MethodUsed | undefined;
  /** The class and code of an infrastructure failure. */
  cause?: string | undefined;
};

/** The policy members of a decision. */
export function ruled(rules: PkceRules): Pick<Decision, 'policy' | 'origin' | 'mode' | 'switches'> {
  const { policy, origin, mode } = rules;
  const switches = compatibilitySwitches.filter((name) => rules[name]);
  return { policy, origin, mode, ...(switches.length > 0 && { switches }) };
}

/** What the two parameters of an authorization request amount to. */
export function methodUsed(codeChallenge: string | undefined, method: string | undefined): MethodUsed {
  if (!codeChallenge && !method) return 'none';
  if (!method) return 'missing';
  return method === 'S256' || method === 'plain' || method === 's256' ? method : 'other';
}

/** The line of a decision: short JSON. `time` is in epoch seconds. */
export const auditLine = (time: number, requestId: string, decision: Decision): string =>
  JSON.stringify({ v: auditVersion, time, request: requestId, ...decision });
