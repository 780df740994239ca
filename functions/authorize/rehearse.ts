import type { Reply } from '../../shared/http/reply.ts';
import { rehearsalKeys, rehearsalRuntime, rehearseAuthorize } from '../rehearsal.ts';
import type { Runtime } from '../runtime.ts';
import { authorizeDeps } from './compose.ts';
import { authorizeHandler } from './handler.ts';

/** Asks for a code that nobody will redeem; see rehearsal.ts. */
export const rehearse = (runtime: Runtime): Promise<Reply> =>
  rehearseAuthorize(
    authorizeHandler({ ...authorizeDeps(rehearsalRuntime(runtime)), refreshKeys: rehearsalKeys.refreshKeys }),
    runtime.config.issuer,
  );
