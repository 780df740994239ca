import type { AccountPage } from '../../shared/pages/account-page.ts';
import type { AccountDeps } from './account-deps.ts';

type AppDeps = Pick<AccountDeps, 'consents' | 'grants' | 'clients'>;

/** The clients that a person allowed something, and those that can refresh tokens in their name, in the order of their names. */
export async function listApps(sub: string, deps: AppDeps, now: number): Promise<AccountPage['apps']> {
  const [consents, grants] = await Promise.all([deps.consents.list(sub), deps.grants.listOf(sub)]);
  const apps = new Map<string, { allowedAt: number; scope: Set<string> }>();
  const note = (clientId: string, allowedAt: number, scope: readonly string[]) => {
    const known = apps.get(clientId) ?? { allowedAt, scope: new Set<string>() };
    for (const value of scope) known.scope.add(value);
    apps.set(clientId, { ...known, allowedAt: Math.max(known.allowedAt, allowedAt) });
  };
  for (const { clientId, grantedAt, scope } of consents) note(clientId, grantedAt, scope);
  for (const { clientId, issuedAt, scope, state, refresh } of grants) {
    const isAlive = state === 'redeemed' && refresh && now < refresh.idleUntil && now < refresh.endsAt;
    if (isAlive) note(clientId, issuedAt, scope);
  }
  const named = await Promise.all(
    [...apps].map(async ([id, { allowedAt, scope }]) => {
      const client = await deps.clients.find(id);
      return { id, clientName: client?.clientName ?? id, allowedAt, scope: [...scope] };
    }),
  );
  return named.toSorted((one, other) => one.clientName.localeCompare(other.clientName));
}

/** The client has to ask again, and the grants it has are over. Consent goes first: what comes after it needs a new one. */
export async function revokeApp(sub: string, clientId: string, deps: AppDeps, now: number): Promise<void> {
  await deps.consents.revoke(sub, clientId);
  const grants = await deps.grants.listOf(sub, clientId);
  await Promise.all(grants.map(({ id }) => deps.grants.revoke(id, now)));
}
