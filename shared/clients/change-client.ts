import { isWaived, type Waiver } from '../pkce/policy.ts';
import { ok, type Result, refuse } from '../result.ts';
import { generateSecret } from '../secret.ts';
import { clientDocument, memberName } from './client-document.ts';
import { hashClientSecret } from './client-secret.ts';
import { describedAnew } from './hash-description.ts';
import { isOperatorSetting, type OperatorSettings, parseOperatorSettings } from './operator-settings.ts';
import { needsSecret, type RegisteredClient } from './registered-client.ts';
import { checkRegistration, isRegistrationMember, type Mistake } from './registration.ts';
import { reservedMistakes } from './reserved-ids.ts';

/** A client after a change, with the new `secret` if one was generated, to be shown once. */
export type ChangedClient = { client: RegisteredClient; secret?: string };

type Document = Readonly<Record<string, unknown>>;

/**
 * Creates a client from a document of RFC 7591 metadata and operator settings. Generates a secret for a client that authenticates
 * with one, unless the document has it. Refuses with every mistake, and ids that the server keeps for itself. `now` is in epoch seconds.
 */
export async function newClient(document: unknown, now: number): Promise<Result<ChangedClient, readonly Mistake[]>> {
  const reserved = reservedMistakes(Object(document));
  return reserved.length > 0 ? refuse(reserved) : newOwnClient(document, now);
}

/** Like {@link newClient}, for a client that the server registers itself. */
export async function newOwnClient(document: unknown, now: number): Promise<Result<ChangedClient, readonly Mistake[]>> {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    return refuse([{ member: 'entry', problem: 'is not an object' }]);
  }
  const members = Object.fromEntries(Object.entries(document).filter(([, value]) => value !== null)) as Document;
  const settings = parseOperatorSettings(members, now);
  const secret = members['client_secret'] === undefined && asksForSecret(members) ? generateSecret() : undefined;
  const metadata = { ...members, ...(secret !== undefined && { client_secret: secret }) };
  const registered = await checkMetadata(metadata, settings.ok ? settings.value : undefined, now);
  if (!settings.ok || !registered.ok) return refuse([...mistakesOf(settings), ...mistakesOf(registered)]);
  return ok({
    client: { ...registered.value, ...settings.value },
    ...(secret !== undefined && { secret }),
  });
}

/**
 * Applies a merge patch to a client's document; `null` removes a member (RFC 7396). Keeps the secrets, unless the client starts
 * or stops authenticating with one. Refuses with every mistake, whether the change makes it or it was there before. A change of
 * operator settings alone ignores earlier mistakes, so that a client can always be disabled.
 */
export async function changeClient(
  current: RegisteredClient,
  change: Document,
  now: number,
): Promise<Result<ChangedClient, readonly Mistake[]>> {
  const { client_secrets: _, pkce_waiver: waiver, ...before } = clientDocument(current);
  const unknown = Object.keys(change).flatMap((member) => refuseMember(member, change, current));
  const document = without(before, change);
  const settings = parseOperatorSettings(document, now);
  const kept: { waiver?: Waiver | undefined } =
    'pkce_waiver' in change || waiver === undefined ? {} : { waiver: current.pkce.waiver };
  const own: OperatorSettings | undefined = settings.ok
    ? { ...settings.value, pkce: { ...settings.value.pkce, ...kept } }
    : undefined;

  if (Object.keys(change).every(isOperatorSetting)) {
    const introduced = 'pkce_policy' in change ? await introducedBy(document, before, current, own, now) : [];
    const mistakes = [...mistakesOf(settings), ...introduced];
    return own === undefined || mistakes.length > 0 ? refuse(mistakes) : ok({ client: { ...current, ...own } });
  }

  const secret = asksForSecret(document) ? generateSecret() : undefined;
  const registered = await checkMetadata(withSecret(document, secret), own, now);
  const mistakes = [...unknown, ...mistakesOf(settings), ...mistakesOf(registered)];
  if (own === undefined || !registered.ok || mistakes.length > 0) return refuse(mistakes);

  const changed: RegisteredClient = { ...unregistered(current), ...registered.value, ...own };
  const next = describedAnew(changed, current);
  if (!needsSecret(next)) return ok({ client: { ...next, secretHashes: [] } });
  if (current.secretHashes.length > 0) return ok({ client: { ...next, secretHashes: current.secretHashes } });
  return ok({ client: next, ...(secret !== undefined && { secret }) });
}

/** Returns the mistakes in registration metadata that were not there before the change. */
async function introducedBy(
  document: Document,
  before: Document,
  current: RegisteredClient,
  own: OperatorSettings | undefined,
  now: number,
): Promise<Mistake[]> {
  const known = mistakesOf(await checkMetadata(withSecret(before, anySecret), current, now));
  return mistakesOf(await checkMetadata(withSecret(document, anySecret), own, now)).filter(
    ({ member, problem }) => !known.some((mistake) => mistake.member === member && mistake.problem === problem),
  );
}

/** Stands in for a client's secrets where only their presence matters. */
const anySecret = '-'.repeat(32);

function refuseMember(member: string, change: Document, current: RegisteredClient): Mistake[] {
  if (member === 'client_secret') return [{ member, problem: 'cannot be set; rotate it' }];
  if (member === 'client_id' && change[member] !== current.clientId) return [{ member, problem: 'cannot be changed' }];
  const isKnown = isRegistrationMember(member) || isOperatorSetting(member);
  return isKnown ? [] : [{ member, problem: 'is not a member of client metadata' }];
}

/** Applies a JSON merge patch (RFC 7396): members of `change` replace those in `before`, and null removes them. */
const without = (before: Document, change: Document): Document =>
  Object.fromEntries(
    Object.entries({ ...before, ...change }).filter(
      ([name, value]) => value !== null && (isRegistrationMember(name) || isOperatorSetting(name)),
    ),
  );

const withSecret = (document: Document, secret: string | undefined): Document => ({
  ...document,
  ...(secret !== undefined && asksForSecret(document) && { client_secret: secret }),
});

const asksForSecret = ({ token_endpoint_auth_method: method }: Document): boolean =>
  typeof method === 'string' && method.startsWith('client_secret');

/**
 * Checks everything but the operator settings against the registration's rules. Those judge the policy too; only an active waiver
 * lets a public client have a weaker one.
 */
async function checkMetadata(document: Document, settings: OperatorSettings | undefined, now: number) {
  const metadata = Object.fromEntries(
    Object.entries(document).filter(([name]) => isRegistrationMember(name) || !isOperatorSetting(name)),
  );
  const isLifted = settings !== undefined && isWaived({ ...settings.pkce, isPublic: true }, now);
  const policy = isLifted ? 'inherit' : settings?.pkce.policy;
  return checkRegistration({ ...metadata, pkce_policy: policy ?? 'inherit' });
}

const mistakesOf = (result: Result<unknown, readonly Mistake[]> | undefined): readonly Mistake[] =>
  result === undefined || result.ok ? [] : result.refusal;

/** The members that registration does not know and would lose. */
const unregistered = (client: RegisteredClient): Partial<RegisteredClient> =>
  Object.fromEntries(Object.entries(client).filter(([name]) => !isRegistrationMember(memberName(name))));

/** Two secrets may be valid at once: the old and the new one of a rotation. */
const mostSecrets = 2;

export type SecretRefusal = 'no_secrets' | 'two_secrets' | 'one_secret';

/** Adds a secret beside the current one, or replaces all of them with `dropOld`. Refuses a client without secrets, and a third secret. */
export async function rotateSecret(
  client: RegisteredClient,
  { dropOld }: { dropOld: boolean },
): Promise<Result<Required<ChangedClient>, SecretRefusal>> {
  if (!needsSecret(client)) return refuse('no_secrets');
  if (!dropOld && client.secretHashes.length >= mostSecrets) return refuse('two_secrets');
  const secret = generateSecret();
  const kept = dropOld ? [] : client.secretHashes;
  return ok({ client: { ...client, secretHashes: [...kept, await hashClientSecret(secret)] }, secret });
}

/** Ends a rotation by keeping the newest secret only. Refuses a client without secrets, or with just one. */
export function dropOldSecrets(client: RegisteredClient): Result<RegisteredClient, SecretRefusal> {
  if (!needsSecret(client)) return refuse('no_secrets');
  const newest = client.secretHashes.slice(-1);
  return client.secretHashes.length > newest.length ? ok({ ...client, secretHashes: newest }) : refuse('one_secret');
}
