import { formCookieOf } from '../../shared/http/form-token.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import type { AuthenticationMethod } from '../../shared/oauth/authentication-context.ts';
import { type Parameters, single } from '../../shared/oauth/parameters.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { hashPassword } from '../../shared/password.ts';
import type { Account } from '../../shared/people/account.ts';
import { admitPassword } from '../../shared/people/admit-password.ts';
import { passkeyMethods } from '../../shared/people/passkey.ts';
import { ok, type Result, refuse } from '../../shared/result.ts';
import { deviceName } from '../account/device-name.ts';
import { keepPasskey } from '../passkey/keep-passkey.ts';
import { verifyNewPasskey } from '../passkey/verify-new-passkey.ts';
import type { Link } from './find-link.ts';
import type { InvitationDeps } from './invitation-deps.ts';
import { mayMakePasskey } from './may-make-passkey.ts';
import { restoreAddress } from './restore-address.ts';

/**
 * The account as the spending of the link left it, and how the person is signed in from now on (RFC 8176). `link_lost`: another
 * attempt was first, or the link has ended meanwhile.
 */
export type Access = { account: Account; amr: readonly AuthenticationMethod[] };
export type Given = Result<Access, Refusal | { reason: 'link_lost' }>;

const lost: Given = refuse({ reason: 'link_lost' });

/**
 * What a link is spent on: the password or the passkey of a form. Each is judged first, so that one that is refused leaves the
 * link as it is; then the link is spent in one conditional write, and of any number of attempts one wins.
 */
export async function giveAccess(
  link: Link,
  form: Parameters,
  request: HttpRequest,
  deps: InvitationDeps,
): Promise<Given> {
  const credential = single(form, 'credential');
  if (credential !== undefined && mayMakePasskey(link, deps)) {
    const browser = formCookieOf(request, deps.issuer) ?? '';
    const name = single(form, 'name') ?? deviceName(request.header('user-agent')) ?? '';
    return givePasskey(link, { browser, credential, name }, deps);
  }
  if (!deps.hasPasswords) return refuse({ reason: 'passwords_off' });
  return givePassword(link, single(form, 'password') ?? '', deps);
}

/** Sets the password and spends the link in the same write. */
async function givePassword(link: Link, typed: string, deps: InvitationDeps): Promise<Given> {
  const { account } = link;
  const password = admitPassword(typed, [account.username, account.email]);
  if (!password.ok) return refuse({ reason: 'password_unacceptable', problem: password.refusal });
  await restoreAddress(link, deps);
  const changed = await deps.accounts.accept(account.sub, link, await hashPassword(password.value), deps.now());
  if (changed === undefined) return lost;
  await restoreAddress({ ...link, account: changed }, deps);
  return ok({ account: changed, amr: ['pwd'] });
}

/**
 * Keeps the passkey of whoever wins the link. It is kept last: a passkey without a spent link would be a way in that nobody
 * gave. If we stop in between, the person needs another link.
 */
async function givePasskey(
  link: Link,
  answer: { browser: string; credential: string; name: string },
  deps: InvitationDeps,
): Promise<Given> {
  const { account } = link;
  const made = await verifyNewPasskey({ account, ...answer }, deps, deps.now());
  if (!made.ok) return made;
  await restoreAddress(link, deps);
  const changed = await deps.accounts.spendLink(account.sub, link, deps.now());
  if (changed === undefined) return lost;
  await restoreAddress({ ...link, account: changed }, deps);
  const kept = await keepPasskey(made.value, changed, deps.passkeys);
  return kept.ok ? ok({ account: changed, amr: passkeyMethods(made.value) }) : lost;
}
