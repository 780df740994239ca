import type { Detail } from '../oauth/authorization-details.ts';
import type { Refusal } from '../oauth/refusal.ts';
import type { BoundChallenge } from '../pkce/bound-challenge.ts';
import { judgeProof } from '../pkce/code-verifier.ts';
import type { PkceRules } from '../pkce/policy.ts';
import type { Grant } from './grant.ts';

/** Seconds that a device and a person have, and seconds between two polls (RFC 8628 §3.2). */
export const deviceLifetime = 600;
export const pollInterval = 5;

/**
 * What a device asked for, until a person allows it: then the same item is a grant, and its device code is redeemed like a code. Times
 * are in epoch seconds.
 */
export type DeviceRequest = {
  /** The hash of the device code, and later the id of the grant. */
  id: string;
  /** `spent`: a poll had a wrong proof. */
  state: 'waiting' | 'denied' | 'spent';
  clientId: string;
  /** Which of the clients that have had this id; see shared/clients/since.ts. */
  clientSince?: string | undefined;
  scope: readonly string[];
  details?: readonly Detail[] | undefined;
  resources: readonly string[];
  challenge?: BoundChallenge | undefined;
  /** How the address that the request came from begins. */
  askedFrom: string;
  issuedAt: number;
  expiresAt: number;
};

/** What a device code stands for: a request, or the grant that it became. */
export type Polled = DeviceRequest | Grant;

const isRequest = (polled: Polled): polled is DeviceRequest => 'askedFrom' in polled;

type Poll = { clientId: string; codeVerifier: string | undefined; rules: PkceRules; now: number };

/** Why a poll gets no tokens. `spends`: its proof is wrong, and one wrong proof is all there is, as for a code. */
export type PollRefusal = { refusal: Refusal; spends: boolean };

/**
 * What there is to say to a poll before anything is spent (RFC 8628 §3.5); undefined when there is a grant to redeem. The proof comes
 * first: without the verifier, a device code does not even tell whether somebody allowed it. Pure.
 */
export function judgePoll(polled: Polled | undefined, poll: Poll): PollRefusal | undefined {
  const refused = (refusal: Refusal): PollRefusal => ({ refusal, spends: false });
  if (polled === undefined) return refused({ reason: 'code_unknown' });
  if (polled.clientId !== poll.clientId) return refused({ reason: 'code_of_another_client' });
  const isOver = poll.now >= polled.expiresAt;
  if (!isRequest(polled)) {
    return isOver && polled.state === 'issued' ? refused({ reason: 'device_code_expired' }) : undefined;
  }
  if (polled.state === 'spent') return refused({ reason: 'code_spent' });
  const proof = judgeProof(polled.challenge, poll.codeVerifier, poll.rules);
  if (!proof.ok) return { refusal: proof.refusal, spends: polled.state === 'waiting' };
  if (polled.state === 'denied') return refused({ reason: 'consent_denied' });
  return refused({ reason: isOver ? 'device_code_expired' : 'authorization_pending' });
}
