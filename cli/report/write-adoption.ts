import { switchNames, waiverOf } from '../../shared/clients/present-client.ts';
import { percent } from '../../shared/number.ts';
import { policyLabel } from '../../shared/pkce/policy-label.ts';
import type {
  AdoptionReport,
  ClientAdoption,
  DecisionCounts,
  RefusalCount,
  RulesNow,
} from '../../shared/reports/adoption.ts';
import { asksPeople } from '../../shared/reports/replay.ts';
import { type Answer, answers } from '../../shared/reports/safe-to-enforce.ts';
import { issuedIn, usageClasses } from '../../shared/reports/usage.ts';
import { briefTime } from '../../shared/time.ts';
import { number, plural } from '../output.ts';
import { dayOf, minuteOf } from './period.ts';
import type { Section } from './section.ts';
import { sparkline, stepsPerCharacter } from './sparkline.ts';
import { answerTitle, stepName, stepTitle, usageWords } from './usage-words.ts';
import { describeUnreadable, type Written } from './written.ts';

/** Writes the adoption report: the trend, then the clients by the answer to whether they are ready, those that are not first. */
export function writeAdoption(report: AdoptionReport): Written {
  const { period, total, unreadable } = report;
  return {
    title: `PKCE adoption, ${minuteOf(period.since)} to ${minuteOf(period.until)} UTC`,
    lines: [
      `${plural(total.decisions, 'decision')} read, ${plural(total.authorizations.issued, 'code')} issued, ${plural(total.authorizations.refused, 'authorization request')} refused.`,
      `Global policy: default ${report.global.default}, floor ${report.global.floor}, mode ${report.global.mode}.`,
      describeAnswers(report),
      ...describeListed(report),
      ...describeUnreadable(unreadable),
    ],
    sections: [
      trendSection(report),
      ...clientsByAnswer(report).map(({ answer, clients }) => clientsSection(answer, clients, report)),
      rulesSection(report),
      refusalsSection('Refused', [...report.clients, ...withoutClient(report)], 'refused'),
      refusalsSection('Let through by report mode', report.clients, 'wouldRefuse'),
      waiversSection(report),
    ].filter(({ rows }) => rows.length > 0),
  };
}

/** The clients by answer, those that are not ready first, and then by use. */
export const clientsByAnswer = ({
  clients,
}: Pick<AdoptionReport, 'clients'>): { answer: Answer; clients: ClientAdoption[] }[] =>
  answers
    .map((answer) => ({
      answer,
      clients: clients
        .filter(({ safe }) => safe.answer === answer)
        .toSorted((one, other) => other.authorizations.issued - one.authorizations.issued),
    }))
    .filter((group) => group.clients.length > 0);

export function describeAnswers({ answers: counts, target }: Pick<AdoptionReport, 'answers' | 'target'>): string {
  const all = counts.yes + counts.no + counts.unknown;
  return `Safe to enforce ${target}: ${number(counts.yes)} of ${plural(all, 'client')}; not safe: ${number(counts.no)}; unknown: ${number(counts.unknown)}.`;
}

/** Says so when not all clients are listed. */
function describeListed({ answers: counts, clients }: AdoptionReport): string[] {
  const all = counts.yes + counts.no + counts.unknown;
  return clients.length === all ? [] : [`Listed: ${number(clients.length)} of them, as asked for.`];
}

/** Decisions that name no client, where every client is listed. */
const withoutClient = (report: AdoptionReport) =>
  describeListed(report).length > 0 ? [] : [{ client: '(no client)', ...report.withoutClient }];

export function describeRules(rules: RulesNow | undefined, disabled = false): string {
  if (rules === undefined) return 'no longer registered';
  const until = rules.enforceAfter === undefined ? '' : ` until ${briefTime(rules.enforceAfter)}`;
  const mode = rules.mode === 'report' ? `, report${until}` : '';
  return `${policyLabel(rules, rules.waiver)}${mode}${disabled ? ', disabled' : ''}`;
}

const usageColumns = usageClasses.map((used) => ({
  title: usageWords[used].heading,
  numeric: true,
  optional: used === 's256',
}));

const usageCells = (usage: DecisionCounts['usage']): string[] => usageClasses.map((used) => number(usage[used]));

/** How the use of PKCE changed: a row for each step, with the part of the codes that the target policy would issue as well. */
function trendSection({ total, stepDays }: AdoptionReport): Section {
  return {
    title: `All clients, by ${stepName(stepDays)}`,
    columns: [
      { title: stepTitle(stepDays) },
      { title: 'Codes', numeric: true },
      ...usageColumns,
      { title: 'safe', numeric: true },
      { title: '', unbroken: true },
    ],
    rows:
      total.decisions === 0
        ? []
        : total.trend.map(({ since, safe, ...usage }) => {
            const issued = issuedIn(usage);
            return [
              dayOf(since),
              number(issued),
              ...usageCells(usage),
              issued === 0 ? '' : percent(safe, issued),
              '█'.repeat(issued === 0 ? 0 : Math.round((safe / issued) * 20)),
            ];
          }),
  };
}

export function clientsSection(
  answer: Answer,
  clients: readonly ClientAdoption[],
  { target, stepDays }: AdoptionReport,
): Section {
  const together = stepsPerCharacter(clients[0]?.trend ?? []);
  return {
    title: `${answerTitle(answer, target)}: ${plural(clients.length, 'client')}`,
    columns: [
      { title: 'Client' },
      ...usageColumns,
      { title: 'would refuse', numeric: true, optional: true },
      {
        title: `safe by ${stepName((stepDays ?? 7) * together)}`,
        unbroken: true,
        optional: true,
      },
      { title: 'Why' },
    ],
    rows: clients.map((client) => {
      const reported = reportedAuthorizations(client);
      return [
        client.client,
        ...usageCells(client.usage),
        number(reported),
        sparkline(client.trend),
        client.safe.because,
      ];
    }),
  };
}

/** What applies to each client now. */
const rulesSection = (report: AdoptionReport): Section => ({
  title: 'Policies',
  columns: [
    { title: 'Client' },
    { title: 'Policy now' },
    { title: 'Switches', optional: true },
    { title: 'Waiver', optional: true },
    { title: 'Last without PKCE', optional: true },
  ],
  rows: clientsByAnswer(report)
    .flatMap(({ clients }) => clients)
    .map(({ client, rules, disabled, lastWithoutPkce }) => [
      client,
      describeRules(rules, disabled),
      (rules?.switches ?? []).map((name) => switchNames[name]).join(', '),
      rules === undefined ? '' : waiverOf(rules.waiver, report.at),
      lastWithoutPkce === undefined ? '' : dayOf(lastWithoutPkce),
    ]),
});

/** Counts only where requests begin, because the same sign-in may be reported again at /token. */
const reportedAuthorizations = ({ wouldRefuse }: DecisionCounts): number =>
  wouldRefuse.reduce((sum, { endpoint, count }) => (asksPeople(endpoint) ? sum + count : sum), 0);

function refusalsSection(
  title: string,
  clients: readonly ({ client: string } & DecisionCounts)[],
  which: 'refused' | 'wouldRefuse',
): Section {
  const row = (client: string, { endpoint, reason, mistake, count, last }: RefusalCount) => [
    client,
    endpoint,
    mistake === undefined ? reason : `${reason} (${mistake})`,
    number(count),
    minuteOf(last),
  ];
  return {
    title,
    columns: [
      { title: 'Client' },
      { title: 'Endpoint' },
      { title: 'Reason' },
      { title: 'Count', numeric: true },
      { title: 'Last' },
    ],
    rows: clients.flatMap((counts) => counts[which].map((refusal) => row(counts.client, refusal))),
  };
}

const waiversSection = ({ waiversEnding }: AdoptionReport): Section => ({
  title: 'Waivers ending within 14 days',
  columns: [{ title: 'Client' }, { title: 'Ends' }, { title: 'Left' }, { title: 'Owner' }, { title: 'Reason' }],
  rows: waiversEnding.map(({ client, until, daysLeft, owner, reason }) => [
    client,
    briefTime(until),
    plural(daysLeft, 'day'),
    owner,
    reason,
  ]),
});
