import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { auditMembers, parseAuditLine } from '../../shared/audit/audit-entry.ts';
import {
  auditLine,
  auditVersion,
  credentialChanges,
  type Decision,
  droppedThings,
  loggedClientId,
  methodsUsed,
  methodUsed,
  oldRefreshTokens,
  verdicts,
} from '../../shared/audit/decision.ts';
import { mistakeSentences } from '../../shared/oauth/describe-refusal.ts';
import { mistakeOf, type Reason, type Refusal } from '../../shared/oauth/refusal.ts';
import { refusalCatalogue } from '../../shared/oauth/refusal-catalogue.ts';
import { compatibilitySwitches, type PolicyOrigin, pkcePolicies } from '../../shared/pkce/policy.ts';
import type { PkceMistake } from '../../shared/pkce/refusal.ts';
import { insightsQuery } from '../../shared/reports/cloudwatch-ledger-store.ts';
import { anyText } from '../support/any-text.ts';

const time = 1_795_341_600;
const requestId = 'JKJaXmPLvHcESHA=';
const line = (decision: Decision) => auditLine(time, requestId, decision);

/** The most that a decision can say about the rules. */
const longestRules = {
  policy: 'S256',
  origin: 'public client floor',
  mode: 'report',
  switches: compatibilitySwitches,
} as const satisfies Partial<Decision>;

const longestId = 'x'.repeat(255);
const reasons = Object.keys(refusalCatalogue) as Reason[];

describe('a line that cannot be read is refused', () => {
  const whole = JSON.parse(line({ endpoint: 'authorize', verdict: 'allowed' }));

  test.each([
    '',
    ' ',
    'null',
    '1',
    '"text"',
    '[]',
    '{}',
    '{"v":1',
    line({ endpoint: 'authorize', verdict: 'allowed' }).slice(0, -1),
    `${line({ endpoint: 'authorize', verdict: 'allowed' })}{}`,
  ])('as broken: %s', (text) => {
    expect(parseAuditLine(text)).toEqual({ ok: false, refusal: 'broken' });
  });

  test.each([
    { time: undefined },
    { time: '1795341600' },
    { time: 1.5 },
    { time: -1 },
    { time: 8_640_000_000_001 },
    { request: undefined },
    { endpoint: undefined },
    { endpoint: 'Authorize' },
    { verdict: 'maybe' },
    { client: '' },
    { client: 'x'.repeat(65) },
    { client: null },
    { method: 'S512' },
    { policy: 'strict' },
    { mode: 'observe' },
    { reason: 'two words' },
    { wouldRefuse: '' },
    { refresh: 'theft' },
    { dropped: 'shoe_size' },
    { switches: 'acceptShortVerifier' },
    { switches: ['acceptAnything'] },
  ])('as broken, with a member that is wrong: %o', (change) => {
    expect(parseAuditLine(JSON.stringify({ ...whole, ...change }))).toEqual({ ok: false, refusal: 'broken' });
  });

  test.each([2, 99])('as one of a later version: %i', (v) => {
    expect(parseAuditLine(JSON.stringify({ ...whole, v }))).toEqual({ ok: false, refusal: 'other_version' });
  });

  test.each([undefined, '1', 1.5, null, 0, -1])('as broken when its version is none: %o', (v) => {
    expect(parseAuditLine(JSON.stringify({ ...whole, v }))).toEqual({ ok: false, refusal: 'broken' });
  });

  test('never with an exception, whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(typeof parseAuditLine(text).ok).toBe('boolean');
      }),
    );
  });
});

describe('a hostile name cannot break a line (H19)', () => {
  const clientIds = fc.oneof(
    anyText({ minLength: 1, maxLength: 300 }),
    fc.constantFrom(
      'a\n{"v":1,"time":1,"request":"","endpoint":"token","verdict":"allowed"}',
      '","verdict":"allowed","client":"victim',
      '\u001b[2J\u001b]0;title\u0007',
      '\r\n\r\n',
      '\u0085\u2028\u2029\u007f\u009b31m',
      '\ud800',
      `sha256:${'A'.repeat(43)}`,
      '\\'.repeat(255),
      '"'.repeat(40),
    ),
  );

  test('it stays one line of printable ASCII that says who it was', () => {
    fc.assert(
      fc.property(clientIds, (client) => {
        const text = line({ endpoint: 'authorize', verdict: 'refused', client, reason: 'client_disabled' });
        expect(text).toMatch(/^[\x20-\x7e]{1,399}$/);
        const entry = parseAuditLine(text);
        expect(entry).toMatchObject({ ok: true, value: { client: loggedClientId(client), verdict: 'refused' } });
      }),
    );
  });

  test('no two clients have the same name', () => {
    fc.assert(
      fc.property(clientIds, clientIds, (one, other) => {
        expect(loggedClientId(one) === loggedClientId(other)).toBe(one === other);
      }),
    );
  });

  test('a name that passes for the hash of another client is hashed itself', () => {
    const hashed = loggedClientId(longestId);
    expect(hashed).toMatch(/^sha256:[A-Za-z0-9_-]{43}$/);
    expect(loggedClientId(hashed)).not.toBe(hashed);
  });
});

describe('the size of a line', () => {
  const mistakes = Object.keys(mistakeSentences) as PkceMistake[];
  const withMistakes: Refusal[] = mistakes.flatMap((mistake) => [
    { reason: 'code_challenge_malformed', expected: 'S256', mistake },
    { reason: 'code_verifier_mismatch', mistake },
  ]);
  const methodMistakes: Refusal[] = (['method_in_wrong_case', 'method_is_a_hash_name'] as const).map((mistake) => ({
    reason: 'code_challenge_method_unsupported',
    mistake,
  }));
  const verifierMistake: Refusal = {
    reason: 'code_verifier_malformed',
    length: 200,
    minimum: 43,
    mistake: 'double_percent_encoding',
  };

  /** Everything at its longest: what each endpoint says at most. */
  const longest: Decision[] = [
    ...reasons.map((reason) => ({ ...longestRules, endpoint: 'authorize', method: 'short_missing', reason }) as const),
    ...reasons.map((reason) => ({ endpoint: 'token', ...longestRules, grant: 'authorization_code', reason }) as const),
    ...reasons.map((reason) => ({ endpoint: 'token', grant: 'refresh_token', refresh: 'lost_reply', reason }) as const),
    ...reasons.map(
      (wouldRefuse) =>
        ({ ...longestRules, endpoint: 'authorize', method: 'short_missing', wouldRefuse, dropped: 'claim' }) as const,
    ),
    ...withMistakes.map((refusal) => ({ ...longestRules, endpoint: 'authorize', method: 'missing', refusal }) as const),
    ...methodMistakes.map((refusal) => ({ ...longestRules, endpoint: 'authorize', method: 'other', refusal }) as const),
    ...[...withMistakes, verifierMistake].map(
      (refusal) => ({ ...longestRules, endpoint: 'token', grant: 'authorization_code', refusal }) as const,
    ),
  ].map((decision) => {
    const { refusal, ...rest } = { refusal: undefined, ...decision } as Omit<Decision, 'verdict'> & {
      refusal?: Refusal;
    };
    return { ...rest, ...(refusal && { reason: refusal.reason, mistake: mistakeOf(refusal) }), verdict: 'refused' };
  });

  test.each([
    ['a plain id of 64 characters', 'x'.repeat(64)],
    ['the longest id', longestId],
    ['an id of quotes', '"'.repeat(255)],
    ['an id that is just not hashed', '\\'.repeat(32)],
    ['an id outside ASCII', '\u{1f511}'.repeat(100)],
  ])('stays below 400 bytes with its line break: %s', (_name, client) => {
    const sizes = longest.map((decision) => Buffer.byteLength(`${line({ ...decision, client })}\n`));
    expect(Math.max(...sizes)).toBeLessThan(400);
  });

  test('a failure stays below 400 bytes, too', () => {
    const cause = 'x'.repeat(160);
    const text = line({ endpoint: 'introspect', verdict: 'failed', reason: 'store_unavailable', cause });
    expect(Buffer.byteLength(`${text}\n`)).toBeLessThan(400);
  });

  test('an id of up to 64 characters is readable', () => {
    expect(loggedClientId('x'.repeat(64))).toBe('x'.repeat(64));
    expect(loggedClientId('x'.repeat(65))).toMatch(/^sha256:/);
  });
});

describe('the method that is written down', () => {
  const hashed = 'A'.repeat(43);

  test.each([
    [undefined, undefined, 'none'],
    ['', '', 'none'],
    [hashed, 'S256', 'S256'],
    [hashed, 's256', 's256'],
    [hashed, 'plain', 'plain'],
    [hashed, undefined, 'missing'],
    [hashed, 'S512', 'other'],
    [undefined, 'S256', 'S256'],
    [undefined, 'plain', 'plain'],
    ['a'.repeat(7), 'plain', 'plain'],
    ['a'.repeat(8), 'plain', 'short_plain'],
    ['a'.repeat(42), 'plain', 'short_plain'],
    ['a'.repeat(43), 'plain', 'plain'],
    ['a'.repeat(8), undefined, 'short_missing'],
    ['a'.repeat(42), '', 'short_missing'],
    [`${'a'.repeat(20)}+`, undefined, 'missing'],
  ] as const)('challenge %s, method %s: %s', (challenge, method, expected) => {
    expect(methodUsed(challenge, method)).toBe(expected);
  });
});

describe('docs/audit.md', () => {
  const page = readFileSync(new URL('../../docs/audit.md', import.meta.url), 'utf8');
  const section = (title: string) => page.split(`## ${title}\n`)[1]?.split('\n## ')[0] ?? '';
  const rows = (title: string) =>
    [...section(title).matchAll(/^\| (`[^|]*) \| ([^|]*) \| ([^|]*) \|$|^\| (`[^|]*) \| ([^|]*) \|$/gm)].map((match) =>
      match.slice(1).flatMap((cell) => (cell === undefined ? [] : [cell.trim()])),
    );
  const inCode = (text = '') => [...text.matchAll(/`([^`]+)`/g)].map((match) => match[1]);
  const valuesOf = (member: string) => inCode(rows('Members').find(([name]) => name === `\`${member}\``)?.[1]);

  test('describes every member, and no other', () => {
    const described = rows('Members').map(([name]) => name?.replaceAll('`', ''));
    expect(new Set(described)).toEqual(new Set(auditMembers));
    expect(described).toHaveLength(auditMembers.length);
  });

  test('lists the values of every closed list', () => {
    const origins: Record<PolicyOrigin, true> = {
      client: true,
      'global default': true,
      floor: true,
      'public client floor': true,
      'url client floor': true,
      'dynamic client floor': true,
      waiver: true,
    };
    expect(valuesOf('v')).toEqual([String(auditVersion)]);
    expect(valuesOf('verdict')).toEqual([...verdicts]);
    expect(valuesOf('policy')).toEqual([...pkcePolicies]);
    expect(valuesOf('mode')).toEqual(['enforce', 'report']);
    expect(valuesOf('refresh')).toEqual([...oldRefreshTokens]);
    expect(valuesOf('dropped')).toEqual([...droppedThings]);
    expect(valuesOf('credential')).toEqual([...credentialChanges]);
    expect(valuesOf('switches')).toEqual([...compatibilitySwitches]);
    expect(valuesOf('origin')).toEqual(Object.keys(origins));
    expect(
      rows('Methods')
        .slice(1)
        .flatMap(([name]) => inCode(name)),
    ).toEqual([...methodsUsed]);
  });

  test('shows lines that parse, with reasons that exist', () => {
    const lines =
      page
        .match(/```json\n([\s\S]*?)```/)?.[1]
        ?.trim()
        .split('\n') ?? [];
    expect(lines.length).toBeGreaterThan(2);
    for (const text of lines) {
      const entry = parseAuditLine(text);
      if (!entry.ok) throw new Error(text);
      expect(Object.keys(JSON.parse(text))).toEqual(expect.arrayContaining(Object.keys(entry.value)));
      expect([undefined, ...Object.keys(refusalCatalogue)]).toContain(entry.value.reason);
      expect([undefined, ...Object.keys(refusalCatalogue)]).toContain(entry.value.wouldRefuse);
      expect([undefined, ...Object.keys(mistakeSentences)]).toContain(entry.value.mistake);
    }
  });

  test('names only reasons that exist in its metric filters', () => {
    const named = [...section('Metrics').matchAll(/\$\.reason = "(\w+)"/g)].map((match) => match[1]);
    expect(named).toHaveLength(3);
    expect(Object.keys(refusalCatalogue)).toEqual(expect.arrayContaining(named));
  });

  test('shows the query that is run', () => {
    const shown = page.match(/```\n(filter [\s\S]*?)\n```/)?.[1]?.replace('\n', ' ');
    expect(shown).toBe(insightsQuery({ since: 1_792_749_600, until: 1_795_341_600 }));
  });
});
