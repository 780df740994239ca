import type { CredentialChange } from '../../shared/audit/decision.ts';
import type { Answer } from '../../shared/http/endpoint.ts';
import { type DoneNotice, leaveNotice } from '../../shared/http/notice-cookie.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import type { LookOf } from '../../shared/pages/look.ts';
import { recoveryCodesPage } from '../../shared/pages/totp-setup-page.ts';

/** What was done, for the account page that follows and for the audit log. Without `credential`: nothing now, but before. */
export type Done = { notice: DoneNotice; credential?: CredentialChange };

/**
 * The page with new recovery codes, in the answer to the form: a redirect would have to keep them somewhere. A reload sends
 * the form again, and gets the same ones.
 */
export async function showCodes(
  request: HttpRequest,
  codes: readonly string[],
  { notice, credential }: Done,
  deps: { issuer: string; lookOf: LookOf },
): Promise<Answer> {
  const page = { codes, continuePath: endpoints.account, cookies: [leaveNotice(deps.issuer, notice)] };
  return {
    reply: await recoveryCodesPage(deps.lookOf(request), page),
    decision: { verdict: 'allowed', credential },
  };
}
