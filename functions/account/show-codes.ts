import type { Answer } from '../../shared/http/endpoint.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import type { LookOf } from '../../shared/pages/look.ts';
import { recoveryCodesPage } from '../../shared/pages/totp-setup-page.ts';

/**
 * The page with new recovery codes, in the answer to the form: a redirect would have to keep them somewhere. A reload sends a
 * code that was used.
 */
export const showCodes = async (
  request: HttpRequest,
  codes: readonly string[],
  cookies: readonly string[],
  deps: { lookOf: LookOf },
): Promise<Answer> => ({
  reply: await recoveryCodesPage(deps.lookOf(request), { codes, continuePath: endpoints.account, cookies }),
  decision: { verdict: 'allowed' },
});
