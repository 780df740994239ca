import { compatibilitySwitches, isWaived, type Waiver } from '../../pkce/policy.ts';
import { ok, type Result, refuse } from '../../result.ts';
import { generateSecret } from '../../secret.ts';
import { isPublic, type RegisteredClient } from '../registered-client.ts';
import { checkRegistration, isRegistrationMember, type Mistake } from '../registration.ts';
import type { Entry, ForeignClient, ForeignFormat, ReadingOptions } from './foreign-client.ts';
import { identityserver } from './identityserver.ts';
import { isObject } from './json.ts';
import { asksForSomething, membersOf, shown } from './members.ts';
import { onewelcome } from './onewelcome.ts';
import { rfc7591 } from './rfc7591.ts';
import { webmethods } from './webmethods.ts';
import { wpOAuth } from './wp-oauth.ts';

/** Where clients can come from. */
const formats = {
  rfc7591,
  identityserver,
  onewelcome,
  webmethods,
  wpoauth: wpOAuth,
} as const satisfies Record<string, ForeignFormat>;

export type ImportFormat = keyof typeof formats;
export const importFormats = Object.keys(formats) as ImportFormat[];

export type ImportOptions = ReadingOptions & {
  /** Report mode; enforced from this moment on (epoch seconds). */
  reportUntil?: number | undefined;
  /** Turns the compatibility switches on: `s256` in lower case, and verifiers from 8 characters. */
  compat?: boolean | undefined;
  /** For public clients whose source lets them in without PKCE. Without it they are refused, or held to `any`. */
  waiver?: Waiver | undefined;
};

/** A client that can be taken, and the entry it comes from. */
export type ImportedClient = { entry: string; client: RegisteredClient };

/** An entry that cannot be taken: `member` is as the file calls it, `problem` goes on from its name. Quotes no secret. */
export type RefusedEntry = Mistake & { entry: string };

/** Something to know about an entry that is taken; goes on from the client's name. */
export type ImportNote = { entry: string; note: string };

export type ParsedImport = { clients: ImportedClient[]; refused: RefusedEntry[]; notes: ImportNote[] };

/** Reads the clients of another system and turns each into one of ours, or says why not. Writes nothing. */
export async function parseImport(format: ImportFormat, text: string, options: ImportOptions): Promise<ParsedImport> {
  const parsed: ParsedImport = { clients: [], refused: [], notes: [] };
  const entries = formats[format].entries(text);
  if (!entries.ok) return { ...parsed, refused: [{ entry: 'file', member: 'content', problem: entries.refusal }] };
  const taken = new Set<string>();
  for (const { label, value } of entries.value) {
    const translated = formats[format].translate(value, options);
    const entry = labelOf({ label, value }, translated);
    const registered = translated.ok ? await register(translated.value, options) : refuse([translated.refusal]);
    if (!registered.ok) {
      parsed.refused.push(...registered.refusal.map((mistake) => ({ entry, ...mistake })));
      continue;
    }
    const { client, notes } = registered.value;
    if (taken.has(client.clientId)) {
      parsed.refused.push({ entry, member: 'client_id', problem: 'is there twice' });
      continue;
    }
    taken.add(client.clientId);
    parsed.clients.push({ entry, client });
    parsed.notes.push(...notes.map((note) => ({ entry, note })));
  }
  return parsed;
}

/** Where it stands, and its client id, as far as there is one. */
function labelOf({ label, value }: Entry, translated: Result<ForeignClient, Mistake>): string {
  const own = isObject(value) ? membersOf(value).text('client_id') : undefined;
  const id = translated.ok ? translated.value.metadata['client_id'] : own;
  return typeof id === 'string' && id !== '' ? `${label} (${shown([id])})` : label;
}

type Registered = { client: RegisteredClient; notes: readonly string[] };

/** Everything that holds for a client of ours, whatever system it comes from. Refuses with every member that is wrong. */
async function register(
  foreign: ForeignClient,
  options: ImportOptions,
): Promise<Result<Registered, readonly Mistake[]>> {
  const { metadata, leftBehind } = leaveBehind(foreign);
  const registered = await checkRegistration(metadata);
  if (!registered.ok) {
    return refuse(registered.refusal.map((mistake) => ({ ...mistake, member: nameIn(foreign, mistake.member) })));
  }
  const client: RegisteredClient = {
    ...registered.value,
    secretHashes: foreign.secretHashes ?? registered.value.secretHashes,
    disabled: foreign.disabled ?? false,
  };
  const pkce = pkceOf(foreign, isPublic(client), options);
  const mustUsePkce = isPublic(client) && pkce.policy === 'none' && !isWaived({ ...pkce, isPublic: true }, options.now);
  if (mustUsePkce) return refuse([{ member: nameIn(foreign, 'pkce_policy'), problem: publicWithoutPkce }]);
  const notes = leftBehind.length > 0 ? [...foreign.notes, `comes without ${shown(leftBehind)}`] : foreign.notes;
  return ok({ client: { ...client, pkce }, notes });
}

/** What the source says of PKCE, and what the operator adds to it. */
function pkceOf({ pkce }: ForeignClient, isPublicClient: boolean, options: ImportOptions): RegisteredClient['pkce'] {
  const { reportUntil, waiver, compat } = options;
  const needsWaiver = isPublicClient && (pkce.policy === 'none' || pkce.policy === 'inherit');
  return {
    ...pkce,
    ...(reportUntil !== undefined && { mode: 'report', enforceAfter: reportUntil }),
    ...(waiver && needsWaiver && { waiver }),
    ...(compat && Object.fromEntries(compatibilitySwitches.map((name) => [name, true]))),
  };
}

const publicWithoutPkce =
  'does not ask for PKCE, and a public client must use it: tighten it, give the client a secret, or let it in for a while with --waiver-until';

/** `redirect_uris.0` → `RedirectUris.0` */
function nameIn({ names }: ForeignClient, member: string): string {
  const [name = '', ...path] = member.split('.');
  return [names && Object.hasOwn(names, name) ? names[name] : name, ...path].join('.');
}

/** Members of other servers that protect nobody when they are missing here. */
const dispensable = new Set([
  'registration_access_token', 'registration_client_uri', 'frontchannel_logout_uri', 'backchannel_logout_uri',
  'frontchannel_logout_session_required', 'backchannel_logout_session_required', 'initiate_login_uri',
  'default_max_age', 'default_acr_values', 'software_statement', 'token_endpoint_auth_signing_alg',
  'allowed_cors_origins', 'owner', 'created_at', 'updated_at',
]); // biome-ignore format: a list of names

/** The metadata without what nobody here knows and is dispensable, or asks for nothing. */
function leaveBehind({ metadata, secretHashes }: ForeignClient) {
  const present = Object.entries(metadata).filter(([, value]) => value !== undefined);
  const isDispensable = (name: string) => dispensable.has(name.split('#')[0] ?? '');
  const stays = ([name, value]: [string, unknown]) =>
    !isRegistrationMember(name) && (isDispensable(name) || !asksForSomething(value));
  // The registration wants to see a secret where only its hash is known.
  const secret = secretHashes && { client_secret: generateSecret() };
  return {
    metadata: { ...Object.fromEntries(present.filter((member) => !stays(member))), ...secret },
    leftBehind: present.filter((member) => stays(member) && asksForSomething(member[1])).map(([name]) => name),
  };
}
