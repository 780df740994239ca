import type { Answer } from '../../shared/http/endpoint.ts';
import { seeOther } from '../../shared/http/reply.ts';
import { endpoints } from '../../shared/oauth/endpoints.ts';
import type { Flow } from '../../shared/upstream/flow.ts';
import type { UpstreamFailure } from '../../shared/upstream/openid-provider.ts';
import { problemParameter, type UpstreamReason } from './from-sign-in.ts';

type Failure = { reason: UpstreamReason } | UpstreamFailure;

/** Back to the page that the person came from, which says in words what went wrong. */
export function comeBack(flow: Flow, failure: Failure): Answer {
  const problem = `${problemParameter}=${failure.reason}.${flow.provider}`;
  const page = flow.linkFor === undefined ? endpoints.signIn : endpoints.account;
  const query = flow.query === '' ? problem : `${flow.query}&${problem}`;
  return {
    reply: seeOther(`${page}?${query}`),
    decision: {
      verdict: 'refused',
      reason: failure.reason,
      ...('detail' in failure && { cause: `${flow.provider}: ${failure.detail}` }),
    },
  };
}

/** To the sign-in page, when there is no flow that says where the person came from. */
export function flowUnknown(): Answer {
  const query = `${problemParameter}=upstream_flow_unknown`;
  const decision = { verdict: 'refused', reason: 'upstream_flow_unknown' } as const;
  return { reply: seeOther(`${endpoints.signIn}?${query}`), decision };
}
