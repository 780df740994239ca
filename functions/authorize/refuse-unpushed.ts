import type { RegisteredClient } from '../../shared/clients/registered-client.ts';
import type { Refusal } from '../../shared/oauth/refusal.ts';

/** Refuses parameters that came through the browser, of a client that has to push (RFC 9126 §5 and §6). */
export const refuseUnpushed = (
  { requirePushedAuthorizationRequests }: RegisteredClient,
  { requiresPushedRequests }: { requiresPushedRequests: boolean },
): Refusal | undefined =>
  requiresPushedRequests || requirePushedAuthorizationRequests ? { reason: 'pushed_request_required' } : undefined;

/** Refuses parameters that are not signed, of a client that has to sign them (RFC 9101 §10.5). A pushed request was judged before. */
export const refuseUnsigned = ({ requireSignedRequestObject }: RegisteredClient): Refusal | undefined =>
  requireSignedRequestObject ? { reason: 'signed_request_required' } : undefined;
