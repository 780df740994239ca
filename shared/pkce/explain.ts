import type { Result } from '../result.ts';
import { briefTime } from '../time.ts';
import { type AdmittedChallenge, admitChallenge, type ChallengeParameters } from './code-challenge.ts';
import {
  type ClientPolicySettings,
  classFloor,
  effectivePolicy,
  type GlobalPolicy,
  isWaived,
  isWeaker,
  type PkcePolicy,
  type PkceRules,
  publicClientFloor,
  resolveRules,
} from './policy.ts';
import { policyLabel } from './policy-label.ts';
import type { PkceRefusal } from './refusal.ts';
import { minimumVerifierLength } from './verifier-form.ts';

/** A rule, its value, and its effect on this client. `decides` marks the rule that the effective policy comes from. */
type ExplainedRule = { rule: string; value: string; effect: string; decides: boolean };

/** `reported`: only report mode keeps the request from being refused. */
export type Verdict = 'allowed' | 'reported' | 'refused';

type Judged = { verdict: Verdict; refusal?: PkceRefusal };

/** A typical request, and what this client would get for it. */
type Sample = Judged & { request: SampleName };

export type Explanation = Judged & { rules: PkceRules; steps: readonly ExplainedRule[]; samples: readonly Sample[] };

/** RFC 7636 appendix B. Its 43 unreserved characters are a well-formed challenge for every method. */
export const sampleChallenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

const sampleRequests = {
  S256: { codeChallenge: sampleChallenge, codeChallengeMethod: 'S256' },
  s256: { codeChallenge: sampleChallenge, codeChallengeMethod: 's256' },
  plain: { codeChallenge: sampleChallenge, codeChallengeMethod: 'plain' },
  'no method': { codeChallenge: sampleChallenge },
  'no challenge': {},
} as const satisfies Record<string, ChallengeParameters>;

type SampleName = keyof typeof sampleRequests;
const sampleNames = Object.keys(sampleRequests) as SampleName[];

/**
 * Explains what /authorize would decide about the PKCE of a hypothetical request at `now` (epoch seconds), and every rule that
 * leads to it. The functions that /authorize calls make the decision; this one only describes it.
 */
export function explain(
  request: ChallengeParameters,
  settings: ClientPolicySettings,
  global: GlobalPolicy,
  now: number,
): Explanation {
  const rules = resolveRules(settings, global, now);
  return {
    rules,
    steps: [
      ...policySteps(settings, global, rules, now),
      ...modeSteps(settings, global, rules, now),
      ...switchSteps(rules),
    ],
    ...judge(admitChallenge(request, rules)),
    samples: sampleNames.map((name) => ({ request: name, ...judge(admitChallenge(sampleRequests[name], rules)) })),
  };
}

function judge(admitted: Result<AdmittedChallenge, PkceRefusal>): Judged {
  if (!admitted.ok) return { verdict: 'refused', refusal: admitted.refusal };
  const { wouldRefuse } = admitted.value;
  return wouldRefuse ? { verdict: 'reported', refusal: wouldRefuse } : { verdict: 'allowed' };
}

function policySteps(
  settings: ClientPolicySettings,
  global: GlobalPolicy,
  rules: PkceRules,
  now: number,
): ExplainedRule[] {
  const inherits = settings.policy === 'inherit';
  // The policy without any floors.
  const chosen = effectivePolicy(
    { ...settings, isPublic: false, clientClass: undefined },
    { ...global, floor: 'none' },
    now,
  ).policy;
  return [
    {
      rule: 'own value',
      value: settings.policy,
      effect: inherits ? 'the global default is taken' : 'is taken instead of the global default',
      decides: rules.origin === 'client',
    },
    {
      rule: 'global default',
      value: global.default,
      effect: inherits ? 'is taken, as the client inherits' : 'is for clients that inherit',
      decides: rules.origin === 'global default',
    },
    {
      rule: 'global floor',
      value: global.floor,
      effect: floorEffect(chosen, global.floor, rules),
      decides: rules.origin === 'floor',
    },
    {
      rule: 'public client floor',
      value: settings.isPublic ? publicClientFloor : '-',
      effect: settings.isPublic
        ? floorEffect(chosen, publicClientFloor, rules)
        : 'is for clients that cannot authenticate',
      decides: rules.origin === 'public client floor',
    },
    ...classSteps(chosen, settings, global, rules),
    {
      rule: 'waiver',
      value: settings.waiver ? `until ${briefTime(settings.waiver.until)}` : '-',
      effect: waiverEffect(settings, rules, now),
      decides: rules.origin === 'waiver',
    },
    {
      rule: 'effective policy',
      value: policyLabel(rules, settings.waiver),
      effect: policyEffects[rules.policy],
      decides: false,
    },
  ];
}

/** Only for clients that nobody registered. */
function classSteps(
  chosen: PkcePolicy,
  { clientClass }: ClientPolicySettings,
  global: GlobalPolicy,
  rules: PkceRules,
): ExplainedRule[] {
  if (clientClass === undefined) return [];
  const rule = `${clientClass} client floor` as const;
  const value = classFloor(clientClass, global);
  return [{ rule, value, effect: floorEffect(chosen, value, rules), decides: rules.origin === rule }];
}

function floorEffect(chosen: PkcePolicy, floor: PkcePolicy, { origin }: PkceRules): string {
  if (!isWeaker(chosen, floor)) return `asks for no more than ${chosen}`;
  return origin === 'waiver' ? 'is stricter, and lifted by the waiver' : `is stricter than ${chosen}`;
}

function waiverEffect(settings: ClientPolicySettings, { origin }: PkceRules, now: number): string {
  if (settings.waiver === undefined) return 'there is none';
  if (!isWaived(settings, now)) return 'has ended: the floors hold again';
  return origin === 'waiver' ? 'lifts the floors' : 'lifts nothing: no floor is stricter than the policy';
}

const policyEffects: Record<PkcePolicy, string> = {
  none: 'PKCE is not required; a challenge that is sent binds',
  any: 'PKCE is required, with S256 or plain; a missing method means plain',
  S256: 'PKCE is required, with S256',
};

function modeSteps(
  settings: ClientPolicySettings,
  global: GlobalPolicy,
  { mode, enforced, policy }: PkceRules,
  now: number,
): ExplainedRule[] {
  if (settings.clientClass !== undefined) {
    const effect = 'always enforced: report mode is for clients that somebody registered';
    return [{ rule: 'mode', value: `enforce (${settings.clientClass} client)`, effect, decides: false }];
  }
  const ownReport = settings.mode === 'report';
  const { enforceAfter } = settings;
  return [
    {
      rule: 'mode',
      value: `${settings.mode ?? global.mode} (${settings.mode === undefined ? 'global' : 'client'})`,
      effect:
        (settings.mode ?? global.mode) === 'report'
          ? 'what only the policy refuses is let through'
          : 'the policy is enforced',
      decides: false,
    },
    {
      rule: 'enforce after',
      value: enforceAfter === undefined ? '-' : briefTime(enforceAfter),
      effect: enforceAfterEffect(ownReport ? enforceAfter : undefined, now),
      decides: false,
    },
    {
      rule: 'enforced now',
      value: enforced,
      effect: enforcedEffect(mode === 'report', enforced, policy),
      decides: false,
    },
  ];
}

function enforceAfterEffect(enforceAfter: number | undefined, now: number): string {
  if (enforceAfter === undefined) return 'there is no such date for this client';
  return now < enforceAfter ? 'has not come: report mode holds' : 'has come: report mode is over';
}

function enforcedEffect(reports: boolean, enforced: PkcePolicy, policy: PkcePolicy): string {
  if (!reports || enforced === policy) return 'the effective policy';
  return enforced === 'none'
    ? 'report mode refuses nothing for policy alone'
    : 'report mode does not go below the public client floor';
}

const switchSteps = ({ acceptLowercaseMethod, acceptShortVerifier }: PkceRules): ExplainedRule[] => [
  {
    rule: 'accept lowercase method',
    value: acceptLowercaseMethod ? 'on' : 'off',
    effect: acceptLowercaseMethod ? 's256 is taken for S256' : 's256 is an unknown method',
    decides: false,
  },
  {
    rule: 'accept short verifier',
    value: acceptShortVerifier ? 'on' : 'off',
    effect: `a verifier has at least ${minimumVerifierLength({ acceptShortVerifier })} characters`,
    decides: false,
  },
];
