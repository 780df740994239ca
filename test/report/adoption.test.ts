import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { writeAdoption } from '../../cli/report/write-adoption.ts';
import { asMarkdown, asText } from '../../cli/report/written.ts';
import type { AuditEntry } from '../../shared/audit/audit-entry.ts';
import { auditVersion, loggedClientId, methodsUsed, verdicts } from '../../shared/audit/decision.ts';
import type { RegisteredClient } from '../../shared/clients/registered-client.ts';
import { pkcePolicies } from '../../shared/pkce/policy.ts';
import { type AdoptionReport, adoption } from '../../shared/reports/adoption.ts';
import { stepsOf } from '../../shared/reports/steps.ts';
import { newTally } from '../../shared/reports/tally.ts';
import {
  clientWith,
  day,
  type Entries,
  issued,
  lastMonth,
  now,
  refusedFor,
  shipped,
  tallied,
  times,
} from './made-up.ts';

function report(clients: readonly RegisteredClient[], entries: Entries, more: object = {}): AdoptionReport {
  const input = { period: lastMonth, global: shipped, target: 'S256', minimumIssued: 10, now } as const;
  return adoption({ ...input, clients, tallied: tallied(...entries), ...more });
}

/** The only client of the report. */
function only(made: AdoptionReport) {
  const [client, ...others] = made.clients;
  if (client === undefined || others.length > 0) throw new Error(`${made.clients.length} clients`);
  return client;
}

/** The methods that were used at all. */
const used = (made: AdoptionReport) =>
  Object.fromEntries(
    Object.entries(only(made).methods).filter(([, { issued: codes, refused }]) => codes + refused > 0),
  );

describe('what was refused', () => {
  test('is counted by endpoint, reason and mistake, the most frequent first, with the last time', () => {
    const made = report(
      [clientWith('a')],
      [
        times(3, refusedFor('code_challenge_malformed', 'a', 'S256', { mistake: 'challenge_padded', time: now - 50 })),
        refusedFor('code_challenge_malformed', 'a', 'S256', { mistake: 'challenge_padded', time: now - 40 }),
        times(5, refusedFor('code_challenge_malformed', 'a', 'S256', { time: now - 30 })),
        refusedFor('code_verifier_mismatch', 'a', 'S256', { endpoint: 'token', time: now - 20 }),
      ],
    );
    expect(only(made).refused).toEqual([
      { endpoint: 'authorize', reason: 'code_challenge_malformed', count: 5, last: now - 30 },
      {
        endpoint: 'authorize',
        reason: 'code_challenge_malformed',
        mistake: 'challenge_padded',
        count: 4,
        last: now - 40,
      },
      { endpoint: 'token', reason: 'code_verifier_mismatch', count: 1, last: now - 20 },
    ]);
    expect(only(made).authorizations).toEqual({ issued: 0, refused: 9 });
  });

  test('is counted by what was used, and as unknown where nobody looked', () => {
    const refusal = refusedFor('redirect_uri_not_registered', 'a', 'none');
    const { method: _method, ...unjudged } = refusal;
    const made = report(
      [clientWith('a')],
      [times(2, unjudged), times(3, refusedFor('code_challenge_method_plain_refused', 'a', 'plain'))],
    );
    expect(used(made)).toEqual({ unknown: { issued: 0, refused: 2 }, plain: { issued: 0, refused: 3 } });
  });

  test('is counted where it was pushed, too; the codes of pushed requests are issued at /authorize', () => {
    const made = report(
      [clientWith('a')],
      [
        refusedFor('code_challenge_required', 'a', 'none', { endpoint: 'par' }),
        issued('a', 'S256', { endpoint: 'par' }),
        issued('a', 'S256'),
      ],
    );
    expect(only(made).authorizations).toEqual({ issued: 1, refused: 1 });
  });

  test('without naming a client is kept apart', () => {
    const stranger = refusedFor('client_unknown', 'a', 'none', { client: undefined });
    const made = report([clientWith('a')], [times(4, stranger), issued('a', 'S256')]);
    expect(made.withoutClient).toMatchObject({ decisions: 4, refused: [{ reason: 'client_unknown', count: 4 }] });
    expect(only(made).refused).toEqual([]);
  });

  test('by a failure of infrastructure is no refusal', () => {
    const failed = issued('a', 'S256', { verdict: 'failed', reason: 'store_unavailable', client: undefined });
    const made = report([], [times(2, failed)]);
    expect(made.total).toMatchObject({ failed: 2, refused: [], authorizations: { issued: 0, refused: 0 } });
  });
});

describe('the use of PKCE', () => {
  test('is counted per method', () => {
    const made = report(
      [clientWith('a')],
      methodsUsed.map((method, index) => times(index + 1, issued('a', method))),
    );
    expect(used(made)).toEqual({
      S256: { issued: 1, refused: 0 },
      s256: { issued: 2, refused: 0 },
      plain: { issued: 3, refused: 0 },
      missing: { issued: 4, refused: 0 },
      short_plain: { issued: 5, refused: 0 },
      short_missing: { issued: 6, refused: 0 },
      none: { issued: 7, refused: 0 },
      other: { issued: 8, refused: 0 },
    });
  });

  test('counts a sign-in once, however many lines it makes', () => {
    const made = report(
      [clientWith('a')],
      [
        issued('a', 'S256', { verdict: 'continued' }),
        issued('a', 'S256'),
        issued('a', 'S256', { endpoint: 'token', grant: 'authorization_code' }),
        issued('a', 'S256', { endpoint: 'token', grant: 'refresh_token' }),
      ],
    );
    expect(only(made)).toMatchObject({ decisions: 4, authorizations: { issued: 1, refused: 0 } });
    expect(used(made)).toEqual({ S256: { issued: 1, refused: 0 } });
  });

  test('remembers the last code without PKCE, and the last sign of life', () => {
    const made = report(
      [clientWith('a')],
      [
        issued('a', 'none', { time: now - 900 }),
        issued('a', 'none', { time: now - 800 }),
        issued('a', 'plain', { time: now - 700 }),
        refusedFor('code_challenge_required', 'a', 'none', { time: now - 600 }),
      ],
    );
    expect(only(made)).toMatchObject({ lastWithoutPkce: now - 800, lastSeen: now - 600 });
  });

  test('shows what report mode let through', () => {
    const let_through = issued('a', 'none', { wouldRefuse: 'code_challenge_required', mode: 'report' });
    const made = report([clientWith('a', { mode: 'report' })], [times(6, let_through), times(4, issued('a', 'S256'))]);
    expect(only(made).wouldRefuse).toEqual([
      { endpoint: 'authorize', reason: 'code_challenge_required', count: 6, last: now - 3_600 },
    ]);
  });
});

describe('a client', () => {
  test('without a line is in the report, with nothing to say', () => {
    expect(only(report([clientWith('a')], []))).toMatchObject({
      decisions: 0,
      safe: { answer: 'unknown', because: 'no code was issued' },
    });
  });

  test('that is no longer registered is in the report, without rules', () => {
    const client = only(report([], [times(20, issued('gone', 'S256'))]));
    expect(client).toMatchObject({ client: 'gone', decisions: 20, safe: { answer: 'unknown' } });
    expect(client).not.toHaveProperty('rules');
  });

  test('whose id is too long for a line is known by its whole id again', () => {
    const long = 'x'.repeat(255);
    const client = only(report([clientWith(long)], [times(20, issued(long, 'S256'))]));
    expect(client).toMatchObject({ client: long, decisions: 20, safe: { answer: 'yes' } });
  });

  test('shows the rules of now: policy, origin, mode, dates, waiver, switches', () => {
    const waiver = { owner: 'ada', reason: 'firmware', until: now + 20 * day };
    const rules = (client: RegisteredClient) => only(report([client], [])).rules;
    expect(rules(clientWith('a'))).toEqual({ policy: 'S256', origin: 'global default', mode: 'enforce', switches: [] });
    expect(rules(clientWith('a', { policy: 'none', isPublic: true, waiver }))).toMatchObject({
      policy: 'none',
      origin: 'waiver',
      waiver,
    });
    const reporting = { policy: 'any', mode: 'report', enforceAfter: now + day, acceptShortVerifier: true } as const;
    expect(rules(clientWith('a', reporting))).toEqual({
      policy: 'any',
      origin: 'client',
      mode: 'report',
      enforceAfter: now + day,
      switches: ['acceptShortVerifier'],
    });
    expect(rules(clientWith('a', { ...reporting, enforceAfter: now }))).toMatchObject({ mode: 'enforce' });
    const compatible = { ...clientWith('a', reporting), strictAuthMethod: true, ignorePublicClientSecret: false };
    expect(rules(compatible)).toMatchObject({ switches: ['acceptShortVerifier', 'strictAuthMethod'] });
  });
});

describe('waivers', () => {
  const until = (seconds: number) => ({ owner: 'ada', reason: 'firmware', until: now + seconds });

  test('that end within 14 days are listed, the next one first; ended ones and later ones are not', () => {
    const made = report(
      [
        clientWith('in 14 days', { waiver: until(14 * day) }),
        clientWith('later', { waiver: until(14 * day + 1) }),
        clientWith('tomorrow', { waiver: until(day) }),
        clientWith('ended', { waiver: until(0) }),
        clientWith('none'),
      ],
      [],
    );
    expect(made.waiversEnding.map(({ client }) => client)).toEqual(['tomorrow', 'in 14 days']);
    expect(made.waiversEnding[0]).toEqual({ client: 'tomorrow', daysLeft: 1, ...until(day) });
  });
});

const entries: fc.Arbitrary<AuditEntry> = fc.record({
  v: fc.constant(auditVersion),
  time: fc.integer({ min: lastMonth.since, max: now - 1 }),
  request: fc.constant('id'),
  endpoint: fc.constantFrom('authorize', 'par', 'token', 'sign-in'),
  verdict: fc.constantFrom(...verdicts),
  client: fc.constantFrom(undefined, 'a', 'b', 'gone', loggedClientId('x'.repeat(255))),
  method: fc.constantFrom(undefined, ...methodsUsed),
  policy: fc.constantFrom(undefined, ...pkcePolicies),
  reason: fc.constantFrom(undefined, 'code_challenge_required', 'client_unknown'),
  wouldRefuse: fc.constantFrom(undefined, 'code_challenge_required'),
});

test('the sums over the clients, and what names none, are all the lines', () => {
  fc.assert(
    fc.property(fc.array(entries), (lines) => {
      const made = report([clientWith('a'), clientWith('b'), clientWith('x'.repeat(255))], lines);
      const parts = [...made.clients, made.withoutClient];
      const sum = (part: (counts: (typeof parts)[number]) => number) =>
        parts.reduce((total, counts) => total + part(counts), 0);
      expect(made.total.decisions).toBe(lines.length);
      expect(sum(({ decisions }) => decisions)).toBe(lines.length);
      expect(sum(({ authorizations }) => authorizations.issued)).toBe(made.total.authorizations.issued);
      expect(sum(({ authorizations }) => authorizations.refused)).toBe(made.total.authorizations.refused);
      for (const { methods, authorizations } of parts) {
        const both = Object.values(methods).reduce((total, counts) => total + counts.issued + counts.refused, 0);
        expect(both).toBe(authorizations.issued + authorizations.refused);
      }
    }),
  );
});

describe('written down', () => {
  const hostile = 'a|b`<script>\u001b[2J\n# heading';
  const clients = [
    clientWith('web'),
    clientWith('legacy', { mode: 'report', enforceAfter: now + 5 * day }),
    clientWith('kiosk', { policy: 'none', waiver: { owner: hostile, reason: hostile, until: now + day } }),
    clientWith('wp', { acceptLowercaseMethod: true }),
    clientWith('idle', { disabled: true }),
  ];
  const unread = newTally(stepsOf(lastMonth));
  for (const entry of [
    ...times(1_234, issued('web', 'S256')),
    ...times(12, refusedFor('code_challenge_method_plain_refused', 'web', 'plain')),
    ...times(3, issued('legacy', 'none', { wouldRefuse: 'code_challenge_required' })),
    ...times(37, issued('legacy', 'S256')),
    ...times(10, issued('wp', 's256')),
    ...times(2, refusedFor('credentials_wrong', '', 'none', { endpoint: 'sign-in', client: undefined })),
  ]) {
    unread.addEntry(entry);
  }
  unread.addUnreadable('broken', 2);
  unread.addUnreadable('other_version');
  const made = report(clients, [], { tallied: unread.result() });

  test('as a table: who is not ready first, each with the reason', () => {
    const lines = asText(writeAdoption(made)).split('\n');
    expect(lines.slice(0, 6)).toEqual([
      'PKCE adoption, 2026-10-23 12:00 to 2026-11-22 12:00 UTC',
      '1,298 decisions read, 1,284 codes issued, 12 authorization requests refused.',
      'Global policy: default S256, floor none, mode enforce.',
      'Safe to enforce S256: 2 of 5 clients; not safe: 1; unknown: 2.',
      'Not counted, because they could not be read: 2 broken lines, 1 line of a later version, which this',
      'pixy does not know.',
    ]);
    const cells = (name: string) => lines.find((line) => line.startsWith(`${name} `))?.split(/ {2,}/);
    expect(cells('legacy')).toEqual([
      'legacy',
      '37',
      '0',
      '0',
      '3',
      '0',
      '3',
      '····▇',
      '3 of 40 without a challenge, last on',
    ]);
    expect(cells('web')).toEqual(['web', '1,234', '0', '0', '0', '0', '12', '····█', 'all 1,234 codes']);
    expect(cells('wp')?.slice(1, 3)).toEqual(['0', '10']);
    const order = ['Not safe', 'legacy', 'Unknown whether', 'idle', 'Safe to enforce S256: 2', 'web', 'Policies'];
    const places = order.map((start) => lines.findIndex((line, index) => index > 5 && line.startsWith(start)));
    expect(places).toEqual(places.toSorted((one, other) => one - other));
    const rules = lines.slice(lines.indexOf('Policies'));
    expect(rules.find((line) => line.startsWith('legacy'))?.split(/ {2,}/)).toEqual([
      'legacy',
      'S256 (global default), report until',
      '2026-11-22',
    ]);
    expect(rules.find((line) => line.startsWith('idle'))).toContain('S256 (global default), disabled');
  });

  test('with every refusal and its reason, and waivers that are about to end', () => {
    const text = asText(writeAdoption(made));
    expect(text).toMatch(/^web +authorize +code_challenge_method_plain_refused +12 {2}2026-11-22 11:00$/m);
    expect(text).toMatch(/^\(no client\) +sign-in +credentials_wrong +2 /m);
    expect(text).toMatch(
      /^Waivers ending within 14 days\nCLIENT +ENDS +LEFT +OWNER +REASON\nkiosk +2026-11-23 12:00 +1 day /m,
    );
  });

  test("so that nobody's text can do anything in a terminal or in markdown", () => {
    const text = asText(writeAdoption(made));
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    expect(text).not.toMatch(/^# heading/m);
    const markdown = asMarkdown(writeAdoption(made));
    expect(markdown).not.toContain('<script');
    expect(markdown).not.toMatch(/^# heading/m);
    const kiosk = markdown.split('\n').filter((line) => line.startsWith('| kiosk |'));
    expect(kiosk.map((line) => line.match(/(?<!\\)\|/g)?.length)).toEqual([9, 6, 6]);
  });

  test('as markdown that a reader of tables understands', () => {
    const markdown = asMarkdown(writeAdoption(made));
    expect(markdown).toContain('# PKCE adoption, 2026-10-23 12:00 to 2026-11-22 12:00 UTC\n');
    expect(markdown).toContain('| Client | S256 | plain | no method |');
    expect(markdown).toContain('\n| --- | ---: | ---: |');
    expect(markdown).toContain('| web | 1,234 | 0 | 0 | 0 | 0 | 12 | ····█ | all 1,234 codes |');
  });
});
