import { type Command, Option } from 'commander';
import { registrableGrantTypes } from '../../../shared/clients/registered-client.ts';
import { clientAuthenticationMethods } from '../../../shared/oauth/server-metadata.ts';
import { formatTime } from '../../../shared/time.ts';
import { Failure, wrongUsage } from '../../failure.ts';
import type { Io } from '../../io.ts';
import { collect, collectWords, dateOption } from '../../options.ts';
import { readText } from '../../read-text.ts';

/** The flags of `add` and `set` for members of a client document. */
export type ClientFlags = {
  file?: string;
  name?: string;
  redirectUri?: string[];
  authMethod?: string;
  grantType?: string[];
  scope?: string;
  allScopesOf?: string[];
  claim?: string[];
  authorizationDetailsType?: string[];
  idTokenClaims?: boolean;
  firstParty?: boolean;
  refreshGrace?: string;
  rotateRefreshTokens?: boolean;
  mayAct?: string | false;
  mayIntrospect?: boolean;
  grantMaxUses?: string;
  requirePushedAuthorizationRequests?: boolean;
  requireSignedRequestObject?: boolean;
  dpopBoundAccessTokens?: boolean;
  dpopNonceRequired?: boolean;
  dpopReplayDetection?: boolean;
  profile?: 'fapi2' | 'none';
  strictAuthMethod?: boolean;
  ignorePublicClientSecret?: boolean;
  acceptDotlessSchemes?: boolean;
  policy?: string;
  mode?: string;
  enforceAfter?: string;
  acceptLowercaseMethod?: boolean;
  acceptShortVerifier?: boolean;
};

/** Leaves checking values to the document's parser, so that flags and files are refused with the same wording. */
export const clientFlags = (command: Command): Command =>
  command
    .option('--file <file>', 'a JSON file with members (RFC 7591), or "-" for standard input; flags take precedence')
    .option('--name <text>', 'client_name, shown to people')
    .option('--redirect-uri <uri>', 'redirect_uris (repeatable)', collect)
    .option('--auth-method <method>', `token_endpoint_auth_method: ${clientAuthenticationMethods.join(', ')}`)
    .option('--grant-type <type>', `grant_types (repeatable): ${registrableGrantTypes.join(', ')}`, collect)
    .option('--scope <values>', 'scope, values separated by spaces (repeatable)', collectWords)
    .option(
      '--all-scopes-of <resource>',
      'all scope values of this API, besides those of --scope, now and later (repeatable)',
      collect,
    )
    .option(
      '--claim <name>',
      'claims that the client may request by name, besides those of its scope (repeatable)',
      collect,
    )
    .option(
      '--authorization-details-type <type>',
      'a type of authorization details that the client may ask for, or none (repeatable)',
      collect,
    )
    .option('--id-token-claims', 'ID tokens have the claims of the granted scope, for clients that never ask userinfo')
    .option('--no-id-token-claims', 'only userinfo has the claims of the granted scope')
    .option('--first-party', 'your own app: people are not asked for consent')
    .option('--no-first-party', 'people are asked for consent')
    .option(
      '--refresh-grace <seconds>',
      'how long a refresh token still works after its successor was used, or inherit (the setting of the server)',
    )
    .option('--rotate-refresh-tokens', 'every refresh returns a new refresh token')
    .option('--no-rotate-refresh-tokens', 'the client keeps its refresh token; not for public clients')
    .option('--may-act <client-id>', 'the only client that may act for people by tokens of this one')
    .option('--no-may-act', 'any client may that is registered for token exchange')
    .option('--may-introspect', 'it is a server that takes tokens, and asks about them at the introspection endpoint')
    .option('--no-may-introspect', 'it may not introspect')
    .option('--grant-max-uses <n>', 'how often a grant can be used after its code, or none (no limit)')
    .option('--require-pushed-authorization-requests', 'authorization requests count only when the client pushed them')
    .option(
      '--no-require-pushed-authorization-requests',
      'they may come through the browser, unless the server requires pushing',
    )
    .option('--require-signed-request-object', 'authorization requests count only when the client signed them')
    .option('--no-require-signed-request-object', 'they need no signature')
    .option('--dpop-bound-access-tokens', 'the client has to send a DPoP proof with every token request')
    .option('--no-dpop-bound-access-tokens', 'the client may send a DPoP proof')
    .option('--dpop-nonce-required', 'its DPoP proofs need a nonce of the server')
    .option('--no-dpop-nonce-required', 'its DPoP proofs need a nonce only where all do')
    .option(
      '--dpop-replay-detection',
      'take each of its DPoP proofs once only, where it gets tokens or manages, for one more write',
    )
    .option('--no-dpop-replay-detection', 'a DPoP proof is good until it is too old')
    .addOption(
      new Option(
        '--profile <name>',
        'hold the client to a security profile, whatever else is set (docs/fapi.md)',
      ).choices(['fapi2', 'none']),
    )
    .option('--strict-auth-method', 'take the secret only as --auth-method says')
    .option('--no-strict-auth-method', 'take the secret in the header or in the form')
    .option('--ignore-public-client-secret', 'take a public client that sends a secret as one that sends none')
    .option('--no-ignore-public-client-secret', 'refuse a public client that sends a secret')
    .option('--accept-dotless-schemes', 'redirect URIs may have private-use schemes without a dot, such as cursor:')
    .option('--no-accept-dotless-schemes', 'a private-use scheme needs a dot')
    .option('--policy <policy>', 'PKCE policy: none, any, S256 or inherit')
    .option('--mode <mode>', 'enforce, report, or inherit (the global mode)')
    .option('--enforce-after <date>', 'when report mode ends: 2026-12-01, 2026-12-01T09:30:00Z, or 90d from now')
    .option('--accept-lowercase-method', 'accept code_challenge_method=s256 as S256')
    .option('--no-accept-lowercase-method', 'accept S256 only in upper case')
    .option('--accept-short-verifier', 'accept code verifiers of 8 or more characters')
    .option('--no-accept-short-verifier', 'accept only code verifiers of 43 or more characters');

/** Returns the members that the flags set, on top of those in the file. Null removes a member. */
export async function documentOf(flags: ClientFlags, io: Io): Promise<Record<string, unknown>> {
  const members: Record<string, unknown> = {
    client_name: flags.name,
    redirect_uris: flags.redirectUri,
    token_endpoint_auth_method: flags.authMethod,
    grant_types: flags.grantType,
    scope: flags.scope,
    all_scopes_of: flags.allScopesOf,
    claims: flags.claim,
    authorization_details_types: typesOf(flags.authorizationDetailsType),
    id_token_claims: flags.idTokenClaims,
    first_party: flags.firstParty,
    refresh_token_grace: graceOf(flags.refreshGrace),
    rotate_refresh_tokens: flags.rotateRefreshTokens,
    may_act: flags.mayAct === false ? null : flags.mayAct,
    may_introspect: flags.mayIntrospect,
    grant_max_uses: flags.grantMaxUses === 'none' ? null : numberOf(flags.grantMaxUses),
    require_pushed_authorization_requests: flags.requirePushedAuthorizationRequests,
    require_signed_request_object: flags.requireSignedRequestObject,
    dpop_bound_access_tokens: flags.dpopBoundAccessTokens,
    dpop_nonce_required: flags.dpopNonceRequired,
    dpop_replay_detection: flags.dpopReplayDetection,
    profile: flags.profile === 'none' ? null : flags.profile,
    strict_auth_method: flags.strictAuthMethod,
    ignore_public_client_secret: flags.ignorePublicClientSecret,
    accept_dotless_schemes: flags.acceptDotlessSchemes,
    pkce_policy: flags.policy,
    pkce_mode: flags.mode === 'inherit' ? null : flags.mode,
    pkce_enforce_after: flags.enforceAfter && formatTime(dateOption('--enforce-after', flags.enforceAfter, io.now())),
    pkce_accept_lowercase_method: flags.acceptLowercaseMethod,
    pkce_accept_short_verifier: flags.acceptShortVerifier,
  };
  const given = Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
  return { ...(flags.file === undefined ? {} : await readDocument(flags.file, io)), ...given };
}

const typesOf = (flags: string[] | undefined): string[] | null | undefined =>
  flags?.length === 1 && flags[0] === 'none' ? null : flags;

const graceOf = (flag: string | undefined): number | string | null | undefined =>
  flag === 'inherit' ? null : numberOf(flag);

/** What is no number is refused in the words that a document gets. */
const numberOf = (flag: string | undefined): number | string | undefined =>
  flag !== undefined && /^\d+$/.test(flag) ? Number(flag) : flag;

async function readDocument(file: string, io: Io): Promise<Record<string, unknown>> {
  const name = file === '-' ? 'Standard input' : file;
  const text = await readText(file, io);
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    // A JSON error quotes the surrounding text, which may be a secret, so only the place is reported.
    const place = /\(line \d+ column \d+\)/.exec((error as SyntaxError).message)?.[0];
    throw new Failure(`${name} is not JSON${place ? ` ${place}` : ''}.`);
  }
  if (Array.isArray(json)) throw wrongUsage(`${name} is a list: use pixy clients import for several clients.`);
  if (typeof json !== 'object' || json === null) throw new Failure(`${name} is not a JSON object.`);
  return json as Record<string, unknown>;
}
