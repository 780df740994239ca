import { adoptionSvg } from '../cli/report/adoption-chart.ts';
import { adoption } from '../shared/reports/adoption.ts';
import {
  clientWith,
  type Entries,
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
];

const entries: Entries = [
  times(620, issued('shop-web', 'S256')),
  times(480, issued('shop-ios', 'S256')),
  times(90, issued('partner-portal', 'S256')),
  times(210, issued('partner-portal', 'plain')),
  times(160, issued('warehouse-scanner', 'none', { wouldRefuse: 'code_challenge_required' })),
  times(40, issued('warehouse-scanner', 'S256')),
  times(75, issued('support-desk', 'S256')),
  times(12, refusedFor('code_challenge_required', 'support-desk', 'none')),
];

/** Returns the chart of `pixy report adoption` for five made-up clients, as SVG. */
export const sampleAdoptionChart = (): Promise<string> =>
  adoptionSvg(
    adoption({
      period: lastMonth,
      global: shipped,
      target: 'S256',
      minimumIssued: 10,
      now,
      clients,
      tallied: tallied(...entries),
    }),
  );
