import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { summary, writeSimulation } from '../../cli/report/write-simulation.ts';
import { asText } from '../../cli/report/written.ts';
import type { AuditEntry } from '../../shared/audit/audit-entry.ts';
import { methodsUsed, ruled } from '../../shared/audit/decision.ts';
import { policySettings, type RegisteredClient } from '../../shared/clients/registered-client.ts';
import { type GlobalPolicy, pkcePolicies, resolveRules } from '../../shared/pkce/policy.ts';
import { replay } from '../../shared/reports/replay.ts';
import { type Simulation, simulate } from '../../shared/reports/simulation.ts';
import { clientWith, day, type Entries, issued, lastMonth, now, refusedFor, tallied, times } from './made-up.ts';

const open: GlobalPolicy = { default: 'none', floor: 'none', mode: 'enforce' };

function simulated(
  clients: readonly RegisteredClient[],
  entries: Entries,
  proposed: Partial<GlobalPolicy>,
  more: { current?: GlobalPolicy; at?: number } = {},
): Simulation {
  const { current = open, at = now } = more;
  const input = { period: lastMonth, current, proposed: { ...current, ...proposed }, at };
  return simulate({ ...input, clients, tallied: tallied(...entries) });
}

function only({ clients }: Simulation) {
  const [client, ...others] = clients;
  if (client === undefined || others.length > 0) throw new Error(`${clients.length} clients`);
  return client;
}

const hourAgo = now - 3_600;

describe('codes that would be refused', () => {
  const everything = [
    times(1, issued('a', 'S256')),
    times(2, issued('a', 'plain')),
    times(3, issued('a', 'missing')),
    times(4, issued('a', 'none')),
  ];

  test('with default S256, for a client that inherits', () => {
    const made = simulated([clientWith('a')], everything, { default: 'S256' });
    expect(only(made)).toEqual({
      client: 'a',
      state: 'replayed',
      rules: { policy: 'S256', origin: 'global default', mode: 'enforce' },
      issued: 10,
      nowRefused: [
        { method: 'none', reason: 'code_challenge_required', count: 4, last: hourAgo },
        { method: 'missing', reason: 'code_challenge_method_required', count: 3, last: hourAgo },
        { method: 'plain', reason: 'code_challenge_method_plain_refused', count: 2, last: hourAgo },
      ],
      nowReported: [],
      refused: 0,
      nowAdmitted: [],
    });
    expect(summary(made)).toBe('9 of 10 issued codes would be refused (1 client); 0 of 0 refused requests would pass.');
  });

  test('with default any: only those without a challenge', () => {
    const made = simulated([clientWith('a')], everything, { default: 'any' });
    expect(only(made).nowRefused).toEqual([
      { method: 'none', reason: 'code_challenge_required', count: 4, last: hourAgo },
    ]);
  });

  test('a default does not touch a client with a value of its own; a floor does', () => {
    const own = [clientWith('a', { policy: 'none' })];
    expect(only(simulated(own, everything, { default: 'S256' })).nowRefused).toEqual([]);
    const floored = only(simulated(own, everything, { default: 'S256', floor: 'any' }));
    expect(floored.rules).toEqual({ policy: 'any', origin: 'floor', mode: 'enforce' });
    expect(floored.nowRefused).toMatchObject([{ method: 'none', count: 4 }]);
  });

  test('a floor does not touch a client with a waiver, until that ends', () => {
    const waived = [clientWith('a', { policy: 'none', waiver: { owner: 'ada', reason: 'x', until: now + day } })];
    expect(only(simulated(waived, everything, { floor: 'S256' })).nowRefused).toEqual([]);
    const later = simulated(waived, everything, { floor: 'S256' }, { at: now + day });
    expect(later.totals).toMatchObject({ nowRefused: 9, clientsRefused: 1 });
  });

  test('are let through where the client is in report mode, until its enforce-after date', () => {
    const reporting = [clientWith('a', { mode: 'report', enforceAfter: now + day })];
    const made = simulated(reporting, everything, { default: 'S256' });
    expect(only(made).nowRefused).toEqual([]);
    expect(only(made).nowReported.map(({ count }) => count)).toEqual([4, 3, 2]);
    expect(summary(made)).toContain('; 9 only reported; ');
    const later = simulated(reporting, everything, { default: 'S256' }, { at: now + day });
    expect(later.totals).toMatchObject({ nowRefused: 9, nowReported: 0 });
  });

  test('are let through by a global report mode, except below the floor of public clients', () => {
    const clients = [clientWith('a'), clientWith('public', { isPublic: true })];
    const entries = [...everything, times(5, issued('public', 'none')), times(6, issued('public', 'plain'))];
    const { clients: made } = simulated(clients, entries, { default: 'S256', mode: 'report' });
    expect(made.map(({ client, nowRefused, nowReported }) => [client, nowRefused.length, nowReported.length])).toEqual([
      ['a', 0, 3],
      ['public', 1, 1],
    ]);
    expect(made[1]?.nowRefused).toMatchObject([{ method: 'none', reason: 'code_challenge_required', count: 5 }]);
  });

  test('because a compatibility switch has been turned off meanwhile', () => {
    const entries = [times(2, issued('a', 's256')), times(3, issued('a', 'short_plain'))];
    const on = clientWith('a', { acceptLowercaseMethod: true, acceptShortVerifier: true });
    expect(only(simulated([on], entries, { default: 'any' })).nowRefused).toEqual([]);
    expect(only(simulated([clientWith('a')], entries, { default: 'any' })).nowRefused).toMatchObject([
      { method: 'short_plain', reason: 'code_challenge_malformed', count: 3 },
      { method: 's256', reason: 'code_challenge_method_unsupported', count: 2 },
    ]);
  });
});

describe('refused requests that would pass', () => {
  const strict: GlobalPolicy = { default: 'S256', floor: 'S256', mode: 'enforce' };
  const entries = [
    times(4, refusedFor('code_challenge_required', 'a', 'none')),
    times(3, refusedFor('code_challenge_method_required', 'a', 'missing')),
    times(2, refusedFor('code_challenge_method_plain_refused', 'a', 'plain')),
    times(7, refusedFor('code_challenge_malformed', 'a', 'plain')),
    times(8, refusedFor('redirect_uri_not_registered', 'a', 'S256')),
    times(9, refusedFor('code_challenge_method_unsupported', 'a', 's256')),
  ];

  test('are those that only the policy refused, by the reason they were refused for', () => {
    const loosened = simulated([clientWith('a')], entries, { default: 'any', floor: 'none' }, { current: strict });
    expect(only(loosened)).toMatchObject({
      refused: 33,
      nowAdmitted: [
        { method: 'missing', reason: 'code_challenge_method_required', count: 3 },
        { method: 'plain', reason: 'code_challenge_method_plain_refused', count: 2 },
      ],
    });
    expect(summary(loosened)).toContain('5 of 33 refused requests would pass');
  });

  test('count those that report mode would let through', () => {
    const made = simulated([clientWith('a')], entries, { mode: 'report' }, { current: strict });
    expect(made.totals.nowAdmitted).toBe(4 + 3 + 2);
  });

  test('count a lower-case method when the switch for it is on by now', () => {
    const client = clientWith('a', { acceptLowercaseMethod: true });
    expect(only(simulated([client], entries, {}, { current: strict })).nowAdmitted).toMatchObject([
      { method: 's256', reason: 'code_challenge_method_unsupported', count: 9 },
    ]);
  });
});

describe('what is not replayed', () => {
  test('is counted: clients that are gone or disabled', () => {
    const entries = [times(2, issued('gone', 'none')), times(3, issued('off', 'none')), times(4, issued('a', 'S256'))];
    const made = simulated([clientWith('a'), clientWith('off', { disabled: true })], entries, { default: 'S256' });
    expect(made.clients.map(({ client, state, issued: codes }) => [client, state, codes])).toEqual([
      ['a', 'replayed', 4],
      ['gone', 'not registered', 2],
      ['off', 'disabled', 3],
    ]);
    expect(made.totals).toMatchObject({ issued: 9, nowRefused: 0, notReplayed: 5 });
    expect(summary(made)).toContain('; 5 not replayed.');
  });

  test('are decisions of other endpoints, and requests that went on to the sign-in page', () => {
    const entries = [
      issued('a', 'none', { verdict: 'continued' }),
      issued('a', 'none', { endpoint: 'token' }),
      issued('a', 'none', { client: undefined }),
    ];
    expect(simulated([clientWith('a')], entries, { default: 'S256' }).clients).toEqual([]);
  });

  test('is a client id that is too long for a line: it is found by its hash', () => {
    const long = 'x'.repeat(255);
    const made = simulated([clientWith(long)], [times(2, issued(long, 'none'))], { default: 'S256' });
    expect(only(made)).toMatchObject({ client: long, state: 'replayed', nowRefused: [{ count: 2 }] });
  });
});

const policies = fc.constantFrom(...pkcePolicies);
const globals = fc.record({
  default: policies,
  floor: policies,
  mode: fc.constantFrom('enforce' as const, 'report' as const),
});
const clientParts = fc.record({
  policy: fc.constantFrom(...pkcePolicies, 'inherit' as const),
  mode: fc.constantFrom(undefined, 'enforce' as const, 'report' as const),
  isPublic: fc.boolean(),
  acceptLowercaseMethod: fc.boolean(),
  acceptShortVerifier: fc.boolean(),
});

/** What /authorize writes about a request of a client under a policy. */
function decided(client: RegisteredClient, global: GlobalPolicy, method: (typeof methodsUsed)[number]): AuditEntry {
  const rules = resolveRules(policySettings(client), global, now);
  const { policy, origin, mode, switches } = ruled(rules);
  const replayed = replay(method, rules);
  return issued(client.clientId, method, {
    policy,
    origin,
    mode,
    ...(switches && { switches: [...switches] }),
    ...(replayed.verdict === 'refused' && { verdict: 'refused', reason: replayed.reason }),
    ...(replayed.verdict === 'reported' && { wouldRefuse: replayed.reason }),
  });
}

test('under the policy that decided, everything ends as it did', () => {
  fc.assert(
    fc.property(globals, clientParts, fc.array(fc.constantFrom(...methodsUsed)), (global, parts, methods) => {
      const client = clientWith('a', parts);
      const lines = methods.map((method) => decided(client, global, method));
      const { totals } = simulated([client], lines, {}, { current: global });
      expect(totals).toMatchObject({ nowRefused: 0, nowAdmitted: 0, notReplayed: 0 });
      expect(totals.issued + totals.refused).toBe(lines.length);
    }),
  );
});

test('under another policy, exactly that many codes are issued as that policy would have issued', () => {
  fc.assert(
    fc.property(
      globals,
      globals,
      clientParts,
      fc.array(fc.constantFrom(...methodsUsed)),
      (then, proposed, parts, methods) => {
        const client = clientWith('a', parts);
        const lines = methods.map((method) => decided(client, then, method));
        const { totals } = simulated([client], lines, proposed, { current: then });
        const expected = methods.filter((method) => decided(client, proposed, method).verdict === 'allowed').length;
        expect(totals.issued - totals.nowRefused + totals.nowAdmitted).toBe(expected);
      },
    ),
  );
});

test('written down, it says what is proposed, for whom it changes what, and ends with the sum', () => {
  const clients = [clientWith('web'), clientWith('legacy', { policy: 'none' })];
  const entries = [times(40, issued('web', 'S256')), times(3, issued('legacy', 'none')), issued('gone', 'S256')];
  expect(asText(writeSimulation(simulated(clients, entries, { floor: 'any' }))).split('\n')).toEqual([
    'Policy simulation, 2026-10-23 12:00 to 2026-11-22 12:00 UTC',
    'Proposed: default none, floor any, mode enforce. Now: default none, floor none, mode enforce.',
    'Rules as of 2026-11-22 12:00 UTC.',
    '',
    'Clients',
    'CLIENT  POLICY THEN                   ISSUED  WOULD BE REFUSED  ONLY REPORTED  REFUSED  WOULD PASS',
    'gone    not replayed: not registered       1                                         0',
    'legacy  any (floor)                        3                 3              0        0           0',
    'web     any (floor)                       40                 0              0        0           0',
    '',
    'What would change, and why',
    'CLIENT  CHANGE            METHOD USED  REASON                   COUNT  LAST',
    'legacy  would be refused  none         code_challenge_required      3  2026-11-22',
    '',
    '3 of 44 issued codes would be refused (1 client); 0 of 0 refused requests would pass; 1 not',
    'replayed.',
    '',
  ]);
});
