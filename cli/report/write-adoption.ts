import type { MethodUsed } from '../../shared/audit/decision.ts';
import { policyLabel } from '../../shared/pkce/policy-label.ts';
import type {
  AdoptionReport,
  ClientAdoption,
  DecisionCounts,
  RefusalCount,
  RulesNow,
} from '../../shared/reports/adoption.ts';
import { asksPeople } from '../../shared/reports/replay.ts';
import { briefTime } from '../../shared/time.ts';
import { switchNames, waiverOf } from '../present-client.ts';
import { dayOf, minuteOf } from './period.ts';
import { describeUnreadable, number, plural, type Section, type Written } from './written.ts';

/** Writes the adoption report, starting with clients that are not ready. */
export function writeAdoption(report: AdoptionReport): Written {
  const { period, total, target, unreadable } = report;
  return {
    title: `PKCE adoption, ${minuteOf(period.since)} to ${minuteOf(period.until)} UTC`,
    lines: [
      `${plural(total.decisions, 'decision')} read, ${plural(total.authorizations.issued, 'code')} issued, ${plural(total.authorizations.refused, 'authorization request')} refused.`,
      `Global policy: default ${report.global.default}, floor ${report.global.floor}, mode ${report.global.mode}.`,
      describeAnswers(report),
      ...describeUnreadable(unreadable),
    ],
    sections: [
      clientsSection(byUrgency(report.clients), target),
      refusalsSection('Refused', [...report.clients, { client: '(no client)', ...report.withoutClient }], 'refused'),
      refusalsSection('Let through by report mode', report.clients, 'wouldRefuse'),
      exceptionsSection(report),
      waiversSection(report),
    ].filter(({ rows }) => rows.length > 0),
  };
}

const urgency = { no: 0, unknown: 1, yes: 2 };

/** Sorts clients that are not ready first, then by use. */
export const byUrgency = (clients: readonly ClientAdoption[]): ClientAdoption[] =>
  clients.toSorted(
    (one, other) =>
      urgency[one.safe.answer] - urgency[other.safe.answer] || other.authorizations.issued - one.authorizations.issued,
  );

export function describeAnswers({ clients, target }: Pick<AdoptionReport, 'clients' | 'target'>): string {
  const count = (answer: string) => number(clients.filter(({ safe }) => safe.answer === answer).length);
  return `Safe to enforce ${target}: ${count('yes')} of ${plural(clients.length, 'client')}; not safe: ${count('no')}; unknown: ${count('unknown')}.`;
}

/** Groups issued codes into the classes that people think in. */
export function issuedBy({ methods }: Pick<DecisionCounts, 'methods'>) {
  const issued = (...used: MethodUsed[]) => used.reduce((sum, method) => sum + methods[method].issued, 0);
  return {
    S256: issued('S256', 's256'),
    lowercase: issued('s256'),
    plain: issued('plain', 'short_plain'),
    missing: issued('missing', 'short_missing'),
    none: issued('none'),
  };
}

export function describeRules(rules: RulesNow | undefined, disabled = false): string {
  if (rules === undefined) return 'no longer registered';
  const until = rules.enforceAfter === undefined ? '' : ` until ${briefTime(rules.enforceAfter)}`;
  const mode = rules.mode === 'report' ? `, report${until}` : '';
  return `${policyLabel(rules, rules.waiver)}${mode}${disabled ? ', disabled' : ''}`;
}

function clientsSection(clients: readonly ClientAdoption[], target: string): Section {
  return {
    title: 'Clients',
    columns: [
      { title: 'Client' },
      { title: 'Policy now' },
      ...['S256', 'Plain', 'No method', 'None', 'Refused', 'Would refuse'].map((title) => ({ title, numeric: true })),
      { title: 'Last without PKCE' },
      { title: `Safe to enforce ${target}` },
    ],
    rows: clients.map((client) => {
      const { S256, lowercase, plain, missing, none } = issuedBy(client);
      return [
        client.client,
        describeRules(client.rules, client.disabled),
        lowercase > 0 ? `${number(S256)} (${number(lowercase)} as s256)` : number(S256),
        ...[plain, missing, none, client.authorizations.refused, reportedAuthorizations(client)].map(number),
        client.lastWithoutPkce === undefined ? '' : dayOf(client.lastWithoutPkce),
        `${client.safe.answer}: ${client.safe.because}`,
      ];
    }),
  };
}

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

const exceptionsSection = ({ clients, at }: AdoptionReport): Section => ({
  title: 'Compatibility switches and waivers',
  columns: [{ title: 'Client' }, { title: 'Switches' }, { title: 'Waiver' }],
  rows: clients.flatMap(({ client, rules }) =>
    rules === undefined || (rules.switches.length === 0 && rules.waiver === undefined)
      ? []
      : [[client, rules.switches.map((name) => switchNames[name]).join(', '), waiverOf(rules.waiver, at)]],
  ),
});

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
