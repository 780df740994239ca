import type { Answer } from '../../shared/http/endpoint.ts';
import type { HttpRequest } from '../../shared/http/request.ts';
import { statusOf } from '../../shared/oauth/describe-refusal.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';
import { type Notice, noticePage } from '../../shared/pages/notice-page.ts';
import type { LinkPurpose } from '../../shared/people/account.ts';
import type { BrokenLink } from './find-link.ts';
import type { InvitationDeps } from './invitation-deps.ts';

const reasons = {
  unknown: 'invitation_unknown',
  used: 'invitation_used',
  expired: 'invitation_expired',
} as const satisfies Record<BrokenLink['state'], Refusal['reason']>;

const notices: Record<LinkPurpose, Record<BrokenLink['state'], Notice>> = {
  invitation: { unknown: 'invitationUnknown', used: 'invitationUsed', expired: 'invitationExpired' },
  reset: { unknown: 'resetBroken', used: 'resetBroken', expired: 'resetBroken' },
};

/** Tells somebody that their link cannot be used. A used one leads on to the sign-in page: what it was for is done. */
export async function tellBroken(
  { state, purpose }: BrokenLink,
  request: HttpRequest,
  deps: InvitationDeps,
): Promise<Answer> {
  const reason = reasons[state];
  if (deps.handOver && (purpose === 'reset' || state === 'unknown')) return tellOver(reason, request, deps);
  const link = state === 'used' ? ({ path: endpoints.signIn, to: 'signIn' } as const) : undefined;
  const page = { notice: notices[purpose][state], status: statusOf({ reason }), link };
  return { reply: await noticePage(deps.lookOf(request), page), decision: { verdict: 'refused', reason } };
}

/** Where mail is sent, somebody who has no good link asks for another one. */
async function tellOver(
  reason: (typeof reasons)[keyof typeof reasons],
  request: HttpRequest,
  deps: InvitationDeps,
): Promise<Answer> {
  const link = { path: endpoints.forgottenPassword, to: 'forgotten' } as const;
  const page = { notice: 'mailedLinkOver', status: statusOf({ reason }), link } as const;
  return { reply: await noticePage(deps.lookOf(request), page), decision: { verdict: 'refused', reason } };
}
