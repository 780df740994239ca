import type { Link } from './find-link.ts';
import type { InvitationDeps } from './invitation-deps.ts';

/**
 * Gives an account back the address from which somebody says that they did not change it: otherwise whoever did could ask for a link to
 * the new one. Done before the link is spent, so that repeating it is harmless, and once more after it: until then, whoever changed the
 * address could do so again. An address that is somebody else's by now stays theirs.
 */
export async function restoreAddress(
  { account, restores: email }: Pick<Link, 'account' | 'restores'>,
  { accounts, now }: InvitationDeps,
): Promise<void> {
  if (email === undefined || email === account.email) return;
  const change = { email, claims: { ...account.claims, email, email_verified: true } };
  const changed = await accounts.change(account, change, now());
  if (changed.ok || changed.refusal.reason === 'name_taken') return;
  const current = await accounts.findBySubject(account.sub);
  if (current)
    await accounts.change(current, { email, claims: { ...current.claims, email, email_verified: true } }, now());
}
