import type { Answer } from '../../shared/http/endpoint.ts';
import { seeOther } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { membersOf } from '../../shared/oauth/authorization-details.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { RegionUnavailable } from '../../shared/outage.ts';
import { listedIdOf } from '../../shared/people/session-store.ts';
import type { AccountDeps } from './account-deps.ts';
import { listApps } from './apps.ts';
import { type FreshPageDeps, freshPage } from './fresh-page.ts';
import { listWays } from './list-ways.ts';
import type { SignedInPerson } from './signed-in-person.ts';

/** Where somebody gets everything that is stored about them, as a file of JSON. Only shortly after a sign-in. */
export const exportHandler = (deps: AccountDeps & FreshPageDeps) =>
  freshPage({ name: 'account-export', get: sendFile }, deps);

async function sendFile(request: HttpRequest, person: SignedInPerson, deps: AccountDeps): Promise<Answer> {
  // A page of another site may lead here, but no script of it reads the answer.
  if (request.header('sec-fetch-site') === 'cross-site') return { reply: seeOther(endpoints.account) };
  const body = `${JSON.stringify(await describePerson(person, deps), undefined, 2)}\n`;
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'content-disposition': 'attachment; filename="account.json"',
    'cache-control': 'no-store',
  };
  return { reply: { statusCode: 200, headers, body }, decision: { verdict: 'allowed' } };
}

/** What is stored about a person. No secret: neither a password hash nor a key, a link or the secret of a session. */
async function describePerson({ account, sessionId }: SignedInPerson, deps: AccountDeps): Promise<object> {
  const { sub, username, email, claims, createdAt, passwordHash, pairwiseSubjects, verification, restoringLink } =
    account;
  const [sessions, { passkeys, links, totp }, { apps, missing }] = await Promise.all([
    deps.sessions.list(sub, deps.now()),
    listWays(account, deps),
    listApps(account, deps),
  ]);
  if (missing !== undefined) throw new RegionUnavailable(missing, undefined);
  return {
    sub,
    username,
    email,
    former_address: restoringLink?.email,
    address_to_confirm: verification?.spentAt === undefined ? verification?.email : undefined,
    claims,
    pairwise_subjects: pairwiseSubjects,
    created_at: timeOf(createdAt),
    has_password: passwordHash !== undefined,
    authenticator_app: totp && { recovery_codes_left: totp.codesLeft, set_up_at: timeOf(totp.createdAt) },
    passkeys: passkeys.map(({ name, createdAt: made, lastUsedAt }) => ({
      name,
      created_at: timeOf(made),
      last_used_at: timeOf(lastUsedAt),
    })),
    linked_accounts: links.map(({ provider, label, createdAt: linked }) => ({
      provider,
      name: label,
      linked_at: timeOf(linked),
    })),
    sessions: sessions.map(({ id, authTime, amr, expiresAt, userAgent, place, clientId }) => ({
      is_this_one: id === listedIdOf(sessionId),
      signed_in_at: timeOf(authTime),
      expires_at: timeOf(expiresAt),
      methods: amr,
      browser: userAgent,
      address_begins_with: place,
      client_id: clientId,
    })),
    apps: apps.map(({ id, clientName, scope, details, allowedAt, actedAt }) => ({
      client_id: id,
      name: clientName,
      scope,
      ...(details.length > 0 && { authorization_details: details.map(membersOf) }),
      allowed_at: timeOf(allowedAt),
      acted_at: timeOf(actedAt),
    })),
  };
}

const timeOf = (seconds: number | undefined): string | undefined =>
  seconds === undefined ? undefined : new Date(seconds * 1_000).toISOString();
