import { isMadeFor } from '../../shared/clients/since.ts';
import type { Grant } from '../../shared/grants/grant.ts';
import { isInForce, isOfClient } from '../../shared/grants/judge-standing.ts';
import type { Home } from '../../shared/home.ts';
import type { Detail } from '../../shared/oauth/authorization-details.ts';
import { tokenExchange } from '../../shared/oauth/server-metadata.ts';
import type { AccountPage } from '../../shared/pages/account-page.ts';
import type { Account } from '../../shared/people/account.ts';
import { clientEpochOf, mayAct } from '../../shared/people/still-valid.ts';
import { clientsOf } from '../clients-of.ts';
import type { AccountDeps } from './account-deps.ts';

/** An app as the page shows it, its authorization details not yet in words. */
export type ListedApp = Omit<AccountPage['apps'][number], 'details'> & { details: readonly Detail[] };

type AppDeps = Pick<AccountDeps, 'accounts' | 'consents' | 'grants' | 'clients' | 'tidyUp' | 'now'>;

/** Seconds. No access token lives for longer (shared/config.ts). */
const longestToken = 86_400;

type Told = Pick<Grant, 'details'> & { scope: readonly string[] };

/** The clients that a person allowed something, those that act for them, and those that get or have tokens in their name, in the order of their names; and a region that has not said which. */
export async function listApps(
  account: Account,
  deps: AppDeps,
): Promise<{ apps: ListedApp[]; missing?: Home | undefined }> {
  const { sub } = account;
  const now = deps.now();
  const [consents, { grants, missing }] = await Promise.all([deps.consents.list(sub), deps.grants.listReachable(sub)]);
  const apps = new Map<string, { allowedAt?: number; actedAt?: number; scope: Set<string>; details: Set<Detail> }>();
  const note = (clientId: string, what: 'allowedAt' | 'actedAt', at: number, { scope, details = [] }: Told) => {
    const known = apps.get(clientId) ?? { scope: new Set<string>(), details: new Set<Detail>() };
    for (const value of scope) known.scope.add(value);
    for (const detail of details) known.details.add(detail);
    apps.set(clientId, { ...known, [what]: Math.max(known[what] ?? 0, at) });
  };
  const clients = await clientsOf([...consents, ...grants], deps.clients);
  for (const { clientId, clientEpoch, clientSince, grantedAt, scope } of consents) {
    const client = clients.get(clientId);
    if (client && !isMadeFor({ clientSince, at: grantedAt }, client)) continue;
    if (clientEpoch === clientEpochOf(account, clientId)) note(clientId, 'allowedAt', grantedAt, { scope });
  }
  for (const grant of grants) {
    const { clientId, issuedAt, refresh, expiresAt } = grant;
    const end = refresh ? Math.min(refresh.idleUntil, refresh.endsAt) : expiresAt;
    const client = clients.get(clientId);
    if (!isInForce(grant, account, sub) || (client && !isOfClient(grant, client))) continue;
    if (now < end) note(clientId, 'allowedAt', issuedAt, grant);
    for (const actor of grant.acting) {
      const mayHaveToken = now < Math.max(end, actor.at + longestToken);
      if (mayHaveToken && mayAct(account, actor.clientId, issuedAt)) {
        note(actor.clientId, 'actedAt', actor.at, actor);
      }
    }
  }
  const named = await Promise.all(
    [...apps].map(async ([id, { scope, details, ...times }]) => {
      const client = await deps.clients.find(id);
      return { id, clientName: client?.clientName ?? id, ...times, scope: [...scope], details: [...details] };
    }),
  );
  return { apps: named.toSorted((one, other) => one.clientName.localeCompare(other.clientName)), missing };
}

/**
 * The client has to ask again, and what it has is worth nothing: one write says so, and what follows tidies up. For a client that is
 * not registered any more there is no such write, for anybody can make up an id: what it left behind is deleted.
 */
export async function revokeApp(sub: string, clientId: string, deps: AppDeps): Promise<void> {
  const client = await deps.clients.find(clientId);
  const actingEndsAt = client?.grantTypes.includes(tokenExchange) ? deps.now() : undefined;
  const current = client && (await deps.accounts.takeBackFrom(sub, clientId, actingEndsAt));
  const left = [
    () => deps.consents.revoke(sub, clientId),
    () => deps.grants.clearAway(sub, { counter: 'clientEpoch', current, clientId }, deps.now()),
  ];
  await Promise.all(left.map((work) => (current === undefined ? work() : deps.tidyUp(work))));
}
