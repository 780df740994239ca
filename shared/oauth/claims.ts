import { ok, type Result, refuse } from '../result.ts';
import type { Refusal } from './refusal.ts';

/** OpenID Connect Core §5.4: the claims each scope value asks for. */
const claimsOfScope: Readonly<Record<string, readonly string[]>> = {
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
export const standardClaims: readonly string[] = Object.values(claimsOfScope).flat();

/** Names of claims that a request asked for one by one (OpenID Connect Core §5.5). */
export type RequestedClaims = { userinfo: readonly string[]; idToken: readonly string[]; subject?: string };

const maximumNames = 50;

/** The `claims` parameter. Values and `essential` are taken as wishes: a claim that is there is returned. Refuses what is not of its form. */
export function parseClaims(text: string | undefined): Result<RequestedClaims, Refusal> {
  if (text === undefined) return ok({ userinfo: [], idToken: [] });
  const json = parseObject(text);
  const userinfo = namesOf(json?.['userinfo']);
  const idToken = namesOf(json?.['id_token']);
  if (json === undefined || userinfo === undefined || idToken === undefined)
    return refuse({ reason: 'claims_malformed' });
  const subject = requestedSubject(json);
  return ok({ userinfo, idToken, ...(subject !== undefined && { subject }) });
}

/** OpenID Connect Core §5.5.1: a `sub` with a value is the only person the answer may be about. */
function requestedSubject(json: Record<string, unknown>): string | undefined {
  const idToken = json['id_token'];
  const sub = isObject(idToken) ? idToken['sub'] : undefined;
  const value = isObject(sub) ? sub['value'] : undefined;
  return typeof value === 'string' ? value : undefined;
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
  const wanted = new Set([...scope.flatMap((value) => claimsOfScope[value] ?? []), ...names]);
  return Object.fromEntries(
    Object.entries(claims).filter(
      ([name, value]) => wanted.has(name) && name !== 'sub' && value !== null && value !== '',
    ),
  );
}
