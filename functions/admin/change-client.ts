import type { ChangedClient } from '../../shared/clients/change-client.ts';
import { clientDocument, describeClient } from '../../shared/clients/client-document.ts';
import type { Versioned } from '../../shared/clients/records.ts';
import type { RegisteredClient } from '../../shared/clients/registered-client.ts';
import { differences } from '../../shared/clients/roll-back.ts';
import type { Problem } from '../../shared/http/problem.ts';
import { ok, type Result, refuse } from '../../shared/result.ts';
import { notFound } from './document.ts';
import { matches, stale } from './if-match.ts';
import type { Call, OperationDeps, Success } from './operation.ts';
import { refuseDelegation } from './refuse-delegation.ts';

/** The client that the path names, as it is now. */
export async function findClient(
  clientId: string,
  { clients }: Pick<OperationDeps, 'clients'>,
): Promise<Result<Versioned<RegisteredClient>, Problem>> {
  const found = await clients.findVersion(clientId);
  if (found?.value === undefined) return refuse(notFound(`There is no client ${clientId}.`));
  return ok({ ...found, value: found.value });
}

/**
 * Reads the client, checks the precondition, decides, and writes on the version that was read: whoever was slower is told so and
 * nothing of the faster one is lost. A decision that changes nothing is not written.
 */
export async function updateClient(
  call: Call,
  deps: OperationDeps,
  decide: (current: RegisteredClient) => Promise<Result<ChangedClient, Problem>>,
): Promise<Result<Success, Problem>> {
  const current = await findClient(call.name, deps);
  if (!current.ok) return current;
  const { value, version } = current.value;
  if (!matches(call.ifMatch, version)) return refuse(stale(version));
  const managing = refuseDelegation(call, value);
  if (managing) return refuse(managing);
  const decided = await decide(value);
  if (!decided.ok) return decided;
  const { client, secret } = decided.value;
  const delegating = refuseDelegation(call, client);
  if (delegating) return refuse(delegating);
  const isSame = secret === undefined && differences(clientDocument(value), clientDocument(client)).length === 0;
  const present = await presentation(deps);
  if (isSame) return ok(present({ value, version }));
  const written = await deps.clients.put(call.name, client, call.author, version);
  if (!written.ok) return refuse(stale(written.refusal.version));
  return ok(present({ value: client, version: written.value }, secret));
}

/** How the answer shows a client; a secret that was made for it only this once. */
type Present = (client: Pick<Versioned<RegisteredClient>, 'value' | 'version'>, secret?: string) => Success;

/** Reads the global policy, which is part of what is shown. Called before a write: after it, a failure would lose a new secret. */
export async function presentation({ clients, now }: Pick<OperationDeps, 'clients' | 'now'>): Promise<Present> {
  const policy = await clients.policy();
  return (client, secret) => ({
    document: { ...describeClient(client, policy, now()), ...(secret !== undefined && { client_secret: secret }) },
    version: client.version,
  });
}
