import { ok, type Result, refuse } from '../result.ts';
import type { Refusal } from './refusal.ts';

/** The claims that each scope value brings. */
export type ClaimsByScope = ReadonlyMap<string, readonly string[]>;

/** Those of OpenID Connect (Core §5.4). */
const scopeClaims: Readonly<Record<string, readonly string[]>> = {
  openid: ['sub'],
  profile: [
    'name',
    'family_name',
    'given_name',
    'middle_name',
    'nickname',
    'preferred_username',
    'profile',
    'picture',
    'website',
    'gender',
    'birthdate',
    'zoneinfo',
    'locale',
    'updated_at',
  ],
  email: ['email', 'email_verified'],
  address: ['address'],
  phone: ['phone_number', 'phone_number_verified'],
};

/** OpenID Connect Core §5.1. */
export const standardClaims: readonly string[] = Object.values(scopeClaims).flat();

export const standardClaimsByScope: ClaimsByScope = new Map(Object.entries(scopeClaims));

/** The names of individually requested claims (OpenID Connect Core §5.5), and the two whose values matter. */
export type RequestedClaims = {
  userinfo: readonly string[];
  idToken: readonly string[];
  /** The only people the response may be about (§5.5.1). */
  subjects?: readonly string[];
  /** Authentication context classes in order of preference (§5.5.1.1). */
  acr?: { values: readonly string[]; essential: boolean };
};

/**
 * Claims that only the server sets, in whatever token: nothing that is known about a person, and no hook, can stand for one. Requesting
 * one by name needs nothing from the person.
 */
const ownClaims = new Set([
  'iss', 'sub', 'aud', 'exp', 'iat', 'nbf', 'jti', 'auth_time', 'nonce', 'acr', 'amr', 'azp', 'at_hash', 'c_hash', 's_hash',
  'sid', 'client_id', 'scope', 'grant_id', 'cnf', 'act', 'may_act', 'events', 'authorization_details', '__proto__',
]); // biome-ignore format: a list of names
export const isOwnClaim = (name: string): boolean => ownClaims.has(name);

const maximumNames = 50;

/**
 * Parses the `claims` parameter. Except for `sub` and `acr`, values and `essential` are only wishes: a claim is returned if it
 * exists. Refuses malformed input.
 */
export function parseClaims(text: string | undefined): Result<RequestedClaims, Refusal> {
  if (text === undefined) return ok({ userinfo: [], idToken: [] });
  const json = parseObject(text);
  const userinfo = namesOf(json?.['userinfo']);
  const idToken = namesOf(json?.['id_token']);
  if (json === undefined || userinfo === undefined || idToken === undefined)
    return refuse({ reason: 'claims_malformed' });
  const subjects = valuesOf(json, 'sub');
  const acr = memberOf(json, 'acr');
  return ok({
    userinfo: userinfo.filter((name) => !isOwnClaim(name)),
    idToken: idToken.filter((name) => !isOwnClaim(name)),
    ...(subjects.length > 0 && { subjects }),
    ...(acr && { acr: { values: valuesOf(json, 'acr'), essential: acr['essential'] === true } }),
  });
}

/** Returns what the request says about one claim of the ID token. */
function memberOf(json: Record<string, unknown>, name: string): Record<string, unknown> | undefined {
  const idToken = json['id_token'];
  const member = isObject(idToken) ? idToken[name] : undefined;
  return isObject(member) ? member : undefined;
}

function valuesOf(json: Record<string, unknown>, name: string): string[] {
  const member = memberOf(json, name);
  const values = [member?.['value'], ...(Array.isArray(member?.['values']) ? member['values'] : [])];
  return values.filter((value): value is string => typeof value === 'string');
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return isObject(json) ? json : undefined;
  } catch {
    return undefined;
  }
}

/** Returns the member names of a claims request object, whose values must be null or objects. Some clients write null for none. */
function namesOf(member: unknown): string[] | undefined {
  if (member === undefined || member === null) return [];
  if (!isObject(member)) return undefined;
  const entries = Object.entries(member);
  if (entries.length > maximumNames || !entries.every(([, value]) => value === null || isObject(value)))
    return undefined;
  return entries.map(([name]) => name);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

type Release = { scope?: readonly string[]; byScope?: ClaimsByScope; names?: readonly string[] };

/** Filters a person's claims to those that a scope brings, or that were asked for by name (any). */
export function releasedClaims(
  claims: Readonly<Record<string, unknown>>,
  { scope = [], byScope = standardClaimsByScope, names = [] }: Release,
): Record<string, unknown> {
  const wanted = new Set([...scope.flatMap((value) => byScope.get(value) ?? []), ...names]);
  return Object.fromEntries(
    Object.entries(claims).filter(
      ([name, value]) => wanted.has(name) && name !== 'sub' && value !== null && value !== '',
    ),
  );
}
