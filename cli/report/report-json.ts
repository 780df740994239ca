import type { AdoptionReport } from '../../shared/reports/adoption.ts';
import type { RefreshReport } from '../../shared/reports/refreshes.ts';
import type { Simulation } from '../../shared/reports/simulation.ts';
import { formatTime } from '../../shared/time.ts';

/** Members that hold times. */
const moments = new Set(['at', 'since', 'until', 'last', 'lastSeen', 'lastWithoutPkce', 'lastReplay', 'enforceAfter']);

/** Members whose name on the wire is not just ours in snake_case. */
const names: Readonly<Record<string, string>> = {
  client: 'client_id',
  name: 'client_name',
  global: 'policy',
  safe: 'safe_to_enforce',
};

/** The report as JSON: snake_case as everywhere on the wire, times as RFC 3339. */
export const reportJson = (report: AdoptionReport | RefreshReport | Simulation): unknown => toWire(report);

function toWire(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toWire);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([member, given]) => [
      names[member] ?? member.replace(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      moments.has(member) && typeof given === 'number' ? formatTime(given) : toWire(given),
    ]),
  );
}
