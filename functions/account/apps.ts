import { isInForce } from '../../shared/grants/judge-standing.ts';
import type { AccountPage } from '../../shared/pages/account-page.ts';
import type { Account } from '../../shared/people/account.ts';
import { clientEpochOf } from '../../shared/people/still-valid.ts';
import type { AccountDeps } from './account-deps.ts';

type AppDeps = Pick<AccountDeps, 'accounts' | 'consents' | 'grants' | 'clients' | 'tidyUp' | 'now'>;

/** The clients that a person allowed something, and those that get or have tokens in their name, in the order of their names. */
export async function listApps(account: Account, deps: AppDeps): Promise<AccountPage['apps']> {
  const { sub } = account;
  const now = deps.now();
  const [consents, grants] = await Promise.all([deps.consents.list(sub), deps.grants.listOf(sub)]);
  const apps = new Map<string, { allowedAt: number; scope: Set<string> }>();
  const note = (clientId: string, allowedAt: number, scope: readonly string[]) => {
    const known = apps.get(clientId) ?? { allowedAt, scope: new Set<string>() };
    for (const value of scope) known.scope.add(value);
    apps.set(clientId, { ...known, allowedAt: Math.max(known.allowedAt, allowedAt) });
  };
  for (const { clientId, clientEpoch, grantedAt, scope } of consents) {
    if (clientEpoch === clientEpochOf(account, clientId)) note(clientId, grantedAt, scope);
  }
  for (const grant of grants) {
    const { clientId, issuedAt, scope, refresh, expiresAt } = grant;
    const end = refresh ? Math.min(refresh.idleUntil, refresh.endsAt) : expiresAt;
    if (now < end && isInForce(grant, account, sub)) note(clientId, issuedAt, scope);
  }
  const named = await Promise.all(
    [...apps].map(async ([id, { allowedAt, scope }]) => {
      const client = await deps.clients.find(id);
      return { id, clientName: client?.clientName ?? id, allowedAt, scope: [...scope] };
    }),
  );
  return named.toSorted((one, other) => one.clientName.localeCompare(other.clientName));
}

/**
 * The client has to ask again, and what it has is worth nothing: one write says so, and what follows tidies up. For a client that is
 * not registered any more there is no such write, for anybody can make up an id: what it left behind is deleted.
 */
export async function revokeApp(sub: string, clientId: string, deps: AppDeps): Promise<void> {
  const client = await deps.clients.find(clientId);
  const current = client && (await deps.accounts.takeBackFrom(sub, clientId));
  const left = [
    () => deps.consents.revoke(sub, clientId),
    () => deps.grants.clearAway(sub, { counter: 'clientEpoch', current, clientId }, deps.now()),
  ];
  await Promise.all(left.map((work) => (current === undefined ? work() : deps.tidyUp(work))));
}
