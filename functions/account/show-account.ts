import type { Answer } from '../../shared/http/endpoint.ts';
import { isAboutFactor, takeNotice } from '../../shared/http/notice-cookie.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { addressOf } from '../../shared/mail/address.ts';
import { statusOf } from '../../shared/oauth/describe-refusal.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { parseParameters } from '../../shared/oauth/parameters.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { type AccountPage, accountPage } from '../../shared/pages/account-page.ts';
import { problemOf } from '../../shared/pages/problem.ts';
import { type Account, displayName } from '../../shared/people/account.ts';
import { type ListedSession, listedIdOf } from '../../shared/people/session-store.ts';
import type { ListedLink } from '../../shared/upstream/link-store.ts';
import type { ProviderButton } from '../../shared/upstream/provider.ts';
import { describedDetails } from '../described-details.ts';
import { textsFor } from '../scope-texts.ts';
import { upstreamProblem } from '../upstream/from-sign-in.ts';
import type { AccountDeps } from './account-deps.ts';
import { type ListedApp, listApps } from './apps.ts';
import { deviceName } from './device-name.ts';
import { listWays } from './list-ways.ts';
import { profileFieldsOf } from './profile-fields.ts';
import type { SignedInPerson } from './signed-in-person.ts';

/** The page with everything that is in the name of a person. `refusal`: what was wrong with the form that was sent before. */
export async function showAccount(
  request: HttpRequest,
  { account, session, sessionId, formToken }: SignedInPerson,
  deps: AccountDeps,
  refusal?: Refusal,
): Promise<Answer> {
  const now = deps.now();
  const look = deps.lookOf(request);
  const { sub } = session;
  const [sessions, { passkeys, links, totp }, { apps, missing }] = await Promise.all([
    deps.sessions.list(sub, now),
    listWays(account, deps),
    listApps(account, deps),
  ]);
  const scopeOfApps = apps.flatMap(({ scope }) => scope);
  const asked = parseParameters(request.rawQuery);
  const failed = asked.ok ? upstreamProblem(asked.value, deps.upstreams, look) : undefined;
  const notice = takeNotice(request, deps.issuer);
  const reply = await accountPage(look, {
    account: displayName(account),
    now,
    done: notice.done && look.text(`done.${notice.done}`),
    offersToEndOthers: isAboutFactor(notice.done) && sessions.length + apps.length > 1,
    signOutPath: endpoints.signOut,
    profile: {
      ...describeAddress(account),
      ...(profileFieldsOf(deps).length > 0 && { path: endpoints.accountProfile }),
      exportPath: endpoints.accountExport,
      ...(deps.removalGrace > 0 && deps.handOver && { removePath: endpoints.accountRemove }),
    },
    password: deps.hasPasswords
      ? { isSet: account.passwordHash !== undefined, path: endpoints.accountPassword }
      : undefined,
    passkeys: { list: passkeys, addPath: endpoints.accountPasskey },
    totp: deps.hasPasswords || totp ? describeTotp(totp) : undefined,
    sessions: describeSessions(sessions, listedIdOf(sessionId), await namesOf(sessions, deps)),
    apps: await inWords(apps, look.language, deps),
    descriptions: await textsFor(scopeOfApps, look.language, deps.apis),
    linked: describeLinks(links, deps.upstreams),
    linkable: deps.upstreams.map(({ id, name }) => ({ provider: name, path: `${endpoints.upstream}/${id}/start` })),
    formToken,
    cookies: notice.cookies,
    ...(missing !== undefined && { problem: { text: look.text('problem.regionUnavailable') }, status: 200 }),
    ...(failed && { problem: failed, status: undefined }),
    ...(refusal && { problem: problemOf(refusal, look), status: statusOf(refusal) }),
  });
  return { reply, ...(refusal && { decision: { verdict: 'refused', reason: refusal.reason } }) };
}

const describeTotp = (totp: { codesLeft: number } | undefined): AccountPage['totp'] => ({
  isOn: totp !== undefined,
  codesLeft: totp?.codesLeft ?? 0,
  setupPath: endpoints.accountAuthenticator,
  newCodesPath: endpoints.accountRecoveryCodes,
});

/** What apps may do by authorization details, in words. */
const inWords = (apps: readonly ListedApp[], language: string, { apis }: AccountDeps): Promise<AccountPage['apps']> =>
  Promise.all(apps.map(async (app) => ({ ...app, details: await describedDetails(app.details, language, apis) })));

/** This device first, then the newest. `here` is the id of the session that asks. */
const describeSessions = (
  sessions: readonly ListedSession[],
  here: string,
  names: ReadonlyMap<string, string>,
): AccountPage['sessions'] =>
  sessions
    .toSorted((one, other) => Number(other.id === here) - Number(one.id === here) || other.authTime - one.authTime)
    .map(({ id, authTime, userAgent, place, clientId }) => ({
      id,
      isThisDevice: id === here,
      device: deviceName(userAgent),
      signedInAt: authTime,
      place,
      app: clientId === undefined ? undefined : names.get(clientId),
    }));

/** What the clients are called that people signed in for. A query can name anything: only what is registered has a name here. */
async function namesOf(
  sessions: readonly ListedSession[],
  { clients }: AccountDeps,
): Promise<ReadonlyMap<string, string>> {
  const ids = [...new Set(sessions.flatMap(({ clientId }) => (clientId === undefined ? [] : [clientId])))];
  const found = await Promise.all(ids.map((id) => clients.find(id)));
  return new Map(found.flatMap((client) => (client ? [[client.clientId, client.clientName ?? client.clientId]] : [])));
}

/** The address of an account, and whether mail about it goes there. */
function describeAddress(account: Account): { address: string | undefined; isConfirmed: boolean } {
  const address = addressOf(account);
  const { email } = account.claims;
  return { address: address ?? (typeof email === 'string' ? email : undefined), isConfirmed: address !== undefined };
}

const describeLinks = (links: readonly ListedLink[], upstreams: readonly ProviderButton[]): AccountPage['linked'] =>
  links.map(({ id, provider, label }) => ({
    id,
    provider: upstreams.find((upstream) => upstream.id === provider)?.name ?? provider,
    name: label,
  }));
