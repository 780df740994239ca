import * as v from 'valibot';
import { readClaims } from '../oauth/claim-types.ts';
import { admitNames, emailSchema } from '../people/account.ts';
import { hashSecret } from '../secret.ts';
import type { UpstreamProvider } from './provider.ts';

/** A person as a provider knows them. */
export type UpstreamIdentity = {
  issuer: string;
  /** The subject at the provider, which never changes, unlike an address. */
  subject: string;
  /** Claims under our names. `email_verified` is true only where the provider is believed ({@link isBelieved}). */
  claims: Readonly<Record<string, unknown>>;
  /** An address that the provider has verified, as it is to be stored. */
  email?: string | undefined;
  /** How the person authenticated there (RFC 8176). Empty when the provider does not say, or is not believed about it. */
  amr: readonly string[];
  /** When the person authenticated, according to the ID token (`auth_time`, epoch seconds). */
  authTime?: number | undefined;
};

/** Returns the key of a link. An issuer contains no space. */
export const identityKey = ({ issuer, subject }: Pick<UpstreamIdentity, 'issuer' | 'subject'>): string =>
  hashSecret(`${issuer} ${subject}`);

/** Larger claims are dropped, because an account is one item. */
const longestClaim = 2_000;

const isShort = ([, value]: [string, unknown]): boolean => JSON.stringify(value).length <= longestClaim;

/**
 * Maps a provider's claims to ours: those of the signed ID token, and those of userinfo that it lacks. Leaves out a standard claim
 * of another type than its own, and an email that is no address. Only issuer and subject identify the person (OpenID Connect Core §5.7).
 * Only the ID token may say when and how they authenticated.
 */
export function toIdentity(
  provider: Pick<UpstreamProvider, 'issuer' | 'claims' | 'emailDomains' | 'trustEmail' | 'trustAmr'>,
  idToken: Readonly<Record<string, unknown>> & { sub: string },
  userinfo: Readonly<Record<string, unknown>>,
): UpstreamIdentity {
  const told: Readonly<Record<string, unknown>> = { ...userinfo, ...idToken };
  const claims = Object.fromEntries(Object.entries(provider.claims).map(([ours, theirs]) => [ours, told[theirs]]));
  // Some providers send `"true"`. Nothing else means that an address is verified.
  const isVerified = claims['email_verified'] === true || claims['email_verified'] === 'true';
  const email = addressIn(claims['email']);
  const { email: _, email_verified: __, ...others } = claims;
  const read = Object.fromEntries(Object.entries(readClaims(others).claims).filter(isShort));
  return {
    issuer: provider.issuer,
    subject: idToken.sub,
    claims:
      email === undefined
        ? read
        : { ...read, email, email_verified: isVerified && isBelieved(provider) && canBeName(email) },
    email: isVerified ? email : undefined,
    amr: provider.trustAmr ? methodsOf(idToken['amr']) : [],
    authTime: isTime(idToken['auth_time']) ? Math.floor(idToken['auth_time']) : undefined,
  };
}

/** Blanks around an address are not part of it. What is none, like a list of them, would be taken for one by some client. */
function addressIn(email: unknown): string | undefined {
  const read = v.safeParse(emailSchema, email);
  return read.success ? read.output : undefined;
}

/** Whether an address may be a name to sign in with: some look like those of other people. */
export const canBeName = (email: string): boolean => admitNames({ email }).ok;

/** Returns a few short texts, or an empty list. */
function methodsOf(amr: unknown): string[] {
  if (!Array.isArray(amr)) return [];
  const methods = amr.filter(
    (method): method is string => typeof method === 'string' && /^[\w:.-]{1,32}$/.test(method),
  );
  return [...new Set(methods)].slice(0, 10);
}

const isTime = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0;

/** How many seconds a provider's clock may be slow. */
const clockTolerance = 30;

/**
 * Whether the person has signed in at the provider since `time` (epoch seconds). False when the provider does not say (OpenID
 * Connect Core §3.1.2.1).
 */
export const hasSignedInSince = ({ authTime }: Pick<UpstreamIdentity, 'authTime'>, time: number): boolean =>
  authTime !== undefined && authTime >= time - clockTolerance;

/**
 * Whether a verified address of this provider is verified here, too, and so a name to sign in with. Anybody can run a provider that
 * calls any address verified, so the operator has to name its domains or to trust it with all of them.
 */
export const isBelieved = ({ emailDomains, trustEmail }: Pick<UpstreamProvider, 'emailDomains' | 'trustEmail'>) =>
  trustEmail || emailDomains !== undefined;

/**
 * Whether a person with this address may sign in. Only a verified address counts, and of it the part after the last @. Letters
 * beyond ASCII are refused before the case is folded, since some fold into ASCII.
 */
export function hasAllowedDomain(
  { email }: Pick<UpstreamIdentity, 'email'>,
  { emailDomains }: Pick<UpstreamProvider, 'emailDomains'>,
): boolean {
  if (emailDomains === undefined) return true;
  const domain = /@([A-Za-z0-9.-]+)$/.exec(email ?? '')?.[1];
  return domain !== undefined && emailDomains.includes(domain.toLowerCase());
}
