import { entrance } from '../entrance.ts';
import { prepare } from '../prepare.ts';
import { openRuntime } from '../runtime.ts';
import { saveMemory } from '../save-memory.ts';
import { authorizeDeps } from './compose.ts';
import { authorizeHandler } from './handler.ts';

const runtime = openRuntime(process.env);
const deps = authorizeDeps(runtime);

await prepare(deps.clients.globalPolicy, deps.refreshKeys, async () => deps.pushedRequests?.());
saveMemory(process.env);

export const handler = entrance('authorize', authorizeHandler(deps), runtime);
