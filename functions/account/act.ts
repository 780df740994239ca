import type { CredentialChange } from '../../shared/audit/decision.ts';
import type { Answer } from '../../shared/http/endpoint.ts';
import { type DoneNotice, leaveNotice } from '../../shared/http/notice-cookie.ts';
import { seeOther } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import type { Noticed } from '../../shared/mail/order.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { type Parameters, single } from '../../shared/oauth/parameters.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import type { Account } from '../../shared/people/account.ts';
import { passkeyName } from '../../shared/people/passkey.ts';
import { ok, type Result, refuse } from '../../shared/result.ts';
import type { EndingSessions } from '../sign-out/ending-sessions.ts';
import type { AccountDeps } from './account-deps.ts';
import { revokeApp } from './apps.ts';
import { removeWay } from './remove-way.ts';
import { isFresh, lacksCode, type SignedInPerson, toSignIn } from './signed-in-person.ts';

type Action = (
  id: string,
  person: SignedInPerson,
  form: Parameters,
  deps: AccountDeps,
) => Promise<DoneNotice | 'nobody' | Refusal>;

/** What the forms of the page can do, by their field `action`. All of it is about the person who is signed in. */
const actions = {
  end_session: async (id, { session }, _, deps) => {
    await deps.sessions.endListed(session.sub, id);
    return 'sessionEnded';
  },
  end_other_sessions: async (_, person, __, deps) => {
    const { sub, epoch } = person.session;
    const account = await deps.accounts.takeBackAll(sub, epoch);
    // Somebody else was first, and meant this session too.
    if (account === undefined) return 'nobody';
    await goOnAlone(person, account, deps);
    return 'sessionsEnded';
  },
  revoke_access: async (id, { session }, _, deps) => {
    await revokeApp(session.sub, id, deps);
    return 'accessRemoved';
  },
  rename_passkey: async (id, { session }, form, deps) => {
    await deps.passkeys.rename(session.sub, id, passkeyName(single(form, 'name'), '–'));
    return 'passkeyRenamed';
  },
  remove_passkey: async (id, person, _, deps) => {
    const kept = await removeWay(id, person, deps, (sub) => deps.passkeys.remove(sub, id));
    return kept ?? 'passkeyRemoved';
  },
  unlink: async (id, person, _, deps) => {
    const kept = await removeWay(id, person, deps, (sub) => deps.links.release(sub, id));
    return kept ?? 'unlinked';
  },
  turn_off_totp: async (_, { session }, __, deps) => {
    await deps.totps.turnOff(session.sub);
    return 'totpOff';
  },
} as const satisfies Record<string, Action>;

/** These make an account easier to get into, or harder for its own person. */
const isSensitive = (name: string): boolean => ['remove_passkey', 'unlink', 'turn_off_totp'].includes(name);

/** What its person is told by mail. */
const noticed: Partial<Record<DoneNotice, Noticed>> = {
  passkeyRemoved: 'passkeyRemoved',
  unlinked: 'linkRemoved',
  totpOff: 'authenticatorRemoved',
};

/** What the audit log calls a change of how somebody signs in. */
const credentials: Partial<Record<DoneNotice, CredentialChange>> = {
  passkeyRemoved: 'passkey_removed',
  unlinked: 'link_removed',
  totpOff: 'authenticator_removed',
};

/** Does what a form asks for and leads back to the page, or to the sign-in page if it was too long ago. */
export async function act(
  request: HttpRequest,
  form: Parameters,
  person: SignedInPerson,
  deps: AccountDeps,
): Promise<Result<Answer, Refusal>> {
  const name = single(form, 'action') ?? '';
  const action: Action | undefined = Object.hasOwn(actions, name) ? actions[name as keyof typeof actions] : undefined;
  if (action === undefined) return ok({ reply: seeOther(endpoints.account) });
  if (isSensitive(name) && !isFresh(person, deps.now())) return ok(toSignIn(request, deps.issuer, 'not_fresh'));
  if (name === 'turn_off_totp' && (await lacksCode(person, deps))) return ok(toSignIn(request, deps.issuer, 'no_code'));
  const outcome = await action(idIn(form), person, form, deps);
  if (outcome === 'nobody') return ok(toSignIn(request, deps.issuer, outcome));
  if (typeof outcome !== 'string') return refuse(outcome);
  const what = noticed[outcome];
  if (what) await deps.notify(request, person.account.sub, what);
  return ok({
    reply: seeOther(endpoints.account, [leaveNotice(deps.issuer, outcome)]),
    decision: { verdict: 'allowed', credential: credentials[outcome] },
  });
}

/** What is not as an id can be becomes one that nothing has: the database takes no empty key, and none above 1,024 bytes. */
function idIn(form: Parameters): string {
  const id = single(form, 'id') ?? '';
  return id === '' || Buffer.byteLength(id) > 1_024 ? ' ' : id;
}

/**
 * After a write that ended everything, with the account as it is then: lets the session that asked for it go on, and tidies up. Not
 * when there was another such write in between: that one ended this session too.
 */
export async function goOnAlone(
  { session, sessionId }: SignedInPerson,
  account: Account,
  deps: { sessions: Pick<EndingSessions, 'stampAgain' | 'clearAway'> },
): Promise<void> {
  if (account.epoch === session.epoch + 1) await deps.sessions.stampAgain(sessionId, session.epoch, account.epoch);
  await deps.sessions.clearAway(account);
}
