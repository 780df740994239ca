import { loggedClientId } from '../../../shared/audit/decision.ts';
import { single } from '../../../shared/oauth/parameters.ts';
import { type CatalogueEntry, refusalCatalogue } from '../../../shared/oauth/refusal-catalogue.ts';
import { refusalsPage } from '../../../shared/pages/console/refusals-page.ts';
import { reasonsOf } from '../../../shared/reports/overview.ts';
import type { ConsoleDeps } from '../console-deps.ts';
import { readFigures } from '../figures.ts';
import type { ShowPage } from '../visit.ts';

/** Every reason that this version knows. */
const catalogue = new Map(Object.entries<CatalogueEntry>(refusalCatalogue));

export const showRefusals: ShowPage = async ({ query }, deps) => {
  const asked = Number(single(query, 'days'));
  const days = [1, 7, 28, 84].includes(asked) ? asked : 7;
  const order = single(query, 'order') === 'frequent' ? 'frequent' : 'latest';
  const [figures, clientIds] = await Promise.all([readFigures(deps, days), idsByName(deps)]);
  const counted = reasonsOf(figures.tallied);
  const inOrder = order === 'frequent' ? counted : counted.toSorted((one, other) => other.last - one.last);
  const reasons = inOrder.map((reason) => {
    const { means, fix } = catalogue.get(reason.reason) ?? {};
    return { ...reason, means, fix, clientIds };
  });
  const { unreadable } = figures.tallied;
  return { page: refusalsPage(reasons, { days, order, unreadable, countedAt: figures.countedAt }) };
};

/** The ids of the clients by the names that the log has for them. */
export async function idsByName({ allClients }: Pick<ConsoleDeps, 'allClients'>): Promise<Map<string, string>> {
  const clients = await allClients();
  return new Map(clients.map(({ clientId }) => [loggedClientId(clientId), clientId]));
}
