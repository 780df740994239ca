import { html } from 'hono/html';
import { loggedClientId } from '../../../shared/audit/decision.ts';
import { type Parameters, single } from '../../../shared/oauth/parameters.ts';
import { auditPage } from '../../../shared/pages/console/audit-page.ts';
import type { ConsolePage } from '../../../shared/pages/console/console-page.ts';
import { notice } from '../../../shared/pages/console/parts.ts';
import type { AuditAnswer, AuditQuestion } from '../../../shared/reports/audit-search.ts';
import { type Day, dayOf, isDay } from '../../../shared/reports/days.ts';
import { LedgerUnavailable } from '../../../shared/reports/ledger.ts';
import type { ConsoleDeps } from '../console-deps.ts';
import type { Shown, ShowPage } from '../visit.ts';
import { idsByName } from './refusals.ts';

const onePage = 100;

export const showAudit: ShowPage = async ({ query }, deps) => {
  const today = dayOf(deps.now());
  const asked = single(query, 'day') ?? today;
  const wrong = isDay(asked) && years.test(asked) ? undefined : 'That is not a day like 2026-11-22.';
  const sought = questionOf(query);
  const tooLong = Object.entries(longest).filter(([name, most]) => (sought[name as Sought] ?? '').length > most);
  if (tooLong.length > 0) return tooMuch(tooLong, today);
  const question = { ...sought, day: wrong === undefined ? asked : today };
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
export async function search(
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

/** Years that a log of this server may be of. */
const years = /^2\d{3}-/;

/** No line has a longer one, and CloudWatch Logs takes no query of more than 10,000 characters. */
const longest = { client: 255, endpoint: 32, verdict: 16, reason: 64, request: 100 } as const;

type Sought = keyof typeof longest;

function tooMuch(names: readonly (readonly [string, number])[], today: Day): Shown {
  const nothing = { entries: [], hasMore: false, unreadable: { broken: 0, other_version: 0 } };
  const page = auditPage({ day: today }, nothing, { clientIds: new Map(), today });
  const sentences = names.map(([name, most]) => `The ${name} is longer than ${most} characters.`);
  const content = html`${notice('wrong', sentences.join(' '))}\n${page.content}`;
  return { page: { ...page, status: 400, content }, refused: 'query_invalid' };
}

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
