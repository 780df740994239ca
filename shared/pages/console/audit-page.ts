import { html } from 'hono/html';
import type { AuditEntry } from '../../audit/audit-entry.ts';
import { verdicts } from '../../audit/decision.ts';
import type { AuditAnswer, AuditQuestion } from '../../reports/audit-search.ts';
import { daysFrom } from '../../reports/days.ts';
import { formatTime } from '../../time.ts';
import type { ConsolePage } from './console-page.ts';
import { asked, clientLink, reasonLink } from './links.ts';
import { unreadableNotice } from './overview-page.ts';
import { badge, type Content, entry, plural, select, table } from './parts.ts';

/** The lines of one day that fit a question. `clientIds`: the ids of clients by the names of the log. */
export function auditPage(
  question: AuditQuestion & { wrong?: string | undefined },
  { entries, hasMore, unreadable }: AuditAnswer,
  { clientIds, today }: { clientIds: ReadonlyMap<string, string>; today: string },
): ConsolePage {
  const { day, client, endpoint, verdict, reason, request, wrong } = question;
  const other = (count: number) => asked('audit', { ...question, wrong: undefined, day: daysFrom(day, count) });
  return {
    title: 'Audit log',
    place: 'audit',
    status: wrong === undefined ? 200 : 400,
    content: html`<h1>Audit log</h1>
<p class="lead">Every decision of the server, one line each. No line holds a code, a token, a password or who a person is.</p>
${unreadableNotice(unreadable)}
<form class="filter" method="get">
${entry({ name: 'day', label: 'Day (UTC)', value: day, type: 'date', isRequired: true, longest: 10, problem: wrong })}
${entry({ name: 'client', label: 'Client', value: client, longest: 255 })}
${select('verdict', 'Verdict', [{ value: '', text: 'all' }, ...verdicts.map((value) => ({ value, text: value }))], verdict)}
${entry({ name: 'reason', label: 'Reason', value: reason, longest: 64 })}
${entry({ name: 'endpoint', label: 'Endpoint', value: endpoint, longest: 32 })}
${entry({ name: 'request', label: 'Request id', value: request, longest: 100 })}
<div><button class="second">Search</button></div>
</form>
<p class="side"><a href="${other(-1)}">The day before</a>${day < today ? html`<a href="${other(1)}">The day after</a>` : ''}</p>
<section class="card"><p class="soft">${hasMore ? `The latest ${plural(entries.length, 'line')} of more: ask for less to see others.` : `${plural(entries.length, 'line')}.`}</p>
${entries.length === 0 ? '' : table('Lines', ['Time (UTC)', 'Verdict', 'Endpoint', 'Client', 'Reason', 'PKCE', 'More', 'Request id'], entries.map(row(clientIds)))}</section>`,
  };
}

const kinds = { allowed: 'good', refused: 'bad', failed: 'bad', continued: '' } as const;

const row =
  (clientIds: ReadonlyMap<string, string>) =>
  (line: AuditEntry): Content[] => {
    const clientId = clientIds.get(line.client ?? '');
    return [
      html`<span class="when">${formatTime(line.time).slice(11, 19)}</span>`,
      badge(line.verdict, kinds[line.verdict]),
      line.endpoint,
      clientId === undefined ? (line.client ?? '') : clientLink(clientId),
      line.reason === undefined ? '' : reasonLink(line.reason),
      [line.method, line.policy && `${line.policy}${line.mode === 'report' ? ', report' : ''}`]
        .filter((part) => part !== undefined)
        .join(' under '),
      moreOf(line),
      html`<code>${line.request}</code>`,
    ];
  };

const moreOf = ({ grant, mistake, wouldRefuse, refresh, dropped, credential, workload, cause }: AuditEntry): string =>
  [
    grant,
    mistake,
    wouldRefuse && `enforce would refuse it: ${wouldRefuse}`,
    refresh && `refresh token: ${refresh}`,
    dropped && `dropped: ${dropped}`,
    credential,
    workload,
    cause,
  ]
    .filter((part) => part !== undefined && part !== '')
    .join('; ');
