import { describe, expect, test } from 'vitest';
import type { AuditEntry } from '../../shared/audit/audit-entry.ts';
import { refusalCatalogue } from '../../shared/oauth/refusal-catalogue.ts';
import { decisionLine } from '../../shared/reports/decision-line.ts';

const time = 1_795_341_600;
const entry = (more: Partial<AuditEntry>): AuditEntry => ({
  v: 1,
  time,
  request: 'r',
  endpoint: 'authorize',
  verdict: 'allowed',
  client: 'shop',
  ...more,
});
/** Without the time, which depends on where the reader is. */
const said = (more: Partial<AuditEntry>): string => decisionLine(entry(more)).slice('00:00:00  '.length);

describe('a decision in words', () => {
  test('begins with the time of day of the reader', () => {
    expect(decisionLine(entry({}))).toMatch(/^\d\d:\d\d:00 {2}allowed {4}authorize {3}shop$/);
  });

  test.each(Object.entries(refusalCatalogue))('says how to mend every reason: %s', (reason, { fix }) => {
    expect(said({ verdict: 'refused', reason })).toBe(`refused    authorize   shop          ${reason}: ${fix}`);
  });

  test('says what a later version would have to explain', () => {
    expect(said({ verdict: 'refused', reason: 'constructor' })).toContain('constructor: see docs/errors.md');
  });

  test.each<[Partial<AuditEntry>, string]>([
    [{ endpoint: 'token', grant: 'refresh_token', refresh: 'replay' }, 'replaced refresh token: replay'],
    [{ wouldRefuse: 'code_challenge_required' }, 'enforce would refuse it: code_challenge_required: '],
    [
      { dropped: 'scope' },
      'dropped scope values that the client is not registered for: pixy policy explain shop --scope "…"',
    ],
    [{ dropped: 'claim' }, 'dropped claims that the client is not registered for, or that are too large for a token'],
    [{ verdict: 'failed', reason: 'store_unavailable', cause: 'StoreUnavailable < TimeoutError' }, 'TimeoutError'],
    [{ client: undefined }, 'authorize   -'],
  ])('says the rest: %o', (more, text) => {
    expect(said(more)).toContain(text);
  });

  test('is one line that commands no terminal, whatever the client is called', () => {
    expect(said({ client: 'a\u001b[2J\n\u2028b' })).toMatch(/^[\x20-\x7e]+$/);
  });
});
