import { isManager } from '../../../shared/apis/management-api.ts';
import { loggedClientId } from '../../../shared/audit/decision.ts';
import { clientDocument } from '../../../shared/clients/client-document.ts';
import { explainClient } from '../../../shared/clients/explain-client.ts';
import { kindOf, policyOf, switchesOf, waiverOf } from '../../../shared/clients/present-client.ts';
import { policySettings, type RegisteredClient } from '../../../shared/clients/registered-client.ts';
import { single } from '../../../shared/oauth/parameters.ts';
import { clientPage } from '../../../shared/pages/console/client-page.ts';
import { type ClientFilter, type ClientLine, clientsPage } from '../../../shared/pages/console/clients-page.ts';
import { type GlobalPolicy, resolveRules } from '../../../shared/pkce/policy.ts';
import { modeLabel } from '../../../shared/pkce/policy-label.ts';
import { reasonsOf } from '../../../shared/reports/overview.ts';
import { safeToEnforce } from '../../../shared/reports/safe-to-enforce.ts';
import { lastSeen } from '../../../shared/reports/tally.ts';
import { trend } from '../../../shared/reports/trend.ts';
import { readFigures } from '../figures.ts';
import type { ShowPage } from '../visit.ts';
import { missingPage } from './missing.ts';

const days = 28;

export const showClients: ShowPage = async ({ query, operator }, deps) => {
  const [found, global, figures] = await Promise.all([
    deps.allClients(),
    deps.clients.policy(),
    readFigures(deps, days),
  ]);
  const filter: ClientFilter = {
    q: single(query, 'q'),
    kind: single(query, 'kind'),
    policy: single(query, 'policy'),
    state: single(query, 'state'),
  };
  const now = deps.now();
  const seen = lastSeen(
    figures.tallied,
    found.map(({ clientId }) => clientId),
  );
  const left = found.filter((client) => passes(client, filter, global, now));
  const lines = left.map((client) => lineOf(client, global, now, seen.get(client.clientId)));
  return { page: clientsPage(filter, lines, { all: found.length, mayWrite: operator.mayWrite, days }) };
};

function passes(
  client: RegisteredClient,
  { q = '', kind = '', policy = '', state = '' }: ClientFilter,
  global: GlobalPolicy,
  now: number,
): boolean {
  const rules = resolveRules(policySettings(client), global, now);
  const named = `${client.clientId}\n${client.clientName ?? ''}`.toLowerCase();
  const states: Record<string, boolean> = {
    enabled: !client.disabled,
    disabled: client.disabled,
    'report mode': rules.mode === 'report',
    'with a waiver': client.pkce.waiver !== undefined,
  };
  const isOfKind = kind === 'not registered' ? client.clientClass !== undefined : kindOf(client).startsWith(kind);
  return (
    named.includes(q.toLowerCase()) && isOfKind && (policy === '' || rules.policy === policy) && (states[state] ?? true)
  );
}

const lineOf = (client: RegisteredClient, global: GlobalPolicy, now: number, seen: number | undefined): ClientLine => ({
  clientId: client.clientId,
  name: client.clientName,
  kind: kindOf(client),
  policy: policyOf(client, global, now),
  mode: modeLabel(policySettings(client), global, now),
  waiver: waiverOf(client.pkce.waiver, now),
  switches: switchesOf(client),
  lastSeen: seen,
  isDisabled: client.disabled,
});

/** Weeks of days that the page of one client shows. */
const weeksOfClient = 12;

/** As many issued codes it takes to call a client safe, as in `pixy report adoption`. */
export const minimumIssued = 10;

export const showClient: ShowPage = async ({ name, operator }, deps) => {
  const [found, global, figures, changes] = await Promise.all([
    deps.clients.findVersion(name),
    deps.clients.policy(),
    readFigures(deps, weeksOfClient * 7),
    deps.clients.changesPage(10, { client: name }),
  ]);
  // Who is not registered has no version: what its document said last is all there is.
  const client = found?.value ?? (await deps.allClients()).find(({ clientId }) => clientId === name);
  if (client === undefined) return missingPage('client', 'clients');
  const now = deps.now();
  const logged = loggedClientId(name);
  const tallied = { ...figures.tallied, tallies: figures.tallied.tallies.filter(({ client: one }) => one === logged) };
  const { steps, passes: passing } = explainClient(client, {}, global, now);
  const question = { target: 'S256', minimumIssued, global, now } as const;
  return {
    page: clientPage({
      clientId: name,
      name: client.clientName,
      document: clientDocument(client),
      kind: kindOf(client),
      policy: policyOf(client, global, now),
      mode: modeLabel(policySettings(client), global, now),
      version: found?.value && found.version,
      isDisabled: client.disabled,
      mayChange: operator.mayWrite && found?.value !== undefined && !isManager(client),
      secrets: client.secretHashes.length,
      hasWaiver: client.pkce.waiver !== undefined,
      steps,
      passes: passing,
      trend: trend(figures.rollUps, figures.days).clients.find((one) => one.client === logged),
      safe: safeToEnforce(tallied.tallies, policySettings(client), question),
      lastSeen: lastSeen(tallied, [name]).get(name),
      reasons: reasonsOf(tallied),
      changes: changes.items,
    }),
  };
};
