import { describe, expect, test } from 'vitest';
import { errorOf } from '../../shared/oauth/describe-refusal.ts';
import { admitChallenge } from '../../shared/pkce/code-challenge.ts';
import { judgeProof, parseVerifier } from '../../shared/pkce/code-verifier.ts';
import type { PkcePolicy } from '../../shared/pkce/policy.ts';
import type { PkceRefusal } from '../../shared/pkce/refusal.ts';
import { s256Of } from '../support/pkce.ts';
import {
  codeVerifier,
  everySettings,
  type RequestForm,
  type RequestKind,
  requestForms,
  rfcVector,
  rulesFor,
  rulesOf,
  type Settings,
  type VerifierKind,
  verifierForms,
} from './pkce-cases.ts';
import { acceptedValue, reasonOf } from './read-result.ts';

type Reason = PkceRefusal['reason'];

/** What one case comes to: what is bound or proven, what report mode let through, or the reason of the refusal. */
type Outcome = { allowed: string; wouldRefuse?: Reason | undefined } | { refused: Reason };

/** RFC 7636 and RFC 9700 §2.1.1 at /authorize, as a table: what a request comes to under each policy. */
const authorizeTable: Record<RequestKind, Record<PkcePolicy, 'allowed' | Reason>> = {
  'no challenge': { none: 'allowed', any: 'code_challenge_required', S256: 'code_challenge_required' },
  'challenge without method': { none: 'allowed', any: 'allowed', S256: 'code_challenge_method_required' },
  plain: { none: 'allowed', any: 'allowed', S256: 'code_challenge_method_plain_refused' },
  S256: { none: 'allowed', any: 'allowed', S256: 'allowed' },
  'unknown method': always('code_challenge_method_unsupported'),
  'method without challenge': always('code_challenge_missing'),
  'malformed challenge': always('code_challenge_malformed'),
};

/** What a request of each kind binds, if it is allowed: the grant keeps base64url(SHA-256(verifier)) and the method. */
const bindings: Partial<Record<RequestKind, (challenge: string) => string>> = {
  S256: (challenge) => `S256 ${challenge}`,
  plain: (challenge) => `plain ${s256Of(challenge)}`,
  'challenge without method': (challenge) => `plain ${s256Of(challenge)}`,
};

/** RFC 7636 §4.6 and RFC 9700 §4.8.2 at /token: the proof alone. */
const tokenTable: Record<'bound' | 'unbound', Record<VerifierKind, 'allowed' | Reason>> = {
  bound: {
    right: 'allowed',
    missing: 'code_verifier_required',
    wrong: 'code_verifier_mismatch',
    malformed: 'code_verifier_malformed',
  },
  unbound: {
    right: 'code_verifier_unexpected',
    missing: 'allowed',
    wrong: 'code_verifier_unexpected',
    malformed: 'code_verifier_malformed',
  },
};

/** The codes that are good enough for each policy, whatever the policy was when they were issued. */
const goodEnough: Record<PkcePolicy, readonly string[]> = {
  none: ['unbound', 'plain', 'S256'],
  any: ['plain', 'S256'],
  S256: ['S256'],
};

function always(reason: Reason): Record<PkcePolicy, Reason> {
  return { none: reason, any: reason, S256: reason };
}

/** The effective policy: the strictest of what the client asks for and the floors, which an active waiver lifts. */
function required({ own, default: byDefault, floor, client, waiver }: Settings): PkcePolicy {
  const floors = waiver === 'active waiver' ? [] : [floor, client === 'public' ? 'any' : 'none'];
  const demands = [own === 'inherit' ? byDefault : own, ...floors];
  return (['S256', 'any', 'none'] as const).find((policy) => demands.includes(policy)) ?? 'none';
}

/** The policy that is refused for: report mode refuses nobody for policy but a public client without PKCE. An expired waiver enforces. */
function enforced(settings: Settings): PkcePolicy {
  if (settings.mode === 'enforce' || settings.waiver === 'expired waiver') return required(settings);
  return settings.client === 'public' && settings.waiver !== 'active waiver' ? 'any' : 'none';
}

function expectedAtAuthorize({ kind, challenge = '' }: RequestForm, settings: Settings): Outcome {
  const verdict = authorizeTable[kind][enforced(settings)];
  if (verdict !== 'allowed') return { refused: verdict };
  const strict = authorizeTable[kind][required(settings)];
  const bound = bindings[kind]?.(challenge) ?? 'unbound';
  return { allowed: bound, wouldRefuse: strict === 'allowed' ? undefined : strict };
}

function atAuthorize({ challenge, method }: RequestForm, settings: Settings): Outcome {
  const admitted = admitChallenge({ codeChallenge: challenge, codeChallengeMethod: method }, rulesOf(settings));
  if (!admitted.ok) return { refused: admitted.refusal.reason };
  const bound = admitted.value.challenge;
  return {
    allowed: bound ? `${bound.codeChallengeMethod} ${bound.codeChallenge}` : 'unbound',
    wouldRefuse: admitted.value.wouldRefuse?.reason,
  };
}

/** The three codes there can be, each as an authorization request without demands made it. */
const codes = {
  unbound: acceptedValue(admitChallenge({}, rulesFor('none'))).challenge,
  plain: acceptedValue(admitChallenge({ codeChallenge: codeVerifier }, rulesFor('none'))).challenge,
  S256: acceptedValue(
    admitChallenge({ codeChallenge: s256Of(codeVerifier), codeChallengeMethod: 'S256' }, rulesFor('none')),
  ).challenge,
};
const redemptions = (['unbound', 'plain', 'S256'] as const).flatMap((code) =>
  verifierForms.map((form) => ({ ...form, code })),
);
type Redemption = (typeof redemptions)[number];

function expectedAtToken({ code, kind }: Redemption, settings: Settings): Outcome {
  const proof = tokenTable[code === 'unbound' ? 'unbound' : 'bound'][kind];
  if (proof !== 'allowed') return { refused: proof };
  if (!goodEnough[enforced(settings)].includes(code)) return { refused: 'code_below_policy' };
  const below = !goodEnough[required(settings)].includes(code);
  return { allowed: 'proven', wouldRefuse: below ? 'code_below_policy' : undefined };
}

function atToken({ code, verifier }: Redemption, settings: Settings): Outcome {
  const rules = rulesOf(settings);
  const parsed = parseVerifier(verifier, rules);
  const judged = parsed.ok ? judgeProof(codes[code], parsed.value, rules) : parsed;
  return judged.ok
    ? { allowed: 'proven', wouldRefuse: judged.value.wouldRefuse?.reason }
    : { refused: judged.refusal.reason };
}

/** One row per case, so that a failure shows the cases that went wrong and no others. */
const rows = <Case>(cases: readonly Case[], name: (one: Case) => string, outcome: (one: Case) => Outcome) =>
  Object.fromEntries(cases.map((one) => [name(one), outcome(one)]));

const title = 'own policy $own, default $default, floor $floor, $client, $waiver, $mode';

describe('the PKCE matrix at /authorize (PM1 PK2 PK4 PK5 PK7 PK11 BP5 BP6 V3)', () => {
  test.each(everySettings)(title, (settings) => {
    const name = (form: RequestForm) => form.name;
    expect(rows(requestForms, name, (form) => atAuthorize(form, settings))).toEqual(
      rows(requestForms, name, (form) => expectedAtAuthorize(form, settings)),
    );
  });

  test('every refusal is invalid_request', () => {
    const reasons = Object.values(authorizeTable).flatMap((verdicts) => Object.values(verdicts));
    const errors = reasons.flatMap((reason) => (reason === 'allowed' ? [] : [errorOf({ reason } as PkceRefusal)]));
    expect(new Set(errors)).toEqual(new Set(['invalid_request']));
  });
});

describe('the PKCE matrix at /token, under the policy of now and not of then (PM2 PK3 PK8 PK9 PK12 BP6 BP7 V1)', () => {
  test.each(everySettings)(title, (settings) => {
    const name = ({ code, name }: Redemption) => `code ${code}, verifier ${name}`;
    expect(rows(redemptions, name, (redemption) => atToken(redemption, settings))).toEqual(
      rows(redemptions, name, (redemption) => expectedAtToken(redemption, settings)),
    );
  });

  test('every refusal is invalid_grant', () => {
    const reasons = Object.values(tokenTable).flatMap((verdicts) => Object.values(verdicts));
    const errors = [...reasons, 'code_below_policy' as const].flatMap((reason) =>
      reason === 'allowed' ? [] : [errorOf({ reason } as PkceRefusal)],
    );
    expect(new Set(errors)).toEqual(new Set(['invalid_grant']));
  });
});

describe('the switches for clients that move in from elsewhere', () => {
  const strict = rulesFor('S256');
  const lowercase = { ...strict, acceptLowercaseMethod: true };
  const short = { ...rulesFor('any'), acceptShortVerifier: true };
  const admit = (codeChallenge: string, codeChallengeMethod: string | undefined, rules: typeof strict) =>
    admitChallenge({ codeChallenge, codeChallengeMethod }, rules);

  test('acceptLowercaseMethod reads s256 as S256', () => {
    expect(acceptedValue(admit(rfcVector.challenge, 's256', lowercase)).challenge).toEqual({
      codeChallenge: rfcVector.challenge,
      codeChallengeMethod: 'S256',
    });
  });

  test.each(['Plain', 'PLAIN', ' s256', 'sha256'])('acceptLowercaseMethod does not read %j', (method) => {
    expect(reasonOf(admit(rfcVector.challenge, method, lowercase))).toBe('code_challenge_method_unsupported');
  });

  test('acceptLowercaseMethod does not loosen the challenge', () => {
    expect(reasonOf(admit(`${rfcVector.challenge}=`, 's256', lowercase))).toBe('code_challenge_malformed');
  });

  test('acceptShortVerifier takes 8 characters at /authorize and /token', () => {
    const { challenge } = acceptedValue(admit('12345678', 'plain', short));
    expect(parseVerifier('12345678', short)).toEqual({ ok: true, value: '12345678' });
    expect(judgeProof(challenge, '12345678', short).ok).toBe(true);
  });

  test('acceptShortVerifier does not take 7 characters', () => {
    expect(reasonOf(admit('1234567', 'plain', short))).toBe('code_challenge_malformed');
    expect(parseVerifier('1234567', short)).toMatchObject({ refusal: { length: 7, minimum: 8 } });
  });

  test('acceptShortVerifier does not loosen the alphabet, the upper limit or the S256 challenge', () => {
    expect(reasonOf(parseVerifier('1234 678', short))).toBe('code_verifier_malformed');
    expect(reasonOf(parseVerifier('v'.repeat(129), short))).toBe('code_verifier_malformed');
    expect(reasonOf(admit('12345678', 'S256', short))).toBe('code_challenge_malformed');
  });

  test('both are off unless the client has them', () => {
    expect(strict).toMatchObject({ acceptLowercaseMethod: false, acceptShortVerifier: false });
  });
});
