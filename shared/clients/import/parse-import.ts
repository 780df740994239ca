import { inTurns } from '../../aws/in-turns.ts';
import { compatibilitySwitches, isWaived, type Waiver } from '../../pkce/policy.ts';
import { ok, type Result, refuse } from '../../result.ts';
import { generateSecret } from '../../secret.ts';
import { leaveOutRedirectUris } from '../leave-out-redirect-uris.ts';
import { isPublic, type RegisteredClient } from '../registered-client.ts';
import { checkRegistration, isRegistrationMember, type Mistake } from '../registration.ts';
import { reservedMistakes } from '../reserved-ids.ts';
import { auth0 } from './auth0.ts';
import { authelia } from './authelia.ts';
import { authentik } from './authentik.ts';
import { cas } from './cas.ts';
import { cognito } from './cognito.ts';
import { dex } from './dex.ts';
import { django } from './django.ts';
import { duende } from './duende.ts';
import type { Entry, ForeignClient, ForeignFormat, ReadingOptions } from './foreign-client.ts';
import { fusionauth } from './fusionauth.ts';
import { hydra } from './hydra.ts';
import { identityserver } from './identityserver.ts';
import { isObject } from './json.ts';
import { keycloak } from './keycloak.ts';
import { mcp } from './mcp.ts';
import { asksForSomething, membersOf, shown } from './members.ts';
import { okta } from './okta.ts';
import { onewelcome } from './onewelcome.ts';
import { recognise } from './recognise.ts';
import { rfc7591 } from './rfc7591.ts';
import { withoutMembers } from './skip-members.ts';
import { spring } from './spring.ts';
import { sayUnread } from './unread-formats.ts';
import { webmethods } from './webmethods.ts';
import { wpOAuth } from './wp-oauth.ts';
import { jsonOfYaml, looksLikeYaml } from './yaml.ts';

/** The systems to import clients from. */
const formats = {
  rfc7591,
  identityserver,
  onewelcome,
  webmethods,
  wpoauth: wpOAuth,
  keycloak,
  auth0,
  okta,
  cognito,
  hydra,
  duende,
  fusionauth,
  dex,
  spring,
  django,
  authelia,
  authentik,
  cas,
  mcp,
} as const satisfies Record<string, ForeignFormat>;

export type ImportFormat = keyof typeof formats;
export const importFormats = Object.keys(formats) as ImportFormat[];

export type ImportOptions = ReadingOptions & {
  /** Uses report mode, enforced from this moment on (epoch seconds). */
  reportUntil?: number | undefined;
  /** Turns on the compatibility switches: lowercase `s256`, and verifiers from 8 characters. */
  compat?: boolean | undefined;
  /** Members of the file to leave behind, wherever they are in an entry. */
  skipMembers?: readonly string[] | undefined;
  /** For public clients whose source lets them in without PKCE. Without a waiver they are refused, or held to `any`. */
  waiver?: Waiver | undefined;
};

/** A client that can be imported, and its entry. */
export type ImportedClient = {
  entry: string;
  client: RegisteredClient;
  /** The secret that the file has in the clear, to recognise it in a client that is there already. */
  secret?: string | undefined;
};

/** An entry that cannot be imported. `member` is the file's name for it; `problem` completes the sentence. Quotes no secret. */
export type RefusedEntry = Mistake & { entry: string };

/** A remark about an imported entry, completing a sentence that starts with the client's name. */
export type ImportNote = { entry: string; note: string };

export type ParsedImport = { clients: ImportedClient[]; refused: RefusedEntry[]; notes: ImportNote[] };

/** Reads the clients of another system and turns each into one of ours or says why not. YAML is as good as JSON. Writes nothing. */
export async function parseImport(format: ImportFormat, given: string, options: ImportOptions): Promise<ParsedImport> {
  const text = looksLikeYaml(given) ? await jsonOfYaml(given) : ok(given);
  if (!text.ok) return refusedFile(text.refusal);
  const parsed = await parseEntries(format, text.value, options);
  const isDoubtful = parsed.refused.length > 0 || parsed.clients.length === 0;
  const mistaken = isDoubtful ? refuseOther(format, text.value) : undefined;
  return mistaken === undefined ? parsed : refusedFile(mistaken);
}

const refusedFile = (problem: string): ParsedImport => ({ clients: [], notes: [], refused: [{ ...ofFile, problem }] });

const ofFile = { entry: 'file', member: 'content' };

/** Why nothing of a file can be read, whatever its entries are. */
export const fileProblem = ({ refused }: Pick<ParsedImport, 'refused'>): string | undefined =>
  refused.find(({ entry, member }) => entry === ofFile.entry && member === ofFile.member)?.problem;

/** Says which format a file is of that could not be read. IdentityServer's two formats are read alike. */
function refuseOther(format: ImportFormat, text: string): string | undefined {
  const found = recognise(text);
  if (found === undefined) return sayUnread(text);
  const isNamed = found.format === (format === 'duende' ? 'identityserver' : format);
  return isNamed ? undefined : `is ${found.what}: use --format ${found.format}`;
}

async function parseEntries(format: ImportFormat, text: string, options: ImportOptions): Promise<ParsedImport> {
  const parsed: ParsedImport = { clients: [], refused: [], notes: [] };
  const entries = formats[format].entries(text);
  if (!entries.ok) return { ...parsed, refused: [{ ...ofFile, problem: entries.refusal }] };
  const taken = new Set<string>();
  const all = await inTurns(entries.value, (entry) => readEntry(format, entry, options), hashesTogether);
  for (const { entry, registered, mistakes } of all) {
    const problems = [...mistakes, ...(registered.ok ? [] : registered.refusal)];
    const clientId = registered.ok ? registered.value.client.clientId : undefined;
    if (clientId !== undefined && taken.has(clientId))
      problems.push({ member: 'client_id', problem: 'is there twice' });
    parsed.refused.push(...problems.map((mistake) => ({ entry, ...mistake })));
    if (!registered.ok || problems.length > 0) continue;
    const { client, secret, notes } = registered.value;
    taken.add(client.clientId);
    parsed.clients.push({ entry, client, secret });
    parsed.notes.push(...notes.map((note) => ({ entry, note })));
  }
  return parsed;
}

/** A short secret is hashed like a password, which takes some time, and no longer for several at once. */
const hashesTogether = 8;

async function readEntry(format: ImportFormat, { label, value: given, mistakes = [] }: Entry, options: ImportOptions) {
  const value = withoutMembers(given, options.skipMembers);
  const translated = formats[format].translate(value, options);
  const registered = translated.ok ? await register(translated.value, options) : refuse([translated.refusal]);
  return { entry: labelOf({ label, value }, translated), registered, mistakes };
}

/** Labels an entry by its place and, if it has one, its client id. */
function labelOf({ label, value }: Entry, translated: Result<ForeignClient, Mistake>): string {
  const own = isObject(value) ? membersOf(value).text('client_id') : undefined;
  const id = translated.ok ? translated.value.metadata['client_id'] : own;
  return typeof id === 'string' && id !== '' ? `${label} (${shown([id])})` : label;
}

type Registered = Pick<ImportedClient, 'client' | 'secret'> & { notes: readonly string[] };

/** Applies the rules for all clients, whatever system they come from. Refuses with every mistake. */
async function register(
  foreign: ForeignClient,
  options: ImportOptions,
): Promise<Result<Registered, readonly Mistake[]>> {
  const { metadata, leftBehind } = leaveBehind(foreign);
  const kept = leaveOutRedirectUris(metadata);
  const mistakes = [...(foreign.mistakes ?? []), ...ofReservedId(foreign)];
  const registered = await checkRegistration(kept.metadata);
  if (!registered.ok || mistakes.length > 0) {
    const found = registered.ok ? [] : registered.refusal;
    const named = found.map((mistake) => ({ ...mistake, member: nameIn(foreign, mistake.member) }));
    return refuse([...mistakes, ...named.filter(({ member }) => !mistakes.some((other) => isAbout(other, member)))]);
  }
  const client: RegisteredClient = {
    ...registered.value,
    secretHashes: foreign.secretHashes ?? registered.value.secretHashes,
    disabled: foreign.disabled ?? false,
  };
  const pkce = pkceOf(foreign, isPublic(client), options);
  // Whether a client is public, and what it must use, is known only when nothing else is wrong.
  const mustUsePkce = isPublic(client) && pkce.policy === 'none' && !isWaived({ ...pkce, isPublic: true }, options.now);
  if (mustUsePkce) return refuse([{ member: nameIn(foreign, 'pkce_policy'), problem: publicWithoutPkce }]);
  const notes = [
    ...foreign.notes,
    ...kept.notes,
    ...(leftBehind.length > 0 ? [`comes without ${shown(leftBehind)}`] : []),
  ];
  const { client_secret: secret } = kept.metadata;
  const isClear = foreign.secretHashes === undefined && typeof secret === 'string';
  return ok({ client: { ...client, pkce }, notes, ...(isClear && { secret }) });
}

const ofReservedId = (foreign: ForeignClient): Mistake[] =>
  reservedMistakes(foreign.metadata).map(({ member, problem }) => ({ member: nameIn(foreign, member), problem }));

/** Whether a mistake is about a member, a part of it, or what it is a part of. */
const isAbout = (mistake: Mistake, member: string): boolean =>
  mistake.member === member || member.startsWith(`${mistake.member}.`) || mistake.member.startsWith(`${member}.`);

/** Combines the source's PKCE settings with the operator's. */
function pkceOf(
  { pkce, isHeld }: ForeignClient,
  isPublicClient: boolean,
  options: ImportOptions,
): RegisteredClient['pkce'] {
  const { reportUntil, waiver, compat } = options;
  const needsWaiver = isPublicClient && (pkce.policy === 'none' || (pkce.policy === 'inherit' && !isHeld));
  return {
    ...pkce,
    ...(reportUntil !== undefined && { mode: 'report', enforceAfter: reportUntil }),
    ...(waiver && needsWaiver && { waiver }),
    ...(compat && Object.fromEntries(compatibilitySwitches.map((name) => [name, true]))),
  };
}

const publicWithoutPkce =
  'does not ask for PKCE, and a public client must use it: tighten it, give the client a secret, or let it in for a while with --waiver-until';

/** Turns `redirect_uris.0` into `RedirectUris.0`. */
function nameIn({ names }: ForeignClient, member: string): string {
  const [name = '', ...path] = member.split('.');
  return [names && Object.hasOwn(names, name) ? names[name] : name, ...path].join('.');
}

/** Members of other servers whose absence leaves nobody less protected. */
const dispensable = new Set([
  'registration_access_token', 'registration_client_uri', 'frontchannel_logout_uri', 'backchannel_logout_uri',
  'frontchannel_logout_session_required', 'backchannel_logout_session_required', 'initiate_login_uri',
  'default_max_age', 'default_acr_values', 'software_statement', 'token_endpoint_auth_signing_alg',
  'allowed_cors_origins', 'owner', 'created_at', 'updated_at',
]); // biome-ignore format: a list of names

/** Drops the unknown members that are dispensable or ask for nothing. */
function leaveBehind({ metadata, secretHashes }: ForeignClient) {
  const present = Object.entries(metadata).filter(([, value]) => value !== undefined);
  const isDispensable = (name: string) => dispensable.has(name.split('#')[0] ?? '');
  const stays = ([name, value]: [string, unknown]) =>
    !isRegistrationMember(name) && (isDispensable(name) || !asksForSomething(value));
  // Registration expects a secret, and only its hash is known.
  const secret = secretHashes && { client_secret: generateSecret() };
  return {
    metadata: { ...Object.fromEntries(present.filter((member) => !stays(member))), ...secret },
    leftBehind: present.filter((member) => stays(member) && asksForSomething(member[1])).map(([name]) => name),
  };
}
