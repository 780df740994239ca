import { entrance } from '../entrance.ts';
import { prepare } from '../prepare.ts';
import { openRuntime } from '../runtime.ts';
import { saveMemory } from '../save-memory.ts';
import { authorizeDeps } from './compose.ts';
import { authorizeHandler } from './handler.ts';
import { rehearse } from './rehearse.ts';

const runtime = openRuntime(process.env);
const deps = authorizeDeps(runtime);

await prepare(
  [deps.refreshKeys, deps.clients.globalPolicy],
  [deps.apis.list, async () => deps.pushedRequests?.()],
  [() => rehearse(runtime)],
);
saveMemory(process.env);

export const handler = entrance('authorize', authorizeHandler(deps), runtime);
