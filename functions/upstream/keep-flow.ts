import { type Flow, flowId, flowLifetime, sealFlow } from '../../shared/upstream/flow.ts';
import type { FlowKeys } from './flow-cookies.ts';
import type { UpstreamDeps } from './upstream-deps.ts';

/** Keeps a flow under its keys and encrypted, so that only the browser that started it can finish it. */
export async function keepFlow({ secret, state }: FlowKeys, flow: Flow, deps: UpstreamDeps): Promise<void> {
  const expiresAt = deps.now() + flowLifetime;
  await deps.flows.keep(flowId(secret, state), await sealFlow(secret, state, flow), expiresAt);
}
