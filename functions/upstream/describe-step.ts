import { endpoints } from '../../shared/oauth/endpoints.ts';
import { flowNonce, flowVerifier } from '../../shared/upstream/flow.ts';
import type { UpstreamStart } from '../../shared/upstream/openid-provider.ts';
import type { UpstreamProvider } from '../../shared/upstream/provider.ts';
import type { FlowKeys } from './flow-cookies.ts';

/** What a flow sends to its provider and expects back, the same at the start and at the end: it is made of the keys each time. */
export const describeStep = ({ id }: UpstreamProvider, { state, secret }: FlowKeys, issuer: string): UpstreamStart => ({
  redirectUri: `${issuer}${endpoints.upstream}/${id}/callback`,
  state,
  nonce: flowNonce(secret, state),
  verifier: flowVerifier(secret, state),
});
