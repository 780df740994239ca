import type { Decision, Dropped } from '../../shared/audit/decision.ts';
import type { Answer } from '../../shared/http/endpoint.ts';
import type { Reply } from '../../shared/http/reply.ts';
import { seeOther } from '../../shared/http/reply.ts';
import { errorParameters } from '../../shared/oauth/describe-refusal.ts';
import type { ResponseParameters } from '../../shared/oauth/redirect-uri.ts';
import { mistakeOf, type Reason, type Refusal } from '../../shared/oauth/refusal.ts';

/** What becomes of an authorization request whose client and redirect URI are known. */
export type Outcome =
  /** The client learns why not. */
  | { kind: 'refused'; refusal: Refusal }
  /** The person goes to one of our pages first, and the request comes again. */
  | { kind: 'continued'; at: `/${string}`; cookies?: string[]; dropped: Dropped | undefined }
  /** Another of our addresses answers this request. Nothing is decided yet. */
  | { kind: 'elsewhere'; at: `/${string}` }
  /** `wouldRefuse`: what the policy would have said in enforce mode. */
  | { kind: 'granted'; response: ResponseParameters; wouldRefuse: Reason | undefined; dropped: Dropped | undefined };

export const refused = (refusal: Refusal): Outcome => ({ kind: 'refused', refusal });

/** Puts an outcome on the wire. `respond` sends parameters to the client; `note` goes into the audit line. */
export async function answerWith(
  outcome: Outcome,
  note: Partial<Decision>,
  { issuer, respond }: { issuer: string; respond: (response: ResponseParameters) => Promise<Reply> },
): Promise<Answer> {
  switch (outcome.kind) {
    case 'elsewhere':
      return { reply: seeOther(outcome.at) };
    case 'continued':
      return {
        reply: seeOther(outcome.at, outcome.cookies),
        decision: { ...note, verdict: 'continued', dropped: outcome.dropped },
      };
    case 'refused': {
      const { refusal } = outcome;
      return {
        reply: await respond(errorParameters(refusal, issuer)),
        decision: { ...note, verdict: 'refused', reason: refusal.reason, mistake: mistakeOf(refusal) },
      };
    }
    case 'granted': {
      const { response, wouldRefuse, dropped } = outcome;
      return { reply: await respond(response), decision: { ...note, verdict: 'allowed', wouldRefuse, dropped } };
    }
  }
}
