import { entrance } from '../entrance.ts';
import { prepare } from '../prepare.ts';
import { openRuntime } from '../runtime.ts';
import { saveMemory } from '../save-memory.ts';
import { tokenDeps } from './compose.ts';
import { tokenHandler } from './handler.ts';

const runtime = openRuntime(process.env);
const deps = tokenDeps(runtime);
const isInMemory = runtime.config.signing === 'memory';

await prepare(deps.clients.globalPolicy, deps.apis.list, deps.refreshKeys, async () => {
  const key = await deps.signingKey(deps.defaultAlgorithm);
  // The first signature with a key takes longer than the others. One of KMS would cost a call.
  if (isInMemory) await key.sign(Buffer.of());
});
saveMemory(process.env);

export const handler = entrance('token', tokenHandler(deps), runtime);
