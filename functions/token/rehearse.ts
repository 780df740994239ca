import type { Reply } from '../../shared/http/reply.ts';
import { rehearsalKeys, rehearsalRuntime, rehearseToken } from '../rehearsal.ts';
import type { Runtime } from '../runtime.ts';
import { tokenDeps } from './compose.ts';
import { tokenHandler } from './handler.ts';

/** Redeems a code that there is not; see rehearsal.ts. */
export const rehearse = (runtime: Runtime): Promise<Reply> =>
  rehearseToken(
    tokenHandler({ ...tokenDeps(rehearsalRuntime(runtime)), ...rehearsalKeys, hooks: {} }),
    runtime.config.issuer,
  );
