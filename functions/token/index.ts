import { entrance } from '../entrance.ts';
import { prepare } from '../prepare.ts';
import { openRuntime } from '../runtime.ts';
import { saveMemory } from '../save-memory.ts';
import { tokenDeps } from './compose.ts';
import { tokenHandler } from './handler.ts';
import { rehearse } from './rehearse.ts';

const runtime = openRuntime(process.env);
const deps = tokenDeps(runtime);
const isInMemory = runtime.config.signing === 'memory';

async function openSigningKey(): Promise<void> {
  const key = await deps.signingKey(deps.defaultAlgorithm);
  // The first signature with a key takes longer than the others. One of KMS would cost a call.
  if (isInMemory) await key.sign(Buffer.of());
}

await prepare(
  [deps.refreshKeys, deps.clients.globalPolicy],
  [openSigningKey, deps.apis.list],
  [() => rehearse(runtime)],
);
saveMemory(process.env);

export const handler = entrance('token', tokenHandler(deps), runtime);
