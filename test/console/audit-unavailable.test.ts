import { expect, test } from 'vitest';
import type { ConsoleDeps } from '../../functions/console/console-deps.ts';
import { showAudit } from '../../functions/console/pages/audit.ts';
import type { Visit } from '../../functions/console/visit.ts';
import { searchLogGroups } from '../../shared/reports/audit-search-store.ts';

/** A console whose CloudWatch Logs answers with an error. */
const deps = {
  now: () => 1_800_000_000,
  allClients: async () => [],
  searchAudit: searchLogGroups(['a-log-group'], {
    client: { send: () => Promise.reject(new Error('AccessDenied for arn:aws:logs:secret')) } as never,
  }),
} as unknown as ConsoleDeps;

const visit = { query: { values: new Map(), duplicated: new Set(), malformed: new Set() } } as unknown as Visit;

test('an audit log that cannot be searched is a sentence and a 503, without what AWS says', async () => {
  const shown = await showAudit(visit, deps);
  expect(shown).toMatchObject({ refused: 'store_unavailable', page: { status: 503 } });
  const text = String('page' in shown ? await shown.page.content : '');
  expect(text).toContain('The audit log cannot be searched at the moment');
  expect(text).not.toContain('arn:aws');
});
