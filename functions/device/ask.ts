import { showUserCode } from '../../shared/grants/user-code.ts';
import type { Answer } from '../../shared/http/endpoint.ts';
import { openForm } from '../../shared/http/form-token.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import { deviceConsentPage } from '../../shared/pages/device-page.ts';
import { nameAmong } from '../../shared/people/name-among.ts';
import { describedDetails } from '../described-details.ts';
import { textsFor } from '../scope-texts.ts';
import type { DeviceDeps } from './device-deps.ts';
import { type Asked, confirmationOf } from './find-asked.ts';

/** The page that says which app asks for what, when and from where, and with which code. */
export async function ask(asked: Asked, request: HttpRequest, deps: DeviceDeps): Promise<Answer> {
  const { client, person, userCode } = asked;
  const { scope, details = [], askedFrom, issuedAt } = asked.request;
  const claims = (await deps.accounts.findClaims(person.sub)) ?? {};
  const look = deps.lookOf(request);
  const form = openForm(request, deps.issuer);
  const shown = showUserCode(userCode);
  const reply = await deviceConsentPage(look, {
    clientName: client.clientName ?? client.clientId,
    userCode: shown,
    scope,
    details: await describedDetails(details, look.language, deps.apis),
    descriptions: await textsFor(scope, look.language, deps.apis),
    account: nameAmong(claims) ?? person.sub,
    otherAccountPath: `${endpoints.signIn}?user_code=${shown}&prompt=select_account`,
    askedFrom,
    askedAgo: look.ago(issuedAt, deps.now()),
    formToken: form.token,
    cookies: form.cookies,
    carried: { user_code: shown, confirmation: confirmationOf(asked) },
  });
  return { reply };
}
