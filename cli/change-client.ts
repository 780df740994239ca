import { apiStore } from '../shared/apis/api-store.ts';
import type { ChangedClient } from '../shared/clients/change-client.ts';
import { clientDocument, describeClient } from '../shared/clients/client-document.ts';
import type { Conflict } from '../shared/clients/client-store.ts';
import { policyAndMode } from '../shared/clients/present-client.ts';
import type { Versioned } from '../shared/clients/records.ts';
import type { RegisteredClient } from '../shared/clients/registered-client.ts';
import type { Mistake } from '../shared/clients/registration.ts';
import { type Difference, differences } from '../shared/clients/roll-back.ts';
import type { Result } from '../shared/result.ts';
import type { Answer, Context } from './context.ts';
import { conflict, Failure } from './failure.ts';
import { shown } from './output.ts';

/** Returns an existing client. Fails when there is none. */
export async function findClient(context: Context, clientId: string): Promise<Versioned<RegisteredClient>> {
  const { clients } = await context.open();
  const found = await clients.findVersion(clientId);
  if (found?.value === undefined) throw new Failure(`There is no client ${clientId}.`);
  return { ...found, value: found.value };
}

/** Fails when a new client cannot have this id, because its tokens would pass for somebody else's. */
export async function mustBeFree(context: Context, clientId: string): Promise<void> {
  // The management API judges that itself.
  if ((await context.open()).place.kind === 'server') return;
  await mustBeNobody(context, clientId);
  await mustBeNoApi(context, clientId);
}

/**
 * Fails when an account has a new client's id as its subject: a client is the subject of its own tokens and must not be mistaken
 * for a person (RFC 9068 §5, RFC 9700 §4.15.1).
 */
async function mustBeNobody(context: Context, clientId: string): Promise<void> {
  if (await isSubject(context, clientId)) throw new Failure(`Client ${clientId}: client_id is the sub of an account.`);
}

/** Fails when an API with tokens of the type JWT has a new client's id as its resource: an ID token would pass as one of them. */
async function mustBeNoApi(context: Context, clientId: string): Promise<void> {
  const { database, table } = await context.open();
  const found = await apiStore(database, table('clients'), context.now).find(clientId);
  if (found?.value.accessTokenTyp !== 'JWT') return;
  throw new Failure(`Client ${clientId}: client_id is the resource of an API with access_token_typ JWT.`);
}

/** Whether an account has this subject. */
async function isSubject(context: Context, sub: string): Promise<boolean> {
  const { database, table } = await context.open();
  const { accountStore } = await import('../shared/people/account-store.ts');
  return accountStore(database, table('people')).isSubject(sub);
}

/** A changed client, and the secret generated for it. */
export type Written = { client: RegisteredClient; version: number; secret?: string; differences: Difference[] };

/**
 * Reads a client, decides, and writes if the version is still the one that was read (or `--if-version`). Fails with a conflict
 * when another change came first. Does not write a decision that changes nothing.
 */
export async function updateClient(
  context: Context,
  clientId: string,
  decide: (current: RegisteredClient) => Promise<ChangedClient>,
  why?: string,
): Promise<Written> {
  const { clients } = await context.open();
  const current = await findClient(context, clientId);
  expectVersion(context, `Client ${clientId}`, current.version);
  const { client, secret } = await decide(current.value);
  const changed = differences(clientDocument(current.value), clientDocument(client));
  if (secret === undefined && changed.length === 0) {
    return { client, version: current.version, differences: [] };
  }
  const version = mustWin(
    await clients.put(clientId, client, await context.author(why), current.version),
    `Client ${clientId}`,
  );
  return { client, version, differences: changed, ...(secret !== undefined && { secret }) };
}

/** Checks `--if-version` before anything is decided. Fails with a conflict. */
export function expectVersion(context: Context, name: string, version: number): void {
  const { ifVersion = version } = context.options();
  if (ifVersion !== version) throw changedMeanwhile(name, version);
}

export function mustWin(written: Result<number, Conflict>, name: string): number {
  if (!written.ok) throw changedMeanwhile(name, written.refusal.version);
  return written.value;
}

const changedMeanwhile = (name: string, version: number): Failure =>
  conflict(
    `${name} was changed by somebody else and is now at version ${version}. Nothing was written: look at it again and repeat the change.`,
  );

/** Returns the value, or fails with every mistake. */
export function mustBeRight<Value>(result: Result<Value, readonly Mistake[]>, clientId: string): Value {
  if (result.ok) return result.value;
  const problems = result.refusal.map(({ member, problem }) => `${member} ${problem}`);
  throw new Failure(`Client ${clientId}: ${problems.join('; ')}.`);
}

/** Answers a change with the client as it is now, the differences, and a secret that is never shown again. */
export async function answerChange(context: Context, written: Written, done: string): Promise<Answer> {
  const { clients, madeSecret } = await context.open();
  const { client, version } = written;
  const secret = madeSecret?.(client.clientId) ?? written.secret;
  const global = await clients.policy();
  const json = describeClient({ value: client, version }, global, context.now());
  const lines = written.differences.map(
    ({ member, before, after }) => `  ${member}: ${shown(before)} → ${shown(after)}`,
  );
  const text = [
    `${done} (version ${version}).`,
    ...lines,
    `  effective policy: ${policyAndMode(client, global, context.now())}`,
    ...(secret === undefined ? [] : secretLines(secret)),
  ];
  return { json: { ...json, ...(secret !== undefined && { client_secret: secret }) }, text: `${text.join('\n')}\n` };
}

const secretLines = (secret: string): string[] => [
  '',
  `  client_secret: ${secret}`,
  '  Save it now: only its hash is stored, and it is never shown again.',
];
