import { html } from 'hono/html';
import type { Unreadable } from '../../audit/audit-entry.ts';
import type { SafeToEnforce } from '../../reports/safe-to-enforce.ts';
import { type ClientTrend, type Move, shownKinds, type Trend } from '../../reports/trend.ts';
import type { Markup } from '../look.ts';
import { kindNames, legend, smallWeeks, weekChart } from './charts/columns.ts';
import type { ConsolePage } from './console-page.ts';
import { clientLink } from './links.ts';
import { countedText, unreadableNotice } from './overview-page.ts';
import { badge, type Content, card, number, plural, select, table, tiles } from './parts.ts';

export type AdoptionLine = ClientTrend & {
  /** Absent for a client that is in the log alone. */
  clientId: string | undefined;
  policy: string;
  safe: SafeToEnforce;
};

type AdoptionFilter = { target: 'S256' | 'any'; safe?: string | undefined; move?: string | undefined };

export type AdoptionData = {
  filter: AdoptionFilter;
  trend: Trend;
  /** What the filter left of the clients. */
  lines: readonly AdoptionLine[];
  answers: Readonly<Record<SafeToEnforce['answer'], number>>;
  unreadable: Readonly<Record<Unreadable, number>>;
  countedAt: number | undefined;
};

const answerKinds = { yes: 'good', no: 'bad', unknown: '' } as const;

const moveKinds: Record<Move, 'good' | 'bad' | ''> = {
  'to S256': 'good',
  'towards S256': 'good',
  'away from S256': 'bad',
  unchanged: '',
};

/** How each client used PKCE, week by week, and whether a policy can be enforced for it. */
export function adoptionPage(data: AdoptionData): ConsolePage {
  const { filter, trend, answers, unreadable, countedAt } = data;
  const moved = trend.clients.filter(({ move }) => move === 'to S256' || move === 'towards S256').length;
  return {
    title: 'Adoption',
    place: 'adoption',
    content: html`<h1>Adoption</h1>
<p class="lead">How clients used PKCE in ${plural(trend.weeks.length, 'week')}, and for which of them ${filter.target} can be enforced without breaking a sign-in that works today. ${countedText(countedAt)}</p>
${unreadableNotice(unreadable)}
${tiles([
  { name: `safe to enforce ${filter.target}`, value: number(answers.yes) },
  { name: 'not safe', value: number(answers.no) },
  { name: 'unknown: too few codes', value: number(answers.unknown) },
  { name: 'moved to S256, or closer', value: number(moved) },
])}
${card('All clients by week', html`${legend()}${weekChart('Requests of all clients by week', trend.weeks)}`)}
<form class="filter" method="get">
${select(
  'target',
  'Policy to enforce',
  [
    { value: 'S256', text: 'S256' },
    { value: 'any', text: 'any' },
  ],
  filter.target,
)}
${select('safe', 'Safe', oneOf(['yes', 'no', 'unknown']), filter.safe)}
${select('move', 'Who moved', oneOf(Object.keys(moveKinds)), filter.move)}
<div><button class="second">Filter</button></div>
</form>
${card(plural(data.lines.length, 'client'), lineTable(data))}`,
  };
}

const oneOf = (values: readonly string[]) => [
  { value: '', text: 'all' },
  ...values.map((value) => ({ value, text: value })),
];

const lineTable = ({ lines, filter, trend }: AdoptionData): Content =>
  lines.length === 0
    ? html`<p>No client is like this.</p>`
    : table(
        'Clients',
        [
          'Client',
          `Safe to enforce ${filter.target}`,
          `${trend.weeks.length} weeks`,
          ...shownKinds.map((kind) => ({ title: shortNames[kind] ?? kindNames[kind], isNumber: true })),
          'Moved',
        ],
        lines.map(row),
      );

const shortNames: Partial<Record<(typeof shownKinds)[number], string>> = { lowercase: 's256' };

const row = ({ client, clientId, policy, safe, weeks, mix, move }: AdoptionLine): Content[] => [
  html`${clientId === undefined ? client : clientLink(clientId)}<br><span class="soft">${policy}</span>`,
  html`${badge(safe.answer, answerKinds[safe.answer])}<br><span class="soft">${safe.because}</span>`,
  smallWeeks(client, weeks),
  ...shownKinds.map((kind) => number(mix[kind])),
  moveBadge(move),
];

const moveBadge = (move: Move): Markup | '' => (move === 'unchanged' ? '' : badge(move, moveKinds[move]));
