import { once } from '../../shared/cached.ts';
import type { GrantFlow } from './grant-flow.ts';

/**
 * A grant that few deployments use. Its code is a file of its own beside the bundle, read when such a request first comes, so that
 * no sign-in waits for it.
 */
export function lateFlow(load: () => Promise<GrantFlow>): GrantFlow {
  const loaded = once(load);
  return async (...request) => (await loaded())(...request);
}
