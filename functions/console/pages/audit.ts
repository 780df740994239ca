import { html } from 'hono/html';
import { loggedClientId } from '../../../shared/audit/decision.ts';
import { type Parameters, single } from '../../../shared/oauth/parameters.ts';
import { auditPage } from '../../../shared/pages/console/audit-page.ts';
import type { ConsolePage } from '../../../shared/pages/console/console-page.ts';
import { notice } from '../../../shared/pages/console/parts.ts';
import type { AuditAnswer, AuditQuestion } from '../../../shared/reports/audit-search.ts';
import { dayOf, isDay } from '../../../shared/reports/days.ts';
import { LedgerUnavailable } from '../../../shared/reports/ledger.ts';
import type { ConsoleDeps } from '../console-deps.ts';
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
    wrong === undefined ? search({ ...question, client: named(question.client) }, deps) : nothing,
    idsByName(deps),
  ]);
  const page = auditPage({ ...question, wrong }, answer ?? nothing, { clientIds, today });
  if (answer === undefined) return { page: unavailable(page), refused: 'store_unavailable' };
  return { page, ...(wrong !== undefined && { refused: 'query_invalid' }) };
};

/** Undefined when the log cannot be read at the moment. */
async function search(
  question: AuditQuestion,
  { searchAudit }: Pick<ConsoleDeps, 'searchAudit'>,
): Promise<AuditAnswer | undefined> {
  try {
    return await searchAudit(question, onePage);
  } catch (error) {
    if (error instanceof LedgerUnavailable) return undefined;
    throw error;
  }
}

const unavailable = (page: ConsolePage): ConsolePage => ({
  ...page,
  status: 503,
  content: html`${notice('wrong', 'The audit log cannot be searched at the moment. Try again in a minute, or ask for another day.')}
${page.content}`,
});

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
