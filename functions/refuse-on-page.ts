import type { Answer } from '../shared/http/endpoint.ts';
import type { HttpRequest } from '../shared/http/request.ts';
import type { Refusal } from '../shared/oauth/refusal.ts';
import { errorPage } from '../shared/pages/error-page.ts';
import type { LookOf } from '../shared/pages/look.ts';

/** Tells a refusal on the error page, where there is no page of the flow to go back to, and in the audit log. */
export const refuseOnPage = async (
  refusal: Refusal,
  request: HttpRequest,
  deps: { issuer: string; lookOf: LookOf },
): Promise<Answer> => ({
  reply: await errorPage(refusal, deps.issuer, deps.lookOf(request)),
  decision: { verdict: 'refused', reason: refusal.reason },
});
