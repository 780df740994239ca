import type { Answer } from '../shared/http/endpoint.ts';
import type { HttpRequest } from '../shared/http/request.ts';
import type { Refusal } from '../shared/oauth/refusal.ts';
import { errorPage, type OwnPage } from '../shared/pages/error-page.ts';
import type { LookOf } from '../shared/pages/look.ts';

/** Tells a refusal on the error page, where there is no form to show again, and in the audit log. `page`: where no app is to blame for it. */
export const refuseOnPage = async (
  refusal: Refusal,
  request: HttpRequest,
  deps: { issuer: string; lookOf: LookOf },
  page?: OwnPage,
): Promise<Answer> => ({
  reply: await errorPage(refusal, deps.issuer, deps.lookOf(request), page),
  decision: { verdict: 'refused', reason: refusal.reason },
});
