import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { methodsUsed, methodUsed } from '../../shared/audit/decision.ts';
import { admitChallenge } from '../../shared/pkce/code-challenge.ts';
import { type ClientPolicySettings, pkcePolicies, resolveRules } from '../../shared/pkce/policy.ts';
import { replay, standIns, wasRefusedByRules } from '../../shared/reports/replay.ts';
import { safeToEnforce } from '../../shared/reports/safe-to-enforce.ts';
import { day, type Entries, issued, now, refusedFor, shipped, tallied, times } from './made-up.ts';

const settings = fc.record<ClientPolicySettings>({
  policy: fc.constantFrom(...pkcePolicies, 'inherit'),
  isPublic: fc.boolean(),
  mode: fc.constantFrom('enforce', 'report', undefined),
  enforceAfter: fc.constantFrom(undefined, now - 1, now + 1),
  waiver: fc.constantFrom(
    undefined,
    { owner: 'ada', reason: 'because', until: now - 1 },
    { owner: 'ada', reason: 'because', until: now + 1 },
  ),
  acceptLowercaseMethod: fc.boolean(),
  acceptShortVerifier: fc.boolean(),
});
const globalPolicy = fc.record({
  default: fc.constantFrom(...pkcePolicies),
  floor: fc.constantFrom(...pkcePolicies),
  mode: fc.constantFrom('enforce' as const, 'report' as const),
});

/** Requests as they are made: any challenge with any method. */
const requests = fc.record({
  codeChallenge: fc.constantFrom(
    undefined,
    'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    '0123456',
    '01234567',
    'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjX',
    'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
  ),
  codeChallengeMethod: fc.constantFrom(undefined, 'S256', 's256', 'plain', 'S512'),
});

describe('a replayed decision', () => {
  test.each(methodsUsed)('stands in for what the log calls %s', (method) => {
    const { codeChallenge, codeChallengeMethod } = standIns[method];
    expect(methodUsed(codeChallenge, codeChallengeMethod)).toBe(method);
  });

  test('is what /authorize decides about the request itself, whenever that was well-formed under some rules', () => {
    const lenient = resolveRules(
      { policy: 'none', isPublic: false, acceptLowercaseMethod: true, acceptShortVerifier: true },
      { default: 'none', floor: 'none', mode: 'enforce' },
      now,
    );
    fc.assert(
      fc.property(requests, settings, globalPolicy, (request, client, global) => {
        const recorded = methodUsed(request.codeChallenge, request.codeChallengeMethod);
        fc.pre(admitChallenge(request, lenient).ok);
        const rules = resolveRules(client, global, now);
        const decided = admitChallenge(request, rules);
        const expected = decided.ok
          ? { verdict: decided.value.wouldRefuse ? 'reported' : 'admitted', reason: decided.value.wouldRefuse?.reason }
          : { verdict: 'refused', reason: decided.refusal.reason };
        expect({ reason: undefined, ...replay(recorded, rules) }).toEqual(expected);
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([
    ['code_challenge_malformed', 'S256'],
    ['code_challenge_malformed', 'plain'],
    ['code_challenge_malformed', 'missing'],
    ['code_challenge_missing', 'S256'],
    ['code_challenge_method_unsupported', 'other'],
    ['redirect_uri_not_registered', 'none'],
    ['login_required', 'plain'],
    ['scope_not_registered', 'S256'],
  ] as const)('is not asked again when no rules could have turned %s (%s) out differently', (reason, method) => {
    expect(wasRefusedByRules(refusedFor(reason, 'a', method))).toBe(false);
  });

  test.each([
    ['code_challenge_required', 'none'],
    ['code_challenge_method_required', 'missing'],
    ['code_challenge_method_plain_refused', 'plain'],
    ['code_challenge_method_unsupported', 's256'],
    ['code_challenge_malformed', 'short_plain'],
    ['code_challenge_malformed', 'short_missing'],
  ] as const)('is asked again when rules refused it: %s (%s)', (reason, method) => {
    expect(wasRefusedByRules(refusedFor(reason, 'a', method))).toBe(true);
  });
});

describe('safe to enforce S256', () => {
  const question = { target: 'S256', minimumIssued: 10, global: shipped, now } as const;
  const confidential: ClientPolicySettings = { policy: 'none', isPublic: false };
  const answer = (entries: Entries, client = confidential, about: object = {}) =>
    safeToEnforce(tallied(...entries).tallies, client, { ...question, ...about });

  test('no, because of a single code without a challenge among thousands', () => {
    const last = Date.UTC(2026, 10, 20, 12) / 1_000;
    const entries = [times(9_997, issued('a', 'S256')), times(3, issued('a', 'none', { time: last }))];
    expect(answer(entries)).toEqual({
      answer: 'no',
      because: '3 of 10,000 without a challenge, last on 2026-11-20',
      breaking: [{ reason: 'code_challenge_required', count: 3, last }],
    });
  });

  test('no, with every reason, the most frequent first, and the last of them all', () => {
    const entries = [
      times(2, issued('a', 'missing', { time: now - 9 * day })),
      times(5, issued('a', 'plain', { time: now - 5 * day })),
      issued('a', 'short_plain', { time: now - 3 * day }),
    ];
    const client = { ...confidential, acceptShortVerifier: true };
    expect(answer(entries, client)).toMatchObject({
      answer: 'no',
      because: '6 of 8 with method plain, 2 of 8 plain by a missing method, last on 2026-11-19',
    });
  });

  test('no, even when there is too little traffic for a yes', () => {
    expect(answer([issued('a', 'none')])).toMatchObject({ answer: 'no' });
  });

  test('unknown without a code, whatever was refused', () => {
    const refused = times(50, refusedFor('code_challenge_required', 'a', 'none'));
    expect(answer([refused])).toEqual({ answer: 'unknown', because: 'no code was issued' });
    expect(answer([])).toEqual({ answer: 'unknown', because: 'no code was issued' });
  });

  test('unknown below the minimum, yes from it on', () => {
    expect(answer([times(9, issued('a', 'S256'))])).toEqual({
      answer: 'unknown',
      because: 'only 9 of the 10 codes it takes',
    });
    expect(answer([times(10, issued('a', 'S256'))])).toEqual({ answer: 'yes', because: 'all 10 codes' });
  });

  test('what is refused already does not stand in the way', () => {
    const refused = times(50, refusedFor('code_challenge_method_plain_refused', 'a', 'plain'));
    expect(answer([times(10, issued('a', 'S256')), refused])).toMatchObject({ answer: 'yes' });
  });

  test('neither do decisions of other endpoints, nor sign-ins on the way', () => {
    const redeemed = times(10, issued('a', 'plain', { endpoint: 'token' }));
    const continued = times(10, issued('a', 'none', { verdict: 'continued' }));
    expect(answer([times(10, issued('a', 'S256')), redeemed, continued])).toMatchObject({ answer: 'yes' });
  });

  test('a lower-case method is safe as long as the switch for it is on', () => {
    const entries = [times(10, issued('a', 's256'))];
    expect(answer(entries, { ...confidential, acceptLowercaseMethod: true })).toMatchObject({ answer: 'yes' });
    expect(answer(entries)).toMatchObject({
      answer: 'no',
      breaking: [{ reason: 'code_challenge_method_unsupported', count: 10 }],
    });
  });

  test('report mode and a waiver do not make it safer', () => {
    const client = { ...confidential, mode: 'report', waiver: { owner: 'a', reason: 'b', until: now + day } } as const;
    expect(answer([times(10, issued('a', 'none'))], client)).toMatchObject({ answer: 'no' });
  });

  test('plain is no obstacle for the target any', () => {
    const entries = [times(5, issued('a', 'plain')), times(5, issued('a', 'missing'))];
    expect(answer(entries, confidential, { target: 'any' })).toMatchObject({ answer: 'yes' });
    expect(answer([...entries, issued('a', 'none')], confidential, { target: 'any' })).toMatchObject({
      answer: 'no',
      breaking: [{ reason: 'code_challenge_required', count: 1 }],
    });
  });
});
