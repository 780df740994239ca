import { loggedClientId } from '../../../shared/audit/decision.ts';
import { type Parameters, single } from '../../../shared/oauth/parameters.ts';
import { auditPage } from '../../../shared/pages/console/audit-page.ts';
import type { AuditQuestion } from '../../../shared/reports/audit-search.ts';
import { dayOf, isDay } from '../../../shared/reports/days.ts';
import type { ShowPage } from '../visit.ts';
import { idsByName } from './refusals.ts';

const onePage = 100;

export const showAudit: ShowPage = async ({ query }, deps) => {
  const today = dayOf(deps.now());
  const asked = single(query, 'day') ?? today;
  const wrong = isDay(asked) ? undefined : 'That is not a day like 2026-11-22.';
  const question = { ...questionOf(query), day: wrong === undefined ? asked : today };
  const nothing = { entries: [], hasMore: false, unreadable: { broken: 0, other_version: 0 } };
  const [answer, clientIds] = await Promise.all([
    wrong === undefined ? deps.searchAudit({ ...question, client: named(question.client) }, onePage) : nothing,
    idsByName(deps),
  ]);
  return {
    page: auditPage({ ...question, wrong }, answer, { clientIds, today }),
    ...(wrong !== undefined && { refused: 'query_invalid' }),
  };
};

const questionOf = (query: Parameters): Omit<AuditQuestion, 'day'> => ({
  client: single(query, 'client')?.trim(),
  endpoint: single(query, 'endpoint')?.trim(),
  verdict: single(query, 'verdict'),
  reason: single(query, 'reason')?.trim(),
  request: single(query, 'request')?.trim(),
});

/** What the log calls a client. A hash is what it already is. */
const named = (client: string | undefined): string | undefined =>
  client === undefined || client.startsWith('sha256:') ? client : loggedClientId(client);
