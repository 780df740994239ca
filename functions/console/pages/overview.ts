import { auditVersion } from '../../../shared/audit/decision.ts';
import { endingSoon } from '../../../shared/clients/waiver.ts';
import { describeRing, rotationSettings } from '../../../shared/keys/key-ring.ts';
import { overviewPage } from '../../../shared/pages/console/overview-page.ts';
import { shippedGlobalPolicy } from '../../../shared/pkce/policy.ts';
import { overview, reasonsOf } from '../../../shared/reports/overview.ts';
import { readFigures } from '../figures.ts';
import type { ShowPage } from '../visit.ts';

const days = 28;

export const showOverview: ShowPage = async (_, deps) => {
  const [figures, clients, policy, keys] = await Promise.all([
    readFigures(deps, days),
    deps.allClients(),
    deps.clients.policyVersion(),
    deps.keys.list(),
  ]);
  const now = deps.now();
  const ring = describeRing(keys, now, rotationSettings).map(({ key, ...described }) => ({ ...key, ...described }));
  return {
    page: overviewPage({
      counts: overview(figures.rollUps, figures.days, figures.tallied),
      reasons: reasonsOf(figures.tallied),
      unreadable: figures.tallied.unreadable,
      waivers: endingSoon(clients, now),
      policy: policy?.value ?? shippedGlobalPolicy,
      policyVersion: policy?.version ?? 0,
      clients: clients.length,
      keys: ring,
      versions: { pixy: deps.version, node: process.version, auditLines: auditVersion },
      countedAt: figures.countedAt,
    }),
  };
};
