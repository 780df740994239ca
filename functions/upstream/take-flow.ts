import { type Flow, flowId, openFlow } from '../../shared/upstream/flow.ts';
import type { UpstreamProvider } from '../../shared/upstream/provider.ts';
import type { FlowKeys } from './flow-cookies.ts';
import type { UpstreamDeps } from './upstream-deps.ts';

/**
 * Takes a flow out of the database, which works once. Undefined for one that is over, and for one that was started with another
 * provider than it comes back from: that is a mix-up (RFC 9700 §4.4).
 */
export async function takeFlow(
  { state, secret }: FlowKeys,
  provider: UpstreamProvider,
  deps: UpstreamDeps,
): Promise<Flow | undefined> {
  const sealed = await deps.flows.take(flowId(secret, state), deps.now());
  const flow = sealed && (await openFlow(secret, state, sealed));
  return flow?.provider === provider.id ? flow : undefined;
}
