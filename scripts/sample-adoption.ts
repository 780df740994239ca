import { adoptionSvg } from '../cli/report/adoption-chart.ts';
import type { AuditEntry } from '../shared/audit/audit-entry.ts';
import { type AdoptionReport, adoption } from '../shared/reports/adoption.ts';
import {
  clientWith,
  day,
  issued,
  lastMonth,
  now,
  refusedFor,
  shipped,
  tallied,
  times,
} from '../test/report/made-up.ts';

const clients = [
  clientWith('shop-web'),
  clientWith('shop-ios', { isPublic: true }),
  clientWith('partner-portal', { policy: 'any' }),
  clientWith('warehouse-scanner', { policy: 'none', mode: 'report' }),
  clientWith('support-desk'),
  clientWith('intranet-wiki', { acceptLowercaseMethod: true }),
  clientWith('old-kiosk', { isPublic: true }),
];

/** So many a week, the oldest first: the last week of the period is the last number. */
const weekly = (counts: readonly number[], entry: AuditEntry): AuditEntry[] =>
  counts.flatMap((count, index) =>
    times(count, { ...entry, time: now - (counts.length - 1 - index) * 7 * day - 3_600 }),
  );

const entries: readonly AuditEntry[] = [
  weekly([138, 146, 162, 170], issued('shop-web', 'S256')),
  weekly([60, 95, 140, 185], issued('shop-ios', 'S256')),
  weekly([0, 5, 25, 60], issued('partner-portal', 'S256')),
  weekly([85, 70, 40, 15], issued('partner-portal', 'plain')),
  weekly([55, 50, 35, 20], issued('warehouse-scanner', 'none', { wouldRefuse: 'code_challenge_required' })),
  weekly([0, 4, 14, 22], issued('warehouse-scanner', 'S256')),
  weekly([18, 19, 18, 20], issued('support-desk', 'S256')),
  weekly([0, 0, 9, 3], refusedFor('code_challenge_required', 'support-desk', 'none')),
  weekly([10, 11, 8, 12], issued('intranet-wiki', 's256')),
  weekly([2, 1, 0, 0], issued('old-kiosk', 'missing')),
].flat();

/** The adoption of seven made-up clients in a month. */
export const sampleAdoption = (): AdoptionReport =>
  adoption({
    period: lastMonth,
    global: shipped,
    target: 'S256',
    minimumIssued: 10,
    now,
    clients,
    tallied: tallied(entries),
  });

/** Returns the chart of `pixy report adoption` for them, as SVG. */
export const sampleAdoptionChart = (): Promise<string> => adoptionSvg(sampleAdoption());
