import { prepare } from '../prepare.ts';
import { openRuntime } from '../runtime.ts';
import { authorizeDeps } from './compose.ts';
import { authorizeHandler } from './handler.ts';

const deps = authorizeDeps(openRuntime(process.env));

await prepare(deps.clients.globalPolicy, deps.refreshKeys, async () => deps.pushedRequests?.());

export const handler = authorizeHandler(deps);
