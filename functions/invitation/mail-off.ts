import type { Answer } from '../../shared/http/endpoint.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { statusOf } from '../../shared/oauth/describe-refusal.ts';
import type { LookOf } from '../../shared/pages/look.ts';
import { noticePage } from '../../shared/pages/notice-page.ts';

/** Says what to do instead, where no mail is sent, or no longer. */
export async function tellMailOff(request: HttpRequest, { lookOf }: { lookOf: LookOf }): Promise<Answer> {
  const reason = 'mail_off';
  const page = { notice: 'mailOff', status: statusOf({ reason }) } as const;
  return { reply: await noticePage(lookOf(request), page), decision: { verdict: 'refused', reason } };
}
