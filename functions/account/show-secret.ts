import type { Answer } from '../../shared/http/endpoint.ts';
import { headersOf } from '../../shared/http/reply.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { statusOf } from '../../shared/oauth/describe-refusal.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { problemOf } from '../../shared/pages/problem.ts';
import { totpSetupPage } from '../../shared/pages/totp-setup-page.ts';
import { displayName } from '../../shared/people/account.ts';
import { relyingPartyId } from '../../shared/people/passkey.ts';
import { totpSecretText, totpUri } from '../../shared/people/totp.ts';
import type { AuthenticatorDeps } from './authenticator-deps.ts';
import { newCodesSeed } from './codes-of-form.ts';
import { qrCode } from './qr-code.ts';
import type { SignedInPerson } from './signed-in-person.ts';

/** The page with a new key for the app, as a QR code and as text. `refusal`: what was wrong with the first code. */
export async function showSecret(
  request: HttpRequest,
  secret: Uint8Array,
  { account, formToken }: SignedInPerson,
  deps: AuthenticatorDeps,
  refusal?: Refusal,
): Promise<Answer> {
  const look = deps.lookOf(request);
  const uri = totpUri(secret, deps.serviceName ?? relyingPartyId(deps.issuer), displayName(account));
  const reply = await totpSetupPage(look, {
    secret: totpSecretText(secret),
    uri,
    qrCode: qrCode(uri),
    cancelPath: endpoints.account,
    formToken,
    carried: newCodesSeed(),
    cookies: [],
    ...(refusal && { problem: problemOf(refusal, look), status: statusOf(refusal), headers: headersOf(refusal) }),
  });
  return { reply, ...(refusal && { decision: { verdict: 'refused', reason: refusal.reason } }) };
}
