import { ok, type Result, refuse } from '../result.ts';
import type { Refusal } from './refusal.ts';

/** OpenID Connect Core §5.4: the claims each scope value asks for. */
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

/** The claims that a scope value asks for; none for a value of an API. */
export const claimsOfScope = (value: string): readonly string[] => scopeClaims[value] ?? [];

/** Names of claims that a request asked for one by one (OpenID Connect Core §5.5), and the two whose values count. */
export type RequestedClaims = {
  userinfo: readonly string[];
  idToken: readonly string[];
  /** The only person the answer may be about (§5.5.1). */
  subject?: string;
  /** Authentication context classes, in order of preference (§5.5.1.1). */
  acr?: { values: readonly string[]; essential: boolean };
};

/** Claims that the server makes itself: asking for them by name asks the person for nothing. */
const ownClaims = new Set(['iss', 'sub', 'aud', 'exp', 'iat', 'auth_time', 'nonce', 'acr', 'amr', 'azp']);

const maximumNames = 50;

/** The `claims` parameter. Values and `essential` of all but `sub` and `acr` are wishes: a claim that is there is returned. Refuses what is not of its form. */
export function parseClaims(text: string | undefined): Result<RequestedClaims, Refusal> {
  if (text === undefined) return ok({ userinfo: [], idToken: [] });
  const json = parseObject(text);
  const userinfo = namesOf(json?.['userinfo']);
  const idToken = namesOf(json?.['id_token']);
  if (json === undefined || userinfo === undefined || idToken === undefined)
    return refuse({ reason: 'claims_malformed' });
  const [subject] = valuesOf(json, 'sub');
  const acr = memberOf(json, 'acr');
  return ok({
    userinfo: userinfo.filter((name) => !ownClaims.has(name)),
    idToken: idToken.filter((name) => !ownClaims.has(name)),
    ...(subject !== undefined && { subject }),
    ...(acr && { acr: { values: valuesOf(json, 'acr'), essential: acr['essential'] === true } }),
  });
}

/** What the request says about one claim of the ID token. */
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

/** The member names of a claims request object; each value is null or an object. */
function namesOf(member: unknown): string[] | undefined {
  if (member === undefined) return [];
  if (!isObject(member)) return undefined;
  const entries = Object.entries(member);
  if (entries.length > maximumNames || !entries.every(([, value]) => value === null || isObject(value)))
    return undefined;
  return entries.map(([name]) => name);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Claims of a person that scope values and single requests let through; only standard ones by scope, any of theirs by name. */
export function releasedClaims(
  claims: Readonly<Record<string, unknown>>,
  scope: readonly string[],
  names: readonly string[],
): Record<string, unknown> {
  const wanted = new Set([...scope.flatMap(claimsOfScope), ...names]);
  return Object.fromEntries(
    Object.entries(claims).filter(
      ([name, value]) => wanted.has(name) && name !== 'sub' && value !== null && value !== '',
    ),
  );
}
